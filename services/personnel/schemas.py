"""The bodies and filters that personnel's routes read."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

CODE = validate.Regexp(r"^[a-z0-9][a-z0-9-]{0,39}$", error="Must be small letters, digits and hyphens, at most 40.")
NAME = validate.Regexp(r"^[a-z0-9][A-Za-z0-9-]{0,99}$", error="Must be a proposal's name as the list shows it.")
DOCUMENT = validate.Length(min=1, max=120)
FREE = validate.Length(min=1, max=4000)


class ProposalDecision(Schema):
    outcome = fields.String(required=True, validate=validate.OneOf(("approved", "rejected")))
    document = fields.String(required=True, validate=DOCUMENT, metadata={"description": "Number of the decision"})
    post = fields.String(validate=CODE, metadata={"description": "For a role: the post or role given; the programme without it"})
    unit = fields.String(validate=CODE, metadata={"description": "For a mentor: of which unit; the person's own without it"})
    since = fields.Date(metadata={"description": "From when; today without it"})


class FollowedStep(Schema):
    proposal = fields.String(required=True, validate=NAME, metadata={"description": "The approved proposal that the measure came from"})
    on = fields.Date(required=True, metadata={"description": "The day on which the step took place"})
    agreement = fields.String(
        load_default=None, allow_none=True, validate=FREE, metadata={"description": "What was agreed; kept as a text"}
    )


class ClosedMeasure(Schema):
    proposal = fields.String(required=True, validate=NAME)
    outcome = fields.String(required=True, validate=validate.OneOf(("reached", "not_reached")))
    on = fields.Date(metadata={"description": "The day on which a training was completed; today without it"})


class Nothing(Schema):
    """An empty object."""


class ProposalFilter(Schema):
    status = fields.String(load_default=None, validate=validate.OneOf(("proposed", "withdrawn", "approved", "rejected")))
    employee = fields.String(load_default=None)
    period = fields.String(load_default=None, metadata={"example": "2026-Q1"})


class EmployeeFilter(Schema):
    unit = fields.String(load_default=None)
    assessor = fields.String(load_default=None)


class OnDay(Schema):
    on = fields.Date(load_default=None, metadata={"description": "What holds on that day; today without it"})
