"""Routes of appraisals: scores, reports, delivery, acceptance, correction, and reading them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.appraisal import schemas, views
from services.appraisal.answers import appraisals as answers
from services.appraisal.api.reading import (
    appraisal_now,
    appraisal_row,
    hold_delivery,
    members_of,
    new_result,
    rules_named,
    rules_of,
    see,
    who_may,
)
from services.appraisal.domain.appraisal import APPRAISAL, AcceptAppraisal
from services.appraisal.domain.correction import CorrectAppraisal
from services.appraisal.domain.delivery import DeliverAppraisal
from services.appraisal.domain.plan import PLAN
from services.appraisal.domain.quadrant import Predicate
from services.appraisal.domain.scoring import ReportAchievement, SubmitScore
from services.appraisal.domain.withdrawal import WithdrawDelivery
from services.appraisal.heard import FeedbackSummarised, TrainingCompleted
from services.appraisal.known import delivered, employment_of, may_decide, must_be_registered, organisation_result, seen_at, unit_of
from shared.http.acting import RequestWork, commanding, querying
from shared.http.answers import Page
from shared.http.blueprint import Blueprint
from shared.kernel.facts import Fact
from shared.kernel.periods import Period, period_of
from shared.kernel.refusal import Refused

appraisals = Blueprint("appraisals", __name__, url_prefix="/v1", description="Appraisals of a person and period.")


@appraisals.route("/appraisals/<employee>/<period>/scores", methods=["POST"])
@appraisals.arguments(schemas.NewScore)
@commanding("submit-score", subject="employee", status=201, at="/v1/appraisals/{employee}/{period}", many=True)
def submit_score(work: RequestWork, body: dict[str, Any], employee: str, period: str) -> answers.GivenScore:
    """Rate a behaviour aspect (the assessor), or anything about oneself (the employee; shown, and without effect on the result).

    Targets and the whole result are rated by the published policy at delivery, unless the rule set leaves them to the superior
    (409 rated-by-policy). Under the numeric scheme values are numbers from 0 to 120, and {what: idea, item: innovation, value: yes,
    document} says that the employee created a new idea or way, without which nobody is Sangat Baik (PP 30/2019 art. 41).
    409 plan-not-approved, 409 already-delivered, 422 unknown-item, 422 outside-service.
    """
    must_be_registered(work.knowledge, employee)
    rules, parsed = rules_of(work, period)
    by = "self" if work.actor.id == employee else "superior"
    plan = work.state(PLAN, employee, str(parsed.year))
    command = SubmitScore(
        employee,
        period,
        body["what"],
        body["item"],
        by,
        body["value"],
        work.today,
        plan,
        rules,
        body["document"],
        service=employment_of(work.knowledge, employee),
    )
    appended = work.execute(APPRAISAL, command)
    return {**body, "by": by, "version": appended.version}


@appraisals.route("/appraisals/<employee>/<period>/report", methods=["POST"])
@appraisals.arguments(schemas.Report)
@commanding("report-achievement", subject="employee", status=201, at="/v1/appraisals/{employee}/{period}")
def report(work: RequestWork, body: dict[str, Any], employee: str, period: str) -> answers.AppraisalVersion:
    """Report what one has achieved, with the evidence's digests; a later report replaces the earlier, the same changes nothing.

    By the employee, until delivery (409 already-delivered). Where the rule set says so, a yearly result is not delivered without it.
    """
    must_be_registered(work.knowledge, employee)
    rules, parsed = rules_of(work, period)
    state, version = work.loaded(APPRAISAL, employee, period)
    evidence, told = tuple(body["evidence"]), state.report
    if told and told.evidence == evidence and work.read_text(told.report_text) == body["report"]:
        return {"period": period, "version": version}
    text = work.text(body["report"])
    plan = work.state(PLAN, employee, str(parsed.year))
    service = employment_of(work.knowledge, employee)
    command = ReportAchievement(employee, period, text.id, text.digest, evidence, work.today, plan, rules, service=service)
    appended = work.execute(APPRAISAL, command)
    return {"period": period, "version": appended.version}


@appraisals.route("/appraisals/<employee>/<period>/delivery", methods=["POST"])
@commanding("deliver-appraisal", subject="employee", if_match=True, status=201, at="/v1/appraisals/{employee}/{period}", many=True)
def deliver(work: RequestWork, employee: str, period: str) -> answers.Delivery:
    """Give the employee the result; from now the term for an objection runs.

    By the period's assessor, also when another has come after him (PermenPANRB 6/2022, annex IV.A; `who_may` of the appraisal names him);
    If-Match is the appraisal's version. 409 appraisal-incomplete names under `missing` what is not there;
    422 period-not-over; 409 already-delivered; 422 outside-service when the person did not serve a day of the period.
    Months outside service, and of leave or suspension as the rule set says, are neither asked for nor counted.
    """
    rules, parsed = rules_of(work, period)
    service = employment_of(work.knowledge, employee)
    unit = unit_of(work.knowledge, employee, service.last_day(parsed) or parsed.end)
    peers = _peers(work, employee, period)
    command = DeliverAppraisal(
        employee,
        period,
        work.now,
        work.state(PLAN, employee, str(parsed.year)),
        organisation_result(work.knowledge, unit, period),
        rules,
        work.calendar,
        peers.event.means if peers else None,
        service=service,
    )
    appended = work.execute(APPRAISAL, command)
    state = appended.state
    return {
        "judgement": views.judged(state.judgement),
        "objection_until": state.objection_until,
        "rule_set": state.rule_set,
        "version": appended.version,
    }


@appraisals.route("/appraisals/<employee>/<period>/delivery/withdrawal", methods=["POST"])
@appraisals.arguments(schemas.Withdrawal)
@commanding("withdraw-delivery", subject="employee", if_match=True, status=201, at="/v1/appraisals/{employee}/{period}")
def withdraw(work: RequestWork, body: dict[str, Any], employee: str, period: str) -> answers.AppraisalStanding:
    """Undo a delivery that was a mistake; the appraisal is scored again.

    By who may deliver or has delivered, until the employee has read it (409 delivery-seen) or made anything of it; If-Match is the
    appraisal's version. 409 appraisal-not-delivered.
    """
    hold_delivery(work, employee, period)
    delivery = delivered(work.knowledge, employee, period_of(period))
    seen = delivery is not None and seen_at(work.knowledge, employee, period, delivery.id) is not None
    reason = work.text(body["reasons"])
    command = WithdrawDelivery(employee, period, delivery.id if delivery else None, seen, reason.id, reason.digest)
    appended = work.execute(APPRAISAL, command)
    return {"status": "scoring", "version": appended.version}


@appraisals.route("/appraisals/<employee>/<period>/acceptance", methods=["POST"])
@commanding("accept-appraisal", subject="employee", if_match=True, status=201, at="/v1/appraisals/{employee}/{period}")
def accept(work: RequestWork, employee: str, period: str) -> answers.AppraisalStanding:
    """Accept the result, which is final then.

    By the employee; If-Match is the appraisal's version. 409 appraisal-not-delivered or appraisal-not-open.
    """
    appended = work.execute(APPRAISAL, AcceptAppraisal(employee, period))
    return {"status": "final", "version": appended.version}


@appraisals.route("/appraisals/<employee>/<period>/correction", methods=["POST"])
@appraisals.arguments(schemas.NewCorrection)
@commanding("correct-appraisal", subject="employee", if_match=True, status=201, at="/v1/appraisals/{employee}/{period}")
def correct(work: RequestWork, body: dict[str, Any], employee: str, period: str) -> answers.AppraisalCorrection:
    """Correct a final or imported result, with its legal basis and document, after the employee was heard.

    By who may decide on an objection to it (`who_may` of the appraisal), never by the employee or by who delivered (403); If-Match is the
    appraisal's version. `ratings` under the rating scheme, `score` under the numeric one, `predicate` for an imported result: one of the
    three, and it changes something (422 correction-invalid). 409 appraisal-not-final, 422 not-heard.
    """
    appraisal_now(work, employee, period)
    before = work.state(APPRAISAL, employee, period)
    new = new_result(body)
    if (new is None) == (body["predicate"] is None):
        expected = "one of ratings, score and predicate"
        found = "none" if new is None else "several"
        raise Refused("correction-invalid", status=422, expected=expected, found=found, remedy="say what holds instead")
    others = [person for person in may_decide(work.knowledge, employee, period_of(period)).never if person != employee]
    reason = work.text(body["reasons"])
    command = CorrectAppraisal(
        employee,
        period,
        Predicate(body["predicate"]) if new is None else new,
        body["legal_basis"],
        body["document"],
        body["heard_on"],
        reason.id,
        reason.digest,
        work.actor.id,
        others[0] if others else None,
        rules_named(work, before.rule_set) if before.rule_set else None,
        work.today,
    )
    appended = work.execute(APPRAISAL, command)
    return {"before": views.judged(before.judgement), "after": views.judged(appended.state.judgement), "version": appended.version}


@appraisals.route("/appraisals/<employee>/<period>")
@querying("read-appraisal", subject="employee")
def show_appraisal(work: RequestWork, employee: str, period: str) -> answers.Appraisal:
    """One appraisal, as it stands this moment.

    `seen_at`: when the employee first read the delivered result, by this route, in a list or in his unit's scores.
    `who_may` says who may act on it: deliver-appraisal while it is scored, decide-objection while one is open, correct-appraisal once it
    is final.
    The ETag is the version that delivery, acceptance, decision and correction ask for.
    """
    see(work, employee, period)
    row = appraisal_now(work, employee, period)
    peers = _peers(work, employee, period)
    told = ("n", "means_hundredths", "sums", "counts")
    said = {name: getattr(peers.event, name) for name in told} | {"event": peers.id} if peers else None
    report = _told(work, row.get("report"), "report_text", "report")
    correction = _told(work, row.get("correction"), "reason_text", "reasons")
    trainings = _trainings(work, employee, period_of(period))
    standing = delivered(work.knowledge, employee, period_of(period))
    seen = seen_at(work.knowledge, employee, period, standing.id) if standing else None
    told = {"seen_at": seen, "report": report, "correction": correction, "peers": said, "trainings": trainings}
    return _whole(row) | told | {"who_may": who_may(work, row)}


def _whole(row: Mapping[str, Any]) -> dict[str, Any]:
    """A folded row with every column of the view, as reading the view gives it."""
    return {column.name: row.get(column.name) for column in views.APPRAISALS.columns}


def _told(work: RequestWork, part: dict[str, Any] | None, text: str, name: str) -> dict[str, Any] | None:
    """A part of the row with its words, None in their place when they were erased."""
    if part is None:
        return None
    return {key: value for key, value in part.items() if key != text} | {name: work.read_text(part[text])}


def _peers(work: RequestWork, employee: str, period: str) -> Fact[FeedbackSummarised] | None:
    """The colleagues' summary of the period, the last one published."""
    found = [fact for fact in work.knowledge.facts(FeedbackSummarised, employee) if fact.event.period == period]
    return found[-1] if found else None


