"""Talent boxes, the ranking for vacant posts, and promotion in rank: decided anew whenever a fact they rest on arrives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from services.personnel.domain.promotion import (
    PROMOTION,
    PromotionRules,
    ProposePromotion,
    Service,
    WithdrawPromotion,
    after_years,
    examine,
    promotion_name,
    read_promotion,
)
from services.personnel.domain.proposing import IN_SERVICE
from services.personnel.domain.ranking import Record, rank_candidates
from services.personnel.domain.sanction import counts, runs
from services.personnel.domain.talent import TALENT, Place, TalentRules, Unplace, potential_for, read_talent
from services.personnel.domain.terms import after_months
from services.personnel.domain.vacancy import VACANCY, ProposeCandidates
from services.personnel.events import (
    LIFE,
    EducationRecorded,
    EducationWithdrawn,
    EmployeeRegistered,
    EmploymentEnded,
    EmploymentEndReached,
    EmploymentEndRevoked,
    PositionAssigned,
    PositionWithdrawn,
    PotentialAssessed,
    PotentialWithdrawn,
    RankHeld,
    RankPromotionDecided,
    RankPromotionProposed,
    RankPromotionWithdrawn,
    RankWithdrawn,
    RegistrationWithdrawn,
    RulesBegan,
    SanctionImposed,
    SanctionLifted,
    TalentBoxPlaced,
    TalentBoxWithdrawn,
    VacancyOpened,
)
from services.personnel.heard import AppraisalCorrected, AppraisalFinalized, AppraisalImported
from services.personnel.known import RESULTS, employment_of, in_parts, rank_of, results_of, sanctions_of
from services.personnel.reactions.keys import everyone, subject, vacant_posts
from services.personnel.tables import BOXES, CEILINGS
from services.personnel.views import TALENT_BOXES
from shared.events.rule_set import RuleSetPublished, RuleSetWithdrawn
from shared.flow.declared import Arm, Dispatch, Keys, Reaction, Reads, Timer
from shared.kernel.dated import in_force, of_fact
from shared.kernel.employment import has_left
from shared.kernel.facts import Fact, Knowledge
from shared.kernel.withdrawn import that_count, that_stand

LEGAL_YEARS = 4
OF_CANDIDATE = (
    *LIFE,
    *RESULTS,
    TalentBoxPlaced,
    TalentBoxWithdrawn,
    PositionAssigned,
    PositionWithdrawn,
    RankHeld,
    RankWithdrawn,
    SanctionImposed,
    SanctionLifted,
)
"""What the ranking for a post reads of everybody."""


def place_talent(employee: str, knowledge: Knowledge) -> Iterable[Dispatch]:
    """Every finalised period of somebody whose potential is known has a box, under the period's own rules; of nobody else."""
    assessed = [(fact.id, fact.event) for fact in that_stand(knowledge, PotentialAssessed, PotentialWithdrawn, employee)]
    if not assessed:
        for period in sorted({fact.event.period for fact in knowledge.facts(TalentBoxPlaced, employee)}):
            yield Dispatch(TALENT, Unplace(employee, period))
    if not assessed or employment_of(employee, knowledge) is None:
        return
    for period, result in sorted(results_of(employee, knowledge).items()):
        potential = potential_for(result.period, assessed)
        if not result.final or potential is None:
            continue
        found = knowledge.rules("talent", result.period.end)
        rules = read_talent(found.settings, BOXES, published=True)
        performance, (event, held) = rules.performance(result.predicate), potential
        box = rules.boxes[performance, held.value]
        yield Dispatch(TALENT, Place(employee, period, box, performance, held.value, (result.event, event), found.name))


TALENT_PLACES = Reaction(
    name="talent-boxes",
    on={
        PotentialAssessed: subject,
        PotentialWithdrawn: subject,
        AppraisalFinalized: subject,
        AppraisalCorrected: subject,
        RuleSetPublished: everyone("talent"),
        RuleSetWithdrawn: everyone("talent"),
    },
    decide=place_talent,
    reads=Reads(RESULTS),
)


