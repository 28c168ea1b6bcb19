"""The forms of payroll's requests."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields

from shared.http.forms import Edge

MONTH = Edge("payroll").body("month")


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
