"""M1's first half of 2026 in Mulyorejo as payroll hears of it, and Mulyorejo's allowance rules."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from services.payroll import heard as h
from services.payroll.events import RuleSetPublished
from shared.kernel.facts import Fact
from tests.support.knowledge import MemoryKnowledge, heard

SETTINGS: dict[str, Any] = {
    "components": [
        {"name": "performance", "share_percent": 60, "factor": "predicate"},
        {"name": "discipline", "share_percent": 40, "factor": "discipline"},
    ],
    "basic_table": "seruyan-2022",
    "payout": "permenlu-3-2025-15",
    "effect": "next_quarter",
    "pay_basis": "delivered",
    "when_missing": "hold",
    "discipline": {"late_block_minutes": 450, "late_points": 3, "late_cap": 57, "absent_day": 3, "meeting": 1, "roll_call": "0.2"},
    "recovery_cap_percent": 25,
}


def at(month: int, day: int, hour: int = 3, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def rules(knowledge: MemoryKnowledge, version: int = 1, since: date = date(2026, 1, 1), **changes: Any) -> Fact:
    """Mulyorejo's regulation, with these settings changed."""
    sources = ("Perbup Mulyorejo 1/2025", "Permenlu 3/2025")
    event = RuleSetPublished("allowance", "mulyorejo-tpp", version, since, sources, SETTINGS | changes)
    return knowledge.own(event, "rules-allowance", "payroll-rules-allowance", version)


def registered(employee: str = "m1") -> Fact:
    event = h.EmployeeRegistered(employee, "PNS", date(2020, 1, 1))
    return heard("personnel", event, employee, f"personnel-employee-{employee}", 1, at(12, 1, year=2025), effective=at(1, 1, year=2020))


def life(event: Any, version: int, recorded: datetime | None = None) -> Fact:
    """A fact of service in the person's own stream; recorded when it holds, unless told."""
    held = datetime(event.since.year, event.since.month, event.since.day, tzinfo=UTC)
    return heard("personnel", event, event.employee, f"personnel-employee-{event.employee}", version, recorded or held, effective=held)


def joined(since: date, employee: str = "m1") -> Fact:
    """In place of `registered`: a new employee."""
    return life(h.EmployeeRegistered(employee, "PNS", since), 1)


def ended(kind: str, since: date, version: int = 10, recorded: datetime | None = None, employee: str = "m1") -> Fact:
    return life(h.EmploymentEnded(employee, kind, since, "SK-PENSIUN/1/2026"), version, recorded)


def end_revoked(since: date, version: int = 11, recorded: datetime | None = None, employee: str = "m1") -> Fact:
    return life(h.EmploymentEndRevoked(employee, since, "SK-BATAL/2/2026"), version, recorded)


def interrupted(kind: str, since: date, until: date | None, version: int = 12, recorded: datetime | None = None) -> Fact:
    return life(h.ServiceInterrupted("m1", kind, since, until, "SK-CUTI/3/2026"), version, recorded)


def resumed(since: date, version: int = 13, recorded: datetime | None = None) -> Fact:
    return life(h.ServiceResumed("m1", since, "SK-AKTIF/4/2026"), version, recorded)


def position(job_class: int = 8, since: date = date(2020, 1, 1), version: int = 2, employee: str = "m1", acting: bool = False) -> Fact:
    event = h.PositionAssigned(employee, f"post-{job_class}", job_class, acting, since, "SK-1")
    effective = datetime(since.year, since.month, since.day, tzinfo=UTC)
    return heard("personnel", event, employee, f"personnel-employee-{employee}", version, at(12, 1, year=2025), effective=effective)


def attendance(month: int, late: int = 0, absent: int = 0, revision: int = 1, employee: str = "m1", **missed: int) -> Fact:
    """Recorded on the third of the next month."""
    name = f"2026-{month:02d}"
    event = h.AttendanceRecorded(employee, name, late, 0, absent, missed.get("meetings", 0), missed.get("roll_calls", 0), revision)
    recorded = at(month + 1, 2 + revision) if month < 12 else at(1, 2 + revision, year=2027)
    return heard("personnel", event, employee, f"personnel-attendance-{employee}-{name}", revision, recorded)


