"""Feedback's policy, cell by cell: for every action exactly who may, and everybody else may not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.feedback.heard import ReportingLineSet
from services.feedback.policy import POLICY
from services.feedback.service import SERVICE
from shared.http.policy import COMMON, Actor
from tests.support.knowledge import MemoryKnowledge, heard

ROLES = ("hr", "treasurer", "approver", "admin", "auditor", "subscriber", "operator", "kiosk", "complaint-officer")
PERSONS = {"self": "m1", "assessor": "m11", "former assessor": "m12", "coming assessor": "m14", "colleague": "m2"}
CELLS = {
    "give-process-feedback": {*PERSONS},
    "give-peer-feedback": {*PERSONS},
    "publish-feedback": {"hr", "approver"},
    "read-process-feedback": {"hr", "approver", "auditor", *PERSONS},
    "read-peer-feedback": {"hr", "approver", "auditor", "self", "assessor"},
    "read-remarks": {"hr"},
    "open-peer-round": {"hr", "approver"},
    "read-peer-rounds": {"hr"},
    "read-own-peer-rounds": {*PERSONS},
    "answer-survey": {"kiosk"},
    "import-survey-answers": {"hr"},
    "publish-survey": {"hr"},
    "read-survey": {"hr", "approver", "auditor", "kiosk", "complaint-officer", *PERSONS},
    "file-complaint": {"kiosk"},
    "follow-complaint": {"kiosk"},
    "list-complaints": {"hr", "approver", "auditor", "complaint-officer"},
    "read-complaint": {"approver", "auditor", "complaint-officer"},
    "resolve-complaint": {"complaint-officer"},
    "pass-complaint": {"complaint-officer"},
    "ask-citizen": {"complaint-officer"},
}


@pytest.fixture(scope="module")
def knowledge() -> MemoryKnowledge:
    known = MemoryKnowledge(SERVICE, now=datetime(2026, 5, 1, tzinfo=UTC))
    for version, (assessor, month) in enumerate((("m12", 1), ("m11", 4), ("m14", 7)), start=1):
        began = datetime(2026, month, 1, tzinfo=UTC)
        known.arrive(heard("personnel", ReportingLineSet("m1", assessor, began.date()), "m1", "personnel-employee-m1", version, began))
    return known


@pytest.mark.parametrize("action", sorted(CELLS))
@pytest.mark.parametrize("who", [*ROLES, *PERSONS])
def test_exactly_these_may(knowledge: MemoryKnowledge, action: str, who: str):
    person, roles = (PERSONS[who], {"employee"}) if who in PERSONS else ("nobody", {who})
    assert POLICY.permits(Actor(person, "mulyorejo", frozenset(roles), "web"), action, "m1", knowledge) is (who in CELLS[action])


def test_no_action_is_left_out():
    assert {action for action in POLICY.actions if action not in {line.action for line in COMMON}} == set(CELLS)
