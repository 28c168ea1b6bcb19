"""What payroll shows: people, allowances, adjustments, what is being taken back, and pay runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Column, Date, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.payroll.domain.month import Result
from services.payroll.domain.recovery import Settled
from services.payroll.domain.run_id import RunId
from services.payroll.events import (
    AdjustmentsPosted,
    AllowanceAdjusted,
    AllowanceCalculated,
    AllowanceConfirmed,
    AllowanceHeld,
    AllowancePosted,
    Line,
    PayRunPosted,
    RecoveryScheduled,
    RepaymentReceived,
)
from services.payroll.heard import (
    EmployeeRegistered,
    EmploymentEnded,
    EmploymentEndRevoked,
    PositionAssigned,
    RegistrationWithdrawn,
)
from shared.kernel.facts import Fact
from shared.views.calendar import CALENDAR
from shared.views.view import Row, View, subject_key

ORDINARY = "ordinary"


def month_key(fact: Fact) -> tuple[str, ...]:
    return (f"{fact.event.employee}/{fact.event.month}",)


def fold_employee(key: str, row: Row | None, fact: Fact) -> Row:
    """Everybody who may be paid; the kind as registered last; `ended`: the first day outside service, None where it goes on."""
    row, event = dict(row or {"since": None, "ended": None}), fact.event
    if isinstance(event, EmployeeRegistered):
        row["kind"] = event.kind
    if isinstance(event, EmploymentEnded | RegistrationWithdrawn):
        row["ended"] = event.since
    elif row["ended"] is not None and _goes_on(event, row["ended"]):
        row["ended"] = None
    if isinstance(event, EmployeeRegistered | PositionAssigned):
        row["since"] = min(event.since, row["since"] or event.since)
    return row


def _goes_on(event: object, ended: date) -> bool:
    """Whether the end is undone, or another spell of service begins after it."""
    undone = isinstance(event, EmploymentEndRevoked) and event.since == ended
    return undone or (isinstance(event, EmployeeRegistered) and event.since >= ended)


EMPLOYEES = View(
    name="employees",
    columns=(Column("kind", Text), Column("since", Date), Column("ended", Date)),
    on=dict.fromkeys((EmployeeRegistered, EmploymentEnded, EmploymentEndRevoked, PositionAssigned, RegistrationWithdrawn), subject_key),
    fold=fold_employee,
)


def plain_line(line: Line) -> dict[str, Any]:
    """A line as JSON values; what concerns a part of the month stands only there."""
    said = {name: value for name, value in asdict(line).items() if value is not None}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in said.items()}


def _result(event: Result) -> dict[str, Any]:
    return {
        "rule_set": event.rule_set,
        "job_class": event.job_class,
        "predicate_period": event.predicate_period,
        "predicate": event.predicate,
        "discipline_points": event.discipline_points,
        "due_lines": [plain_line(line) for line in event.lines],
        "due": event.to_total if isinstance(event, AllowanceAdjusted) else event.total,
    }


_NOTHING_DUE = dict.fromkeys(("rule_set", "job_class", "predicate_period", "predicate", "discipline_points", "lines", "due_lines", "due"))


def fold_allowance(key: str, row: Row | None, fact: Fact[Result | AllowanceHeld | AllowancePosted]) -> Row:
    """A month's stream: `lines` as calculated or posted, `due_lines` and `due` as known now; amounts in rupiah."""
    row, event = dict(row or {"status": "calculated", "corrections": []}), fact.event
    row["version"] = fact.version
    if isinstance(event, AllowanceCalculated):
        result = _result(event)
        row |= {"employee": event.employee, "month": event.month, "status": "calculated", **result, "lines": result["due_lines"]}
    elif isinstance(event, AllowanceHeld):
        row |= {"employee": event.employee, "month": event.month, "status": "held", **_NOTHING_DUE}
    elif isinstance(event, AllowancePosted):
        row |= {"status": "posted", "run": event.run, "posted": event.posted, "paid": event.paid}
        row["adjustments"] = [asdict(part) for part in event.adjustments]
    elif isinstance(event, AllowanceConfirmed):
        row |= _result(event)
    else:
        row |= _result(event)
        correction = {"event": fact.id, "difference": event.difference, "run": event.run}
        correction |= {"cause": event.cause, "cause_type": event.cause_type}
        row["corrections"] = [*row["corrections"], correction]
    return row


ALLOWANCES = View(
    name="allowances",
    columns=(
        Column("employee", Text),
        Column("month", Text),
        Column("status", Text),
        Column("rule_set", Text),
        Column("job_class", Integer),
        Column("predicate_period", Text),
        Column("predicate", Text),
        Column("discipline_points", Text),
        Column("lines", JSONB),
        Column("due_lines", JSONB),
        Column("due", BigInteger),
        Column("run", Text),
        Column("posted", BigInteger),
        Column("adjustments", JSONB),
        Column("paid", BigInteger),
        Column("corrections", JSONB),
        Column("version", Integer),
    ),
    on=dict.fromkeys((AllowanceCalculated, AllowanceHeld, AllowancePosted, AllowanceAdjusted, AllowanceConfirmed), month_key),
    fold=fold_allowance,
    indexes=(("month",), ("employee",), ("run",)),
)


def _adjustment_keys(fact: Fact[AllowanceAdjusted | Settled]) -> Iterable[str]:
    if isinstance(fact.event, AllowanceAdjusted):
        return (f"{fact.event.employee}/{fact.id}",)
    return tuple(f"{fact.event.employee}/{part.event}" for part in fact.event.adjustments)


