"""An agency of any size as each service knows it after half a year: units, people who move, leave and are away, results, pay, feedback."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bench.agency import PREDICATES, envelope, people
from services.appraisal import events as a
from services.appraisal import heard as ah
from services.feedback import events as f
from services.feedback import heard as fh
from services.personnel import events as p
from services.personnel.events.development import Reason
from shared.events.envelope import Envelope

IN_A_UNIT = 20
BELOW = 8
"""People in a unit, and units right below one."""
QUARTERS = ("2026-Q1", "2026-Q2")
FIRST, TURN, LATER = date(2020, 1, 1), date(2026, 4, 15), date(2026, 9, 1)


def units(many: int) -> list[str]:
    """Those of so many people: a tree in which each has `BELOW` below it."""
    return [f"u-{number:05d}" for number in range(max(many // IN_A_UNIT, 4))]


def above(number: int, all_units: list[str]) -> str | None:
    return all_units[(number - 1) // BELOW] if number else None


def unit_of(number: int, all_units: list[str]) -> str:
    """Neighbours by code work in different units, as where codes are drawn."""
    return all_units[number * 7919 % len(all_units)]


def assessor_of(number: int, everybody: list[str]) -> str:
    """The first tenth assesses."""
    heads = max(len(everybody) // 10, 1)
    return everybody[number % heads] if number >= heads else everybody[(number + 1) % heads]


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 3, tzinfo=UTC)


def _said(service: str, event: Any, subject: str, stream: str, version: int, day: date) -> Envelope:
    return envelope(service, event, subject, stream, version, _at(max(day, date(2026, 1, 5))), _at(day))


def lives(module: Any, many: int) -> Iterator[Envelope]:
    """What personnel says of units and people, in the words that `module` (a service's `heard`, or personnel's own events) has for it.

    Every tenth moves within the year, every fiftieth leaves, every thirtieth is away for a quarter.
    """
    all_units, everybody = units(many), people(many)
    for number, unit in enumerate(all_units):
        opened = _made(module.UnitOpened, unit=unit, parent=above(number, all_units), kind="office", since=FIRST)
        yield _said("personnel", opened, unit, f"personnel-unit-{unit}", 1, FIRST)
    for number, employee in enumerate(everybody):
        for version, event in enumerate(_life(module, employee, number, all_units, everybody), 1):
            yield _said("personnel", event, employee, f"personnel-employee-{employee}", version, event.since)


def _life(module: Any, employee: str, number: int, all_units: list[str], everybody: list[str]) -> Iterator[Any]:
    yield _made(module.EmployeeRegistered, employee=employee, kind="PNS", since=FIRST)
    yield _post(module, employee, number, unit_of(number, all_units), FIRST)
    assessor = assessor_of(number, everybody)
    line = {"assessor": assessor, "superior": assessor_of(int(assessor[2:]), everybody)}
    yield _made(module.ReportingLineSet, employee=employee, **line, since=FIRST, document="SK-1")
    if hasattr(module, "RankHeld"):
        yield module.RankHeld(employee, "III/b", FIRST, FIRST)
    if number % 10 == 3:
        yield _post(module, employee, number, unit_of(number + 1, all_units), TURN)
    if number % 30 == 7:
        away = {"kind": "sick-leave", "since": date(2026, 4, 1), "until": date(2026, 6, 30)}
        yield _made(module.ServiceInterrupted, employee=employee, **away, document="SK-3")
    if number % 50 == 11:
        yield _made(module.EmploymentEnded, employee=employee, kind="retired", since=date(2026, 6, 1), document="SK-4")


def _post(module: Any, employee: str, number: int, unit: str, since: date) -> Any:
    said = {"post": f"post-{employee}-{since.year}", "job_class": 5 + number % 6, "kind": "functional", "unit": unit, "acting": False}
    return _made(module.PositionAssigned, employee=employee, **said, since=since, document="SK-2")


def _made(model: type, **said: Any) -> Any:
    """With what this service's class has of it."""
    return model(**{name: value for name, value in said.items() if name in model.__dataclass_fields__})


def appraisal(many: int) -> Iterator[Envelope]:
    """Plans of everybody, results of two quarters (final, but for the last that are still delivered), and items to improve."""
    yield from lives(ah, many)
    everybody = people(many)
    for number, employee in enumerate(everybody):
        plan = a.PlanApproved(employee, "2026", 1, assessor_of(number, everybody), "SKP-1", "national-appraisal@1")
        targets = [a.TargetSet(employee, "2026", 1, f"t{at}", "quantity", "permits", None, "izin", "higher", "100", 50) for at in (1, 2)]
        progress = [a.ProgressRecorded(employee, "2026", "t1", f"2026-0{month}", "8") for month in (1, 2, 3, 4)]
        stream = f"appraisal-plan-{employee}-2026"
        for version, event in enumerate((plan, *targets, *progress), 1):
            yield _said("appraisal", event, employee, stream, version, date(2026, 1, 15))
        for at, period in enumerate(QUARTERS):
            stream, day = f"appraisal-{employee}-{period}", date(2026, 4, 10) + timedelta(days=91 * at)
            for version, event in enumerate(_judged(employee, period, number + at, day), 1):
                yield _said("appraisal", event, employee, stream, version, day)
    for number, unit in enumerate(units(many)):
        item = a.ImprovementItemOpened(unit, f"complaint-k{number}", "complaint", f"c-{number}", LATER, "national@1", TURN)
        yield _said("appraisal", item, unit, f"appraisal-improvement-{unit}-complaint-k{number}", 1, TURN)


