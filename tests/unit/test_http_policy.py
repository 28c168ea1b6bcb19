"""The policy table: each cell, and everything that no cell allows."""

import pytest

from shared.http.policy import COMMON, Actor, Allow, Policy, named, period_in
from shared.kernel.periods import Period

POLICY = Policy(
    allow=(
        Allow("file-objection", role="employee", relation="self"),
        Allow("decide-objection", role="official", relation="superior"),
        Allow("read-appraisal", role="employee", relation="self"),
        Allow("read-appraisal", role="hr"),
    ),
    relations={
        "self": lambda actor, subject, period, knowledge: actor.id == subject,
        "superior": lambda actor, subject, period, knowledge: knowledge[subject] == actor.id,
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


OFFICE = Policy(
    allow=(
        Allow("correct-nip", role="hr"),
        Allow("answer", role="employee", own=True),
        Allow("note", role="employee", relation="self"),
        Allow("note", role="hr"),
    ),
    relations={"self": lambda actor, subject, period, knowledge: actor.id == subject},
)


@pytest.mark.parametrize(
    ("action", "who", "changes", "allowed"),
    [
        ("correct-nip", ("m5", "hr"), {"m1"}, True),
        ("correct-nip", ("m5", "hr"), {"m5"}, False),
        ("correct-nip", ("m5", "hr"), {"m1", "m5"}, False),
        ("correct-nip", ("m5", "hr"), set(), True),
        ("answer", ("m5", "employee"), {"m5"}, True),
        ("note", ("m5", "hr"), {"m5"}, False),
        ("note", ("m5", "employee", "hr"), {"m5"}, True),
    ],
)
def test_nobody_changes_his_own_record_by_a_role_alone(action, who, changes, allowed):
    assert OFFICE.permits(actor(*who), action, "m5", {}, changes=frozenset(changes)) is allowed
    assert allowed or OFFICE.only_own(actor(*who), action, frozenset(changes))


def test_whom_a_command_concerns_is_found_in_path_and_body_however_deep():
    assert named({"employee": "m1", "period": "2026"}, {"document": "d", "employee": "m2"}) == {"m1", "m2"}
    assert named({}, {"subjects": ["m1", "m2"], "raters": {"m1": ["m3"]}}) == {"m1", "m2"}
    assert named({}, {"rows": [{"employee": "m1"}, {"employee": None}]}, "text") == {"m1"}


def test_the_period_acted_on_is_the_paths():
    assert period_in({"employee": "m1", "period": "2026-Q1"}) == Period.parse("2026-Q1")
    assert period_in({"year": "2026"}) == Period.parse("2026") and period_in({"month": "2026-02"}) == Period.parse("2026-02")
    assert period_in({"employee": "m1"}) is None and period_in({"period": "Q1"}) is None


def test_a_relation_is_asked_for_the_period_acted_on():
    asked = []
    policy = Policy(allow=(Allow("a", role="employee", relation="r"),), relations={"r": lambda *said: bool(asked.append(said)) or True})
    assert policy.permits(actor("m1", "employee"), "a", "m2", {}, Period.parse("2026-Q1"))
    assert asked == [(actor("m1", "employee"), "m2", Period.parse("2026-Q1"), {})]