def fold_adjustment(key: str, row: Row | None, fact: Fact[AllowanceAdjusted | Settled]) -> Row:
    """One adjustment and what runs have paid of it, or the person gave back (`run` null); `remaining` is still to come. Rupiah."""
    row, event = dict(row or {"difference": 0, "paid": 0, "runs": []}), fact.event
    if isinstance(event, AllowanceAdjusted):
        row |= {"employee": event.employee, "month": event.month, "difference": event.difference}
        row |= {"cause": event.cause, "cause_type": event.cause_type, "run": event.run}
    else:
        parts = [part for part in event.adjustments if key == f"{event.employee}/{part.event}"]
        row["paid"] += sum(part.amount for part in parts)
        row["runs"] = [*row["runs"], *({"run": getattr(event, "run", None), "amount": part.amount} for part in parts)]
    row["remaining"] = row["difference"] - row["paid"]
    return row


ADJUSTMENTS = View(
    name="adjustments",
    columns=(
        Column("employee", Text),
        Column("month", Text),
        Column("difference", BigInteger),
        Column("cause", Text),
        Column("cause_type", Text),
        Column("run", Text),
        Column("paid", BigInteger),
        Column("runs", JSONB),
        Column("remaining", BigInteger),
    ),
    on=dict.fromkeys((AllowanceAdjusted, AllowancePosted, AdjustmentsPosted, RepaymentReceived), _adjustment_keys),
    fold=fold_adjustment,
    indexes=(("employee",), ("month",)),
)


def fold_alone(key: str, row: Row | None, fact: Fact[AdjustmentsPosted]) -> Row:
    return asdict(fact.event)


ADJUSTMENT_PAYMENTS = View(
    name="adjustment_payments",
    columns=(Column("employee", Text), Column("run", Text), Column("adjustments", JSONB), Column("paid", BigInteger)),
    on={AdjustmentsPosted: lambda fact: (f"{fact.event.employee}/{fact.event.run}",)},
    fold=fold_alone,
    indexes=(("run",),),
)


def fold_recovery(key: str, row: Row | None, fact: Fact[RecoveryScheduled]) -> Row:
    return {**asdict(fact.event), "version": fact.version}


RECOVERING = View(
    name="recoveries",
    columns=(
        Column("employee", Text),
        Column("amount", BigInteger),
        Column("instalments_left", Integer),
        Column("cap_percent", Text),
        Column("first_run", Text),
        Column("collection", Text),
        Column("version", Integer),
    ),
    on={RecoveryScheduled: subject_key},
    fold=fold_recovery,
)


def _exception_key(fact: Fact) -> tuple[str, ...]:
    return (exception_key(fact.event.employee, fact.event.month),)


def exception_key(employee: str, month: str) -> str:
    """The row of HELD: by month, so that a page goes on with the people of the same run."""
    return f"{month}/{employee}"


def fold_held(key: str, row: Row | None, fact: Fact[AllowanceHeld | AllowanceCalculated | AllowancePosted]) -> Row | None:
    """Whom a run left out. `missing`: for what, then; `waits_for`: what is missing now; `reasons`: the codes of that, kept when solved.

    `status`: waiting, payable (by the next run, or a supplementary one), nothing-due (the rules give nothing, as outside service), paid.
    """
    event = fact.event
    if isinstance(event, AllowanceHeld):
        waits_for, status = [asdict(one) for one in event.missing], "waiting" if event.missing else "nothing-due"
        if row is None:
            if event.run is None:
                return None
            row = {"employee": event.employee, "month": event.month, "run": event.run, "missing": waits_for, "event": fact.id}
        return {**row, "waits_for": waits_for, "reasons": [one.code for one in event.missing], "status": status}
    if row is None:
        return None
    if isinstance(event, AllowancePosted):
        return {**row, "waits_for": [], "status": "paid", "paid_in": event.run}
    return {**row, "waits_for": [], "status": "payable" if event.lines else "nothing-due"}


HELD = View(
    name="held",
    columns=(
        Column("employee", Text),
        Column("month", Text),
        Column("run", Text),
        Column("missing", JSONB),
        Column("event", Text),
        Column("waits_for", JSONB),
        Column("reasons", JSONB),
        Column("status", Text),
        Column("paid_in", Text),
    ),
    on=dict.fromkeys((AllowanceHeld, AllowanceCalculated, AllowancePosted), _exception_key),
    fold=fold_held,
    indexes=(("run",), ("employee",), ("month",), ("status",)),
)


def fold_run(key: str, row: Row | None, fact: Fact[PayRunPosted]) -> Row:
    """The totals; `held_count`: whom the ordinary run left out, as it was closed."""
    said = asdict(fact.event)
    held = said.pop("held")
    return {**said, "held_count": held, "version": fact.version}


PAY_RUNS = View(
    name="pay_runs",
    columns=(
        Column("month", Text),
        Column("run", Text),
        Column("persons", Integer),
        Column("total_posted", BigInteger),
        Column("total_adjustments", BigInteger),
        Column("total_paid", BigInteger),
        Column("treasurer", Text),
        Column("held_count", Integer),
        Column("version", Integer),
    ),
    on={PayRunPosted: subject_key},
    fold=fold_run,
    indexes=(("month",),),
)


def fold_last_run(key: str, row: Row | None, fact: Fact[PayRunPosted]) -> Row | None:
    run = RunId.parse(fact.event.run)
    if run.number:
        return row
    return {"run": str(max(run, RunId.parse(row["run"])) if row else run)}


LAST_RUN = View(
    name="last_run",
    columns=(Column("run", Text),),
    on={PayRunPosted: lambda fact: (ORDINARY,)},
    fold=fold_last_run,
)
"""One row: the last ordinary run closed."""

VIEWS = (EMPLOYEES, ALLOWANCES, ADJUSTMENTS, ADJUSTMENT_PAYMENTS, RECOVERING, HELD, PAY_RUNS, LAST_RUN, CALENDAR)