def _judged(employee: str, period: str, number: int, day: date) -> Iterator[Any]:
    predicate, score = PREDICATES[number % 4], f"{70 + number % 30}.{number % 10}"
    for item, value in (("result", f"{900 + number % 97}/{9 + number % 3}"), ("behaviour", score)):
        yield a.ScoreSubmitted(employee, period, "numeric", "whole", item, "self", "95")
        yield a.ScoreSubmitted(employee, period, "numeric", "whole", item, "superior", score, value if item == "result" else None)
    judgement = a.Judgement(None, None, predicate, score)
    yield a.AppraisalDelivered(employee, period, "quarter", judgement, "national-appraisal@1", _at(day + timedelta(days=14)))
    if number % 20:
        yield a.AppraisalAccepted(employee, period, "explicit")
        yield a.AppraisalFinalized(employee, period, "quarter", judgement, "accepted", "national-appraisal@1")


def personnel(many: int) -> Iterator[Envelope]:
    """People, their attendance of a month, talent boxes, and proposals, most of them decided."""
    yield from lives(p, many)
    for number, employee in enumerate(people(many)):
        month = p.AttendanceRecorded(employee, "2026-05", 30, 0, 0, 0, 0, {}, 1, 0)
        yield _said("personnel", month, employee, f"personnel-attendance-{employee}-2026-05", 1, date(2026, 6, 3))
        box = p.TalentBoxPlaced(employee, "2026-Q1", 1 + number % 9, "as", "middle", ("e-1",), "national@1")
        yield _said("personnel", box, employee, f"personnel-talent-{employee}-2026-Q1", 1, date(2026, 4, 20))
        reason = Reason("predicate-two-years", "e-1", "baik")
        rank = p.RankPromotionProposed(employee, "rank-III-c", "III/b", "III/c", (reason,), () if number % 3 else ("years",), "national@1")
        stream = f"personnel-promotion-{employee}-rank-III-c"
        yield _said("personnel", rank, employee, stream, 1, date(2026, 4, 21))
        if number % 3 and number % 25:
            decided = p.RankPromotionDecided(employee, "rank-III-c", "approved", "III/c", date(2026, 10, 1), "SK-9")
            yield _said("personnel", decided, employee, stream, 2, date(2026, 5, 20))


def feedback(many: int) -> Iterator[Envelope]:
    """Rounds of everybody, the first quarter's summed up; a survey of each unit; a complaint for each fourth person, most resolved."""
    yield from lives(fh, many)
    everybody, all_units = people(many), units(many)
    for number, employee in enumerate(everybody):
        for period in QUARTERS:
            asked = tuple(sorted({everybody[(number + step * len(all_units)) % many] for step in (1, 2, 3)} - {employee}))
            opened = f.PeerRoundOpened(employee, period, asked, "bench@1")
            yield _said("feedback", opened, employee, f"feedback-round-{employee}-{period}", 1, TURN)
        points = dict.fromkeys(("quality", "timeliness", "teamwork"), 9)
        told = (dict.fromkeys(points, 300), dict.fromkeys(points, 100), "bench@1", points, dict.fromkeys(points, 3))
        summed = f.FeedbackSummarised(employee, QUARTERS[0], 3, *told)
        yield _said("feedback", summed, employee, f"feedback-summary-{employee}-{QUARTERS[0]}", 1, TURN)
    for unit in all_units:
        elements = {f"U{at}": 325 for at in range(1, 10)}
        result = f.SurveyResultPublished(unit, "permits", QUARTERS[0], 30, "81.25", "B", elements, "national-skm@1")
        yield _said("feedback", result, f"{unit}.permits.{QUARTERS[0]}", f"feedback-survey-{unit}.permits.{QUARTERS[0]}", 1, TURN)
    for number in range(many // 4):
        yield from _complaint(f"k-{number:06d}", all_units[number % len(all_units)], resolved=number % 20 != 0)


def _complaint(complaint: str, unit: str, *, resolved: bool) -> Iterator[Envelope]:
    until = LATER + timedelta(days=1)
    texts = ("text-1", None, True, False, "0" * 64)
    received = f.ComplaintReceived(complaint, unit, "light", *texts, TURN, LATER, _at(until), "national-complaints@1")
    yield _said("feedback", received, unit, f"feedback-intake-{complaint}", 1, TURN)
    if resolved:
        done = f.ComplaintResolved(unit, complaint, "light", False, True, TURN + timedelta(days=3))
        yield _said("feedback", done, unit, f"feedback-complaint-{complaint}", 1, TURN + timedelta(days=3))
