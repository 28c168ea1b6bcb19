"""The days of a month: in which post, in service or not, at work or interrupted, and what is paid on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby
from typing import Any

from services.payroll.domain.allowance import Portion
from services.payroll.domain.scheme import DAYS, FIRST_DAY, LAST_DAY, LONGEST, WHOLE_MONTH, WORKING_DAYS, Scheme
from services.payroll.heard import (
    EmploymentEnded,
    EmploymentEndRevoked,
    PositionAssigned,
    RegistrationWithdrawn,
    ServiceInterrupted,
    ServiceResumed,
)
from shared.kernel.calendar import Calendar
from shared.kernel.dated import of_fact
from shared.kernel.employment import INTERRUPTIONS, Employment
from shared.kernel.facts import Fact
from shared.kernel.money import Rupiah
from shared.kernel.periods import Period

_DAY = timedelta(days=1)
FULL = Fraction(100)
BEFORE_SERVICE, NO_POST = "before-service", "no-post"
"""Why nothing is paid on days before the first, or before the first post. After an end its kind is the reason."""


@dataclass(frozen=True)
class Stretch:
    """Days in a row on which the same holds. `days` of the month's `of_days`, counted as the rules count.

    `percent` is what is paid on these days of what the post gives; `why` says why it is not all: an interruption, the end of service.
    """

    since: date
    until: date
    position: Fact[PositionAssigned] | None
    serving: bool
    percent: Fraction
    why: str | None
    days: int = 1
    of_days: int = 1

    @property
    def paid(self) -> bool:
        return self.percent > 0 and self.days > 0

    @property
    def state(self) -> tuple:
        return (None if self.position is None else self.position.id, self.serving, self.percent, self.why)


def stretches(
    month: Period, positions: Sequence[Fact[PositionAssigned]], employment: Employment, scheme: Scheme, calendar: Calendar
) -> tuple[Stretch, ...]:
    """The month's stretches in order. Where one day decides for the whole month (`within_month`), the one in which that day lies."""
    held = [fact for fact in positions if not fact.event.acting]
    starts = sorted({month.start, *(day for day in _changes(held, employment) if month.start < day <= month.end)})
    if len(starts) == 1:
        return (_whole(month, held, employment, scheme, calendar),)
    ends = [*(start - _DAY for start in starts[1:]), month.end]
    found = [_stretch(month, since, until, held, employment, scheme) for since, until in zip(starts, ends, strict=True)]
    merged = [_joined(tuple(same)) for _, same in groupby(found, key=lambda stretch: stretch.state)]
    if scheme.within_month in (DAYS, WORKING_DAYS):
        counts = calendar.is_working if scheme.within_month == WORKING_DAYS else None
        of_days = _count(month.start, month.end, counts)
        return tuple(replace(one, days=_count(one.since, one.until, counts), of_days=of_days) for one in merged)
    return (replace(_deciding(month, merged, scheme.within_month), since=month.start, until=month.end),)


def _whole(month: Period, held: Sequence[Fact[PositionAssigned]], employment: Employment, scheme: Scheme, calendar: Calendar) -> Stretch:
    """A month in which nothing changes, as most are."""
    found = _stretch(month, month.start, month.end, held, employment, scheme)
    if scheme.within_month in (DAYS, WORKING_DAYS):
        days = _count(month.start, month.end, calendar.is_working if scheme.within_month == WORKING_DAYS else None)
        return replace(found, days=days, of_days=days)
    return found


def portions(found: Iterable[Stretch], scheme: Scheme) -> tuple[Portion, ...]:
    """What is paid of the month: the stretches with a post on which anything is."""
    return tuple(
        Portion(
            base=Rupiah(scheme.basic[one.position.event.job_class]),
            job_class=one.position.event.job_class,
            **_dates(one),
            percent=one.percent,
            why=one.why if one.percent != FULL else None,
        )
        for one in found
        if one.paid and one.position is not None
    )


def _dates(one: Stretch) -> dict[str, Any]:
    """None for a whole month: its lines are those of any other."""
    return {} if one.days == one.of_days else {"since": one.since, "until": one.until, "days": one.days, "of_days": one.of_days}


