"""What follows from an approved proposal: how each measure begins, goes on, lapses and ends, and what cannot be said of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.personnel.domain.development import (
    DEVELOPMENT,
    Begin,
    Close,
    CloseImprovement,
    Complete,
    DevelopmentState,
    Follow,
    Lapse,
    Measure,
    Remind,
    Reopen,
)
from services.personnel.events import (
    DevelopmentLapsed,
    DevelopmentReopened,
    GuidanceClosed,
    GuidanceFollowed,
    GuidanceOpened,
    ImprovementPeriodClosed,
    ImprovementPeriodEnded,
    ImprovementPeriodOpened,
    MentorAppointed,
    PostDecided,
    TrainingAssigned,
    TrainingCompleted,
)
from tests.support.deciding import given

SINCE, UNTIL = date(2026, 6, 1), date(2026, 11, 30)
DUE = datetime(2026, 11, 30, 17, tzinfo=UTC)
BEGIN = Begin("m1", "p", "mentor", "leading", "a-rule", "800/1", SINCE, "spokesman", "dinkes", "e1", UNTIL, DUE)
ROLE, MENTOR = PostDecided("m1", "p", "spokesman", "800/1", SINCE), MentorAppointed("m1", "p", "dinkes", SINCE)
STUDY, TRAINING = TrainingAssigned("m1", "p", "strength", "leading", SINCE), TrainingAssigned("m1", "p", "gap", "leading", SINCE)
COACHING = GuidanceOpened("m1", "p", "a-rule", "leading", SINCE, "coaching")
GUIDANCE = replace(COACHING, kind="guidance")
IMPROVEMENT = ImprovementPeriodOpened("m1", "p", "e1", SINCE, UNTIL, DUE)
OTHER = MentorAppointed("m1", "q", "disdik", SINCE)
KINDS = {"role": ROLE, "mentor": MENTOR, "study": STUDY, "training": TRAINING, "coaching": COACHING, "guidance": GUIDANCE,
         "improvement": IMPROVEMENT}  # fmt: skip


def state(*past: Any) -> DevelopmentState:
    return DEVELOPMENT.decider.state(past)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_begins_with_its_own_event_and_once(kind: str):
    command = replace(BEGIN, kind=kind)
    given(DEVELOPMENT, OTHER).when(command).then(KINDS[kind])
    given(DEVELOPMENT, KINDS[kind]).when(command).then()


@pytest.mark.parametrize(("kind", "measure"), [
    ("role", Measure("role", "spokesman", SINCE)),
    ("mentor", Measure("mentor", "dinkes", SINCE)),
    ("study", Measure("study", "leading", SINCE)),
    ("training", Measure("training", "leading", SINCE)),
    ("coaching", Measure("coaching", "leading", SINCE)),
    ("guidance", Measure("guidance", "leading", SINCE)),
    ("improvement", Measure("improvement", "improvement", SINCE, until=UNTIL)),
])  # fmt: skip
def test_what_is_known_of_a_measure(kind: str, measure: Measure):
    found = state(OTHER, KINDS[kind], "something else")
    assert found == DevelopmentState((("q", Measure("mentor", "disdik", SINCE)), ("p", measure)))
    assert measure.open and not measure.ended and (measure.steps, measure.lapsed) == ((), None)


@pytest.mark.parametrize(("change", "found"), [
    ({"kind": "role", "post": None}, ("post-missing", 422)),
    ({"kind": "role", "post": ""}, ("post-missing", 422)),
    ({"kind": "mentor", "unit": None}, ("unit-missing", 422)),
    *(({"kind": "improvement", name: None}, ("improvement-term", 422)) for name in ("cause_event", "until", "due")),
    ({"kind": "improvement", "until": SINCE}, ("improvement-term", 422)),
    ({"kind": "improvement", "until": SINCE - timedelta(days=1)}, ("improvement-term", 422)),
])  # fmt: skip
def test_a_measure_that_lacks_what_it_needs_does_not_begin(change: dict[str, Any], found: tuple[str, int]):
    assert given(DEVELOPMENT).when(replace(BEGIN, **change)).refusal == found


def test_time_to_improve_may_be_one_day_longer_than_its_first_and_ends_in_utc():
    next_day = SINCE + timedelta(days=1)
    here = DUE.astimezone(ZoneInfo("Asia/Jakarta"))
    (opened,) = given(DEVELOPMENT).when(replace(BEGIN, kind="improvement", until=next_day, due=here)).events
    assert opened == replace(IMPROVEMENT, until=next_day) and opened.due.tzinfo is UTC


TODAY = date(2026, 8, 1)
FOLLOW, CLOSE = Follow("m1", "p", date(2026, 7, 1), "text-1", TODAY), Close("m1", "p", "reached", date(2026, 7, 2))
DECIDE = CloseImprovement("m1", "p", "reached", "800/7", "boss")
CLOSED = GuidanceClosed("m1", "p", "reached")


@pytest.mark.parametrize("kind", [one for one in KINDS if one != "role"])
def test_steps_are_taken_in_whatever_is_open_from_its_first_day_to_today(kind: str):
    for on in (SINCE, TODAY):
        given(DEVELOPMENT, KINDS[kind]).when(replace(FOLLOW, on=on)).then(GuidanceFollowed("m1", "p", on, "text-1"))
    for wrong in (SINCE - timedelta(days=1), TODAY + timedelta(days=1)):
        given(DEVELOPMENT, KINDS[kind]).when(replace(FOLLOW, on=wrong)).then_refused("step-date", 422)
    first, second = GuidanceFollowed("m1", "p", SINCE, None), GuidanceFollowed("m1", "p", TODAY, "text-1")
    assert state(OTHER, KINDS[kind], first, second).of("p").steps == (SINCE, TODAY)
    assert state(OTHER, KINDS[kind], first).of("q").steps == ()


@pytest.mark.parametrize("command", [FOLLOW, CLOSE, DECIDE])
def test_nothing_is_said_of_a_measure_that_is_none_or_a_role_or_closed(command: object):
    given(DEVELOPMENT, OTHER).when(command).then_refused("unknown-measure", 404)
    given(DEVELOPMENT, ROLE).when(command).then_refused("role-has-no-steps")
    given(DEVELOPMENT, MENTOR, CLOSED).when(command).then_refused("measure-closed")


@pytest.mark.parametrize("outcome", ["reached", "not_reached"])
def test_each_kind_closes_in_its_own_way(outcome: str):
    close = replace(CLOSE, outcome=outcome)
    for kind in ("mentor", "coaching", "guidance"):
        closed = GuidanceClosed("m1", "p", outcome)
        given(DEVELOPMENT, KINDS[kind]).when(close).then(closed)
        assert state(OTHER, KINDS[kind], closed).of("p") == replace(state(KINDS[kind]).of("p"), open=False)
    for kind in ("study", "training"):
        given(DEVELOPMENT, KINDS[kind]).when(close).then(TrainingCompleted("m1", "leading", outcome, date(2026, 7, 2)))
    decided = ImprovementPeriodClosed("m1", "p", outcome, "800/7")
    given(DEVELOPMENT, IMPROVEMENT).when(replace(DECIDE, outcome=outcome)).then(decided)
    assert state(OTHER, IMPROVEMENT, decided).of("p") == Measure("improvement", "improvement", SINCE, False, until=UNTIL)
    assert state(OTHER, IMPROVEMENT, decided).of("q").open


@pytest.mark.parametrize(("past", "command", "found"), [
    (MENTOR, replace(CLOSE, outcome="passed"), ("outcome", 422)),
    (IMPROVEMENT, CLOSE, ("improvement-needs-document", 409)),
    (MENTOR, DECIDE, ("no-improvement-period", 409)),
    (IMPROVEMENT, replace(DECIDE, decided_by="m1"), ("own-proposal", 403)),
    (IMPROVEMENT, replace(DECIDE, outcome="passed"), ("outcome", 422)),
])  # fmt: skip
def test_a_closing_that_cannot_be(past: object, command: object, found: tuple[str, int]):
    assert given(DEVELOPMENT, past).when(command).refusal == found


def test_the_end_of_the_time_to_improve_is_reminded_of_once_while_it_is_open():
    ended = ImprovementPeriodEnded("m1", "p", UNTIL)
    given(DEVELOPMENT, OTHER, IMPROVEMENT).when(Remind("m1", "p")).then(ended)
    assert state(OTHER, IMPROVEMENT, ended).measures == (
        ("q", Measure("mentor", "disdik", SINCE)),
        ("p", Measure("improvement", "improvement", SINCE, until=UNTIL, ended=True)),
    )
    closed = ImprovementPeriodClosed("m1", "p", "reached", "800/7")
    for past in ([IMPROVEMENT, ended], [IMPROVEMENT, closed], [MENTOR], [OTHER]):
        given(DEVELOPMENT, *past).when(Remind("m1", "p")).then()
    assert given(DEVELOPMENT, IMPROVEMENT, ended).when(DECIDE).events == [closed], "it is decided after its last day too"


def test_what_is_open_lapses_with_the_end_of_service_and_goes_on_when_that_is_revoked():
    left, lapse = date(2026, 9, 1), Lapse("m1", "retired", date(2026, 9, 1))
    past = [OTHER, CLOSED_Q, COACHING, replace(ROLE, proposal="r")]
    lapsed = [DevelopmentLapsed("m1", one, "retired", left) for one in ("p", "r")]
    assert given(DEVELOPMENT, *past).when(lapse).events == lapsed
    over = state(*past, *lapsed)
    assert over.of("p") == Measure("coaching", "leading", SINCE, open=False, lapsed=left)
    assert (over.of("q").open, over.of("q").lapsed) == (False, None)
    given(DEVELOPMENT, *past, *lapsed).when(lapse).then()
    given(DEVELOPMENT, *past, *lapsed).when(FOLLOW).then_refused("measure-closed")
    again = [DevelopmentReopened("m1", one, left) for one in ("p", "r")]
    assert given(DEVELOPMENT, *past, *lapsed).when(Reopen("m1", left)).events == again
    given(DEVELOPMENT, *past, *lapsed).when(Reopen("m1", date(2026, 9, 2))).then()
    assert state(*past, *lapsed, *again) == state(*past)
    given(DEVELOPMENT, *past, *lapsed, *again).when(Reopen("m1", left)).then()


CLOSED_Q = GuidanceClosed("m1", "q", "reached")
COMPLETE = Complete("m1", "leading", "passed", date(2026, 7, 20), TODAY, 8750)
COMPLETED = TrainingCompleted("m1", "leading", "passed", date(2026, 7, 20), 8750)


def test_a_training_is_completed_whether_a_proposal_assigned_it_or_not_and_the_same_once_more_changes_nothing():
    given(DEVELOPMENT).when(COMPLETE).then(COMPLETED)
    given(DEVELOPMENT, COMPLETED).when(COMPLETE).then()
    given(DEVELOPMENT, COMPLETED).when(replace(COMPLETE, score_hundredths=None)).then(replace(COMPLETED, score_hundredths=None))
    given(DEVELOPMENT).when(replace(COMPLETE, result="failed", completed_on=TODAY)).then(
        replace(COMPLETED, result="failed", completed_on=TODAY)
    )
    given(DEVELOPMENT).when(replace(COMPLETE, completed_on=TODAY + timedelta(days=1))).then_refused("completed-early", 422)
    given(DEVELOPMENT).when(replace(COMPLETE, result="reached")).then_refused("outcome", 422)


def test_a_completion_closes_the_first_open_learning_of_its_programme_alone():
    other = replace(COMPLETED, programme="writing")
    past = [
        replace(TRAINING, proposal="a", programme="writing"), replace(COACHING, proposal="b"), replace(STUDY, proposal="c"),
        replace(TRAINING, proposal="d"),
    ]  # fmt: skip

    def open_(*completed: object) -> list[str]:
        return [proposal for proposal, measure in state(*past, *completed).measures if measure.open]

    assert open_(COMPLETED) == ["a", "b", "d"]
    assert open_(COMPLETED, COMPLETED) == ["a", "b"]
    assert open_(other, COMPLETED, COMPLETED, COMPLETED) == ["b"]
    assert state(other, COMPLETED).completed == (other, COMPLETED)
    assert state(*past, COMPLETED).completed == (COMPLETED,)
    assert state(*past, COMPLETED).of("c") == Measure("study", "leading", SINCE, open=False)


@pytest.mark.parametrize("event", [
    CLOSED, ImprovementPeriodClosed("m1", "p", "reached", "800/7"), ImprovementPeriodEnded("m1", "p", UNTIL),
    GuidanceFollowed("m1", "p", SINCE, None), DevelopmentLapsed("m1", "p", "retired", SINCE), DevelopmentReopened("m1", "p", SINCE),
])  # fmt: skip
def test_what_is_said_of_a_measure_that_is_not_known_changes_nothing(event: object):
    assert state(OTHER, event) == state(OTHER)
