"""The policy table: each cell, and everything that no cell allows."""

import pytest

from shared.http.policy import COMMON, Actor, Allow, Policy

POLICY = Policy(
    allow=(
        Allow("file-objection", role="employee", relation="self"),
        Allow("decide-objection", role="official", relation="superior"),
        Allow("read-appraisal", role="employee", relation="self"),
        Allow("read-appraisal", role="hr"),
    ),
    relations={
        "self": lambda actor, subject, knowledge: actor.id == subject,
        "superior": lambda actor, subject, knowledge: knowledge[subject] == actor.id,
    },
)
SUPERIORS = {"m1": "m9", "m2": "m9"}


def actor(id_: str, *roles: str) -> Actor:
    return Actor(id=id_, agency="mulyorejo", roles=frozenset(roles), client="web")


CELLS = [
    (("m1", "employee"), "file-objection", "m1", True),
    (("m1", "employee"), "file-objection", "m2", False),
    (("m1", "hr"), "file-objection", "m1", False),
    (("m9", "official"), "decide-objection", "m1", True),
    (("m8", "official"), "decide-objection", "m1", False),
    (("m9", "employee"), "decide-objection", "m1", False),
    (("m5", "hr"), "read-appraisal", "m1", True),
    (("m5", "employee", "hr"), "read-appraisal", "m1", True),
    (("m5", "employee"), "read-appraisal", "m1", False),
    (("m5",), "read-appraisal", "m5", False),
    (("m5", "admin"), "unheard-of", "m5", False),
]


@pytest.mark.parametrize(("who", "action", "subject", "allowed"), CELLS)
def test_each_cell(who, action, subject, allowed):
    assert POLICY.permits(actor(*who), action, subject, SUPERIORS) is allowed


def test_without_a_subject_no_relation_holds():
    assert not POLICY.permits(actor("m1", "employee"), "file-objection", None, SUPERIORS)


@pytest.mark.parametrize("line", COMMON, ids=str)
def test_the_common_lines_hold_in_every_service_and_for_no_other_role(line):
    assert POLICY.permits(actor("x", line.role), line.action, None, {})
    assert not POLICY.permits(actor("x", "stranger"), line.action, None, {})


def test_an_open_subscriber_does_not_read_restricted_events():
    assert not POLICY.permits(actor("x", "subscriber"), "read-restricted-events", None, {})


def test_a_line_with_an_unknown_relation_is_an_error_at_start():
    with pytest.raises(ValueError, match="cousin"):
        Policy(allow=(Allow("a", role="employee", relation="cousin"),))


def test_a_denial_can_say_who_may():
    assert POLICY.who_may("read-appraisal") == "employee (self) or hr"
    assert POLICY.who_may("unheard-of") == "nobody"
