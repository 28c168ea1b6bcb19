"""The forms of payroll's requests."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate

MONTH = validate.Regexp(r"^[12]\d{3}-(0[1-9]|1[0-2])$", error="Must be a month such as 2026-04.")


class PostPayRun(Schema):
    """The month whose allowances are paid."""

    month = fields.String(required=True, validate=MONTH, metadata={"example": "2026-04"})


class OfMonth(Schema):
    """Narrow a list to one month."""

    class Meta:
        # limit and cursor are read by the page itself.
        unknown = EXCLUDE

    month = fields.String(load_default=None, validate=MONTH, metadata={"example": "2026-04"})
    employee = fields.String(load_default=None)
