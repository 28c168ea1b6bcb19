"""Personnel's routes beside the imports: people, attendance, proposals and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_smorest import Blueprint

from services.personnel import schemas, vault
from services.personnel.domain.development import DEVELOPMENT, Begin, Close, Follow
from services.personnel.domain.employee import EMPLOYEE, EmployeeState, RegisterEmployee, in_force
from services.personnel.domain.proposals import PROPOSAL, Decide, ProposalState
from services.personnel.domain.unit import unit_stream
from services.personnel.views import ATTENDANCE_MONTHS, DEVELOPMENTS, EMPLOYEES, PROPOSALS, UNITS
from shared.http.acting import Ask, commanding, querying
from shared.kernel.refusal import Refused

blp = Blueprint(
    "personnel", __name__, url_prefix="/v1", description="People, units, attendance, and development that follows from appraisals."
)


@blp.route("/units")
@querying("list-units")
def list_units(ask: Ask) -> dict[str, Any]:
    """The agency's units with their names."""
    page = ask.page(UNITS)
    names = vault.unit_names(ask.tx, [row["key"] for row in page["items"]])
    return {**page, "items": [{**row, "unit": row["key"], "name": names.get(row["key"])} for row in page["items"]]}


@blp.route("/employees")
@blp.arguments(schemas.EmployeeFilter, location="query")
@querying("list-employees")
def list_employees(ask: Ask, wanted: dict[str, Any]) -> dict[str, Any]:
    """The agency's people; with names for those who may see them, which is logged for each person shown."""
    page = ask.page(EMPLOYEES, **wanted)
    seen = _identities(ask, [row["key"] for row in page["items"]], None, "list of employees")
    shown = ("kind", "unit", "post", "job_class", "acting", "rank", "assessor", "superior", "version")
    return {**page, "items": [{"employee": row["key"], **{n: row[n] for n in shown}, **seen.get(row["key"], {})} for row in page["items"]]}


@blp.route("/employees/<employee>")
@blp.arguments(schemas.OnDay, location="query")
@querying("read-employee", subject="employee")
def show_employee(ask: Ask, query: dict[str, Any], employee: str) -> dict[str, Any]:
    """One person as of a day: kind, post (and acting post), rank, reporting line, and everything that was said with its dates."""
    row = ask.found(ask.knowledge.row(EMPLOYEES, employee), "employee", employee)
    day = (query["on"] or ask.today).isoformat()
    positions = row["positions"] or []
    return {
        "employee": employee,
        "on": day,
        "kind": (_held(row["registered"], day) or {}).get("kind"),
        "position": _held([one for one in positions if not one["acting"]], day),
        "acting": _held([one for one in positions if one["acting"]], day),
        "rank": _held(row["ranks"], day),
        "line": _held(row["lines"], day),
        "history": {name: row[name] or [] for name in ("registered", "positions", "ranks", "lines")},
        "version": row["version"],
        **_identities(ask, [employee], employee, "employee page").get(employee, {}),
    }


@blp.route("/employees/<employee>/looks")
@querying("see-looks", subject="employee")
def list_looks(ask: Ask, employee: str) -> dict[str, Any]:
    """Who saw this person's name and NIP, when and for what (UU 27/2022: the right to know)."""
    _known(ask, employee)
    return {"items": vault.looks(ask.tx, employee), "next": None}


@blp.route("/employees/<employee>/identity", methods=["DELETE"])
@commanding("erase-identity", subject="employee")
def erase_identity(ask: Ask, employee: str) -> dict[str, Any]:
    """Forget name, NIP and contact (UU 27/2022: erasure). The events keep the id, which then leads to nobody."""
    _known(ask, employee)
    vault.erase(ask.tx, employee)
    return {"employee": employee, "status": "erased"}


@blp.route("/employees/<employee>/attendance/<month>")
@querying("read-attendance", subject="employee")
def show_attendance(ask: Ask, employee: str, month: str) -> dict[str, Any]:
    """One month's attendance as last recorded; `version` is its revision."""
    key = f"{employee}/{month}"
    return ask.found(ask.knowledge.row(ATTENDANCE_MONTHS, key), "attendance", key)


@blp.route("/proposals")
@blp.arguments(schemas.ProposalFilter, location="query")
@querying("list-proposals")
def list_proposals(ask: Ask, wanted: dict[str, Any]) -> dict[str, Any]:
    """Development proposals, each with its reasons: the condition's code, the event that meets it, the value in it."""
    return ask.page(PROPOSALS, **wanted)


@blp.route("/proposals/<employee>/<proposal>")
@querying("read-proposal", subject="employee")
def show_proposal(ask: Ask, employee: str, proposal: str) -> dict[str, Any]:
    """One proposal. Its ETag is what a decision on it needs as If-Match."""
    key = f"{employee}/{proposal}"
    return ask.found(ask.knowledge.row(PROPOSALS, key), "proposal", key)


