"""The bodies and filters that personnel's routes read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marshmallow import Schema, fields, validate

from shared.http.fields import Day, Flag
from shared.http.forms import Edge
from shared.kernel.employment import ENDS, INTERRUPTIONS

EDGE = Edge("personnel")
CODE, NAME, DOCUMENT, MONTH, PERIOD, YEAR = map(EDGE.body, ("code", "proposal", "document", "month", "period", "year"))
FREE = validate.Length(min=1, max=4000)


class Points(fields.String):
    """Points from 0 to 1000 with at most two decimals, as text; read as a Decimal."""

    PATTERN = "^(1000([.]0{1,2})?|(0|[1-9][0-9]{0,2})([.][0-9]{1,2})?)$"
    default_error_messages = {"invalid": "Must be points from 0 to 1000 with at most two decimals, as text such as '87.5'."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.metadata.setdefault("pattern", self.PATTERN)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Decimal:
        if not isinstance(value, str) or not re.fullmatch(self.PATTERN, value):
            raise self.make_error("invalid", input=value)
        return Decimal(value)


class CalendarYear(Schema):
    year = fields.String(load_default=None, validate=YEAR, metadata={"description": "This year without it"})


class NewWorkingWeek(Schema):
    days = fields.Integer(strict=True, required=True, validate=validate.OneOf((5, 6)), metadata={"description": "From Monday on"})
    since = Day(required=True)
    document = fields.String(required=True, validate=DOCUMENT, metadata={"description": "Number of the regulation"})


class NewHoliday(Schema):
    day = Day(required=True)
    kind = fields.String(
        required=True,
        validate=validate.OneOf(("national", "joint-leave", "local")),
        metadata={"description": "hari libur nasional, cuti bersama, or a local one"},
    )
    document = fields.String(required=True, validate=DOCUMENT, metadata={"description": "Number of the decree (SKB)"})


class WithdrawnHoliday(Schema):
    day = Day(required=True)
    document = fields.String(required=True, validate=DOCUMENT, metadata={"description": "Number of the decree that withdraws it"})


class DecidedProposal(Schema):
    outcome = fields.String(required=True, validate=validate.OneOf(("approved", "rejected")))
    document = fields.String(required=True, validate=DOCUMENT, metadata={"description": "Number of the decision"})
    post = fields.String(validate=CODE, metadata={"description": "For a role: the post or role given; the programme without it"})
    unit = fields.String(validate=CODE, metadata={"description": "For a mentor: of which unit; the person's own without it"})
    since = Day(metadata={"description": "From when; without it today, for a rank or a sanction with a term the first of the next month"})
    until = Day(metadata={"description": "Last day of a sanction or of the time to improve; the rule's own months, or six, without it"})
    bonus = fields.Integer(
        strict=True, validate=validate.Range(0, 10**10), metadata={"description": "For an award: rupiah; the proposed bonus without it"}
    )
    paid_with = fields.String(
        validate=MONTH, metadata={"description": "For a bonus: the month with whose allowance it is paid", "example": "2026-11"}
    )


class FollowedStep(Schema):
    proposal = fields.String(required=True, validate=NAME, metadata={"description": "The approved proposal that the measure came from"})
    on = Day(required=True, metadata={"description": "The day on which the step took place"})
    agreement = fields.String(
        load_default=None, allow_none=True, validate=FREE, metadata={"description": "What was agreed; kept as a text"}
    )


class MeasureClosing(Schema):
    proposal = fields.String(required=True, validate=NAME)
    outcome = fields.String(required=True, validate=validate.OneOf(("reached", "not_reached")))
    on = Day(metadata={"description": "The day on which a training was completed; today without it"})


class ClosedImprovement(Schema):
    proposal = fields.String(required=True, validate=NAME)
    outcome = fields.String(required=True, validate=validate.OneOf(("reached", "not_reached")))
    document = fields.String(required=True, validate=DOCUMENT, metadata={"description": "Number of the decision"})


class CompletedTraining(Schema):
    programme = fields.String(required=True, validate=CODE)
    result = fields.String(required=True, validate=validate.OneOf(("passed", "failed")))
    completed_on = Day(required=True)
    score = Points(load_default=None, allow_none=True, metadata={"description": "Points with at most two decimals, as text"})


class NewUnitMove(Schema):
    parent = fields.String(required=True, validate=CODE, metadata={"description": "The unit that it comes under"})
    since = Day(required=True)
    document = fields.String(required=True, validate=DOCUMENT, metadata={"description": "Number of the decision"})


class WithdrawnMove(Schema):
    since = Day(required=True, metadata={"description": "The day from which the wrong move holds"})
    document = fields.String(required=True, validate=DOCUMENT, metadata={"description": "What says that the move was a mistake"})


class CorrectedNip(Schema):
    # Raw, and checked by the vault: a problem of this schema's would repeat the number.
    nip = fields.Raw(required=True, metadata={"type": "string", "maxLength": 100, "description": "The right NIP, 18 digits"})
    document = fields.String(required=True, validate=DOCUMENT, metadata={"description": "What the correction rests on"})


class WithdrawnRegistration(Schema):
    document = fields.String(required=True, validate=DOCUMENT, metadata={"description": "What says that the registration was a mistake"})


class EndOfEmployment(Schema):
    kind = fields.String(
        required=True,
        validate=validate.OneOf(ENDS),
        metadata={"description": "pensiun, atas permintaan sendiri, diberhentikan, meninggal, perjanjian berakhir, pindah instansi"},
    )
    since = Day(required=True, metadata={"description": "The first day outside service"})
    document = fields.String(required=True, validate=DOCUMENT, metadata={"description": "Number of the decision"})


class RevokedEnd(Schema):
    document = fields.String(required=True, validate=DOCUMENT, metadata={"description": "What annuls the end, or corrects it"})


class InterruptedService(Schema):
    kind = fields.String(
        required=True,
        validate=validate.OneOf(INTERRUPTIONS),
        metadata={"description": "pemberhentian sementara, CLTN, cuti besar, cuti sakit, cuti melahirkan, tugas belajar"},
    )
    since = Day(required=True, metadata={"description": "The first day away"})
    until = Day(load_default=None, allow_none=True, metadata={"description": "The last day away; none while nobody knows it"})
    document = fields.String(required=True, validate=DOCUMENT, metadata={"description": "Number of the decision"})


class ResumedService(Schema):
    since = Day(required=True, metadata={"description": "The first day back; the first day away says that the interruption never was"})
    document = fields.String(required=True, validate=DOCUMENT, metadata={"description": "Number of the document"})


class NewVacancy(Schema):
    post = fields.String(required=True, validate=CODE)
    unit = fields.String(required=True, validate=CODE)
    job_class = fields.Integer(
        required=True, strict=True, validate=validate.Range(1, 17), metadata={"description": "Kelas jabatan 1 to 17"}
    )
    kind = fields.String(required=True, validate=validate.OneOf(("structural", "functional", "executing")))
    strategic = Flag(load_default=False)
    criteria = fields.List(
        fields.String(validate=CODE),
        required=True,
        validate=validate.Length(max=10),
        metadata={"description": "Of box, performance, potential, rank, seniority; the first weighs most", "example": ["box", "seniority"]},
    )


class ChosenCandidate(Schema):
    proposal = fields.String(required=True, validate=NAME, metadata={"description": "The proposal that was seen"})
    employee = fields.String(required=True, validate=CODE)
    document = fields.String(required=True, validate=DOCUMENT, metadata={"description": "Number of the decision"})
    since = Day(metadata={"description": "From when; today without it"})


class Lifting(Schema):
    on = Day(metadata={"description": "From which day on it has no effect; today without it"})
    document = fields.String(required=True, validate=DOCUMENT, metadata={"description": "Number of the decision"})


class TalentFilter(Schema):
    period = fields.String(load_default=None, validate=PERIOD, metadata={"example": "2026-Q1"})
    employee = fields.String(load_default=None, validate=CODE)


class VacancyFilter(Schema):
    status = fields.String(load_default=None, validate=validate.OneOf(("open", "filled")))


class AwardFilter(Schema):
    year = fields.String(load_default=None, validate=YEAR, metadata={"example": "2026"})
    employee = fields.String(load_default=None, validate=CODE)


class PromotionFilter(Schema):
    status = fields.String(load_default=None, validate=validate.OneOf(("proposed", "listed", "withdrawn", "approved", "rejected")))
    employee = fields.String(load_default=None, validate=CODE)


class Nothing(Schema):
    """An empty object."""


class ProposalFilter(Schema):
    status = fields.String(load_default=None, validate=validate.OneOf(("proposed", "listed", "withdrawn", "approved", "rejected")))
    kind = fields.String(load_default=None, validate=CODE)
    employee = fields.String(load_default=None, validate=CODE)
    period = fields.String(load_default=None, validate=PERIOD, metadata={"example": "2026-Q1"})


class EmployeeFilter(Schema):
    unit = fields.String(load_default=None, validate=CODE)
    assessor = fields.String(load_default=None, validate=CODE)
    serving = fields.String(
        load_default=None,
        validate=validate.OneOf(("true", "false")),
        metadata={"description": "true: in service; false: whose service has ended"},
    )


class OnDay(Schema):
    on = Day(load_default=None, metadata={"description": "What holds on that day; today without it"})
