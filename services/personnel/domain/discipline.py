"""The ladder of sanctions for absence without excuse, and which rung a year's days reach (PP 94/2021 art. 9–14 and 42)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.personnel.domain.settings import CODE, EMPLOYMENTS
from services.personnel.events import SanctionTerms
from shared.kernel.settings import Settings, read

LEVELS = ("light", "medium", "heavy")
EFFECTS = ("warning", "allowance_cut", "rank_delay", "step_delay", "demotion", "post_release", "dismissal")
CUT = "allowance_cut"
SUBSTITUTES = ("rank_delay", "step_delay")


@dataclass(frozen=True)
class Rung:
    """From `least` to `most` (None: any more) days absent in a year, or from `in_row` working days one after the other, which asks nothing
    of the year's sum (`least` is None then). `months`: how long; `percent`: off the allowance.
    """

    code: str
    least: int | None
    most: int | None
    level: str
    effect: str
    months: int | None
    percent: int | None
    in_row: int | None = None

    def reached(self, days: int, row: int) -> bool:
        if self.least is None:
            return self.in_row is not None and row >= self.in_row
        return self.least <= days and (self.most is None or days <= self.most)


Ladder = tuple[Rung, ...]


@dataclass(frozen=True)
class DisciplineRules:
    """`cuts_from`: from when on a cut of the allowance has a legal ground (None: not yet; PP 94/2021 art. 42 defers it); before that day
    the substitute holds for `substitute_months`. `basis` and `cut_basis`: the law cited, the latter for a cut.
    """

    ladder: Ladder
    employments: tuple[str, ...]
    basis: str
    cuts_from: date | None
    cut_basis: str | None
    substitute: str
    substitute_months: int

    def terms(self, rung: Rung, today: date) -> SanctionTerms:
        """What the rung means when it is imposed on that day."""
        if rung.effect != CUT:
            return SanctionTerms(rung.code, rung.level, rung.effect, rung.percent, rung.months, self.basis)
        if self.cuts_from is not None and self.cuts_from <= today:
            return SanctionTerms(rung.code, rung.level, CUT, rung.percent, rung.months, self.cut_basis or self.basis)
        return SanctionTerms(rung.code, rung.level, self.substitute, None, self.substitute_months, self.basis)


def rung_for(days: int, row: int, ladder: Ladder) -> Rung | None:
    """The heaviest rung that so many days of the year, or so many working days in a row, reach; None below the first."""
    return next((rung for rung in reversed(ladder) if rung.reached(days, row)), None)


def read_discipline(settings: Mapping[str, Any], ladders: Mapping[str, Ladder], *, published: bool = False) -> DisciplineRules:
    """The settings of a rule set of kind ``discipline``; Refused (422) when they are wrong."""
    return read(settings, lambda said: _discipline(said, ladders), published=published)


def _discipline(said: Settings, ladders: Mapping[str, Ladder]) -> DisciplineRules:
    named = isinstance(said.take("ladder", expected="a list of rungs, or the name of a table"), str)
    ladder = ladders[said.one_of("ladder", sorted(ladders))] if named else _ladder(said)
    cut = said.part("allowance_cut")
    if "from" not in cut:
        raise cut.wrong("from", "the day from which allowances are cut, or null", None)
    cuts_from = cut.day_or_none("from")
    if cuts_from is not None and "basis" not in cut:
        raise cut.wrong("", "the basis of the cut (law and article)", sorted(cut))
    return DisciplineRules(
        ladder=ladder,
        employments=said.some_of("employments", EMPLOYMENTS, ("PNS", "CPNS")),
        basis=said.cited("basis"),
        cuts_from=cuts_from,
        cut_basis=cut.cited("basis") if "basis" in cut else None,
        substitute=cut.one_of("substitute", SUBSTITUTES),
        substitute_months=cut.whole("substitute_months", 1, 60),
    )


def _ladder(said: Settings) -> Ladder:
    rungs = tuple(_rung(one) for one in said.parts("ladder", expected="a list of rungs, or the name of a table"))
    summed = [rung for rung in rungs if rung.least is not None]
    for lower, higher in zip(summed, summed[1:], strict=False):
        if lower.most is None or higher.least != lower.most + 1:
            raise said.wrong("ladder", f"a rung that begins where {lower.code} ends", f"{higher.code} from {higher.least}")
    if not rungs:
        raise said.wrong("ladder", "at least one rung, or the name of a table", [])
    return rungs


def _rung(said: Settings) -> Rung:
    by_row = "days_in_row" in said
    least = None if by_row else said.whole("from_days", 1, 366)
    if not by_row and "to_days" not in said:
        raise said.wrong("to_days", "the last of its days, or null for no end", None)
    return Rung(
        code=said.code("code", CODE),
        least=least,
        most=None if by_row else said.whole_or_none("to_days", least, 366),
        level=said.one_of("level", LEVELS),
        effect=said.one_of("effect", EFFECTS),
        months=said.whole_or_none("months", 1, 60),
        percent=said.whole_or_none("percent", 1, 100),
        in_row=said.whole("days_in_row", 2, 366) if by_row else None,
    )


@dataclass(frozen=True)
class Absence:
    """Days absent in a month, or in a whole year before Merit, and the event that says so. `row`: the longest run of working days in it."""

    days: int
    event: str
    row: int = 0


def days_of_year(months: Sequence[Absence], imported: Absence | None) -> tuple[int, tuple[Absence, ...]]:
    """The days cumulated in a year and the facts that count; an imported total covers what Merit recorded of that year.

    A month that was not recorded adds nothing: the days are what is known, at least.
    """
    counted = sum(one.days for one in months)
    if imported is not None and imported.days >= counted:
        return imported.days, (imported,) if imported.days else ()
    return counted, tuple(one for one in months if one.days)
