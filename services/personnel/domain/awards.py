"""Awards by published criteria: who earns those of a year, and whose part it was that a unit's survey index rose."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from services.personnel.domain.results import Appraisal, at_least, mean_order, written
from services.personnel.domain.settings import CODE, EMPLOYMENTS, PREDICATES
from services.personnel.events import AwardTerms, Reason
from shared.kernel.periods import Period
from shared.kernel.settings import Settings, read

PERSON_ORDER = ("predicate", "score", "attendance", "seniority")
UNIT_ORDER = ("predicate", "score", "survey", "attendance")
MOST_BONUS = 10**10


@dataclass(frozen=True)
class AwardRules:
    """One award of a year. `to`: employee or unit. Who does not meet a need is no candidate; `order` ranks the others.

    `days_absent` and `minutes` (late and early together): at most so many in the year, None where attendance does not matter; where it
    does, all twelve months must be recorded (of a year before Merit its imported days), since what is missing is not zero.
    """

    award: str
    to: str
    winners: int
    bonus: int
    predicate: str
    order: tuple[str, ...]
    days_absent: int | None
    minutes: int | None
    no_sanction: bool
    imported: bool
    employments: tuple[str, ...]
    members: int


@dataclass(frozen=True)
class RecognitionRules:
    """Contributors to a unit's better service: the index of one survey rose by at least `rise` from one period to the next.

    `trained_in`: who completed one of these trainings by the end of the later period; empty: every member of the unit.
    `in_unit`: of them only those who held a post in the unit then.
    """

    award: str
    bonus: int
    rise: Fraction
    trained_in: tuple[str, ...]
    in_unit: bool


@dataclass(frozen=True)
class AwardsBook:
    awards: tuple[AwardRules, ...]
    recognition: RecognitionRules | None

    def of(self, award: str) -> AwardRules | None:
        return next((one for one in self.awards if one.award == award), None)


def read_awards(settings: Mapping[str, Any], *, published: bool = False) -> AwardsBook:
    """The settings of a rule set of kind ``awards``; Refused (422) when they are wrong."""
    return read(settings, _awards, published=published)


def _awards(said: Settings) -> AwardsBook:
    awards = tuple(_award(one) for one in said.parts("awards"))
    codes = [one.award for one in awards]
    if len(set(codes)) != len(codes) or "recognition" in codes:
        raise said.wrong("awards", "each award once; recognition has its own member", codes)
    recognition = said.part_or_none("recognition")
    return AwardsBook(awards, None if recognition is None else _recognition(recognition))


def check_awards(settings: Mapping[str, Any]) -> None:
    """Raise Refused (422) when the settings are no rule set of kind ``awards``."""
    read_awards(settings)


def _award(said: Settings) -> AwardRules:
    to = said.one_of("to", ("employee", "unit"))
    return AwardRules(
        award=said.code("award", CODE),
        to=to,
        winners=said.whole("winners", 1, 100, 1),
        bonus=said.whole("bonus", 0, MOST_BONUS, 0),
        predicate=said.one_of("predicate_at_least", PREDICATES),
        order=said.some_of("order", PERSON_ORDER if to == "employee" else UNIT_ORDER),
        days_absent=said.whole_or_none("days_absent_at_most", 0, 366),
        minutes=said.whole_or_none("minutes_at_most", 0, 10**6),
        no_sanction=said.flag("no_sanction", True),
        imported=said.flag("imported", False),
        employments=said.some_of("employments", EMPLOYMENTS, EMPLOYMENTS),
        members=said.whole("members_at_least", 1, 1000, 2),
    )


def _recognition(said: Settings) -> RecognitionRules:
    rise = said.number("rise_at_least")
    if rise <= 0:
        raise said.wrong("rise_at_least", "more than 0 points of the index", str(rise))
    return RecognitionRules(
        award="recognition",
        bonus=said.whole("bonus", 0, MOST_BONUS, 0),
        rise=rise,
        trained_in=said.codes("trained_in", CODE, (), empty=True),
        in_unit=said.flag("in_unit", True),
    )


@dataclass(frozen=True)
class Attendance:
    """A year's attendance as far as it is known: `days`, `minutes` (None: not known), and the event of its last record."""

    days: int
    minutes: int | None
    event: str


@dataclass(frozen=True)
class Person:
    """What a year knows of one employee. `attendance` None: not all of it is recorded. `results` cover the whole year, or are none."""

    employee: str
    employment: str
    unit: str | None
    results: tuple[Appraisal, ...]
    attendance: Attendance | None
    sanctions: tuple[str, ...]
    service_since: date | None


@dataclass(frozen=True)
class Survey:
    """A published index and its event."""

    index: Fraction
    event: str


@dataclass(frozen=True)
class Winner:
    employee: str
    terms: AwardTerms
    reasons: tuple[Reason, ...]


