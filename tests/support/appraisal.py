"""Appraisal without a database: rules, plans, scores and results that its tests begin with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from services.appraisal import events
from services.appraisal.domain.plan import PLAN, PlanState
from services.appraisal.domain.rules import AppraisalRules, read_settings
from services.appraisal.domain.targets import Target
from services.appraisal.tables import TABLES
from shared.kernel.calendar import Calendar
from shared.kernel.employment import Employment, Spell

JAKARTA = Calendar("Asia/Jakarta")
BEHAVIOURS = ("akuntabel", "harmonis", "adaptif")
SETTINGS: dict[str, Any] = {
    "scheme": "rating",
    "measurement": "monthly",
    "appraised": "quarterly",
    "quadrant": "permenpanrb-6-2022",
    "rating_policy": {"above_over_percent": "100", "as_from_percent": "90", "cap_percent": "120"},
    "behaviours": list(BEHAVIOURS),
    "objection": {"days": 14, "kind": "calendar"},
    "decision": {"days": 7, "kind": "calendar", "binding": False},
}
M1, ASSESSOR, SUPERIOR = "m1", "m11", "m13"
ALWAYS = Employment((Spell(date(2020, 1, 1)),))
"""In service all the time."""


def spells(*found: date | tuple[date, date]) -> Employment:
    """Service from each of these days on; of a pair to the day before the second."""
    return Employment(tuple(Spell(*one, "moved-agency") if isinstance(one, tuple) else Spell(one) for one in found))


def rules(**changed: Any) -> AppraisalRules:
    """Rules as a place publishes them, with some settings changed."""
    return read_settings("place@1", SETTINGS | changed, TABLES)


def moment(day: str, clock: str = "09:00") -> datetime:
    """A moment in Jakarta, as the system keeps it: in UTC."""
    return datetime.fromisoformat(f"{day}T{clock}:00+07:00").astimezone(UTC)


ISSUED = Target("permits", "quantity", "permits-issued", None, "permits", "higher", "40", 60)
DAYS = Target("days", "time", "permit-days", None, "days", "lower", "5", 40)
APPROVED = (
    events.PlanApproved(M1, "2026", 1, ASSESSOR, "SKP/1/2026", "place@1"),
    *(events.TargetSet(employee=M1, period="2026", plan_version=1, **vars(target)) for target in (ISSUED, DAYS)),
)


def reported(months: dict[str, Sequence[str]]) -> tuple[events.ProgressRecorded, ...]:
    """Progress of each target in January, February …"""
    return tuple(
        events.ProgressRecorded(M1, "2026", target, f"2026-{number:02d}", value)
        for target, values in months.items()
        for number, value in enumerate(values, start=1)
    )


def plan_with(months: dict[str, Sequence[str]]) -> PlanState:
    return PLAN.decider.state((*APPROVED, *reported(months)))


AS_EXPECTED = plan_with({"permits": ("40", "38", "39"), "days": ("5", "5", "5.1")})
WEAK = plan_with({"permits": ("30", "32", "28"), "days": ("6", "6", "6")})


def score(item: str, value: str, what: str = "behaviour", by: str = "superior", percent: str | None = None) -> events.ScoreSubmitted:
    return events.ScoreSubmitted(M1, "2026-Q1", "rating", what, item, by, value, percent)


SCORED = tuple(score(item, "as") for item in BEHAVIOURS)
NEEDS_IMPROVEMENT = events.Judgement("below", "as", "butuh_perbaikan")
GOOD = events.Judgement("as", "as", "baik")
UNTIL = JAKARTA.start_of(date(2026, 5, 5))
DELIVERED = (
    *SCORED,
    score("permits", "below", "target", percent="75"),
    events.AppraisalDelivered(M1, "2026-Q1", "quarter", NEEDS_IMPROVEMENT, "place@1", UNTIL),
)
FILED = events.ObjectionFiled(
    M1,
    "2026-Q1",
    ("permits",),
    moment("2026-04-30"),
    JAKARTA.start_of(date(2026, 5, 8)),
    "text-1",
    "digest-1",
    (),
    "place@1",
)
OBJECTED = (*DELIVERED, FILED)


def parent_on(unit: Mapping[str, Any], day: date) -> str | None:
    """The unit above a row of the view `units` on a day; for a day before it was opened as on that of its opening."""
    on = max(day.isoformat(), unit["parents"][0]["since"])
    return [one["parent"] for one in unit["parents"] if one["since"] <= on][-1]
