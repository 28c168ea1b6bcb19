"""Facts of reward and discipline: awards evaluated and granted, sanctions imposed and lifted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.personnel.events.catalogue import EVENTS
from shared.events.classes import EventClass


@EVENTS.event(EventClass.PRIVATE)
@dataclass(frozen=True)
class RulesBegan:
    """The day of rules published ahead has come, or of a switch within them. Subject ``rules-<kind>``.

    Stream ``personnel-rules-begun-<kind>``.
    """

    kind: str
    day: date


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class AwardEvaluationOpened:
    """From now on the award's proposals follow its published criteria. Subject: the award.

    Stream ``personnel-award-evaluation-<award>-<year>``.
    """

    award: str
    year: str


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class AwardGranted:
    """One event for each person; `unit` for a team's award. `bonus` in rupiah, paid with the allowance of the month `paid_with`.

    `cites`: the ids of the facts that the award rests on. Stream ``personnel-award-<employee>-<proposal>``.
    """

    employee: str
    proposal: str
    award: str
    unit: str | None
    year: str
    bonus: int
    paid_with: str | None
    cites: tuple[str, ...]
    document: str


@EVENTS.event(EventClass.RESTRICTED, effective="since")
@dataclass(frozen=True)
class SanctionImposed:
    """`kind` is a rung of the ladder, `level` light, medium or heavy (PP 94/2021 art. 8); `percent` where it cuts the allowance.

    `until`: the last day, none for what has no term. Stream of this and the next: ``personnel-sanction-<employee>-<sanction>``.
    """

    employee: str
    sanction: str
    kind: str
    level: str
    effect: str
    percent: int | None
    since: date
    until: date | None
    basis: str
    document: str


@EVENTS.event(EventClass.RESTRICTED, effective="on")
@dataclass(frozen=True)
class SanctionLifted:
    """From `on` on the sanction has no effect."""

    employee: str
    sanction: str
    on: date
    document: str
