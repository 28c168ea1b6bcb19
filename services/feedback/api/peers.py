"""Routes of peer feedback: open a round, rate a colleague, publish and read the summary."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.feedback import answers, schemas
from services.feedback.api.asking import given, known_employee, rules_for
from services.feedback.domain.peers import PEER_ANSWER, PEER_SUMMARY, GivePeerFeedback, SummarisePeerFeedback
from services.feedback.domain.rounds import PEER_ROUND, OpenPeerRound, PeerRules, peer_rules
from services.feedback.events import FeedbackGiven, FeedbackSummarised
from services.feedback.known import asked_in, must_have_served, must_serve, standing_of
from services.feedback.raters import rater_of
from services.feedback.rating import STANDING, Rating
from services.feedback.views import PEERS, ROUNDS
from shared.http.acting import RequestWork, commanding, querying
from shared.http.answers import Page
from shared.http.blueprint import Blueprint
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused

peers = Blueprint("peer-feedback", __name__, url_prefix="/v1", description="What colleagues say of each other.")


@peers.route("/peer-rounds", methods=["POST"])
@peers.arguments(schemas.NewPeerRound)
@commanding("open-peer-round", status=201, at="/v1/peer-rounds")
def open_peer_round(work: RequestWork, body: dict[str, Any]) -> answers.PeerRound:
    """Ask colleagues to rate employees for a period, on the aspects that the rule set `peer-feedback` names.

    `raters` names for each subject who is asked where the rule set says raters: assigned; elsewhere it is left out.
    Opened again, the new raters replace those before. 422 peer-raters; 409 already-published; 422 outside-service for a subject who was
    not at work on a day of the period; 422 after-service for a rater who has left.
    """
    period, subjects = body["period"], sorted(set(body["subjects"]))
    rules = _rules(work, period)
    if strange := sorted(set(body["raters"]) - set(subjects)):
        raise Refused(
            "peer-raters",
            expected="raters of the subjects",
            found=f"of {', '.join(strange)}",
            remedy="name them as subjects too",
            status=422,
        )
    asked = {one for named in body["raters"].values() for one in named}
    with work.reading_ahead(STANDING, sorted({*subjects, *asked})):
        for employee in sorted({*subjects, *asked}):
            known_employee(work, employee)
        for employee in subjects:
            must_have_served(work.knowledge, employee, Period.parse(period))
        for employee in sorted(asked):
            must_serve(work.knowledge, employee)
        for employee in subjects:
            raters = tuple(sorted(set(body["raters"].get(employee, ()))))
            work.execute(PEER_ROUND, OpenPeerRound(employee, period, raters, rules, _published(work, employee, period)))
    return {
        "period": period,
        "subjects": subjects,
        "aspects": rules.scale.aspects,
        "raters": rules.raters,
        "rule_set": rules.scale.rule_set,
    }


@peers.route("/peer-rounds")
@peers.arguments(schemas.PeriodFilter, location="query")
@querying("read-peer-rounds")
def list_peer_rounds(work: RequestWork, query: dict[str, Any]) -> Page[answers.ListedRound]:
    """Who is rated, who was asked, and whether the summary is out; never who answered."""
    return work.page(ROUNDS, period=query["period"])


@peers.route("/peer-rounds/<period>/asked-of-me")
@querying("read-own-peer-rounds")
def list_own_peer_rounds(work: RequestWork, period: str) -> Page[answers.AskedOfMe]:
    """The colleagues whom the caller may rate now in rounds of the period, by code."""
    rules = _rules(work, period)
    found = work.paged(Rating(work, work.actor, Period.parse(period), rules.raters, _day(work, period)).rounds)
    items = [{"employee": row["employee"], "period": period, "aspects": rules.scale.aspects} for row in found["items"]]
    return {**found, "items": items}


@peers.route("/peer-feedback/<employee>/<period>", methods=["POST"])
@peers.arguments(schemas.Answer)
@commanding("give-peer-feedback", subject="employee", status=201, keyed=False)
def give_peer_feedback(work: RequestWork, body: dict[str, Any], employee: str, period: str) -> answers.PeerAnswer:
    """Rate a colleague for a period, once, under a pseudonym.

    403 own-feedback; 403 not-a-peer where the rule set asks colleagues of the unit; 403 not-asked where a round names the raters;
    422 outside-service about somebody who was not at work on a day of the period.
    """
    known_employee(work, employee)
    rules = _rules(work, period)
    must_have_served(work.knowledge, employee, Period.parse(period))
    command = GivePeerFeedback(
        employee=employee,
        period=period,
        rater=rater_of(work, "peer", employee, period),
        standing=standing_of(work.knowledge, work.actor, employee, asked_in(work.knowledge, employee, period), _day(work, period)),
        aspects=body["aspects"],
        remark_text=None,
        rules=rules,
        published=_published(work, employee, period),
    )
    return {"employee": employee, "period": period, "status": given(work, PEER_ANSWER, command, body["remark"])}


@peers.route("/peer-feedback/<employee>/<period>/publication", methods=["POST"])
@peers.arguments(schemas.Nothing)
@commanding("publish-feedback", subject="employee", status=201, at="/v1/peer-feedback/{employee}/{period}")
def publish_peer_feedback(work: RequestWork, body: dict[str, Any], employee: str, period: str) -> answers.PeerSummary:
    """Publish mean and spread of what peers said, once, from at least three answers. Later answers are refused."""
    known_employee(work, employee)
    received = [fact.event.aspects for fact in work.knowledge.facts(FeedbackGiven, employee) if fact.event.period == period]
    command = SummarisePeerFeedback(employee, period, received, _rules(work, period).scale)
    event = work.execute(PEER_SUMMARY, command).state
    shown = {"means_hundredths": event.means_hundredths, "spreads_hundredths": event.spreads_hundredths}
    shown |= {"sums": event.sums, "counts": event.counts}
    return {"employee": employee, "period": period, "n": event.n, **shown, "rule_set": event.rule_set}


@peers.route("/peer-feedback/<employee>/<period>")
@querying("read-peer-feedback", subject="employee")
def show_peer_feedback(work: RequestWork, employee: str, period: str) -> answers.PeerFeedback:
    """The published summary of what peers said, in hundredths of a point; 404 until it is published."""
    key = f"{employee}/{period}"
    return work.found(work.knowledge.row(PEERS, key), "peer-feedback", key)


def _rules(work: RequestWork, period: str) -> PeerRules:
    rules = rules_for(work, "peer-feedback", period)
    return peer_rules(rules.settings, rules.name)


def _published(work: RequestWork, employee: str, period: str) -> bool:
    return any(fact.event.period == period for fact in work.knowledge.facts(FeedbackSummarised, employee))


def _day(work: RequestWork, period: str) -> date:
    """The day on which units are compared: today, or the period's last when it is over."""
    return min(work.today, Period.parse(period).end)
