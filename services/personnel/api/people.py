"""Routes about people, units and attendance."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from services.personnel import schemas, vault
from services.personnel.answers import people as answers
from services.personnel.domain.employee import (
    EMPLOYEE,
    EndEmployment,
    InterruptService,
    ResumeService,
    RevokeEnd,
)
from services.personnel.domain.ranks import KEEP_RANK
from services.personnel.domain.registration import WithdrawRegistration
from services.personnel.domain.unit import UNIT, MoveUnit, UnitState, WithdrawMove
from services.personnel.events import (
    AttendanceRecorded,
    AwardGranted,
    DevelopmentDecided,
    EmploymentEnded,
    GuidanceOpened,
    ImprovementPeriodOpened,
    MentorAppointed,
    PostDecided,
    PotentialAssessed,
    RankPromotionDecided,
    SanctionImposed,
    SanctionLifted,
    ServiceInterrupted,
    TrainingAssigned,
    TrainingCompleted,
    YearAbsenceRecorded,
)
from services.personnel.heard import (
    AppraisalCorrected,
    AppraisalFinalized,
    AppraisalImported,
    FeedbackSummarised,
    ScoreSubmitted,
    TargetSet,
)
from services.personnel.views import ATTENDANCE_MONTHS, EMPLOYEES, UNITS
from shared.http.acting import RequestWork, commanding, querying
from shared.http.answers import Page
from shared.http.blueprint import Blueprint
from shared.http.set_aside import erase_rows
from shared.kernel.dated import of_row
from shared.kernel.employment import Employment
from shared.kernel.refusal import Refused

blp = Blueprint("personnel", __name__, url_prefix="/v1", description="People, units and attendance.")


@blp.route("/units")
@querying("list-units")
def list_units(work: RequestWork) -> Page[answers.Unit]:
    """The agency's units with their names."""
    page = work.page(UNITS)
    names = vault.unit_names(work.tx, [row["key"] for row in page["items"]])
    return {**page, "items": [{**row, "unit": row["key"], "name": names.get(row["key"])} for row in page["items"]]}


@blp.route("/units/<unit>/move", methods=["POST"])
@blp.arguments(schemas.NewUnitMove)
@commanding("move-unit", status=201, at="/v1/units")
def move_unit(work: RequestWork, body: dict[str, Any], unit: str) -> answers.UnitMove:
    """Put a unit, with everything below it, under another one from a day on. 404 unknown-unit; 422 unit-below-itself, unit-move-date.

    From the day of its opening on: it never stood where it was opened.
    """
    work.knowledge.hold("units")  # two moves at once could close a circle that neither of them sees
    parent, since = body["parent"], body["since"]
    above = _above(work, unit, parent, since, _unit(work, unit, since).changes_after(since))
    command = MoveUnit(unit, parent, since, body["document"], above)
    done = work.execute(UNIT, command)
    return {"unit": unit, "parent": parent, "since": since, "version": done.version}


@blp.route("/units/<unit>/move/withdrawal", methods=["POST"])
@blp.arguments(schemas.WithdrawnMove)
@commanding("move-unit", status=201, at="/v1/units")
def withdraw_move(work: RequestWork, body: dict[str, Any], unit: str) -> answers.UnitMove:
    """Take back a move that was entered wrongly, by the day from which it holds: the unit stands where it stood before.

    404 unknown-unit, unknown-move; 422 unit-below-itself when it would come to stand below itself by what was moved since.
    `parent`: under whom it stands on that day.
    """
    work.knowledge.hold("units")
    since = body["since"]
    state = _unit(work, unit, since)
    work.found(None if state.opened is None else {}, "unit", unit)
    left = state.without(WithdrawMove(unit, since, "", ()))
    parent = left.parent_on(since)
    above = _above(work, unit, parent, since, left.changes_after(since)) if parent is not None else ()
    done = work.execute(UNIT, WithdrawMove(unit, since, body["document"], above))
    return {"unit": unit, "since": since, "parent": parent, "version": done.version}


def _unit(work: RequestWork, unit: str, day: date) -> UnitState:
    return work.state(UNIT, unit)


