"""Routes of complaints: file one at the counter, follow it by its receipt code, list, read and resolve."""

from __future__ import annotations

import hmac
from typing import Any

from services.feedback import schemas
from services.feedback.api.asking import known_unit
from services.feedback.domain.complaints import COMPLAINT, INTAKE, AnswerComplaint, Intake, OfComplaint, ReceiveComplaint, ResolveComplaint
from services.feedback.domain.terms import terms_of
from services.feedback.events import ComplaintReceived
from services.feedback.raters import complaint_id, receipt_code, receipt_digest, unkeyed
from services.feedback.views import COMPLAINTS
from shared.http.acting import Ask, commanding, querying
from shared.http.blueprint import Blueprint
from shared.store.errors import KeyReused

complaints = Blueprint("complaints", __name__, url_prefix="/v1", description="What citizens complain of, and what became of it.")


@complaints.route("/complaints", methods=["POST"])
@unkeyed
@complaints.arguments(schemas.Complaint)
@commanding("file-complaint", status=201)
def file_complaint(ask: Ask, body: dict[str, Any]) -> dict[str, Any]:
    """Take in a citizen's complaint on a unit.

    Answers {complaint, receipt_code, due}: with the code the citizen follows it; `due` is the last day on which it is resolved in time.
    Sent again with its Idempotency-Key it is the same complaint. 404 unknown-unit; 422 complaint-kind or anonymous-with-contact.
    """
    complaint = complaint_id(ask)
    code = receipt_code(ask, complaint)
    earlier = _intake(ask, complaint).received
    if earlier is not None:
        if not _same(ask, earlier, body):
            raise KeyReused("expected the complaint that this Idempotency-Key was first sent with, found another")
        return {"complaint": complaint, "receipt_code": code, "due": earlier.last_day}
    known_unit(ask, body["unit"])
    rules = ask.knowledge.rules("complaints", ask.today)
    command = ReceiveComplaint(
        complaint=complaint,
        unit=body["unit"],
        kind=body["kind"],
        body_text=ask.text(body["body"]).id,
        contact_text=ask.text(body["contact"]).id if body["contact"] is not None else None,
        anonymous=body["anonymous"],
        confidential=body["confidential"],
        receipt_digest=receipt_digest(ask.actor.agency, complaint, code),
        received_at=ask.now,
        terms=terms_of(rules.settings, rules.name),
        calendar=ask.calendar,
    )
    ask.execute(INTAKE, command)
    return {"complaint": complaint, "receipt_code": code, "due": ask.state(INTAKE, command).received.last_day}


@complaints.route("/complaints")
@complaints.arguments(schemas.ComplaintFilter, location="query")
@querying("list-complaints")
def list_complaints(ask: Ask, query: dict[str, Any]) -> dict[str, Any]:
    """Complaints with kind, last day and outcome, without what was said; of a unit or in a status (open, overdue, resolved)."""
    return ask.page(COMPLAINTS, unit=query["unit"], status=query["status"])


@complaints.route("/complaints/<complaint>")
@complaints.arguments(schemas.ReceiptCode, location="query")
@querying("follow-complaint")
def follow_complaint(ask: Ask, query: dict[str, Any], complaint: str) -> dict[str, Any]:
    """What became of a complaint, and the answer, for whoever holds its receipt code; with another code it is not found (404)."""
    intake = _intake(ask, complaint)
    typed = receipt_digest(ask.actor.agency, complaint, query["receipt_code"])
    fits = intake.received is not None and hmac.compare_digest(intake.received.receipt_digest, typed)
    return ask.found(_shown(ask, intake) if fits else None, "complaint", complaint[:40])


@complaints.route("/complaints/<complaint>/report")
@querying("read-complaint")
def read_complaint(ask: Ask, complaint: str) -> dict[str, Any]:
    """A complaint with what was said, and the answer.

    A confidential one only complaint officers read, and only they see how to reach the citizen; `body` and `contact` are null for others.
    """
    intake = _intake(ask, complaint)
    if intake.received is None:
        return ask.found(None, "complaint", complaint[:40])
    officer, received = ask.may("resolve-complaint", None), intake.received
    body = ask.read_text(received.body_text) if officer or not received.confidential else None
    contact = ask.read_text(received.contact_text) if officer and received.contact_text else None
    return _shown(ask, intake) | {
        "anonymous": received.anonymous,
        "confidential": received.confidential,
        "body": body,
        "contact": contact,
    }


@complaints.route("/complaints/<complaint>/resolution", methods=["POST"])
@complaints.arguments(schemas.Resolution)
@commanding("resolve-complaint", status=201)
def resolve_complaint(ask: Ask, body: dict[str, Any], complaint: str) -> dict[str, Any]:
    """Resolve a complaint as founded or not, once, and tell the citizen. 409 already-resolved."""
    received = _intake(ask, complaint).received
    if received is None:
        return ask.found(None, "complaint", complaint[:40])
    command = ResolveComplaint(received, body["founded"], ask.today)
    if ask.state(COMPLAINT, command).resolved is None:
        ask.execute(INTAKE, AnswerComplaint(complaint, received.unit, ask.text(body["answer"]).id))
    ask.execute(COMPLAINT, command)
    resolved = ask.state(COMPLAINT, command).resolved
    return {
        "complaint": complaint,
        "unit": resolved.unit,
        "founded": resolved.founded,
        "in_time": resolved.in_time,
        "resolved_on": resolved.resolved_on,
    }


def _intake(ask: Ask, complaint: str) -> Intake:
    return ask.state(INTAKE, OfComplaint(complaint))


def _same(ask: Ask, earlier: ComplaintReceived, body: dict[str, Any]) -> bool:
    contact = ask.read_text(earlier.contact_text) if earlier.contact_text else None
    found = (earlier.unit, earlier.kind, earlier.confidential, ask.read_text(earlier.body_text), contact)
    return found == (body["unit"], body["kind"], body["confidential"], body["body"], body["contact"])


def _shown(ask: Ask, intake: Intake) -> dict[str, Any]:
    """What the citizen may know, read from the streams, so that it is never behind."""
    received = intake.received
    outcome = ask.state(COMPLAINT, OfComplaint(received.complaint))
    resolved = outcome.resolved
    late = outcome.overdue or ask.now >= received.due
    return {
        "complaint": received.complaint,
        "unit": received.unit,
        "kind": received.kind,
        "status": "resolved" if resolved else "overdue" if late else "open",
        "received_on": received.received_on,
        "due": received.last_day,
        "founded": resolved.founded if resolved else None,
        "in_time": resolved.in_time if resolved else None,
        "resolved_on": resolved.resolved_on if resolved else None,
        "answer": ask.read_text(intake.answered.answer_text) if intake.answered else None,
    }