def propose_candidates(post: str, knowledge: Knowledge) -> Iterable[Dispatch]:
    """Rank the people who have a box for the post, if it is vacant now."""
    opened = [fact.event for fact in knowledge.stream(VACANCY.stream(post)) if isinstance(fact.event, VacancyOpened)]
    if not opened:
        return []
    found = knowledge.rules("talent", knowledge.today)
    rules = read_talent(found.settings, BOXES, published=True)
    people = sorted({row["employee"] for row in knowledge.rows(TALENT_BOXES)})
    records = [
        record
        for part, known in in_parts(people, OF_CANDIDATE, knowledge)
        for one in part
        if (record := _record(one, rules, known)) is not None
    ]
    ranking, excluded = rank_candidates(opened[-1], records, rules)
    return [Dispatch(VACANCY, ProposeCandidates(post, ranking, excluded, found.name))]


def _boxes(employee: str, knowledge: Knowledge) -> Sequence[Fact[TalentBoxPlaced]]:
    return that_stand(knowledge, TalentBoxPlaced, TalentBoxWithdrawn, employee)


def _record(employee: str, rules: TalentRules, knowledge: Knowledge) -> Record | None:
    boxes = {fact.event.period: fact for fact in sorted(_boxes(employee, knowledge), key=lambda fact: fact.version)}
    final = [one for one in results_of(employee, knowledge).values() if one.final]
    results = sorted(final, key=lambda one: (one.period.end, one.period.start))
    placed = [one for one in results if str(one.period) in boxes]
    employment = employment_of(employee, knowledge)
    if not placed or employment is None:
        return None
    box = boxes[str(placed[-1].period)]
    posts = that_count(knowledge, PositionAssigned, PositionWithdrawn, employee, knowledge.today, LIFE)
    held = in_force([fact for fact in posts if not fact.event.acting], knowledge.today, of_fact)
    rank = rank_of(employee, knowledge)
    after = after_months(knowledge.today, -rules.clean_months)
    return Record(
        employee=employee,
        employment=employment,
        post=held.event.post if held else None,
        job_class=held.event.job_class if held else None,
        box=box.event,
        box_event=box.id,
        results=tuple(results[-rules.results :]),
        rank=rank.event.rank if rank else None,
        rank_event=rank.id if rank else None,
        service_since=rank.event.service_since if rank else None,
        sanctions=tuple(
            (imposed.id, imposed.event.kind)
            for imposed, lifted in sanctions_of(employee, knowledge)
            if counts(imposed.event, lifted.event if lifted else None, after)
        ),
    )


def of_talent_rules(fact: Fact[RuleSetPublished | RuleSetWithdrawn | RulesBegan], knowledge: Knowledge) -> Keys:
    return vacant_posts(fact, knowledge) if fact.event.kind == "talent" else ()


POST_PROPOSALS = Reaction(
    name="post-proposals",
    on={
        VacancyOpened: subject,
        **dict.fromkeys((TalentBoxPlaced, TalentBoxWithdrawn), vacant_posts),
        AppraisalFinalized: vacant_posts,
        AppraisalCorrected: vacant_posts,
        **dict.fromkeys((PositionAssigned, PositionWithdrawn, RankHeld, RankWithdrawn), vacant_posts),
        SanctionImposed: vacant_posts,
        SanctionLifted: vacant_posts,
        EmployeeRegistered: vacant_posts,
        EmploymentEnded: vacant_posts,
        RegistrationWithdrawn: vacant_posts,
        EmploymentEndReached: vacant_posts,
        EmploymentEndRevoked: vacant_posts,
        RuleSetPublished: of_talent_rules,
        RuleSetWithdrawn: of_talent_rules,
        RulesBegan: of_talent_rules,
    },
    decide=propose_candidates,
)