@blp.route("/proposals/<employee>/<proposal>/decision", methods=["POST"])
@blp.arguments(schemas.ProposalDecision)
@commanding("decide-proposal", subject="employee", if_match=True)
def decide_proposal(ask: Ask, body: dict[str, Any], employee: str, proposal: str) -> dict[str, Any]:
    """Approve or reject a proposal on what was seen of it. What an approval brings is recorded with it: a role, a mentorship, a study
    place or coaching. Nobody decides on a proposal about himself (403).
    """
    command = Decide(employee, proposal, body["outcome"], body["document"], ask.actor.id)
    state = ask.state(PROPOSAL, command)
    decided = ask.execute(PROPOSAL, command)
    answer = {"employee": employee, "proposal": proposal, "status": body["outcome"], "version": decided.version, "brings": None}
    if body["outcome"] == "approved":
        begun = ask.execute(DEVELOPMENT, _begin(ask, body, state, command))
        answer["brings"] = [{"type": one.type, "event": one.id} for one in begun.events]
    return answer


def _begin(ask: Ask, body: Mapping[str, Any], state: ProposalState, command: Decide) -> Begin:
    """What the approval begins, with the post or unit that the official named, or the ones that lie nearest."""
    proposed = state.proposed
    unit = body.get("unit")
    if unit is not None and not ask.knowledge.stream(unit_stream(unit)):
        raise Refused("unknown-unit", expected="a unit that is open", found=unit, remedy="take it from the list of units", status=404)
    since = body.get("since") or ask.today
    return Begin(
        employee=command.employee,
        proposal=command.proposal,
        kind=proposed.kind,
        programme=proposed.programme,
        cause=proposed.reasons[0].code,
        document=command.document,
        since=since,
        post=body.get("post") or proposed.programme,
        unit=unit or _own_unit(ask, command.employee, since),
    )


def _own_unit(ask: Ask, employee: str, day: date) -> str | None:
    state: EmployeeState = ask.state(EMPLOYEE, RegisterEmployee(employee, "PNS", day))
    held = in_force((one for one in state.positions if not one.acting), day) or in_force(state.positions, day)
    return held.unit if held else None


@blp.route("/development/<employee>")
@querying("read-development", subject="employee")
def show_development(ask: Ask, employee: str) -> dict[str, Any]:
    """A person's roles, mentorships, study places and coaching, with the steps taken and how they ended."""
    _known(ask, employee)
    row = ask.knowledge.row(DEVELOPMENTS, employee) or {"measures": [], "open": 0, "version": 0}
    return {"employee": employee, **{name: row[name] for name in ("measures", "open", "version")}}


@blp.route("/development/<employee>/followed", methods=["POST"])
@blp.arguments(schemas.FollowedStep)
@commanding("follow-development", subject="employee", status=201)
def follow_development(ask: Ask, body: dict[str, Any], employee: str) -> dict[str, Any]:
    """Record a step of a mentorship, a study place or coaching, and what was agreed in it."""
    agreement = ask.text(body["agreement"]).id if body["agreement"] else None
    done = ask.execute(DEVELOPMENT, Follow(employee, body["proposal"], body["on"], agreement, ask.today))
    return {"employee": employee, "proposal": body["proposal"], "status": "followed", "agreement_text": agreement, "version": done.version}


@blp.route("/development/<employee>/closed", methods=["POST"])
@blp.arguments(schemas.ClosedMeasure)
@commanding("close-development", subject="employee")
def close_development(ask: Ask, body: dict[str, Any], employee: str) -> dict[str, Any]:
    """Close a mentorship, a study place or coaching with its outcome."""
    done = ask.execute(DEVELOPMENT, Close(employee, body["proposal"], body["outcome"], body.get("on") or ask.today))
    return {"employee": employee, "proposal": body["proposal"], "status": "closed", "outcome": body["outcome"], "version": done.version}


def _held(entries: Sequence[Mapping[str, Any]] | None, day: str) -> Mapping[str, Any] | None:
    """The entry that began last on or before `day`; entries stand in order of their days."""
    begun = [one for one in entries or () if one["since"] <= day]
    return begun[-1] if begun else None


def _identities(ask: Ask, employees: Sequence[str], subject: str | None, purpose: str) -> Mapping[str, Mapping[str, Any]]:
    """Names and NIPs for a caller who may see them; every look is logged. Nothing for the others."""
    if not ask.here.service.policy.permits(ask.actor, "see-identity", subject, ask.knowledge):
        return {}
    found = vault.look(ask.tx, employees, ask.actor.id, purpose)
    return {one.employee: {"name": one.name, "nip": one.nip, "contact": dict(one.contact)} for one in found.values()}


def _known(ask: Ask, employee: str) -> None:
    ask.found({} if vault.is_known(ask.tx, employee) else None, "employee", employee)