def _trainings(work: RequestWork, employee: str, period: Period) -> list[dict[str, Any]]:
    return [
        {
            "programme": fact.event.programme,
            "result": fact.event.result,
            "score_hundredths": fact.event.score_hundredths,
            "completed_on": fact.event.completed_on,
            "event": fact.id,
        }
        for fact in work.knowledge.facts(TrainingCompleted, employee)
        if period.holds(fact.event.completed_on)
    ]


@appraisals.route("/appraisals")
@appraisals.arguments(schemas.AppraisalFilter, location="query")
@querying("list-appraisals")
def list_appraisals(work: RequestWork, wanted: dict[str, Any]) -> Page[answers.ListedAppraisal]:
    """Appraisals, of a period and of a unit with everything below it if these are named.

    Who belongs to the unit is asked for the last day that each served in the period, so that a unit needs a period (422).
    A row of the caller's own counts as read, like the appraisal itself, and is shown as it stands this moment.
    """
    if wanted["unit"] is None:
        listed = work.page(views.APPRAISALS, period=wanted["period"])
    else:
        listed = work.paged(members_of(work, wanted["unit"], period_of(wanted["period"] or "")).appraisals)
    return {**listed, "items": [_own_seen(work, row) if row["employee"] == work.actor.id else row for row in listed["items"]]}


def _own_seen(work: RequestWork, row: Mapping[str, Any]) -> dict[str, Any]:
    see(work, row["employee"], row["period"])
    return {"key": row["key"]} | _whole(appraisal_row(work, row["employee"], row["period"]) or {})
