"""What appraisal does by itself: statutory clocks, and an improvement item for what citizens rightly complain of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime

from services.appraisal import events, views
from services.appraisal.domain import streams
from services.appraisal.domain.appraisal import APPRAISAL, AcceptBySilence
from services.appraisal.domain.improvement import IMPROVEMENT, MoveImprovementItem, OpenImprovementItem
from services.appraisal.domain.objection import ReportOverdue
from services.appraisal.domain.rules import AppraisalRules
from services.appraisal.domain.running import MoveTerms
from services.appraisal.heard import ComplaintResolved, SurveyResultPublished
from services.appraisal.known import appraisal_rules
from shared.events.calendar import CALENDAR_EVENTS
from shared.flow.declared import Arm, Disarm, Dispatch, EachRow, Keys, Reaction, Reads, Timer
from shared.kernel.facts import Fact, Knowledge
from shared.kernel.periods import Period


def _key(fact: Fact) -> str:
    return f"{fact.event.employee}/{fact.event.period}"


def _disarm(fact: Fact) -> Iterable[Disarm]:
    return (Disarm(_key(fact)),)


def _silence(key: str, due: datetime, knowledge: Knowledge) -> Iterable[Dispatch]:
    """Nobody spoke within the term: accepted by silence, if the rule set that the result was delivered under says so."""
    employee, period = key.split("/")
    delivered = [
        fact.event for fact in knowledge.stream(streams.appraisal(employee, period)) if isinstance(fact.event, events.AppraisalDelivered)
    ]
    rules = {one.name: one for one in knowledge.rule_sets("appraisal")}
    if delivered and appraisal_rules(rules[delivered[-1].rule_set]).accept_by_silence:
        yield Dispatch(APPRAISAL, AcceptBySilence(employee, period, knowledge.now))


def _overdue(key: str, due: datetime, knowledge: Knowledge) -> Iterable[Dispatch]:
    employee, period = key.split("/")
    yield Dispatch(APPRAISAL, ReportOverdue(employee, period, due))


SILENCE = Timer(
    name="silence",
    on={
        events.AppraisalDelivered: lambda fact: (Arm(_key(fact), fact.event.objection_until),),
        events.DeliveryWithdrawn: _disarm,
        events.ObjectionTermMoved: lambda fact: (Arm(_key(fact), fact.event.objection_until),),
        events.AppraisalAccepted: _disarm,
        events.ObjectionFiled: _disarm,
    },
    fire=_silence,
)

DECISION = Timer(
    name="objection-decision",
    on={
        events.ObjectionFiled: lambda fact: (Arm(_key(fact), fact.event.decision_due),),
        events.DecisionTermMoved: lambda fact: (Arm(_key(fact), fact.event.decision_due),),
        events.ObjectionDecided: _disarm,
    },
    fire=_overdue,
)


def _complaint_keys(fact: Fact, knowledge: Knowledge) -> Iterable[str]:
    # By its subject, the unit that the citizen named: the complaint may have been passed to another.
    return (f"{fact.subject}/{fact.event.complaint}",)


def _of_complaint(key: str, knowledge: Knowledge) -> Iterable[Dispatch]:
    """One item for a founded complaint, of the unit that it ended at, due within the term from the day it was resolved."""
    named, complaint = key.split("/")
    for fact in knowledge.facts(ComplaintResolved, named):
        resolved = fact.event
        if resolved.complaint == complaint and resolved.founded:
            rules = _rules_on(knowledge, resolved.resolved_on)
            if rules.improvement and rules.improvement.founded_complaints:
                yield _open(resolved.unit, f"complaint-{complaint}", "complaint", fact, resolved.resolved_on, rules, knowledge)


def _survey_keys(fact: Fact, knowledge: Knowledge) -> Iterable[str]:
    return (f"{fact.event.unit}/{fact.event.service}",)


def _of_survey(key: str, knowledge: Knowledge) -> Iterable[Dispatch]:
    """One item for each result of a service that lies under the one before it (of the same kind of period)."""
    unit, service = key.split("/")
    results = {fact.event.period: fact for fact in knowledge.facts(SurveyResultPublished, unit) if fact.event.service == service}
    in_order = sorted(results, key=lambda period: (Period.parse(period).kind, Period.parse(period).start))
    for before, period in zip(in_order, in_order[1:]):
        fact = results[period]
        same_kind = Period.parse(before).kind == Period.parse(period).kind
        if same_kind and fact.event.exact_index < results[before].event.exact_index:
            day = knowledge.zone.local_date(fact.recorded)
            rules = _rules_on(knowledge, day)
            if rules.improvement and rules.improvement.falling_surveys:
                yield _open(unit, f"survey-{service}-{period.lower()}", "survey", fact, day, rules, knowledge)


def _rules_on(knowledge: Knowledge, day: date) -> AppraisalRules:
    return appraisal_rules(knowledge.rules("appraisal", day))


def _open(unit: str, item: str, cause: str, fact: Fact, day: date, rules: AppraisalRules, knowledge: Knowledge) -> Dispatch:
    due = rules.improvement.due.counted_from(day, knowledge.calendar)
    return Dispatch(IMPROVEMENT, OpenImprovementItem(unit, item, cause, fact.id, due, rules.name, day))


def _first(key: str) -> str:
    """Keys about units begin with the subject of their facts."""
    return key.partition("/")[0]


COMPLAINTS = Reaction(
    name="improvement-of-complaints",
    on={ComplaintResolved: _complaint_keys},
    decide=_of_complaint,
    reads=Reads((ComplaintResolved,), _first),
)
SURVEYS = Reaction(
    name="improvement-of-surveys",
    on={SurveyResultPublished: _survey_keys},
    decide=_of_survey,
    reads=Reads((SurveyResultPublished,), _first),
)


def _running(fact: Fact, knowledge: Knowledge) -> Keys:
    """The appraisals in which a term runs."""
    return EachRow(views.APPRAISALS, {"status": ["delivered", "objected"]})


def _of_terms(key: str, knowledge: Knowledge) -> Iterable[Dispatch]:
    """Bring an appraisal's terms to the calendar as it is known now, by the rules that each began under."""
    employee, period = key.split("/")
    begun: dict[type, Fact] = {}
    for fact in knowledge.stream(streams.appraisal(employee, period)):
        if isinstance(fact.event, events.AppraisalDelivered | events.ObjectionFiled):
            begun[type(fact.event)] = fact
    delivered = begun.get(events.AppraisalDelivered)
    rules = {one.name: one for one in knowledge.rule_sets("appraisal")}
    if delivered is not None:
        filed = begun.get(events.ObjectionFiled, delivered)
        by = [appraisal_rules(rules[fact.event.rule_set]) for fact in (delivered, filed)]
        yield Dispatch(APPRAISAL, MoveTerms(employee, period, delivered.recorded, *by, knowledge.calendar, knowledge.today))


