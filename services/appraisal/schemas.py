"""The bodies that appraisal's routes read."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from shared.http.fields import Day
from shared.http.forms import Edge

EDGE = Edge("appraisal")
CODE, DECIMAL, DOCUMENT, CITATION, SHA256 = map(EDGE.body, ("item", "decimal", "document", "citation", "digest"))
FREE = validate.Length(min=1, max=4000)
RATING = validate.OneOf(("above", "as", "below"))


class Acknowledgement(Schema):
    rule_set = fields.String(
        required=True, validate=EDGE.body("rule-set"), metadata={"description": "As results cite it", "example": "mulyorejo-appraisal@1"}
    )
    how = fields.String(required=True, validate=CODE, metadata={"description": "A code", "example": "meeting"})


class NewTarget(Schema):
    target_id = fields.String(required=True, validate=CODE)
    aspect = fields.String(required=True, validate=validate.OneOf(("quantity", "quality", "time", "cost")))
    indicator = fields.String(required=True, validate=CODE)
    what = fields.String(load_default=None, validate=FREE, allow_none=True, metadata={"description": "The wording; kept as a text"})
    unit = fields.String(required=True, validate=EDGE.body("TargetSet.unit"), metadata={"example": "izin per bulan"})
    direction = fields.String(required=True, validate=validate.OneOf(("higher", "lower")), metadata={"description": "What is better"})
    value = fields.String(required=True, validate=DECIMAL)
    weight = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=validate.Range(1, 100),
        metadata={"description": "Whole percent; no target with a weight: all weigh the same"},
    )
    exact_weight = fields.String(
        load_default=None,
        allow_none=True,
        validate=EDGE.body("exact_weight"),
        metadata={"description": "In place of weight: percent as exact text", "example": "100/7"},
    )
    aggregate = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(("mean", "sum", "last")),
        metadata={
            "description": "How its months count: the value is for a month (mean), the year (sum), or what is reached by then (last)"
        },
    )
    months = fields.List(
        fields.String(validate=EDGE.body("month")),
        load_default=list,
        validate=validate.Length(max=12),
        metadata={"description": "In which it is measured, such as the one in which it is due; none: as the rules say"},
    )


class Approval(Schema):
    document = fields.String(required=True, validate=DOCUMENT, metadata={"description": "Number of the signed plan"})
    since = Day(
        load_default=None,
        allow_none=True,
        metadata={"description": "For a plan made anew within its year: from which day on; that of the last new post without it"},
    )


class Progress(Schema):
    target_id = fields.String(required=True, validate=CODE)
    month = fields.String(required=True, validate=EDGE.body("month"), metadata={"example": "2026-01"})
    value = fields.String(required=True, validate=DECIMAL)
    evidence = fields.List(fields.String(validate=SHA256), load_default=list, validate=validate.Length(max=50))
    obstacle = fields.String(load_default=None, allow_none=True, validate=FREE, metadata={"description": "Kept as a text"})


class NewScore(Schema):
    what = fields.String(required=True, validate=validate.OneOf(("behaviour", "target", "whole", "idea")))
    item = fields.String(required=True, validate=CODE)
    value = fields.String(
        required=True,
        validate=EDGE.body("ScoreSubmitted.value"),
        metadata={
            "description": "above, as, below; under the numeric scheme a number from 0 to 120, for an idea yes or no",
            "example": "as",
        },
    )
    document = fields.String(
        load_default=None, allow_none=True, validate=DOCUMENT, metadata={"description": "With an idea: the document that describes it"}
    )


class Report(Schema):
    report = fields.String(required=True, validate=FREE, metadata={"description": "What was achieved; kept as a text"})
    evidence = fields.List(fields.String(validate=SHA256), load_default=list, validate=validate.Length(max=50))


class NewOrganisationResult(Schema):
    result = fields.String(required=True, validate=validate.OneOf(("istimewa", "baik", "butuh_perbaikan", "kurang", "sangat_kurang")))


class Withdrawal(Schema):
    reasons = fields.String(required=True, validate=FREE, metadata={"description": "What was the mistake; kept as a text"})


class NewObjection(Schema):
    items = fields.List(fields.String(validate=CODE), required=True, validate=validate.Length(min=1, max=50))
    arguments = fields.String(required=True, validate=FREE, metadata={"description": "The reasons, in writing (PP 30/2019 art. 59)"})
    evidence = fields.List(fields.String(validate=SHA256), load_default=list, validate=validate.Length(max=50))


class Ratings(Schema):
    result_rating = fields.String(required=True, validate=RATING)
    behaviour_rating = fields.String(required=True, validate=RATING)


class Decision(Schema):
    outcome = fields.String(required=True, validate=validate.OneOf(("granted", "rejected")))
    ratings = fields.Nested(Ratings, load_default=None, allow_none=True, metadata={"description": "With granted, under the rating scheme"})
    score = fields.String(
        load_default=None, allow_none=True, validate=EDGE.body("score"), metadata={"description": "With granted, under the numeric scheme"}
    )
    document = fields.String(required=True, validate=DOCUMENT)
    reasons = fields.String(required=True, validate=FREE)


class NewCorrection(Schema):
    ratings = fields.Nested(Ratings, load_default=None, allow_none=True, metadata={"description": "Under the rating scheme"})
    score = fields.String(
        load_default=None, allow_none=True, validate=EDGE.body("score"), metadata={"description": "Under the numeric scheme"}
    )
    predicate = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(("sangat_baik", "baik", "butuh_perbaikan", "kurang", "sangat_kurang")),
        metadata={"description": "Of an imported result"},
    )
    legal_basis = fields.String(required=True, validate=CITATION, metadata={"example": "PP 30/2019 art. 41"})
    document = fields.String(required=True, validate=DOCUMENT)
    heard_on = Day(required=True, metadata={"description": "The day on which the employee was heard"})
    reasons = fields.String(required=True, validate=FREE)


class Closing(Schema):
    done_on = Day(required=True)
    what = fields.String(required=True, validate=FREE, metadata={"description": "What was done; kept as a text"})


class ImprovementFilter(Schema):
    unit = fields.String(load_default=None, validate=EDGE.body("unit"))
    status = fields.String(load_default=None, validate=validate.OneOf(("open", "closed")))


class UnitScores(Schema):
    period = fields.String(required=True, validate=EDGE.body("period"), metadata={"example": "2026-Q1"})


class AppraisalFilter(Schema):
    period = fields.String(load_default=None, validate=EDGE.body("period"), metadata={"example": "2026-Q1"})
    unit = fields.String(load_default=None, validate=EDGE.body("unit"))


class DistributionFilter(Schema):
    period = fields.String(required=True, validate=EDGE.body("period"), metadata={"example": "2026-Q1"})
    unit = fields.String(load_default=None, validate=EDGE.body("unit"))
