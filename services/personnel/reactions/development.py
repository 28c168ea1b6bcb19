"""Development proposals follow results and peers' summaries: decided anew whenever a fact about the employee arrives."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from services.personnel.domain.condition_rules import read_conditions
from services.personnel.domain.development import DEVELOPMENT, Remind
from services.personnel.domain.proposals import PROPOSAL
from services.personnel.domain.proposing import Rules, lapsed, proposals_due
from services.personnel.events import (
    LIFE,
    DevelopmentLapsed,
    EmployeeRegistered,
    EmploymentEnded,
    EmploymentEndReached,
    EmploymentEndRevoked,
    GuidanceClosed,
    ImprovementPeriodClosed,
    ImprovementPeriodOpened,
    RegistrationWithdrawn,
)
from services.personnel.heard import (
    AppraisalCorrected,
    AppraisalFinalized,
    AppraisalImported,
    FeedbackSummarised,
    ScoreSubmitted,
    TargetSet,
)
from services.personnel.known import RESULTS, history_of, standing_of, summaries_of
from services.personnel.reactions.keys import everyone, subject
from shared.events.rule_set import RuleSetPublished, RuleSetWithdrawn
from shared.flow.declared import Arm, Disarm, Dispatch, Reaction, Reads, Timer
from shared.kernel.employment import has_left
from shared.kernel.facts import Fact, Knowledge
from shared.kernel.periods import Period


def decide(employee: str, knowledge: Knowledge) -> Iterable[Dispatch]:
    """Propose what the results carry and withdraw what they no longer carry, under each period's own rules; nothing for who has left."""
    if not knowledge.facts(EmployeeRegistered, employee):
        return []
    if has_left(knowledge, employee, LIFE):
        return [Dispatch(PROPOSAL, command) for command in lapsed(employee, standing_of(employee, knowledge, "development"))]
    history, summaries = history_of(employee, knowledge), summaries_of(employee, knowledge)
    rules: dict[str, Rules] = {}
    for period in {*history, *(str(one.period) for one in summaries)}:
        found = knowledge.rules("development", Period.parse(period).end)
        rules[period] = Rules(found.name, read_conditions(found.settings, published=True))
    standing = standing_of(employee, knowledge, "development")
    return [Dispatch(PROPOSAL, command) for command in proposals_due(employee, history, summaries, rules, standing)]


DEVELOPMENT_PROPOSALS = Reaction(
    name="development-proposals",
    on={
        EmployeeRegistered: subject,
        EmploymentEnded: subject,
        RegistrationWithdrawn: subject,
        EmploymentEndReached: subject,
        EmploymentEndRevoked: subject,
        TargetSet: subject,
        ScoreSubmitted: subject,
        AppraisalFinalized: subject,
        AppraisalCorrected: subject,
        AppraisalImported: subject,
        FeedbackSummarised: subject,
        GuidanceClosed: subject,
        ImprovementPeriodClosed: subject,
        RuleSetPublished: everyone("development"),
        RuleSetWithdrawn: everyone("development"),
    },
    decide=decide,
    reads=Reads((*RESULTS, FeedbackSummarised, ScoreSubmitted, TargetSet)),
)


def _key(fact: Fact) -> str:
    return f"{fact.event.employee}/{fact.event.proposal}"


def remind(key: str, due: datetime, knowledge: Knowledge) -> Iterable[Dispatch]:
    """The last day has passed: say so, and leave the outcome to an official."""
    employee, _, proposal = key.partition("/")
    yield Dispatch(DEVELOPMENT, Remind(employee, proposal))


IMPROVEMENT_END = Timer(
    name="improvement-end",
    on={
        ImprovementPeriodOpened: lambda fact: (Arm(_key(fact), fact.event.due),),
        ImprovementPeriodClosed: lambda fact: (Disarm(_key(fact)),),
        DevelopmentLapsed: lambda fact: (Disarm(_key(fact)),),
    },
    fire=remind,
)
