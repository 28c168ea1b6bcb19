"""The bodies and filters that feedback's routes read."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

REMARK = validate.Length(min=1, max=2000)


class Answer(Schema):
    aspects = fields.Dict(
        keys=fields.String(validate=validate.Length(min=1, max=40)),
        values=fields.Integer(strict=True),
        required=True,
        validate=validate.Length(max=50),
        metadata={"description": "Whole points for each aspect of the rule set", "example": {"clarity": 3, "fairness": 4}},
    )
    remark = fields.String(load_default=None, allow_none=True, validate=REMARK, metadata={"description": "Kept as a text, without a name"})


class Nothing(Schema):
    """An empty object."""


class PeriodFilter(Schema):
    period = fields.String(load_default=None, metadata={"example": "2026-Q1"})