def _if_declared(key: Callable[[Fact], str]) -> Callable[[Fact, Knowledge], Iterable[str]]:
    """What begins a term wakes its reaction too: the calendar may change while the event is on its way into the view."""
    return lambda fact, knowledge: (key(fact),) if knowledge.calendar.declared else ()


TERMS = Reaction(
    name="appraisal-terms",
    on={
        **dict.fromkeys(CALENDAR_EVENTS, _running),
        **dict.fromkeys((events.AppraisalDelivered, events.ObjectionFiled), _if_declared(_key)),
    },
    decide=_of_terms,
    reads=Reads(subject=None, streams=lambda key: (streams.appraisal(*key.split("/")),)),
)


def _item(fact: Fact) -> str:
    return f"{fact.event.unit}/{fact.event.item}"


def _open_items(fact: Fact, knowledge: Knowledge) -> Keys:
    return EachRow(views.IMPROVEMENT_ITEMS, {"status": "open"})


def _of_item(key: str, knowledge: Knowledge) -> Iterable[Dispatch]:
    """Bring an item's last day to the calendar as it is known now. Items of before say no beginning, and stay."""
    unit, item = key.split("/")
    rules = {one.name: one for one in knowledge.rule_sets("appraisal")}
    for fact in knowledge.stream(streams.improvement(unit, item)):
        if isinstance(fact.event, events.ImprovementItemOpened) and fact.event.began is not None:
            term = appraisal_rules(rules[fact.event.rule_set]).improvement.due
            yield Dispatch(IMPROVEMENT, MoveImprovementItem(unit, item, fact.event.began, term, knowledge.calendar, knowledge.today))


ITEM_TERMS = Reaction(
    name="improvement-terms",
    on={**dict.fromkeys(CALENDAR_EVENTS, _open_items), events.ImprovementItemOpened: _if_declared(_item)},
    decide=_of_item,
    reads=Reads(subject=None, streams=lambda key: (streams.improvement(*key.split("/")),)),
)

REACTIONS = (COMPLAINTS, SURVEYS, TERMS, ITEM_TERMS)
TIMERS = (SILENCE, DECISION)
