"""The forms of payroll's requests."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from shared.http.fields import Day, Flag
from shared.http.forms import Edge

EDGE = Edge("payroll")
MONTH = EDGE.body("month")
RUN = EDGE.body("pay-run")
STATUSES = ("waiting", "payable", "nothing-due", "paid")


class PostPayRun(Schema):
    """The month whose allowances are paid."""

    month = fields.String(required=True, validate=MONTH, metadata={"example": "2026-04"})
    supplementary = Flag(load_default=False, metadata={"description": "Pay the people who were held and can be paid by now"})


class NewRepayment(Schema):
    """What somebody gave back himself."""

    amount = fields.Integer(required=True, strict=True, validate=validate.Range(1, 10**12), metadata={"description": "Rupiah"})
    document = fields.String(required=True, validate=EDGE.body("document"), metadata={"description": "The receipt's number"})
    received_on = Day(required=True)


class OfMonth(Schema):
    """Narrow a list to one month."""

    month = fields.String(load_default=None, validate=MONTH, metadata={"example": "2026-04"})
    employee = fields.String(load_default=None, validate=EDGE.body("employee"))
    run = fields.String(load_default=None, validate=RUN, metadata={"example": "2026-04"})


class OfRunMonth(Schema):
    """Narrow the list of runs to one month."""

    month = fields.String(load_default=None, validate=MONTH, metadata={"example": "2026-04"})


class OfHeld(Schema):
    """Narrow the list of whom runs left out."""

    run = fields.String(load_default=None, validate=RUN, metadata={"example": "2026-04"})
    month = fields.String(load_default=None, validate=MONTH, metadata={"example": "2026-04"})
    employee = fields.String(load_default=None, validate=EDGE.body("employee"))
    status = fields.String(load_default=None, validate=validate.OneOf(STATUSES))
    reason = fields.String(load_default=None, validate=validate.OneOf(EDGE.form("Missing.code")["enum"]))
