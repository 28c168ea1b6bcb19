"""Routes of complaints: file one at the counter, follow it by its receipt code, list, read, pass on, ask the citizen, and resolve."""

from __future__ import annotations

import hmac
from typing import Any

from services.feedback import answers, schemas
from services.feedback.api.asking import known_unit
from services.feedback.domain.complaints import INTAKE, AnswerComplaint, AskCitizen, Intake, KeepReply, ReceiveComplaint
from services.feedback.domain.course import COMPLAINT, Course, PassComplaint, PauseComplaint, ResolveComplaint, ResumeComplaint
from services.feedback.domain.terms import ComplaintTerms, terms_named, terms_of
from services.feedback.events import ComplaintReceived
from services.feedback.raters import complaint_id, receipt_code, receipt_digest
from services.feedback.views import COMPLAINTS
from shared.http.acting import RequestWork, commanding, querying
from shared.http.answers import Page
from shared.http.blueprint import Blueprint
from shared.store.errors import KeyReused

complaints = Blueprint("complaints", __name__, url_prefix="/v1", description="What citizens complain of, and what became of it.")


@complaints.route("/complaints", methods=["POST"])
@complaints.arguments(schemas.NewComplaint)
@commanding("file-complaint", status=201, at="/v1/complaints/{complaint}", keyed=False)
def file_complaint(work: RequestWork, body: dict[str, Any]) -> answers.ComplaintReceipt:
    """Take in a citizen's complaint on a unit.

    Sent again with its Idempotency-Key it is the same complaint. 404 unknown-unit; 422 complaint-kind or anonymous-with-contact.
    """
    complaint = complaint_id(work)
    code = receipt_code(work, complaint)
    earlier = _intake(work, complaint).received
    if earlier is not None:
        if not _same(work, earlier, body):
            raise KeyReused("expected the complaint that this Idempotency-Key was first sent with, found another")
        return {"complaint": complaint, "receipt_code": code, "due": _course(work, earlier).last_day_of(earlier)}
    known_unit(work, body["unit"])
    rules = work.knowledge.rules("complaints", work.today)
    command = ReceiveComplaint(
        complaint=complaint,
        unit=body["unit"],
        kind=body["kind"],
        body_text=work.text(body["body"]).id,
        contact_text=work.text(body["contact"]).id if body["contact"] is not None else None,
        anonymous=body["anonymous"],
        confidential=body["confidential"],
        receipt_digest=receipt_digest(work.actor.agency, complaint, code),
        received_at=work.now,
        terms=terms_of(rules.settings, rules.name),
        calendar=work.calendar,
    )
    received = work.execute(INTAKE, command).state.received
    return {"complaint": complaint, "receipt_code": code, "due": received.last_day}


@complaints.route("/complaints")
@complaints.arguments(schemas.ComplaintFilter, location="query")
@querying("list-complaints")
def list_complaints(work: RequestWork, query: dict[str, Any]) -> Page[answers.ListedComplaint]:
    """Complaints with kind, last day and outcome, without what was said; of a unit or in a status (open, waiting, overdue, resolved)."""
    return work.page(COMPLAINTS, unit=query["unit"], status=query["status"])


@complaints.route("/complaints/<complaint>")
@complaints.arguments(schemas.ReceiptCode, location="query")
@querying("follow-complaint")
def follow_complaint(work: RequestWork, query: dict[str, Any], complaint: str) -> answers.ComplaintCourse:
    """What became of a complaint, and the answer, for the holder of its receipt code; with another code it is not found (404).

    `passed`: to which unit it was passed and when; `waiting`: what the citizen is asked for, and until when the clock stands still.
    """
    return _shown(work, _by_receipt(work, complaint, query["receipt_code"]))


@complaints.route("/complaints/<complaint>/reply", methods=["POST"])
@complaints.arguments(schemas.Reply)
@commanding("follow-complaint", status=201, at="/v1/complaints/{complaint}")
def reply_to_question(work: RequestWork, body: dict[str, Any], complaint: str) -> answers.ComplaintStanding:
    """Answer what the citizen was asked for, with the receipt code; the clock goes on from today.

    404 with another code; 409 complaint-not-waiting or already-resolved.
    """
    intake = _by_receipt(work, complaint, body["receipt_code"])
    received = intake.received
    work.execute(COMPLAINT, ResumeComplaint(received, "answered", work.today, _terms(work, received), work.calendar))
    work.execute(INTAKE, KeepReply(complaint, received.unit, work.text(body["reply"]).id))
    return _running(work, received)


@complaints.route("/complaints/<complaint>/report")
@querying("read-complaint")
def read_complaint(work: RequestWork, complaint: str) -> answers.ComplaintReport:
    """A complaint with what was said, and the answer.

    A confidential one only complaint officers read, and only they see how to reach the citizen; `body` and `contact` are null for others.
    """
    intake = _intake(work, complaint)
    if intake.received is None:
        return work.found(None, "complaint", complaint[:40])
    officer, received = work.may("resolve-complaint", None), intake.received
    body = work.read_text(received.body_text) if officer or not received.confidential else None
    contact = work.read_text(received.contact_text) if officer and received.contact_text else None
    return _shown(work, intake) | {
        "anonymous": received.anonymous,
        "confidential": received.confidential,
        "body": body,
        "contact": contact,
    }


