"""Award proposals: those of a year follow the published criteria once its evaluation is opened, recognition follows surveys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.personnel.domain.awards import (
    Attendance,
    AwardRules,
    Person,
    RecognitionRules,
    Rise,
    Survey,
    read_awards,
    rises,
    winners,
)
from services.personnel.domain.proposals import PROPOSAL, Propose, proposal_name
from services.personnel.domain.proposing import Standing, brought_to, lapsed
from services.personnel.domain.results import written, year_results
from services.personnel.events import (
    LIFE,
    AttendanceRecorded,
    AwardEvaluationOpened,
    AwardTerms,
    DevelopmentDecided,
    EmploymentEnded,
    EmploymentEndReached,
    EmploymentEndRevoked,
    PositionAssigned,
    PositionWithdrawn,
    RankHeld,
    RankWithdrawn,
    Reason,
    RegistrationWithdrawn,
    SanctionImposed,
    SanctionLifted,
    TrainingCompleted,
    YearAbsenceRecorded,
)
from services.personnel.heard import AppraisalCorrected, AppraisalFinalized, AppraisalImported, SurveyResultPublished
from services.personnel.known import (
    OF_STANDING,
    RESULTS,
    employment_of,
    in_parts,
    rank_of,
    results_of,
    rules_or_none,
    sanctions_of,
    standing_of,
)
from services.personnel.reactions.discipline import absences
from services.personnel.views import AWARD_EVALUATIONS, EMPLOYEES, UNITS
from shared.events.rule_set import RuleSetPublished, RuleSetWithdrawn
from shared.flow.declared import Dispatch, EachRow, Keys, Reaction, Reads
from shared.kernel.dated import in_force, of_fact
from shared.kernel.employment import has_left
from shared.kernel.facts import Fact, Knowledge
from shared.kernel.periods import Period
from shared.kernel.withdrawn import that_count

KIND, RULES = "award", "awards"
OF_PERSON = (
    *LIFE,
    *RESULTS,
    *OF_STANDING,
    PositionAssigned,
    PositionWithdrawn,
    RankHeld,
    RankWithdrawn,
    AttendanceRecorded,
    YearAbsenceRecorded,
    SanctionImposed,
    SanctionLifted,
)
"""What an award of a year reads of everybody."""


def evaluate(key: str, knowledge: Knowledge) -> Iterable[Dispatch]:
    """Bring everybody's proposals for one award of one year to what the facts give, under the rules of the year's last day."""
    award, _, year = key.rpartition("/")
    found = rules_or_none(knowledge, RULES, Period.parse(year).end)
    rules = read_awards(found.settings, published=True).of(award) if found else None
    everybody = [row["key"] for row in knowledge.rows(EMPLOYEES)]
    name = proposal_name(KIND, award, year)
    standing: dict[str, Sequence[Standing]] = {}
    people: list[Person] = []
    left: set[str] = set()
    for part, known in in_parts(everybody, OF_PERSON, knowledge):
        standing |= {one: _named(standing_of(one, known, RULES), name) for one in part}
        left |= {one for one in part if has_left(known, one, LIFE)}
        if rules:
            people += [person for one in part if (person := _person(one, int(year), rules, known)) is not None]
    wanted = _earned(rules, found.name, int(year), people, standing, knowledge) if found and rules else {}
    return [
        Dispatch(PROPOSAL, command)
        for one in everybody
        for command in (
            lapsed(one, standing[one]) if one in left else brought_to(one, {name: wanted[one]} if one in wanted else {}, standing[one])
        )
    ]


def _named(standing: Sequence[Standing], name: str) -> Sequence[Standing]:
    return [one for one in standing if one.proposal == name]


def _earned(
    rules: AwardRules,
    rule_set: str,
    year: int,
    people: Sequence[Person],
    standing: Mapping[str, Sequence[Standing]],
    knowledge: Knowledge,
) -> Mapping[str, Propose]:
    units = sorted({person.unit for person in people if person.unit is not None})
    surveys = {
        unit: survey
        for part, known in in_parts(units, (SurveyResultPublished,), knowledge)
        for unit in part
        if (survey := _survey_of_year(unit, year, known)) is not None
    }
    rejected = frozenset(one for one, made in standing.items() if any(each.status == "rejected" for each in made))
    return {
        one.employee: Propose(
            one.employee,
            proposal_name(KIND, rules.award, str(year)),
            KIND,
            rules.award,
            str(year),
            one.reasons,
            rule_set,
            RULES,
            award=one.terms,
        )
        for one in winners(rules, year, people, surveys, rejected)
    }


def _person(employee: str, year: int, rules: AwardRules, knowledge: Knowledge) -> Person | None:
    employment = employment_of(employee, knowledge)
    if employment is None:
        return None
    end = Period.parse(str(year)).end
    held = that_count(knowledge, PositionAssigned, PositionWithdrawn, employee, end, LIFE)
    post = in_force((fact for fact in held if not fact.event.acting), end, of_fact)
    rank = rank_of(employee, knowledge)
    return Person(
        employee=employee,
        employment=employment,
        unit=post.event.unit if post else None,
        results=year_results(results_of(employee, knowledge), year, imported=rules.imported),
        attendance=_attendance(employee, str(year), knowledge),
        sanctions=_sanctions(employee, year, knowledge),
        service_since=rank.event.service_since if rank else None,
    )


def _attendance(employee: str, year: str, knowledge: Knowledge) -> Attendance | None:
    """What is known of a whole year: all twelve months, or the days that the old system had; None when some of it is missing."""
    months: dict[str, Fact[AttendanceRecorded]] = {}
    for fact in knowledge.facts(AttendanceRecorded, employee):
        if fact.event.month.startswith(f"{year}-") and (fact.event.month not in months or fact.version > months[fact.event.month].version):
            months[fact.event.month] = fact
    days, _ = absences(employee, year, knowledge)
    if len(months) == 12 and all(fact.event.provisional_until is None for fact in months.values()):
        minutes = sum(fact.event.minutes_late + fact.event.minutes_early for fact in months.values())
        return Attendance(days, minutes, months[max(months)].id)
    told = [fact for fact in knowledge.facts(YearAbsenceRecorded, employee) if fact.event.year == year]
    return Attendance(days, None, told[-1].id) if told else None


def _sanctions(employee: str, year: int, knowledge: Knowledge) -> tuple[str, ...]:
    """Those that began or ran in the year, unless lifted from their first day."""
    whole = Period.parse(str(year))
    found = []
    for imposed, lifted in sanctions_of(employee, knowledge):
        event = imposed.event
        until = event.until or event.since
        if lifted is not None and lifted.event.on <= event.since:
            continue
        if event.since <= whole.end and until >= whole.start:
            found.append(event.sanction)
    return tuple(found)


def _surveys(unit: str, knowledge: Knowledge) -> Mapping[str, Mapping[Period, Survey]]:
    """For each service of the unit the index of each period, as published last."""
    last: dict[tuple[str, str], Fact[SurveyResultPublished]] = {}
    for fact in knowledge.facts(SurveyResultPublished, unit):
        key = (fact.event.service, fact.event.period)
        if key not in last or fact.version > last[key].version:
            last[key] = fact
    found: dict[str, dict[Period, Survey]] = {}
    for (service, period), fact in sorted(last.items()):
        found.setdefault(service, {})[Period.parse(period)] = Survey(fact.event.exact_index, fact.id)
    return found


def _survey_of_year(unit: str, year: int, knowledge: Knowledge) -> Survey | None:
    """The lowest of the services' last indexes in the year: a team answers for all its services."""
    last = []
    for periods in _surveys(unit, knowledge).values():
        held = sorted((pair for pair in periods.items() if pair[0].year == year), key=lambda pair: (pair[0].end, pair[0].start))
        last += [held[-1][1]] if held else []
    return min(last, key=lambda survey: (survey.index, survey.event), default=None)


