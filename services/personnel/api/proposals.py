"""Routes of proposals about employees, the decision on them, and the measures that follow."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from services.personnel import schemas
from services.personnel.answers import measures as answers
from services.personnel.api.people import known, must_serve
from services.personnel.domain.award import AWARD, Grant
from services.personnel.domain.development import DEVELOPMENT, Begin, Close, CloseImprovement, Complete, Follow
from services.personnel.domain.employee import EMPLOYEE, EmployeeState, HoldRank
from services.personnel.domain.promotion import PROMOTION, DecidePromotion
from services.personnel.domain.proposals import PROPOSAL, Decide
from services.personnel.domain.ranks import KEEP_RANK
from services.personnel.domain.sanction import SANCTION, Impose, sanction_name
from services.personnel.domain.terms import after_months, month_after
from services.personnel.domain.unit import UNIT
from services.personnel.events import DevelopmentProposed, RankHeld, RankPromotionProposed
from services.personnel.views import DEVELOPMENTS, PROPOSALS
from shared.flow.declared import Dispatch
from shared.http.acting import RequestWork, commanding, querying
from shared.http.answers import Page
from shared.http.blueprint import Blueprint
from shared.kernel.refusal import Refused

blp = Blueprint("proposals", __name__, url_prefix="/v1", description="Proposals, the decision on them, and the measures that follow.")

IMPROVEMENT_MONTHS = 6
"""PP 30/2019 art. 56."""
Body = dict[str, Any]


@blp.route("/proposals")
@blp.arguments(schemas.ProposalFilter, location="query")
@querying("list-proposals")
def list_proposals(work: RequestWork, wanted: Body) -> Page[answers.Proposal]:
    """Proposals, each with its reasons: the condition's code, the event that meets it, the value in it."""
    return work.page(PROPOSALS, **wanted)


@blp.route("/rank-promotions")
@blp.arguments(schemas.PromotionFilter, location="query")
@querying("list-rank-promotions")
def list_rank_promotions(work: RequestWork, wanted: Body) -> Page[answers.Proposal]:
    """Promotions in rank: with every condition met (proposed), or listed with the conditions that are missing."""
    return work.page(PROPOSALS, kind="rank", **wanted)


@blp.route("/proposals/<employee>/<proposal>")
@querying("read-proposal", subject="employee")
def show_proposal(work: RequestWork, employee: str, proposal: str) -> answers.Proposal:
    """One proposal. Its ETag is what a decision on it needs as If-Match."""
    key = f"{employee}/{proposal}"
    return work.found(work.knowledge.row(PROPOSALS, key), "proposal", key)


@blp.route("/proposals/<employee>/<proposal>/decision", methods=["POST"])
@blp.arguments(schemas.DecidedProposal)
@commanding("decide-proposal", subject="employee", if_match=True)
def decide_proposal(work: RequestWork, body: Body, employee: str, proposal: str) -> answers.ProposalDecision:
    """Approve or reject a proposal on what was seen of it. What an approval brings is recorded with it: a role, a mentorship, learning,
    guidance, time to improve, an award, a sanction, or a rank. Nobody decides on a proposal about himself (403).
    A dismissal ends employment on its day. 422 after-service for an approval about somebody who has left.
    """
    if body["outcome"] == "approved":
        must_serve(work, employee, body.get("since") or work.today, "an approval that holds")
    if proposal.startswith("rank-"):
        since, held = body.get("since") or month_after(work.today), _rank_held(work, employee)
        decision = DecidePromotion(
            employee, proposal, body["outcome"], since, body["document"], work.actor.id, held.since if held else None
        )
        decided = work.execute(PROMOTION, decision)
        brings = [_rank(decision, decided.state.proposed, held)] if body["outcome"] == "approved" else None
    else:
        command = Decide(employee, proposal, body["outcome"], body["document"], work.actor.id)
        decided = work.execute(PROPOSAL, command)
        brings = [_brought(work, body, decided.state.proposed)] if body["outcome"] == "approved" else None
    answer = {"employee": employee, "proposal": proposal, "status": body["outcome"], "version": decided.version, "brings": None}
    if body["outcome"] == "approved" and brings is not None:
        done = [work.execute(do.aggregate, do.command) for do in brings]
        answer["brings"] = [{"type": one.type, "event": one.id} for each in done for one in each.events]
    return answer


def _rank_held(work: RequestWork, employee: str) -> RankHeld | None:
    """The rank held today, in the present service."""
    state: EmployeeState = work.state(EMPLOYEE, employee)
    return state.service.in_force(state.ranks, work.today, across=KEEP_RANK)


def _rank(decision: DecidePromotion, proposed: RankPromotionProposed, held: RankHeld) -> Dispatch:
    """The rank of an approved promotion; service goes on being counted from where it was."""
    return Dispatch(EMPLOYEE, HoldRank(decision.employee, proposed.rank_to, decision.since, held.service_since))


def _brought(work: RequestWork, body: Body, proposed: DevelopmentProposed) -> Dispatch:
    """The command that an approval of this proposal brings."""
    if proposed.sanction is not None:
        return Dispatch(SANCTION, _sanction(work, body, proposed))
    if proposed.award is not None:
        cites = tuple(dict.fromkeys(one.event for one in proposed.reasons if one.event is not None))
        bonus = proposed.award.bonus if body.get("bonus") is None else body["bonus"]
        award = Grant(proposed.employee, proposed.proposal, proposed.award, bonus, body.get("paid_with"), cites, body["document"])
        return Dispatch(AWARD, award)
    return Dispatch(DEVELOPMENT, _begin(work, body, proposed))