def _above(work: RequestWork, unit: str, parent: str, since: date, changes: Sequence[date]) -> tuple[str, ...]:
    """The units over `parent` on any day from `since` on until the unit itself comes elsewhere (the first of its `changes`).

    From the units' own streams. Refused (404) for one that is not open.
    """
    until = changes[0] if changes else date.max
    found: dict[str, None] = {}
    days = [since]
    for day in days:
        above: str | None = parent
        chain: list[str] = []
        while above is not None and above not in chain:
            state = _unit(work, above, day)
            work.found(None if state.opened is None else {}, "unit", above)
            chain.append(above)
            days += [one for one in state.changes_after(day)[:1] if one < until and one not in days]
            above = None if above == unit else state.parent_on(day)
        found |= dict.fromkeys(chain)
    return tuple(found)


@blp.route("/employees")
@blp.arguments(schemas.EmployeeFilter, location="query")
@querying("list-employees")
def list_employees(work: RequestWork, wanted: dict[str, Any]) -> Page[answers.ListedEmployee]:
    """The agency's people; with names for those who may see them, which is logged for each person shown.

    `serving` is false for whom service has ended; `ends` is the first day outside it, also one to come, and `how` the kind of end.
    """
    serving = None if wanted["serving"] is None else wanted["serving"] == "true"
    page = work.page(EMPLOYEES, **wanted | {"serving": serving})
    seen = _identities(work, [row["key"] for row in page["items"]], None, "list of employees")
    shown = ("kind", "unit", "post", "job_class", "acting", "rank", "education", "assessor", "superior", "serving", "ends", "how")
    return {
        **page,
        "items": [
            {"employee": row["key"], **{n: row[n] for n in (*shown, "version")}, **seen.get(row["key"], {})} for row in page["items"]
        ],
    }


@blp.route("/employees/<employee>")
@blp.arguments(schemas.OnDay, location="query")
@querying("read-employee", subject="employee")
def show_employee(work: RequestWork, query: dict[str, Any], employee: str) -> answers.Employee:
    """One person as of a day: kind, post (and acting post), rank, reporting line, service, and everything that was said with its dates."""
    row = work.found(work.knowledge.row(EMPLOYEES, employee), "employee", employee)
    on = query["on"] or work.today
    day = on.isoformat()
    service = Employment.read(row["service"])
    positions = row["positions"] or []
    return {
        "employee": employee,
        "on": day,
        "kind": (_held(row["registered"], day, service) or {}).get("kind"),
        "position": _held([one for one in positions if not one["acting"]], day, service),
        "acting": _held([one for one in positions if one["acting"]], day, service),
        "rank": _held(row["ranks"], day, service, KEEP_RANK),
        "line": _held(row["lines"], day, service),
        "education": row["education"],
        "service": _service(service, on),
        "history": {name: row[name] or [] for name in ("registered", "positions", "ranks", "lines", "service")},
        "version": row["version"],
        **_identities(work, [employee], employee, "employee page").get(employee, {}),
    }


def _service(service: Employment, day: date) -> dict[str, Any]:
    spell = service.spell(day) or service.ended(day)
    away = service.interruption(day)
    return {
        "serving": service.serving(day),
        "since": spell.since if spell else service.began,
        "ends": spell.end if spell else None,
        "how": spell.how if spell else None,
        "away": {"kind": away.kind, "since": away.since, "until": away.until} if away else None,
    }


@blp.route("/employees/<employee>/registration/withdrawal", methods=["POST"])
@blp.arguments(schemas.WithdrawnRegistration)
@commanding("withdraw-registration", subject="employee", status=201)
def withdraw_registration(work: RequestWork, body: dict[str, Any], employee: str) -> answers.RegistrationWithdrawal:
    """Withdraw somebody who was registered by mistake, before anything follows from it: he never served, and his NIP is free again.

    409 registration-followed says under `followed` what does: attendance, targets, results, decisions, somebody whom he assesses. The code
    is not used again (409 employee-withdrawn).
    """
    known(work, employee)
    done = work.execute(EMPLOYEE, WithdrawRegistration(employee, body["document"], _followed(work, employee)))
    vault.erase(work.tx, employee)
    return {"employee": employee, "status": "withdrawn", "version": done.version}


