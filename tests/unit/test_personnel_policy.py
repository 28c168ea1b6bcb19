"""Personnel's policy, cell by cell: for every action exactly who may, and everybody else may not."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.personnel.events import (
    EmployeeRegistered,
    EmploymentEnded,
    MentorAppointed,
    PositionAssigned,
    ReportingLineSet,
    ServiceInterrupted,
)
from services.personnel.policy import POLICY
from services.personnel.service import SERVICE
from shared.http.policy import COMMON, Actor
from tests.support.knowledge import MemoryKnowledge

JANUARY = date(2026, 1, 2)
HIRED = date(2024, 1, 2)
ROLES = ("hr", "treasurer", "approver", "admin", "auditor", "subscriber", "operator")

# Who acts on m1: a role alone (as somebody without relation to m1), or an employee in a relation to m1.
PERSONS = {
    "self": "m1",
    "assessor": "m11",
    "superior": "m13",
    "mentor": "m5",
    "former assessor": "m12",
    "mentor elsewhere": "m6",
    "colleague": "m2",
}

READERS = {"hr", "auditor", "approver", "self", "assessor"}
CELLS = {
    "import-units": {"hr"},
    "import-people": {"hr"},
    "import-reporting-lines": {"hr"},
    "import-attendance": {"hr"},
    "import-yearly-absence": {"hr"},
    "import-potentials": {"hr"},
    "import-holidays": {"hr", "admin"},
    "declare-holiday": {"hr", "admin"},
    "withdraw-holiday": {"hr", "admin"},
    "set-working-week": {"hr", "admin"},
    "read-calendar": {"hr", "treasurer", "approver", "admin", "auditor", *PERSONS},
    "list-units": {"hr", "treasurer", "approver", "admin", "auditor", *PERSONS},
    "list-vacancies": {"hr", "treasurer", "approver", "admin", "auditor", *PERSONS},
    "list-awards": {"hr", "treasurer", "approver", "admin", "auditor", *PERSONS},
    "list-talent": {"hr", "approver", "auditor"},
    "list-rank-promotions": {"hr", "approver", "auditor"},
    "open-vacancy": {"hr"},
    "read-vacancy": {"hr", "approver", "auditor"},
    "decide-vacancy": {"approver"},
    "complete-training": {"hr"},
    "evaluate-award": {"hr"},
    "close-improvement": {"approver"},
    "read-sanctions": READERS,
    "lift-sanction": {"approver"},
    "list-employees": {"hr", "auditor", "approver"},
    "read-employee": READERS,
    "see-identity": {"hr", "approver", "self", "assessor"},
    "see-looks": {"hr", "auditor", "self"},
    "erase-identity": {"hr"},
    "withdraw-registration": {"hr"},
    "correct-nip": {"hr"},
    "move-unit": {"hr"},
    "read-attendance": {"hr", "treasurer", "auditor", "self", "assessor"},
    "list-proposals": {"hr", "approver", "auditor"},
    "read-proposal": READERS,
    "decide-proposal": {"approver"},
    "read-development": READERS,
    "follow-development": {"hr", "self", "assessor", "mentor"},
    "close-development": {"hr", "assessor"},
    "end-employment": {"hr"},
    "interrupt-service": {"hr"},
    "import-ends": {"hr"},
    "import-withdrawals": {"hr"},
    "import-interruptions": {"hr"},
    "import-resumptions": {"hr"},
    "read-text": {"hr"},
}


@pytest.fixture(scope="module")
def knowledge() -> MemoryKnowledge:
    known = MemoryKnowledge(SERVICE, now=datetime(2026, 5, 1, tzinfo=UTC))
    for employee, unit in (("m1", "dpmptsp"), ("m5", "dpmptsp"), ("m6", "diskominfo")):
        stream = f"personnel-employee-{employee}"
        known.arrive(
            known.own(EmployeeRegistered(employee, "PNS", HIRED), employee, stream, 1),
            known.own(PositionAssigned(employee, "post", 8, "functional", unit, False, HIRED, "d"), employee, stream, 2),
        )
    lines = (("m12", HIRED), ("m11", JANUARY), ("m2", date(2026, 7, 1)))
    for version, (assessor, since) in enumerate(lines, start=3):
        known.arrive(known.own(ReportingLineSet("m1", assessor, "m13", since, "d"), "m1", "personnel-employee-m1", version))
    for mentor, unit in (("m5", "dpmptsp"), ("m6", "diskominfo")):
        known.arrive(known.own(MentorAppointed(mentor, "p", unit, JANUARY), mentor, f"personnel-development-{mentor}", 1))
    return known


def actor(who: str) -> Actor:
    if who in PERSONS:
        return Actor(PERSONS[who], "mulyorejo", frozenset({"employee"}), "web")
    return Actor("nobody", "mulyorejo", frozenset({who}), "web")


@pytest.mark.parametrize("action", sorted(CELLS))
@pytest.mark.parametrize("who", [*ROLES, *PERSONS])
def test_exactly_these_may(knowledge: MemoryKnowledge, action: str, who: str):
    assert POLICY.permits(actor(who), action, "m1", knowledge) is (who in CELLS[action])


def test_who_has_left_reads_his_own_file_and_does_nothing_else():
    known = MemoryKnowledge(SERVICE, now=datetime(2026, 5, 1, tzinfo=UTC))
    for version, event in enumerate(
        (EmployeeRegistered("m9", "PNS", HIRED), EmploymentEnded("m9", "retired", date(2026, 5, 1), "882/1")), 1
    ):
        known.arrive(known.own(event, "m9", "personnel-employee-m9", version))
    known.arrive(known.own(ReportingLineSet("m1", "m9", "m13", HIRED, "d"), "m1", "personnel-employee-m1", 1))
    left = Actor("m9", "mulyorejo", frozenset({"employee", *ROLES}), "web")
    actions = sorted(POLICY.actions)
    assert [one for one in actions if POLICY.permits(left, one, "m1", known)] == []
    own = {line.action for line in POLICY.allow if line.relation == "self"}
    assert {one for one in actions if POLICY.permits(left, one, "m9", known)} == own
    known.now = datetime(2026, 4, 30, 10, tzinfo=UTC)
    assert POLICY.permits(left, "read-employee", "m1", known) and POLICY.permits(left, "import-people", None, known)


@pytest.mark.parametrize(("kind", "acts"), [("suspended", False), ("sick-leave", True), ("unpaid-leave", True)])
def test_who_is_suspended_acts_for_himself_alone_and_who_is_on_leave_as_ever(kind: str, acts: bool):
    known = MemoryKnowledge(SERVICE, now=datetime(2026, 5, 1, tzinfo=UTC))
    away = ServiceInterrupted("m9", kind, date(2026, 5, 1), date(2026, 5, 31), "800/1")
    for version, event in enumerate((EmployeeRegistered("m9", "PNS", HIRED), away), 1):
        known.arrive(known.own(event, "m9", "personnel-employee-m9", version))
    known.arrive(known.own(ReportingLineSet("m1", "m9", "m13", HIRED, "d"), "m1", "personnel-employee-m1", 1))
    who = Actor("m9", "mulyorejo", frozenset({"employee", *ROLES}), "web")
    for moment, may in ((known.now, acts), (datetime(2026, 4, 30, 10, tzinfo=UTC), True), (datetime(2026, 5, 31, 18, tzinfo=UTC), True)):
        known.now = moment
        assert POLICY.permits(who, "read-employee", "m1", known) is POLICY.permits(who, "import-people", None, known) is may
        assert POLICY.permits(who, "read-employee", "m9", known)
        assert POLICY.barred(who, known) == (None if may else "suspended")


def test_no_action_is_left_out():
    assert {action for action in POLICY.actions if action not in {line.action for line in COMMON}} == set(CELLS)
