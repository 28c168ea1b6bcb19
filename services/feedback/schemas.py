"""The bodies and filters that feedback's routes read."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from shared.http.fields import Flag
from shared.http.forms import Edge, Written

EDGE = Edge("feedback")
CASE = "^[!-~]{1,80}$"
"""A case's token or number in the unit's register: visible ASCII characters, so that one case is written in one way."""
CODE, ELEMENT = EDGE.body("code"), EDGE.body("element")
REMARK = validate.Length(min=1, max=2000)
LETTER = validate.Length(min=1, max=8000)
TOKEN = Written({"pattern": CASE, "description": "1 to 80 visible ASCII characters"})
RECEIPT = Written({"pattern": "^[A-Za-z0-9][A-Za-z0-9 -]{0,39}$", "description": "A receipt code as it was handed out"})
MEMBER = Written({"pattern": "^[A-Za-z][A-Za-z0-9_]{0,39}$", "description": "An aspect's or an element's code"})
PERIOD = EDGE.body("period")
POINTS = {
    "keys": fields.String(validate=MEMBER),
    "values": fields.Integer(strict=True, validate=validate.Range(0, 100)),
}


class Answer(Schema):
    aspects = fields.Dict(
        **POINTS,
        required=True,
        validate=validate.Length(max=50),
        metadata={
            "maxProperties": 50,
            "description": "Whole points for each aspect of the rule set",
            "example": {"clarity": 3, "fairness": 4},
        },
    )
    remark = fields.String(load_default=None, allow_none=True, validate=REMARK, metadata={"description": "Kept as a text, without a name"})


class NewPeerRound(Schema):
    period = fields.String(required=True, validate=EDGE.body("period"), metadata={"example": "2026-Q1"})
    subjects = fields.List(
        fields.String(validate=CODE),
        required=True,
        validate=validate.Length(min=1, max=500),
        metadata={"description": "The employees to be rated"},
    )
    raters = fields.Dict(
        keys=fields.String(validate=CODE),
        values=fields.List(fields.String(validate=CODE), validate=validate.Length(max=50)),
        load_default=dict,
        validate=validate.Length(max=500),
        metadata={
            "maxProperties": 500,
            "description": "For each subject those asked, where the rule set says raters: assigned",
            "example": {"p1": ["p2"]},
        },
    )


class SurveyAnswer(Schema):
    elements = fields.Dict(
        **POINTS,
        required=True,
        validate=validate.Length(max=50),
        metadata={
            "maxProperties": 50,
            "description": "Whole points for each element (unsur) of the rule set",
            "example": {"U1": 4, "U2": 3},
        },
    )
    not_applicable = fields.List(
        fields.String(validate=ELEMENT),
        load_default=list,
        validate=validate.Length(max=50),
        metadata={"description": "Elements that the service, or this case, does not have", "example": ["U4"]},
    )
    unanswered = fields.List(
        fields.String(validate=ELEMENT),
        load_default=list,
        validate=validate.Length(max=50),
        metadata={"description": "Elements that the citizen left out"},
    )
    case_token = fields.String(
        required=True, validate=TOKEN, metadata={"description": "Names the case that was served; it answers once and is not kept"}
    )


class NewComplaint(Schema):
    unit = fields.String(required=True, validate=CODE)
    kind = fields.String(required=True, validate=CODE, metadata={"description": "A kind of the rule set `complaints`", "example": "light"})
    body = fields.String(required=True, validate=LETTER, metadata={"description": "What happened; kept as a text that can be erased"})
    contact = fields.String(load_default=None, allow_none=True, validate=REMARK, metadata={"description": "Only complaint officers see it"})
    anonymous = Flag(load_default=False, metadata={"description": "Nothing is kept that leads to the citizen; no contact then"})
    confidential = Flag(load_default=False, metadata={"description": "Only complaint officers read what was said"})


class Resolution(Schema):
    founded = Flag(required=True, metadata={"description": "Whether the unit was at fault"})
    answer = fields.String(required=True, validate=LETTER, metadata={"description": "What the citizen reads with the receipt code"})


class Passing(Schema):
    unit = fields.String(required=True, validate=CODE, metadata={"description": "The unit that the complaint concerns"})
    reason = fields.String(required=True, validate=REMARK, metadata={"description": "Kept as a text"})


class Question(Schema):
    question = fields.String(required=True, validate=LETTER, metadata={"description": "What the citizen is asked for; kept as a text"})


class Reply(Schema):
    receipt_code = fields.String(required=True, validate=RECEIPT)
    reply = fields.String(required=True, validate=LETTER, metadata={"description": "Kept as a text that can be erased"})


class ReceiptCode(Schema):
    receipt_code = fields.String(required=True, validate=RECEIPT)


class SurveyFilter(Schema):
    unit = fields.String(load_default=None, validate=CODE)
    period = fields.String(load_default=None, validate=PERIOD, metadata={"example": "2026-Q1"})


class ComplaintFilter(Schema):
    unit = fields.String(load_default=None, validate=CODE)
    status = fields.String(load_default=None, validate=validate.OneOf(("open", "waiting", "overdue", "resolved")))


class PeriodFilter(Schema):
    period = fields.String(load_default=None, validate=PERIOD, metadata={"example": "2026-Q1"})


class Nothing(Schema):
    """An empty object."""