def of_year_facts(fact: Fact, knowledge: Knowledge) -> Keys:
    """The evaluations opened: few, and each looks at everybody anew."""
    return EachRow(AWARD_EVALUATIONS)


def of_decision(fact: Fact[DevelopmentDecided], knowledge: Knowledge) -> Keys:
    """Whom an official passed over makes room for the next."""
    return of_year_facts(fact, knowledge) if fact.event.proposal.startswith("award-") and fact.event.outcome == "rejected" else ()


YEAR_AWARDS = Reaction(
    name="year-awards",
    on={
        AwardEvaluationOpened: lambda fact, knowledge: (f"{fact.event.award}/{fact.event.year}",),
        AppraisalFinalized: of_year_facts,
        AppraisalCorrected: of_year_facts,
        AppraisalImported: of_year_facts,
        AttendanceRecorded: of_year_facts,
        YearAbsenceRecorded: of_year_facts,
        SanctionImposed: of_year_facts,
        SanctionLifted: of_year_facts,
        SurveyResultPublished: of_year_facts,
        DevelopmentDecided: of_decision,
        EmploymentEnded: of_year_facts,
        RegistrationWithdrawn: of_year_facts,
        EmploymentEndReached: of_year_facts,
        EmploymentEndRevoked: of_year_facts,
        RuleSetPublished: lambda fact, knowledge: of_year_facts(fact, knowledge) if fact.event.kind == RULES else (),
        RuleSetWithdrawn: lambda fact, knowledge: of_year_facts(fact, knowledge) if fact.event.kind == RULES else (),
    },
    decide=evaluate,
)


