"""Regular promotion in rank: its conditions, met and missing, and the official's decision (PP 11/2017; Peraturan BKN 4/2025)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from services.personnel.domain.ranks import next_rank, step_of
from services.personnel.domain.results import History, at_least, year_results
from services.personnel.domain.settings import EMPLOYMENTS, PREDICATES
from services.personnel.domain.terms import after_months
from services.personnel.events import RankPromotionDecided, RankPromotionProposed, RankPromotionWithdrawn, Reason
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.refusal import Refused
from shared.kernel.settings import Settings, read

OUTCOMES = ("approved", "rejected")
Ceilings = Mapping[str, str]
"""Education → the highest rank that regular promotion reaches with it."""

TIME, PREDICATE, SANCTION, EDUCATION = "years-in-rank", "predicates", "no-running-sanction", "education"


@dataclass(frozen=True)
class PromotionRules:
    """`years`: least time in the rank; the results of the last `last_years` stand at least at `predicate`; `ceilings` None: no limit.

    `list_missing`: somebody who lacks at most so many conditions is listed with them.
    """

    years: int
    predicate: str
    last_years: int
    imported: bool
    ceilings: Ceilings | None
    employments: tuple[str, ...]
    list_missing: int


def read_promotion(settings: Mapping[str, Any], tables: Mapping[str, Ceilings], *, published: bool = False) -> PromotionRules:
    """The settings of a rule set of kind ``promotion``; Refused (422) when they are wrong."""
    return read(settings, lambda said: _promotion(said, tables), published=published)


def _promotion(said: Settings, tables: Mapping[str, Ceilings]) -> PromotionRules:
    ceiling = said.take("education_ceiling", None)
    return PromotionRules(
        years=said.whole("years_in_rank", 1, 20),
        predicate=said.one_of("predicate_at_least", PREDICATES),
        last_years=said.whole("last_years", 1, 10),
        imported=said.flag("imported", True),
        ceilings=None if ceiling is None else tables[said.one_of("education_ceiling", sorted(tables))],
        employments=said.some_of("employments", EMPLOYMENTS),
        list_missing=said.whole("list_missing_at_most", 0, 4),
    )


@dataclass(frozen=True)
class Service:
    """What is known of one person. Sanctions that run now, as their ids."""

    employment: str
    rank: str
    rank_event: str
    rank_since: date
    history: History
    running: tuple[str, ...]
    education: tuple[str, str] | None
    """(event id, education)."""


@dataclass(frozen=True)
class Examined:
    """The rank above, the conditions met, and the codes of those missing."""

    rank_to: str
    met: tuple[Reason, ...]
    missing: tuple[str, ...]


def examine(service: Service, rules: PromotionRules, today: date) -> Examined | None:
    """Every condition, one by one; None where there is no rank above or the kind of employment knows no regular promotion."""
    rank_to = next_rank(service.rank)
    if rank_to is None or service.employment not in rules.employments:
        return None
    met: list[Reason] = []
    missing: list[str] = []
    if after_years(service.rank_since, rules.years) <= today:
        met.append(Reason(TIME, service.rank_event, service.rank_since.isoformat()))
    else:
        missing.append(TIME)
    results = _last_years(service.history, rules, today)
    if at_least(results, rules.predicate):
        met.extend(Reason(PREDICATE, one.event, one.predicate) for one in results)
    else:
        missing.append(PREDICATE)
    if service.running:
        missing.append(SANCTION)
    else:
        met.append(Reason(SANCTION, None, "none"))
    limit = rules.ceilings.get(service.education[1]) if rules.ceilings is not None and service.education else None
    if service.education and limit is not None:
        if step_of(rank_to) <= step_of(limit):
            met.append(Reason(EDUCATION, service.education[0], limit))
        else:
            missing.append(EDUCATION)
    return Examined(rank_to, tuple(met), tuple(missing))


def _last_years(history: History, rules: PromotionRules, today: date) -> Sequence[Any]:
    """The results of the last years that have one, unbroken; none when the last of them is further back than the year before last."""
    for last in (today.year, today.year - 1, today.year - 2):
        years = [year_results(history, last - back, imported=rules.imported) for back in range(rules.last_years)]
        if years[0]:
            return [one for year in years for one in year] if all(years) else ()
    return ()


def after_years(day: date, years: int) -> date:
    """So many years later; from 29 February the day after 28 February where there is none."""
    return after_months(day, 12 * years)


def promotion_name(rank_to: str) -> str:
    """``rank-iii-c``: a promotion's name within its employee's proposals."""
    return f"rank-{rank_to.lower().replace('/', '-')}"


@dataclass(frozen=True)
class ProposePromotion:
    employee: str
    proposal: str
    rank_from: str
    rank_to: str
    met: tuple[Reason, ...]
    missing: tuple[str, ...]
    rule_set: str


@dataclass(frozen=True)
class WithdrawPromotion:
    employee: str
    proposal: str
    missing: tuple[str, ...]


@dataclass(frozen=True)
class DecidePromotion:
    """`since`: the first of a month (Peraturan BKN 4/2025: twelve periods a year), after `rank_since`, the first day of the present rank.

    `rank_since` is None where no rank is held any more.
    """

    employee: str
    proposal: str
    outcome: str
    since: date
    document: str
    decided_by: str
    rank_since: date | None


@dataclass(frozen=True)
class PromotionState:
    """`status`: none, open, withdrawn, approved or rejected."""

    status: str = "none"
    proposed: RankPromotionProposed | None = None


def decide(state: PromotionState, command: ProposePromotion | WithdrawPromotion | DecidePromotion) -> Sequence[Any]:
    """Propose or list, withdraw, or decide. What the facts ask for after the official's decision changes nothing."""
    if isinstance(command, DecidePromotion):
        return _decide(state, command)
    if isinstance(command, WithdrawPromotion):
        return [RankPromotionWithdrawn(command.employee, command.proposal, command.missing)] if state.status == "open" else []
    if state.status in OUTCOMES:
        return []
    wished = RankPromotionProposed(**vars(command))
    return [] if state.status == "open" and state.proposed == wished else [wished]


