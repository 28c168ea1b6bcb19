"""Who belongs to an organisation for a period, and what their results come to: asked of views, inside the database.

A person belongs where he served on the last day of the period that the rules ask for: to that unit, and to all above it on the period's
last day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    FromClause,
    Integer,
    Select,
    Subquery,
    Text,
    and_,
    any_,
    bindparam,
    case,
    cast,
    column,
    func,
    not_,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.appraisal.views import APPRAISALS, EMPLOYEES, POSTED, RESULTS, UNITS
from services.appraisal.views.results import PARTS
from shared.kernel.periods import Period
from shared.store.database import Transaction
from shared.views.queries import Question
from shared.views.view import Row

FEW = 2_000
"""So many people are found by the units of their posts and looked at one by one; a larger organisation is gone through by person."""

UNIT, PERIOD, WITHOUT = bindparam("unit", type_=Text), bindparam("period", type_=Text), bindparam("without", type_=ARRAY(Text))
FIRST, LAST = bindparam("first", type_=Date), bindparam("last", type_=Date)
FEW_CODES, KEYS = bindparam("few", type_=ARRAY(Text)), bindparam("keys", type_=ARRAY(Text))
AFTER, MOST = bindparam("after", type_=Text), bindparam("most", type_=Integer)


@dataclass(frozen=True)
class Members:
    """The people of `unit`, or of the agency (None), for `period`; interruptions of the kinds `without` are no service here."""

    unit: str | None
    period: Period
    without: Collection[str] = ()

    @property
    def values(self) -> Mapping[str, Any]:
        dates = {"first": self.period.start, "last": self.period.end}
        return {"unit": self.unit, "period": str(self.period), "without": list(self.without), **dates}


class Extent(Enum):
    """In which way the people of an organisation are found."""

    AGENCY = "everybody"
    SMALL = "those who ever had a post in one of its units"
    LARGE = "everybody, by where he served"


@dataclass(frozen=True)
class Sum:
    """Of so many numbers."""

    total: Fraction
    of: int


@dataclass(frozen=True)
class Tally:
    """How many people belong, how many of them have which predicate, and what their numbers come to, part by part (`PARTS`), exactly."""

    persons: int
    counts: Mapping[str, int]
    sums: Mapping[str, Sum]


@dataclass(frozen=True)
class Organisation:
    """Whom `asked` names, as this transaction finds them; `few`: their codes, where they are not more than `FEW`."""

    tx: Transaction
    asked: Members
    extent: Extent
    few: tuple[str, ...] = ()

    @classmethod
    def of(cls, tx: Transaction, asked: Members) -> Organisation:
        if asked.unit is None:
            return cls(tx, asked, Extent.AGENCY)
        ever = [row["employee"] for row in _EVER.ask(tx, **asked.values, most=FEW + 1)]
        if len(ever) > FEW:
            return cls(tx, asked, Extent.LARGE)
        found = _FEW.ask(tx, **asked.values, few=sorted(set(ever)))
        return cls(tx, asked, Extent.SMALL, tuple(row["employee"] for row in found))

    def counted(self) -> tuple[int, Mapping[str, int]]:
        """How many people belong, and how many of them have which predicate."""
        found = self._ask(_counts)
        return sum(row["persons"] for row in found), {row["predicate"]: row["persons"] for row in found if row["predicate"]}

    def tallied(self) -> Tally:
        persons, counts, sums = 0, Counter[str](), dict.fromkeys(PARTS, Sum(Fraction(), 0))
        for row in self._ask(_tally):
            persons += row["persons"]
            if row["predicate"]:
                counts[row["predicate"]] += row["persons"]
                sums |= {part: _added(sums[part], row[part], row[f"{part}_over"], row[f"{part}_of"]) for part in PARTS if row[f"{part}_of"]}
        return Tally(persons, counts, sums)

    def appraisals(self, after: str, most: int) -> list[Row]:
        """The period's appraisals of these people, by key, after the key `after`."""
        return self._ask(_appraisals, after=after, most=most)

    def _ask(self, question: Callable[[Extent], Question], **more: Any) -> list[Row]:
        keys = [f"{employee}/{self.asked.period}" for employee in self.few]
        return question(self.extent).ask(self.tx, **self.asked.values, few=list(self.few), keys=keys, **more)


def _added(before: Sum, total: Decimal, over: Decimal, of: int) -> Sum:
    return Sum(before.total + Fraction(total) / Fraction(over), before.of + of)


def the_top(tx: Transaction) -> str | None:
    """The unit under which all others stand now; None where there are several."""
    tops = _TOPS.ask(tx)
    return tops[0]["key"] if len(tops) == 1 else None


_TOPS = Question((UNITS,), lambda units: select(units.c.key).where(units.c.parent.is_(None)).limit(2))


@cache
def _counts(extent: Extent) -> Question:
    return _of_results(extent, lambda results: ())


@cache
def _tally(extent: Extent) -> Question:
    """Numbers are summed by what they are over, so that no sum is rounded."""

    def sums(results: Subquery) -> Iterable[ColumnElement[Any]]:
        for part in PARTS:
            yield results.c[f"{part}_over"]
            yield func.sum(results.c[part]).label(part)
            yield func.count(results.c[part]).label(f"{part}_of")

    return _of_results(extent, sums, *(f"{part}_over" for part in PARTS))