def _sanction(work: RequestWork, body: Body, proposed: DevelopmentProposed) -> Impose:
    """What lasts some months begins, unless told otherwise, with the month after the decision, so that it counts whole months."""
    terms = proposed.sanction
    since = body.get("since") or (work.today if terms.months is None else month_after(work.today))
    until = body.get("until") or (None if terms.months is None else after_months(since, terms.months) - timedelta(days=1))
    name = sanction_name(terms.kind, proposed.period)
    return Impose(proposed.employee, name, terms, since, until, body["document"])


def _begin(work: RequestWork, body: Body, proposed: DevelopmentProposed) -> Begin:
    """What the approval begins, with the post or unit that the official named, or the ones that lie nearest."""
    unit = body.get("unit")
    if unit is not None and not work.knowledge.stream(UNIT.stream(unit)):
        raise Refused("unknown-unit", expected="a unit that is open", found=unit, remedy="take it from the list of units", status=404)
    since = body.get("since") or work.today
    until = body.get("until") or after_months(since, IMPROVEMENT_MONTHS) - timedelta(days=1)
    return Begin(
        employee=proposed.employee,
        proposal=proposed.proposal,
        kind=proposed.kind,
        programme=proposed.programme,
        cause=proposed.reasons[0].code,
        document=body["document"],
        since=since,
        post=body.get("post") or proposed.programme,
        unit=unit or _own_unit(work, proposed.employee, since),
        cause_event=proposed.reasons[0].event,
        until=until,
        due=work.knowledge.zone.end_of(until),
    )


def _own_unit(work: RequestWork, employee: str, day: date) -> str | None:
    state: EmployeeState = work.state(EMPLOYEE, employee)
    definitive = [one for one in state.positions if not one.acting]
    held = state.service.in_force(definitive, day) or state.service.in_force(state.positions, day)
    return held.unit if held else None


@blp.route("/development/<employee>")
@querying("read-development", subject="employee")
def show_development(work: RequestWork, employee: str) -> answers.Development:
    """A person's roles, mentorships, learning, guidance and time to improve, with the steps taken and how they ended."""
    known(work, employee)
    row = work.knowledge.row(DEVELOPMENTS, employee) or {"measures": [], "open": 0, "version": 0}
    return {"employee": employee, **{name: row[name] for name in ("measures", "open", "version")}}


@blp.route("/development/<employee>/followed", methods=["POST"])
@blp.arguments(schemas.FollowedStep)
@commanding("follow-development", subject="employee", status=201, at="/v1/development/{employee}")
def follow_development(work: RequestWork, body: Body, employee: str) -> answers.FollowedMeasure:
    """Record a step of a measure, and what was agreed in it."""
    agreement = work.text(body["agreement"]).id if body["agreement"] else None
    done = work.execute(DEVELOPMENT, Follow(employee, body["proposal"], body["on"], agreement, work.today))
    return {"employee": employee, "proposal": body["proposal"], "status": "followed", "agreement_text": agreement, "version": done.version}


@blp.route("/development/<employee>/closed", methods=["POST"])
@blp.arguments(schemas.MeasureClosing)
@commanding("close-development", subject="employee")
def close_development(work: RequestWork, body: Body, employee: str) -> answers.ClosedMeasure:
    """Close a mentorship, learning, coaching or guidance with its outcome."""
    done = work.execute(DEVELOPMENT, Close(employee, body["proposal"], body["outcome"], body.get("on") or work.today))
    return {"employee": employee, "proposal": body["proposal"], "status": "closed", "outcome": body["outcome"], "version": done.version}


@blp.route("/improvement/<employee>/close", methods=["POST"])
@blp.arguments(schemas.ClosedImprovement)
@commanding("close-improvement", subject="employee")
def close_improvement(work: RequestWork, body: Body, employee: str) -> answers.ClosedMeasure:
    """Decide what came of the six months to improve (PP 30/2019 art. 56–58). What follows from not reaching it is decided apart."""
    command = CloseImprovement(employee, body["proposal"], body["outcome"], body["document"], work.actor.id)
    done = work.execute(DEVELOPMENT, command)
    return {"employee": employee, "proposal": body["proposal"], "status": "closed", "outcome": body["outcome"], "version": done.version}


@blp.route("/training/<employee>/completion", methods=["POST"])
@blp.arguments(schemas.CompletedTraining)
@commanding("complete-training", subject="employee", status=201, at="/v1/development/{employee}")
def complete_training(work: RequestWork, body: Body, employee: str) -> answers.TrainingCompletion:
    """Record that somebody completed a training, whether an approved proposal assigned it or he took part in a programme."""
    known(work, employee)
    must_serve(work, employee, body["completed_on"], "a training completed")
    score = body["score"]
    command = Complete(
        employee, body["programme"], body["result"], body["completed_on"], work.today, None if score is None else int(score * 100)
    )
    done = work.execute(DEVELOPMENT, command)
    return {"employee": employee, "programme": body["programme"], "status": body["result"], "version": done.version}
