"""Whom somebody may rate: rounds that may concern him are found in views, and each is looked at by the rules, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Integer, Select, Subquery, Text, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY

from services.feedback.domain.rounds import Raters
from services.feedback.heard import LIFE, PositionAssigned, PositionWithdrawn, ReportingLineSet, ReportingLineWithdrawn
from services.feedback.known import served_in, standing_of, units_of
from services.feedback.views import ASKED, POSTED, ROUNDS
from shared.flow.declared import Reads
from shared.http.acting import RequestWork
from shared.http.policy import Actor
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused
from shared.views.queries import Question
from shared.views.view import Row

STANDING = Reads((*LIFE, PositionAssigned, PositionWithdrawn, ReportingLineSet, ReportingLineWithdrawn))
"""What says whether somebody was at work, and how two people stand to each other."""

PERIOD, AFTER, MOST = bindparam("period", type_=Text), bindparam("after", type_=Text), bindparam("most", type_=Integer)


def _open(rounds: Subquery) -> Select:
    shown = select(rounds.c.key, rounds.c.employee, rounds.c.raters)
    return shown.where(rounds.c.period == PERIOD, ~rounds.c.closed, rounds.c.key > AFTER).order_by(rounds.c.key).limit(MOST)


def _of_units(rounds: Subquery, posted: Subquery) -> Select:
    of_units = posted.c.unit == any_(bindparam("units", type_=ARRAY(Text)))
    ever = select(posted.c.employee).where(of_units).distinct().subquery()
    return _open(rounds).join(ever, rounds.c.key == ever.c.employee + "/" + PERIOD)


def _naming(rounds: Subquery, asked: Subquery) -> Select:
    mine = (asked.c.rater == bindparam("rater", type_=Text)) & (asked.c.period == PERIOD)
    return _open(rounds).join(asked, (rounds.c.key == asked.c.employee + "/" + PERIOD) & mine)


CANDIDATES = {
    Raters.ANY: Question((ROUNDS,), _open),
    Raters.UNIT: Question((ROUNDS, POSTED), _of_units),
    Raters.ASSIGNED: Question((ROUNDS, ASKED), _naming),
}
"""The rounds of a period that are open and may concern a rater, for each rule of whose answers count."""


@dataclass(frozen=True)
class Rating:
    """Whom `rater` may rate for `period` by the rule `raters`; `day`: on which units are compared."""

    work: RequestWork
    rater: Actor
    period: Period
    raters: Raters
    day: date

    def rounds(self, after: str, most: int) -> list[Row]:
        """The rounds in which he may answer, by key, after the key `after`; at most so many."""
        found: list[Row] = []
        while len(found) < most:
            candidates = self._candidates(after, most)
            found += self._allowed(candidates)
            if len(candidates) < most:
                break
            after = candidates[-1]["key"]
        return found[:most]

    def _candidates(self, after: str, most: int) -> list[Row]:
        units = units_of(self.work.knowledge, self.rater.id, self.day) if self.raters is Raters.UNIT else ()
        values = {"period": str(self.period), "rater": self.rater.id, "units": sorted(units)}
        return CANDIDATES[self.raters].ask(self.work.tx, after=after, most=most, **values)

    def _allowed(self, candidates: Sequence[Row]) -> list[Row]:
        people = sorted({self.rater.id, *(row["employee"] for row in candidates)})
        with self.work.reading_ahead(STANDING, people):
            return [row for row in candidates if self._may(row)]

    def _may(self, row: Row) -> bool:
        if not served_in(self.work.knowledge, row["employee"], self.period):
            return False
        try:
            standing_of(self.work.knowledge, self.rater, row["employee"], row["raters"], self.day).check(self.raters)
        except Refused:
            return False
        return True