def _of_results(extent: Extent, told: Callable[[Subquery], Iterable[ColumnElement[Any]]], *by: str) -> Question:
    """How many people there are for each predicate (and each of `by`), with what is `told` of their results."""

    def whole(people: Subquery, units: Subquery, moved: Subquery, results: Subquery) -> Select[Any]:
        who = _who(extent, people, units, moved).subquery("who")
        of_period = and_(results.c.key == who.c.employee + "/" + PERIOD, results.c.period == PERIOD)
        found = select(results.c.predicate, func.count().label("persons"), *told(results)).select_from(who.outerjoin(results, of_period))
        return found.group_by(results.c.predicate, *(results.c[name] for name in by))

    return Question((EMPLOYEES, UNITS, UNITS, RESULTS), whole)


def _who(extent: Extent, people: Subquery, units: Subquery, moved: Subquery) -> Select[Any]:
    """The codes of those who belong, as ``employee``."""
    if extent is Extent.SMALL:
        return select(func.unnest(FEW_CODES).label("employee"))
    return select(people.c.key.label("employee")).where(_belongs(extent, _place(people), units, moved))


def _belongs(extent: Extent, place: ColumnElement[str | None], units: Subquery, moved: Subquery) -> ColumnElement[bool]:
    return place.is_not(None) if extent is Extent.AGENCY else place.in_(select(_inside(units, moved).c.unit))


@cache
def _appraisals(extent: Extent) -> Question:
    """Of few by their keys. Of many the period is gone through from the key on until there are enough: the limit within keeps it so."""

    def listed(people: Subquery, units: Subquery, moved: Subquery, appraisals: Subquery) -> Select[Any]:
        page = select(appraisals).where(appraisals.c.key > AFTER).order_by(appraisals.c.key).limit(MOST)
        if extent is Extent.SMALL:
            return page.where(appraisals.c.key == any_(KEYS))
        place = select(_place(people).label("unit")).where(people.c.key == appraisals.c.employee).limit(1).lateral("place")
        return page.join(place, true()).where(appraisals.c.period == PERIOD, _belongs(extent, place.c.unit, units, moved))

    return Question((EMPLOYEES, UNITS, UNITS, APPRAISALS), listed)


def _ever(posted: Subquery, units: Subquery, moved: Subquery) -> Select[Any]:
    """People who were ever given a post in one of the units, but not more than are asked for."""
    inside = _inside(units, moved)
    return select(posted.c.employee).join(inside, inside.c.unit == posted.c.unit).limit(MOST)


_EVER = Question((POSTED, UNITS, UNITS), _ever)


def _few(people: Subquery, units: Subquery, moved: Subquery) -> Select[Any]:
    belongs = _belongs(Extent.SMALL, _place(people), units, moved)
    return select(people.c.key.label("employee")).where(people.c.key == any_(FEW_CODES), belongs)


_FEW = Question((EMPLOYEES, UNITS, UNITS), _few)


def _place(people: Subquery) -> ColumnElement[str | None]:
    """The unit of the last day served in the period, ``""`` for a day without a post, NULL without such a day."""

    def counts(stay: FromClause) -> ColumnElement[bool]:
        return and_(stay.c.since <= LAST, stay.c.until >= FIRST, not_(stay.c.away.overlap(WITHOUT)))

    earlier = (
        func.jsonb_to_recordset(people.c.earlier)
        .table_valued(column("unit", Text), column("since", Date), column("until", Date), column("away", ARRAY(Text)))
        .render_derived(name="stay", with_types=True)
    )
    before = select(earlier.c.unit).where(counts(earlier)).order_by(earlier.c.since.desc()).limit(1).scalar_subquery()
    return case((counts(people), people.c.unit), else_=before)


def _inside(units: Subquery, moved: Subquery) -> CTE:
    """A unit and all units below it on a day, as ``unit``. The few that moved after the day are looked at by their history."""
    late = select(moved.c.key, _parent_on(moved).label("parent")).where(moved.c.moved > LAST).cte("late")
    inside = select(cast(UNIT, Text).label("unit")).cte("inside", recursive=True)
    stood = select(units.c.key).where(units.c.parent == inside.c.unit, or_(units.c.moved.is_(None), units.c.moved <= LAST))
    below = union_all(stood.correlate(inside), select(late.c.key).where(late.c.parent == inside.c.unit).correlate(inside)).lateral("below")
    return inside.union(select(below.c.key).select_from(inside.join(below, true())))


def _parent_on(units: Subquery) -> ColumnElement[str | None]:
    """Above whom a unit stood on the period's last day; for a day before it was opened as on that of its opening."""
    entry = func.jsonb_array_elements(units.c.parents).table_valued(column("said", JSONB), with_ordinality="number").render_derived()
    on = func.greatest(cast(LAST, Date), _since(units.c.parents[0]))
    above = select(entry.c.said["parent"].astext).where(_since(entry.c.said) <= on)
    return above.order_by(entry.c.number.desc()).limit(1).scalar_subquery()


def _since(entry: ColumnElement[Any]) -> ColumnElement[date]:
    return cast(entry["since"].astext, Date)