def position_on(day: date, positions: Sequence[Fact[PositionAssigned]], employment: Employment) -> Fact[PositionAssigned] | None:
    """The post held on the day. Acting posts (Plt) are passed over, and those of a spell of service before the day's own."""
    return employment.in_force((fact for fact in positions if not fact.event.acting), day, of_fact)


def life_in(month: Period, life: Sequence[Fact]) -> tuple[Fact, ...]:
    """The facts of service that may bear on the month: that it began within, ended, was interrupted or went on by its last day."""

    def bears(fact: Fact) -> bool:
        event = fact.event
        if event.since > month.end:
            return False
        match event:
            case EmploymentEnded() | EmploymentEndRevoked() | RegistrationWithdrawn() | ServiceResumed():
                return True
            case ServiceInterrupted():
                return event.until is None or event.until >= month.start
        return event.since > month.start

    known = {fact.id: fact for fact in life if bears(fact)}
    return tuple(sorted(known.values(), key=lambda fact: fact.version))


def away(period: Period, employment: Employment, month: Period) -> bool:
    """Whether the person is known not to have been at work on any day of `period`: before service, after it, or interrupted.

    What is paid is `month`: of a spell of service before the one that its last day lies in, no day counts.
    """
    if employment.began is None:
        return False
    last = employment.last_day(period, INTERRUPTIONS)
    return last is None or not employment.reaches(min(last, month.end), month.end)


def _changes(held: Sequence[Fact[PositionAssigned]], employment: Employment) -> Iterable[date]:
    """The days from which something else may hold."""
    yield from (fact.event.since for fact in held)
    for spell in employment.spells:
        yield spell.since
        if spell.end is not None:
            yield spell.end
        for one in spell.interruptions:
            yield one.since
            if one.until is not None:
                yield one.until + _DAY


def _stretch(
    month: Period, since: date, until: date, held: Sequence[Fact[PositionAssigned]], employment: Employment, scheme: Scheme
) -> Stretch:
    day, ended = since, employment.ended(since)
    if ended is not None and month.start < ended.end and scheme.ends.get(ended.how) == WHOLE_MONTH:
        day, ended = ended.end - _DAY, None  # paid as on the last day of service
    position = position_on(day, held, employment)
    if ended is not None:
        return Stretch(since, until, position, False, Fraction(0), ended.how)
    if employment.began is not None and not employment.serving(day):
        return Stretch(since, until, position, False, Fraction(0), BEFORE_SERVICE)
    if position is None:
        return Stretch(since, until, None, True, Fraction(0), NO_POST)
    return Stretch(since, until, position, True, *_interrupted(employment, day, scheme))


def _interrupted(employment: Employment, day: date, scheme: Scheme) -> tuple[Fraction, str | None]:
    """What is paid on a day of service, and the interruption that leaves less than all."""
    found = employment.interruption(day)
    if found is None:
        return FULL, None
    return scheme.interruptions.get(found.kind, FULL), found.kind


def _joined(same: Sequence[Stretch]) -> Stretch:
    return replace(same[0], until=same[-1].until)


def _deciding(month: Period, found: Sequence[Stretch], rule: str | int) -> Stretch:
    """The stretch that stands for the whole month; of equally long ones the earlier."""
    if rule == LONGEST:
        lengths: dict[tuple, int] = {}
        for one in found:
            lengths[one.state] = lengths.get(one.state, 0) + (one.until - one.since).days + 1
        return max(found, key=lambda one: lengths[one.state])
    day = {FIRST_DAY: month.start, LAST_DAY: month.end}.get(rule) or month.start + _DAY * (int(rule) - 1)
    return next(one for one in found if one.since <= day <= one.until)


def _count(since: date, until: date, counts: Callable[[date], bool] | None) -> int:
    """The days from `since` to `until`: all, or those that count."""
    if counts is None:
        return (until - since).days + 1
    return sum(counts(since + _DAY * number) for number in range((until - since).days + 1))
