"""The ladder of sanctions for absence without excuse, and which rung a year's days reach (PP 94/2021 art. 9–14 and 42)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.personnel.domain.settings import EMPLOYMENTS, Reader
from services.personnel.events import SanctionTerms

READ = Reader("discipline")
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


def read_discipline(settings: Mapping[str, Any], ladders: Mapping[str, Ladder]) -> DisciplineRules:
    """The settings of a rule set of kind ``discipline``; Refused (422) when they are wrong."""
    READ.keys("settings", settings, {"ladder", "basis", "allowance_cut"}, {"employments"})
    given = settings["ladder"]
    ladder = ladders[READ.one_of("ladder", given, sorted(ladders))] if isinstance(given, str) else _ladder(given)
    cut = READ.keys("allowance_cut", settings["allowance_cut"], {"from", "substitute", "substitute_months"}, {"basis"})
    cuts_from = READ.day_or_none("allowance_cut.from", cut["from"])
    if cuts_from is not None and "basis" not in cut:
        raise READ.wrong("allowance_cut", "the basis of the cut (law and article)", sorted(cut))
    return DisciplineRules(
        ladder=ladder,
        employments=READ.some_of("employments", settings.get("employments", ["PNS", "CPNS"]), EMPLOYMENTS),
        basis=READ.cited("basis", settings["basis"]),
        cuts_from=cuts_from,
        cut_basis=READ.cited("allowance_cut.basis", cut["basis"]) if "basis" in cut else None,
        substitute=READ.one_of("allowance_cut.substitute", cut["substitute"], SUBSTITUTES),
        substitute_months=READ.whole("allowance_cut.substitute_months", cut["substitute_months"], 1, 60),
    )


def _ladder(given: Any) -> Ladder:
    rungs = tuple(_rung(f"ladder[{place}]", one) for place, one in enumerate(READ.listed("settings.ladder", given)))
    summed = [rung for rung in rungs if rung.least is not None]
    for lower, higher in zip(summed, summed[1:], strict=False):
        if lower.most is None or higher.least != lower.most + 1:
            raise READ.wrong("ladder", f"a rung that begins where {lower.code} ends", f"{higher.code} from {higher.least}")
    if not rungs:
        raise READ.wrong("ladder", "at least one rung, or the name of a table", given)
    return rungs


def _rung(place: str, data: Any) -> Rung:
    by_row = isinstance(data, Mapping) and "days_in_row" in data
    READ.keys(place, data, {"code", "level", "effect"} | ({"days_in_row"} if by_row else {"from_days", "to_days"}), {"months", "percent"})
    least = None if by_row else READ.whole(f"{place}.from_days", data["from_days"], 1, 366)
    return Rung(
        code=READ.code(f"{place}.code", data["code"]),
        least=least,
        most=None if by_row else READ.whole_or_none(f"{place}.to_days", data["to_days"], least, 366),
        level=READ.one_of(f"{place}.level", data["level"], LEVELS),
        effect=READ.one_of(f"{place}.effect", data["effect"], EFFECTS),
        months=READ.whole_or_none(f"{place}.months", data.get("months"), 1, 60),
        percent=READ.whole_or_none(f"{place}.percent", data.get("percent"), 1, 100),
        in_row=READ.whole(f"{place}.days_in_row", data["days_in_row"], 2, 366) if by_row else None,
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