def _judgement(predicate: str) -> h.Judgement:
    return h.Judgement("below" if predicate == "butuh_perbaikan" else "as", "as", predicate)


def of_appraisal(event: Any, version: int, recorded: datetime) -> Fact:
    return heard("appraisal", event, event.employee, f"appraisal-{event.employee}-{event.period}", version, recorded)


def imported(predicate: str = "baik", period: str = "2025-Q4", employee: str = "m1") -> Fact:
    return of_appraisal(h.AppraisalImported(employee, period, predicate, "e-kinerja"), 1, at(1, 5))


def delivered(predicate: str, period: str = "2026-Q1", recorded: datetime | None = None, version: int = 1) -> Fact:
    recorded = recorded or at(4, 20)
    return of_appraisal(h.AppraisalDelivered("m1", period, _judgement(predicate), "mulyorejo@1", at(5, 4, 17)), version, recorded)


def withdrawn(delivery: Fact, version: int = 2, recorded: datetime | None = None) -> Fact:
    """The delivery was a mistake."""
    event = h.DeliveryWithdrawn(delivery.event.employee, delivery.event.period, delivery.id)
    return of_appraisal(event, version, recorded or at(4, 20, 5))


def seen(delivery: Fact, version: int = 1, recorded: datetime | None = None) -> Fact:
    """He has read it."""
    event, moment = h.DeliverySeen(delivery.event.employee, delivery.event.period, delivery.id), recorded or at(4, 20, 6)
    return heard("appraisal", event, event.employee, f"appraisal-seen-{event.employee}-{event.period}", version, moment)


def objection() -> tuple[Fact, ...]:
    """Filed on 30 April, overdue since 7 May."""
    return (
        of_appraisal(h.ObjectionFiled("m1", "2026-Q1", ("t1",), at(4, 30), at(5, 7, 17), "text-1"), 2, at(4, 30)),
        of_appraisal(h.ObjectionOverdue("m1", "2026-Q1", at(5, 7, 17)), 3, at(5, 7, 17)),
    )


def granted(predicate: str = "baik", recorded: datetime | None = None) -> tuple[Fact, ...]:
    """The decision of 11 June, and the finalisation in the same append."""
    recorded = recorded or at(6, 11)
    before, after = _judgement("butuh_perbaikan"), _judgement(predicate)
    decided = h.ObjectionDecided("m1", "2026-Q1", "granted", before, after, "SK-KB/7/2026", "text-2", "m-head")
    return (
        of_appraisal(decided, 4, recorded),
        of_appraisal(h.AppraisalFinalized("m1", "2026-Q1", after, "decision", "mulyorejo@1"), 5, recorded),
    )


def plan_and_scores() -> tuple[Fact, ...]:
    """One target, its progress in February, and the superior's scores of the first quarter."""
    plan = "appraisal-plan-m1-2026"
    target = h.TargetSet("m1", "2026", 1, "t1", "quantity", "letters-answered", "letters", "higher", "40", 100)
    progress = h.ProgressRecorded("m1", "2026", "t1", "2026-02", "34")
    scores = (
        h.ScoreSubmitted("m1", "2026-Q1", "rating", "target", "t1", "superior", "below", "85"),
        h.ScoreSubmitted("m1", "2026-Q1", "rating", "behaviour", "komunikasi", "superior", "above"),
    )
    return (
        heard("appraisal", target, "m1", plan, 2, at(1, 20)),
        heard("appraisal", progress, "m1", plan, 3, at(3, 1)),
        *(heard("appraisal", score, "m1", "appraisal-m1-2026-Q1-scores", number, at(4, 19)) for number, score in enumerate(scores, 1)),
    )