def winners(
    rules: AwardRules, year: int, people: Sequence[Person], surveys: Mapping[str, Survey], passed_over: Collection[str]
) -> Sequence[Winner]:
    """Those who earn the award, each with reasons. Equals on the last place are all proposed: an official chooses.

    `surveys`: each unit's last index of the year; `passed_over`: employees, or units' members, whom an official rejected.
    """
    fit = [person for person in people if person.employee not in passed_over and _fits(rules, person)]
    if rules.to == "employee":
        chosen = _first(fit, lambda person: tuple(_person_height(name, person) for name in rules.order), rules.winners)
        return [Winner(one.employee, AwardTerms(rules.award, None, str(year), rules.bonus), _reasons(rules, one)) for one in chosen]
    units: dict[str, list[Person]] = {}
    for person in people:
        if person.unit is not None and person.employment in rules.employments:
            units.setdefault(person.unit, []).append(person)
    # A team wins together: one member who is not fit, or was passed over, leaves it out.
    whole = {unit: members for unit, members in units.items() if len(members) >= rules.members and all(one in fit for one in members)}
    chosen_units = _first(
        sorted(whole), lambda unit: tuple(_unit_height(name, whole[unit], surveys.get(unit)) for name in rules.order), rules.winners
    )
    return [
        Winner(
            one.employee, AwardTerms(rules.award, unit, str(year), rules.bonus), _team_reasons(rules, one, whole[unit], surveys.get(unit))
        )
        for unit in chosen_units
        for one in whole[unit]
    ]


def _fits(rules: AwardRules, person: Person) -> bool:
    if person.employment not in rules.employments or not at_least(person.results, rules.predicate):
        return False
    if rules.no_sanction and person.sanctions:
        return False
    there = person.attendance
    if rules.days_absent is not None and (there is None or there.days > rules.days_absent):
        return False
    return rules.minutes is None or (there is not None and there.minutes is not None and there.minutes <= rules.minutes)


def _first(all_: Sequence[Any], height: Any, most: int) -> Sequence[Any]:
    """The first `most` by `height` (less is better) and all that equal the last of them."""
    ordered = sorted(all_, key=height)
    return [one for one in ordered if height(one) <= height(ordered[min(most, len(ordered)) - 1])]


_LAST = Fraction(1)
"""The height of who has no score or index: after one of 0, since what is missing is not zero."""


def _person_height(name: str, person: Person) -> Any:
    if name == "predicate":
        return -mean_order(person.results)
    if name == "score":
        return -mean_score([person]) if mean_score([person]) is not None else _LAST
    if name == "attendance":
        return _absence([person])
    return person.service_since or date.max


def _unit_height(name: str, members: Sequence[Person], survey: Survey | None) -> Any:
    if name == "predicate":
        return -_unit_mean(members)
    if name == "score":
        mean = mean_score(members)
        return -mean if mean is not None else _LAST
    if name == "survey":
        return -survey.index if survey else _LAST
    return _absence(members)


def mean_score(people: Sequence[Person]) -> Fraction | None:
    """The mean of the exact scores of the numeric regime; None when a result has none."""
    scores = [result.score for person in people for result in person.results]
    known = [score for score in scores if score is not None]
    return sum(known, Fraction(0)) / len(known) if known and len(known) == len(scores) else None


def _unit_mean(members: Sequence[Person]) -> Fraction:
    return sum((mean_order(one.results) for one in members), Fraction(0)) / len(members)


def _absence(people: Sequence[Person]) -> tuple[int, Fraction, Fraction]:
    """Fewer days first, then fewer minutes, for each person; who is not fully recorded comes last."""
    known = [one.attendance for one in people if one.attendance is not None]
    if len(known) < len(people):
        return (1, Fraction(0), Fraction(0))
    days = Fraction(sum(one.days for one in known), len(known))
    return (0, days, Fraction(sum(one.minutes or 0 for one in known), len(known)))


def _reasons(rules: AwardRules, person: Person) -> tuple[Reason, ...]:
    found = [Reason("predicate", one.event, one.predicate) for one in person.results]
    score = mean_score([person])
    if "score" in rules.order and score is not None:
        found.append(Reason("score", None, written(score)))
    if person.attendance is not None and (rules.days_absent is not None or rules.minutes is not None or "attendance" in rules.order):
        found.append(Reason("days-absent", person.attendance.event, str(person.attendance.days)))
        if person.attendance.minutes is not None:
            found.append(Reason("minutes-late", person.attendance.event, str(person.attendance.minutes)))
    if rules.no_sanction:
        found.append(Reason("no-sanction", None, "none"))
    if "seniority" in rules.order and person.service_since is not None:
        found.append(Reason("seniority", None, person.service_since.isoformat()))
    return tuple(found)


def _team_reasons(rules: AwardRules, person: Person, members: Sequence[Person], survey: Survey | None) -> tuple[Reason, ...]:
    found = [*_reasons(rules, person), Reason("team-mean", None, written(_unit_mean(members)))]
    if survey is not None and "survey" in rules.order:
        found.append(Reason("survey", survey.event, written(survey.index)))
    return tuple(found)


@dataclass(frozen=True)
class Rise:
    """A survey's index rose from one period to the next."""

    service: str
    period: Period
    before: Survey
    after: Survey


def rises(service: str, published: Mapping[Period, Survey], rules: RecognitionRules) -> Sequence[Rise]:
    """Every period of one service whose index stands so much higher than that of the period before."""
    found = []
    for period, after in sorted(published.items(), key=lambda pair: (pair[0].end, pair[0].start)):
        before = published.get(period.shift(-1))
        if before is not None and after.index - before.index >= rules.rise:
            found.append(Rise(service, period, before, after))
    return found