def recognise(employee: str, knowledge: Knowledge) -> Iterable[Dispatch]:
    """A person who contributed when a unit's index rose is proposed for recognition, citing both surveys and the training."""
    if not knowledge.rule_sets(RULES):
        return []
    name = f"{KIND}-recognition-"
    standing = [one for one in standing_of(employee, knowledge, RULES) if one.proposal.startswith(name)]
    if has_left(knowledge, employee, LIFE):
        return [Dispatch(PROPOSAL, command) for command in lapsed(employee, standing)]
    wanted: dict[str, Propose] = {}
    for risen in knowledge.made(_risen):
        reasons = _contribution(employee, risen.unit, risen.rise, risen.rules, knowledge)
        if reasons:
            _add(wanted, employee, risen.rise, reasons, risen.rules, risen.rule_set)
    return [Dispatch(PROPOSAL, command) for command in brought_to(employee, wanted, standing)]


@dataclass(frozen=True)
class _Risen:
    """A rise of a unit's index that its period's rules recognise."""

    unit: str
    rise: Rise
    rules: RecognitionRules
    rule_set: str


def _risen(knowledge: Knowledge) -> Sequence[_Risen]:
    """In all units, by unit, service and period. It holds for everybody, so a batch of people finds it once."""
    made: list[_Risen] = []
    units = [row["key"] for row in knowledge.rows(UNITS)]
    for part, known in in_parts(units, (SurveyResultPublished,), knowledge):
        for unit in part:
            for service, published in _surveys(unit, known).items():
                for period in sorted(published, key=lambda one: (one.end, one.start)):
                    found = rules_or_none(knowledge, RULES, period.end)
                    rules = read_awards(found.settings, published=True).recognition if found else None
                    if found is not None and rules is not None:
                        recognised = (rise for rise in rises(service, published, rules) if rise.period == period)
                        made += [_Risen(unit, rise, rules, found.name) for rise in recognised]
    return made


def _contribution(employee: str, unit: str, rise: Rise, rules: RecognitionRules, knowledge: Knowledge) -> tuple[Reason, ...]:
    """The reasons, none when it was not this person's part."""
    posts = that_count(knowledge, PositionAssigned, PositionWithdrawn, employee, rise.period.end, LIFE)
    here = [fact for fact in posts if fact.event.unit == unit and _held_last(fact, posts, rise.period.end)]
    if (rules.in_unit or not rules.trained_in) and not here:
        return ()
    trained = [
        fact
        for fact in knowledge.facts(TrainingCompleted, employee)
        if fact.event.programme in rules.trained_in
        and fact.event.result in ("passed", "reached")
        and fact.event.completed_on <= rise.period.end
    ]
    if rules.trained_in and not trained:
        return ()
    return (
        Reason("survey-before", rise.before.event, written(rise.before.index)),
        Reason("survey-after", rise.after.event, written(rise.after.index)),
        *(Reason("trained", fact.id, fact.event.completed_on.isoformat()) for fact in trained),
    )


def _held_last(fact: Fact[PositionAssigned], posts: Sequence[Fact[PositionAssigned]], day: date) -> bool:
    """Whether the post is the one held on the day, definitive or acting."""
    return in_force((one for one in posts if one.event.acting == fact.event.acting), day, of_fact) == fact


def _add(
    wanted: dict[str, Propose], employee: str, rise: Rise, reasons: tuple[Reason, ...], rules: RecognitionRules, rule_set: str
) -> None:
    """Two services of a unit that rose in one period make one recognition with the reasons of both."""
    name = proposal_name(KIND, rules.award, str(rise.period))
    if name in wanted:
        reasons = tuple(dict.fromkeys((*wanted[name].reasons, *reasons)))
    terms = AwardTerms(rules.award, None, str(rise.period.year), rules.bonus)
    wanted[name] = Propose(employee, name, KIND, rules.award, str(rise.period), reasons, rule_set, RULES, award=terms)


def of_survey(fact: Fact[SurveyResultPublished], knowledge: Knowledge) -> Keys:
    """Anybody may have been trained for it, wherever he sits."""
    return EachRow(EMPLOYEES)


RECOGNITION = Reaction(
    name="recognition",
    on={
        SurveyResultPublished: of_survey,
        TrainingCompleted: lambda fact, knowledge: (fact.subject,),
        EmploymentEnded: lambda fact, knowledge: (fact.subject,),
        RegistrationWithdrawn: lambda fact, knowledge: (fact.subject,),
        EmploymentEndReached: lambda fact, knowledge: (fact.subject,),
        EmploymentEndRevoked: lambda fact, knowledge: (fact.subject,),
        **dict.fromkeys((PositionAssigned, PositionWithdrawn), lambda fact, knowledge: (fact.subject,)),
        RuleSetPublished: lambda fact, knowledge: of_survey(fact, knowledge) if fact.event.kind == RULES else (),
        RuleSetWithdrawn: lambda fact, knowledge: of_survey(fact, knowledge) if fact.event.kind == RULES else (),
    },
    decide=recognise,
    reads=Reads(),
)