def propose_promotion(employee: str, knowledge: Knowledge) -> Iterable[Dispatch]:
    """Propose the rank above when every condition is met, list it when little is missing, withdraw it otherwise."""
    found = knowledge.rules("promotion", knowledge.today)
    rules = read_promotion(found.settings, CEILINGS, published=True)
    service = _service(employee, knowledge, rules)
    examined = examine(service, rules, knowledge.today) if service else None
    wanted = None
    if service is not None and examined is not None and len(examined.missing) <= rules.list_missing:
        name = promotion_name(examined.rank_to)
        wanted = ProposePromotion(employee, name, service.rank, examined.rank_to, examined.met, examined.missing, found.name)
        yield Dispatch(PROMOTION, wanted)
    missing = examined.missing if examined else (IN_SERVICE,) if has_left(knowledge, employee, LIFE) else ()
    for name in _open_promotions(employee, knowledge):
        if wanted is None or name != wanted.proposal:
            yield Dispatch(PROMOTION, WithdrawPromotion(employee, name, missing))


def _service(employee: str, knowledge: Knowledge, rules: PromotionRules) -> Service | None:
    rank = rank_of(employee, knowledge)
    employment = employment_of(employee, knowledge)
    if rank is None or employment not in rules.employments:
        return None
    educated = that_stand(knowledge, EducationRecorded, EducationWithdrawn, employee)
    return Service(
        employment=employment,
        rank=rank.event.rank,
        rank_event=rank.id,
        rank_since=rank.event.since,
        history=results_of(employee, knowledge),
        running=tuple(
            imposed.event.sanction
            for imposed, lifted in sanctions_of(employee, knowledge)
            if runs(imposed.event, imposed.effective, lifted.effective if lifted else None, knowledge.now)
        ),
        education=(educated[-1].id, educated[-1].event.education) if educated else None,
    )


def _open_promotions(employee: str, knowledge: Knowledge) -> Iterable[str]:
    last: dict[str, Fact] = {}
    for model in (RankPromotionProposed, RankPromotionWithdrawn, RankPromotionDecided):
        for fact in knowledge.facts(model, employee):
            name = fact.event.proposal
            if name not in last or fact.version > last[name].version:
                last[name] = fact
    return sorted(name for name, fact in last.items() if isinstance(fact.event, RankPromotionProposed))


PROMOTIONS = Reaction(
    name="rank-promotions",
    on={
        EmployeeRegistered: subject,
        EmploymentEnded: subject,
        RegistrationWithdrawn: subject,
        EmploymentEndReached: subject,
        EmploymentEndRevoked: subject,
        RankHeld: subject,
        RankWithdrawn: subject,
        EducationRecorded: subject,
        EducationWithdrawn: subject,
        AppraisalFinalized: subject,
        AppraisalCorrected: subject,
        AppraisalImported: subject,
        SanctionImposed: subject,
        SanctionLifted: subject,
        RuleSetPublished: everyone("promotion"),
        RuleSetWithdrawn: everyone("promotion"),
        RulesBegan: everyone("promotion"),
    },
    decide=propose_promotion,
    reads=Reads(RESULTS),
)

# The law's four years. Where a place asks for another time, a promotion is looked at with the next fact about the person.
TIME_IN_RANK = Timer(
    name="time-in-rank",
    on={RankHeld: lambda fact: (Arm(fact.subject, after_years(fact.event.since, LEGAL_YEARS)),)},
    fire=lambda key, due, knowledge: propose_promotion(key, knowledge),
)


def _sanction_ends(fact: Fact[SanctionImposed]) -> Iterable[Arm]:
    """A sanction's end opens a promotion again."""
    event = fact.event
    return () if event.until is None else (Arm(f"{event.employee}/{event.sanction}", event.until + timedelta(days=1)),)


def _after_sanction(key: str, due: datetime, knowledge: Knowledge) -> Iterable[Dispatch]:
    return propose_promotion(key.partition("/")[0], knowledge)


SANCTION_END = Timer(name="sanction-end", on={SanctionImposed: _sanction_ends}, fire=_after_sanction)