def _decide(state: PromotionState, command: DecidePromotion) -> Sequence[RankPromotionDecided]:
    if state.proposed is None:
        raise Refused(
            "unknown-proposal",
            expected="a promotion proposed for this employee",
            found=f"none named {command.proposal}",
            remedy="take the name from the list of promotions",
            status=404,
        )
    if command.decided_by == command.employee:
        raise Refused(
            "own-proposal",
            expected="an official other than the person concerned",
            found="a decision on a promotion of oneself",
            remedy="let another official decide",
            status=403,
        )
    if command.outcome not in OUTCOMES:
        raise Refused("outcome", expected=" or ".join(OUTCOMES), found=command.outcome, remedy="name one of them", status=422)
    if state.status != "open" or state.proposed.missing:
        raise Refused(
            "proposal-not-open",
            expected="a promotion with every condition met that awaits a decision",
            found=f"one that lacks {', '.join(state.proposed.missing)}" if state.status == "open" else f"one that is {state.status}",
            remedy="read it again; it opens when nothing is missing, and what was decided stays decided",
        )
    if command.since.day != 1:
        raise Refused(
            "promotion-date",
            expected="the first day of a month (Peraturan BKN 4/2025)",
            found=str(command.since),
            remedy="give the first of a month",
            status=422,
        )
    if command.outcome == "approved":
        _after_rank(command)
    return [
        RankPromotionDecided(command.employee, command.proposal, command.outcome, state.proposed.rank_to, command.since, command.document)
    ]


def _after_rank(command: DecidePromotion) -> None:
    if command.rank_since is None:
        raise Refused(
            "proposal-not-open",
            expected="a person who holds a rank",
            found=f"none that {command.employee} holds today",
            remedy="read the proposal again; it is withdrawn with the rank",
        )
    if command.since <= command.rank_since:
        raise Refused(
            "promotion-date",
            expected=f"a day after {command.rank_since}, when the present rank began",
            found=str(command.since),
            remedy="give a later first of a month",
            status=422,
        )


def evolve(state: PromotionState, event: object) -> PromotionState:
    if isinstance(event, RankPromotionProposed):
        return PromotionState("open", event)
    if isinstance(event, RankPromotionWithdrawn):
        return replace(state, status="withdrawn")
    if isinstance(event, RankPromotionDecided):
        return replace(state, status=event.outcome)
    return state


PROMOTION = Aggregate(
    "promotion",
    Decider(PromotionState(), decide, evolve),
    stream=lambda employee, proposal: f"personnel-promotion-{employee}-{proposal}",
    ids=lambda command: (command.employee, command.proposal),
    subject=lambda command: command.employee,
)