@complaints.route("/complaints/<complaint>/passing", methods=["POST"])
@complaints.arguments(schemas.Passing)
@commanding("pass-complaint", status=201, at="/v1/complaints/{complaint}/report")
def pass_complaint(work: RequestWork, body: dict[str, Any], complaint: str) -> answers.ComplaintPassing:
    """Pass a complaint to the unit that it concerns; the reason is kept as a text.

    The term goes on or begins anew, as the rules say that the complaint was taken in under. It counts for the unit that it ends at.
    To the unit that has it, it changes nothing. 404 unknown-unit, 409 already-resolved.
    """
    received = _received(work, complaint)
    known_unit(work, body["unit"])
    if body["unit"] != _course(work, received).unit_of(received):
        reason, terms = work.text(body["reason"]), _terms(work, received)
        work.execute(COMPLAINT, PassComplaint(received, body["unit"], work.now, reason.id, reason.digest, terms, work.calendar))
    return {"unit": body["unit"], **_running(work, received)}


@complaints.route("/complaints/<complaint>/waiting", methods=["POST"])
@complaints.arguments(schemas.Question)
@commanding("ask-citizen", status=201, at="/v1/complaints/{complaint}/report")
def ask_citizen(work: RequestWork, body: dict[str, Any], complaint: str) -> answers.ComplaintWaiting:
    """Ask the citizen for what is missing: the clock stands still until he answers with his receipt code, or until the term for it ends.

    The due day moves by the days waited. 409 complaint-waiting, term-over, already-resolved, or no-waiting where the rules stop no clock.
    """
    received = _received(work, complaint)
    work.execute(COMPLAINT, PauseComplaint(received, work.now, _terms(work, received), work.calendar))
    work.execute(INTAKE, AskCitizen(complaint, received.unit, work.text(body["question"]).id))
    return {**_running(work, received), "until": _course(work, received).paused.until}


@complaints.route("/complaints/<complaint>/resolution", methods=["POST"])
@complaints.arguments(schemas.Resolution)
@commanding("resolve-complaint", status=201, at="/v1/complaints/{complaint}/report")
def resolve_complaint(work: RequestWork, body: dict[str, Any], complaint: str) -> answers.ComplaintResolution:
    """Resolve a complaint as founded or not, once, and tell the citizen. 409 already-resolved."""
    received = _received(work, complaint)
    command = ResolveComplaint(received, body["founded"], work.today)
    if _course(work, received).resolved is None:
        work.execute(INTAKE, AnswerComplaint(complaint, received.unit, work.text(body["answer"]).id))
    resolved = work.execute(COMPLAINT, command).state.resolved
    return {
        "complaint": complaint,
        "unit": resolved.unit,
        "founded": resolved.founded,
        "in_time": resolved.in_time,
        "resolved_on": resolved.resolved_on,
    }


def _intake(work: RequestWork, complaint: str) -> Intake:
    return work.state(INTAKE, complaint)


def _received(work: RequestWork, complaint: str) -> ComplaintReceived:
    """Refused (404) when there is none."""
    received = _intake(work, complaint).received
    if received is None:
        work.found(None, "complaint", complaint[:40])
    return received


def _by_receipt(work: RequestWork, complaint: str, code: str) -> Intake:
    """What came in, for the holder of the code; Refused (404) with another."""
    intake = _intake(work, complaint)
    typed = receipt_digest(work.actor.agency, complaint, code)
    if intake.received is None or not hmac.compare_digest(intake.received.receipt_digest, typed):
        work.found(None, "complaint", complaint[:40])
    return intake


def _course(work: RequestWork, received: ComplaintReceived) -> Course:
    return work.state(COMPLAINT, received.complaint)


def _terms(work: RequestWork, received: ComplaintReceived) -> ComplaintTerms:
    return terms_named(work.knowledge.rule_sets("complaints"), received.rule_set)


def _running(work: RequestWork, received: ComplaintReceived) -> dict[str, Any]:
    course = _course(work, received)
    status, due = course.status_at(received, work.now), course.last_day_of(received)
    return {"complaint": received.complaint, "status": status, "due": due}


def _same(work: RequestWork, earlier: ComplaintReceived, body: dict[str, Any]) -> bool:
    contact = work.read_text(earlier.contact_text) if earlier.contact_text else None
    found = (earlier.unit, earlier.kind, earlier.confidential, work.read_text(earlier.body_text), contact)
    return found == (body["unit"], body["kind"], body["confidential"], body["body"], body["contact"])


def _shown(work: RequestWork, intake: Intake) -> dict[str, Any]:
    """What the citizen may know, read from the streams, so that it is never behind."""
    received, course = intake.received, _course(work, intake.received)
    resolved, waiting = course.resolved, None
    if course.paused and not resolved:
        question = work.read_text(intake.asked.question_text) if intake.asked else None
        waiting = {"since": course.paused.since, "until": course.paused.until, "question": question}
    return {
        "unit": course.unit_of(received),
        "kind": received.kind,
        "received_on": received.received_on,
        **_running(work, received),
        "passed": [{"from_unit": one.from_unit, "unit": one.unit, "passed_on": one.passed_on} for one in course.passed],
        "waiting": waiting,
        "reply": work.read_text(intake.replied.reply_text) if intake.replied else None,
        "founded": resolved.founded if resolved else None,
        "in_time": resolved.in_time if resolved else None,
        "resolved_on": resolved.resolved_on if resolved else None,
        "answer": work.read_text(intake.answered.answer_text) if intake.answered else None,
    }