FOLLOWING: tuple[tuple[str, tuple[type, ...]], ...] = (
    ("attendance", (AttendanceRecorded, YearAbsenceRecorded)),
    ("a potential", (PotentialAssessed,)),
    ("targets", (TargetSet,)),
    ("scores", (ScoreSubmitted,)),
    ("a result", (AppraisalFinalized, AppraisalCorrected, AppraisalImported)),
    ("what colleagues said", (FeedbackSummarised,)),
    ("a decision on a proposal", (DevelopmentDecided, RankPromotionDecided, PostDecided, AwardGranted, SanctionImposed)),
    ("a measure or training", (MentorAppointed, TrainingAssigned, TrainingCompleted, GuidanceOpened, ImprovementPeriodOpened)),
    ("an end or interruption of service", (EmploymentEnded, ServiceInterrupted)),
)
"""What a registration may be followed by, as personnel knows it; what follows from proposals alone is withdrawn with him."""


def _followed(work: RequestWork, employee: str) -> tuple[str, ...]:
    found = [name for name, models in FOLLOWING if any(work.knowledge.facts(model, employee) for model in models)]
    under = {row["key"] for name in ("assessor", "superior") for row in work.knowledge.rows(EMPLOYEES, **{name: employee})}
    return (*found, *(f"the reporting line of {one}" for one in sorted(under)))


@blp.route("/employees/<employee>/end", methods=["POST"])
@blp.arguments(schemas.EndOfEmployment)
@commanding("end-employment", subject="employee", status=201, at="/v1/employees/{employee}")
def end_employment(work: RequestWork, body: dict[str, Any], employee: str) -> answers.EndOfService:
    """Record the end of service, also one to come: from its day on the person is neither appraised, proposed nor paid.

    What is open about him is withdrawn on that day; his file and pay he may still read. Registering him again from that day on begins a new
    spell of service. 409 employment-ended while another end stands, 422 end-before-service.
    `assesses`: whose reporting lines still name him as assessor or superior, and need another.
    """
    known(work, employee)
    done = work.execute(EMPLOYEE, EndEmployment(employee, body["kind"], body["since"], body["document"]))
    under = {row["key"] for name in ("assessor", "superior") for row in work.knowledge.rows(EMPLOYEES, serving=True, **{name: employee})}
    return {"employee": employee, "kind": body["kind"], "since": body["since"], "version": done.version, "assesses": sorted(under)}


@blp.route("/employees/<employee>/end/revocation", methods=["POST"])
@blp.arguments(schemas.RevokedEnd)
@commanding("end-employment", subject="employee", status=201, at="/v1/employees/{employee}")
def revoke_end(work: RequestWork, body: dict[str, Any], employee: str) -> answers.ServiceDay:
    """Undo the end: service went on from its day. 409 not-ended; 409 sanction-stands for a dismissal whose sanction has not been lifted."""
    known(work, employee)
    ended = work.state(EMPLOYEE, employee).service.spells[-1]
    _no_dismissal_stands(work, employee, ended.end)
    done = work.execute(EMPLOYEE, RevokeEnd(employee, body["document"]))
    return {"employee": employee, "since": ended.end, "version": done.version}


def _no_dismissal_stands(work: RequestWork, employee: str, end: date | None) -> None:
    lifted = {fact.event.sanction for fact in work.knowledge.facts(SanctionLifted, employee)}
    for fact in work.knowledge.facts(SanctionImposed, employee):
        sanction = fact.event
        if sanction.effect == "dismissal" and sanction.since == end and sanction.sanction not in lifted:
            raise Refused(
                "sanction-stands",
                expected="an end that rests on no sanction, or on one that was lifted",
                found=f"the dismissal {sanction.sanction} of {sanction.since}",
                remedy="lift the sanction: the end is revoked with it",
            )


@blp.route("/employees/<employee>/interruptions", methods=["POST"])
@blp.arguments(schemas.InterruptedService)
@commanding("interrupt-service", subject="employee", status=201, at="/v1/employees/{employee}")
def interrupt_service(work: RequestWork, body: dict[str, Any], employee: str) -> answers.ServiceInterruption:
    """Record leave of some length, a suspension or study; the same kind and first day once more corrects the last day.

    409 service-interrupted on days of another one; 422 before-service, after-service.
    """
    known(work, employee)
    done = work.execute(EMPLOYEE, InterruptService(employee, body["kind"], body["since"], body["until"], body["document"]))
    return {"employee": employee, **{name: body[name] for name in ("kind", "since", "until")}, "version": done.version}


@blp.route("/employees/<employee>/resumption", methods=["POST"])
@blp.arguments(schemas.ResumedService)
@commanding("interrupt-service", subject="employee", status=201, at="/v1/employees/{employee}")
def resume_service(work: RequestWork, body: dict[str, Any], employee: str) -> answers.ServiceDay:
    """Record the first day back. 409 not-interrupted."""
    known(work, employee)
    done = work.execute(EMPLOYEE, ResumeService(employee, body["since"], body["document"]))
    return {"employee": employee, "since": body["since"], "version": done.version}


def service_of(work: RequestWork, employee: str) -> Employment:
    """When the person was, is and will be in service, as of this moment."""
    return work.state(EMPLOYEE, employee).service


def must_serve(work: RequestWork, employee: str, day: date, what: str) -> None:
    """Refused (422) for a day after the end of service."""
    ended = service_of(work, employee).ended(day)
    if ended is not None:
        raise Refused(
            "after-service",
            status=422,
            expected=f"{what} before {ended.end}, the end of {employee}'s service ({ended.how})",
            found=str(day),
            remedy="leave the person out, or correct the date",
        )


@blp.route("/employees/<employee>/looks")
@querying("see-looks", subject="employee")
def list_looks(work: RequestWork, employee: str) -> answers.Looks:
    """Who saw this person's name and NIP, when and for what (UU 27/2022: the right to know)."""
    known(work, employee)
    return {"items": vault.looks(work.tx, employee), "next": None}


@blp.route("/employees/<employee>/nip", methods=["PUT"])
@blp.arguments(schemas.CorrectedNip)
@commanding("correct-nip", subject="employee")
def correct_nip(work: RequestWork, body: dict[str, Any], employee: str) -> answers.NipCorrection:
    """Correct a NIP that was registered wrongly. It stays in the vault; that it was corrected, and by which document, is logged there.

    Neither answer nor problem repeats the number. 422 nip; 409 identity-taken when it is another's, or the person was forgotten.
    """
    known(work, employee)
    registered = work.state(EMPLOYEE, employee).registered
    changed = vault.correct_nip(work.tx, employee, body["nip"], registered[-1].kind, work.actor.id, body["document"])
    return {"employee": employee, "status": "corrected" if changed else "unchanged"}


@blp.route("/employees/<employee>/identity", methods=["DELETE"])
@commanding("erase-identity", subject="employee")
def erase_identity(work: RequestWork, employee: str) -> answers.IdentityErasure:
    """Forget name, NIP and contact (UU 27/2022: erasure). The events keep the id, which then leads to nobody."""
    known(work, employee)
    vault.erase(work.tx, employee)
    erase_rows(work, employee)
    return {"employee": employee, "status": "erased"}


@blp.route("/employees/<employee>/attendance/<month>")
@querying("read-attendance", subject="employee")
def show_attendance(work: RequestWork, employee: str, month: str) -> answers.Attendance:
    """One month's attendance as last recorded; `version` is its revision."""
    key = f"{employee}/{month}"
    return work.found(work.knowledge.row(ATTENDANCE_MONTHS, key), "attendance", key)


def _held(
    entries: Sequence[Mapping[str, Any]] | None, day: str, service: Employment, across: Collection[str] = ()
) -> Mapping[str, Any] | None:
    """The entry that began last on or before `day`, in the day's own spell of service or in one before an end of the kinds `across`.

    Entries stand in order of their days.
    """
    return service.in_force(entries or (), date.fromisoformat(day), of_row, across)


def _identities(work: RequestWork, employees: Sequence[str], subject: str | None, purpose: str) -> Mapping[str, Mapping[str, Any]]:
    """Names and NIPs for a caller who may see them; every look is logged. Nothing for the others."""
    if not work.here.service.policy.permits(work.actor, "see-identity", subject, work.knowledge):
        return {}
    found = vault.look(work.tx, employees, work.actor.id, purpose)
    return {one.employee: {"name": one.name, "nip": one.nip, "contact": dict(one.contact)} for one in found.values()}


def known(work: RequestWork, employee: str) -> None:
    """Refused (404) when nobody was ever registered under this id."""
    work.found({} if vault.is_known(work.tx, employee) else None, "employee", employee)
