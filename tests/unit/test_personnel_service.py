"""A person's service, exactly: what each command says after a past, on the boundary days, and what cannot be said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.personnel.domain.away import interruptions_among, resumptions_among
from services.personnel.domain.employee import (
    EMPLOYEE,
    AssignPosition,
    EmployeeState,
    EndEmployment,
    HoldRank,
    InterruptService,
    RecordEducation,
    RegisterEmployee,
    ResumeService,
    RevokeEnd,
    SetReportingLine,
)
from services.personnel.domain.entries import WithdrawEntry
from services.personnel.domain.leaving import LEAVING, ReachEnd
from services.personnel.domain.registration import WithdrawRegistration
from services.personnel.domain.rules_begin import RULES_BEGUN, BeginRules
from services.personnel.events import (
    EducationRecorded,
    EducationWithdrawn,
    EmployeeRegistered,
    EmploymentEnded,
    EmploymentEndReached,
    EmploymentEndRevoked,
    PositionAssigned,
    PositionWithdrawn,
    RankHeld,
    RankWithdrawn,
    RegistrationWithdrawn,
    ReportingLineSet,
    ReportingLineWithdrawn,
    RulesBegan,
    ServiceInterrupted,
    ServiceResumed,
)
from shared.kernel.dated import in_force
from shared.kernel.employment import Employment, Spell
from shared.kernel.refusal import Refused
from tests.support.deciding import coded, given

DAY = timedelta(days=1)
JOINED, LEFT = date(2025, 6, 1), date(2026, 5, 1)
REGISTERED = EmployeeRegistered("m8", "CPNS", JOINED)
BECAME = EmployeeRegistered("m8", "PNS", date(2026, 2, 1))
CONTRACT = EmployeeRegistered("m8", "PPPK", JOINED)
POSTED = PositionAssigned("m8", "desk-2", 7, "executing", "dpmptsp", False, JOINED, "813/1")
RANKED = RankHeld("m8", "III/a", JOINED, JOINED)
REPORTING = ReportingLineSet("m8", "m11", "m13", JOINED, "800/31")
ENDED = EmploymentEnded("m8", "resigned", LEFT, "800/9")
REVOKED = EmploymentEndRevoked("m8", LEFT, "800/10")
AWAY = ServiceInterrupted("m8", "unpaid-leave", date(2026, 3, 1), date(2026, 3, 31), "800/7")
POST, RANK = AssignPosition(**vars(POSTED)), HoldRank(**vars(RANKED))
LINE, LEAVE = SetReportingLine(**vars(REPORTING)), InterruptService(**vars(AWAY))
END = EndEmployment(**vars(ENDED))


def changed(event: Any, **changes: Any) -> tuple[Any, Any]:
    """A command and the event that it is to say."""
    made = replace(event, **changes)
    commands = {PositionAssigned: AssignPosition, RankHeld: HoldRank, ReportingLineSet: SetReportingLine, EmploymentEnded: EndEmployment,
                ServiceInterrupted: InterruptService, EmployeeRegistered: RegisterEmployee}  # fmt: skip
    return commands[type(event)](**vars(made)), made


# --- registering ---


@pytest.mark.parametrize("kind", ["PNS", "CPNS", "PPPK"])
def test_each_kind_of_employment_is_registered_once(kind: str):
    command, event = changed(REGISTERED, kind=kind)
    assert given(EMPLOYEE).when(command).events == [event] and given(EMPLOYEE, event).when(command).events == []


def registered_as(past: list, **changes: Any) -> tuple[str, int] | list:
    command, _ = changed(REGISTERED, **changes)
    try:
        return given(EMPLOYEE, *past).when(command).events
    except Refused as refused:
        return coded(refused)


TAKEN = ("employee-registered", 409)


def test_only_a_cpns_becomes_pns_and_only_later():
    assert registered_as([REGISTERED], kind="PNS", since=JOINED + DAY) == [replace(REGISTERED, kind="PNS", since=JOINED + DAY)]
    for kind, since in (("PNS", JOINED), ("PNS", JOINED - DAY), ("PPPK", JOINED + DAY), ("CPNS", JOINED + DAY), ("CPNS", JOINED - DAY)):
        assert registered_as([REGISTERED], kind=kind, since=since) == TAKEN
    for kind in ("PNS", "CPNS", "PPPK"):
        assert registered_as([CONTRACT], kind=kind, since=JOINED + DAY) == (TAKEN)
        assert registered_as([REGISTERED, BECAME], kind=kind, since=BECAME.since + DAY) == TAKEN
    assert registered_as([BECAME, REGISTERED], kind="PNS", since=BECAME.since + DAY) == TAKEN, "the later day counts, not the later word"
    assert registered_as([], kind="THL") == ("employee-kind", 422)


def test_after_an_end_one_registers_again_from_its_day_on_and_after_death_never():
    for kind in ("CPNS", "PNS", "PPPK"):
        for since in (LEFT, LEFT + DAY):
            assert registered_as([REGISTERED, ENDED], kind=kind, since=since) == [replace(REGISTERED, kind=kind, since=since)]
        assert registered_as([REGISTERED, ENDED], kind=kind, since=LEFT - DAY) == TAKEN
        assert registered_as([REGISTERED, replace(ENDED, kind="died")], kind=kind, since=LEFT) == TAKEN


def test_who_cannot_be_registered_is_told_what_he_is_and_what_to_do():
    def told(*past: Any) -> tuple[str, str]:
        with pytest.raises(Refused) as caught:
            given(EMPLOYEE, *past).when(RegisterEmployee("m8", "PPPK", JOINED + DAY)).then()
        return caught.value.found, caught.value.remedy

    here, other = "m8 registered as CPNS from 2025-06-01", "choose another code, or give kind and date as registered"
    assert told(REGISTERED) == (here, other)
    left = (f"{here}, out of service since 2026-05-01 (resigned)", "after an end, register again from 2026-05-01 on")
    assert told(REGISTERED, ENDED) == left
    assert told(REGISTERED, replace(ENDED, kind="died")) == (f"{here}, out of service since 2026-05-01 (died)", other)


@pytest.mark.parametrize(("past", "command", "told"), [
    (REGISTERED, replace(RANK, rank="IX"), "a golongan/ruang from I/a to IV/e"),
    (CONTRACT, RANK, "a golongan from I to XVII for a PPPK"),
    (REGISTERED, replace(POST, since=JOINED - DAY), "the post to begin on or after 2025-06-01, the first day of service"),
    (REGISTERED, replace(LINE, since=JOINED - DAY), "the reporting line to begin on or after 2025-06-01, the first day of service"),
    (REGISTERED, replace(LEAVE, since=JOINED - DAY), "the interruption to begin on or after 2025-06-01, the first day of service"),
    (REGISTERED, replace(POST, kind="x"), "structural or functional or executing"),
    (REGISTERED, RegisterEmployee("m8", "x", JOINED), "PNS or CPNS or PPPK"),
    (REGISTERED, replace(END, kind="x"), "retired or resigned or dismissed or died or contract-ended or moved-agency"),
    (REGISTERED, replace(LEAVE, kind="x"), "suspended or unpaid-leave or long-leave or sick-leave or maternity-leave or study"),
])  # fmt: skip
def test_what_would_have_been_right_is_told(past: Any, command: object, told: str):
    with pytest.raises(Refused) as caught:
        given(EMPLOYEE, past).when(command).then()
    assert caught.value.expected == told


def test_a_registration_by_mistake_is_withdrawn_once_unless_something_followed():
    withdraw = WithdrawRegistration("m8", "800/1", ())
    withdrawn = RegistrationWithdrawn("m8", JOINED, "800/1")
    for past in ([REGISTERED], [REGISTERED, BECAME], [BECAME, REGISTERED]):
        given(EMPLOYEE, *past).when(withdraw).then(withdrawn)
    over = [REGISTERED, POSTED, withdrawn]
    given(EMPLOYEE, *over).when(withdraw).then()
    state = EMPLOYEE.decider.state(over)
    assert state == EmployeeState(service=Employment((Spell(JOINED, JOINED, "withdrawn"),)), withdrawn=True)
    assert registered_as(over) == ("employee-withdrawn", 409)
    assert given(EMPLOYEE, *over).when(POST).refusal == given(EMPLOYEE).when(withdraw).refusal == ("unknown-employee", 404)
    with pytest.raises(Refused) as caught:
        given(EMPLOYEE, REGISTERED).when(replace(withdraw, followed=("a post", "a rank"))).then()
    assert coded(caught.value) == ("registration-followed", 409)
    assert (caught.value.facts, caught.value.found) == ({"followed": ("a post", "a rank")}, "a post; a rank")


# --- posts, ranks, lines ---


@pytest.mark.parametrize(("event", "changes"), [
    (POSTED, {}), (POSTED, {"job_class": 1}), (POSTED, {"job_class": 17}), (POSTED, {"kind": "structural"}),
    (POSTED, {"kind": "functional"}), (POSTED, {"acting": True}), (RANKED, {}), (RANKED, {"rank": "I/d"}), (RANKED, {"rank": "IV/e"}),
    (RANKED, {"service_since": date(2020, 1, 1)}), (REPORTING, {}), (REPORTING, {"superior": None}),
])  # fmt: skip
def test_what_is_said_of_somebody_in_service_is_kept_once(event: Any, changes: dict[str, Any]):
    command, wished = changed(event, **changes)
    given(EMPLOYEE, REGISTERED).when(command).then(wished)
    given(EMPLOYEE, REGISTERED, wished).when(command).then()
    later = replace(command, since=JOINED + DAY)
    given(EMPLOYEE, REGISTERED, wished).when(later).then(replace(wished, since=JOINED + DAY))
    given(EMPLOYEE, REGISTERED, wished, replace(wished, since=JOINED + DAY)).when(command).then()
    given(EMPLOYEE).when(command).then_refused("unknown-employee", 404)


@pytest.mark.parametrize(("event", "other"), [
    (POSTED, {"post": "desk-3"}), (RANKED, {"rank": "III/b"}), (REPORTING, {"assessor": "m12"}),
])  # fmt: skip
def test_a_later_word_for_a_day_corrects_it_and_may_be_corrected_back(event: Any, other: dict[str, Any]):
    command, wished = changed(event)
    correction, corrected = changed(event, **other)
    given(EMPLOYEE, REGISTERED, wished).when(correction).then(corrected)
    given(EMPLOYEE, REGISTERED, wished, corrected).when(correction).then()
    given(EMPLOYEE, REGISTERED, wished, corrected).when(command).then(wished)


def test_an_acting_post_is_said_beside_the_definitive_one_of_its_day():
    acting, there = changed(POSTED, acting=True, post="head")
    given(EMPLOYEE, REGISTERED, POSTED, there).when(POST).then()
    given(EMPLOYEE, REGISTERED, there, POSTED).when(acting).then()


@pytest.mark.parametrize(("command", "found"), [
    (replace(POST, job_class=0), ("job-class", 422)), (replace(POST, job_class=18), ("job-class", 422)),
    (replace(POST, kind="honorary"), ("position-kind", 422)), (replace(POST, since=JOINED - DAY), ("before-service", 422)),
    (replace(RANK, rank="III/e"), ("rank", 422)), (replace(RANK, since=JOINED - DAY), ("rank-before-service", 422)),
    (replace(LINE, assessor="m8"), ("reporting-line-circular", 422)), (replace(LINE, superior="m8"), ("reporting-line-circular", 422)),
    (replace(LINE, superior="m11"), ("reporting-line-circular", 422)), (replace(LINE, since=JOINED - DAY), ("before-service", 422)),
])  # fmt: skip
def test_what_cannot_be_said_of_somebody_in_service(command: object, found: tuple[str, int]):
    assert given(EMPLOYEE, REGISTERED).when(command).refusal == found


@pytest.mark.parametrize("command", [POST, RANK, LINE, replace(LEAVE, until=None)])
def test_nothing_begins_after_the_end_of_service(command: Any):
    past = [REGISTERED, ENDED]
    given(EMPLOYEE, *past).when(replace(command, since=LEFT)).then_refused("after-service", 422)
    assert len(given(EMPLOYEE, *past).when(replace(command, since=LEFT - DAY)).events) == 1
    assert len(given(EMPLOYEE, *past, REVOKED).when(replace(command, since=LEFT)).events) == 1


def test_a_rank_given_in_another_agency_is_entered_with_its_day_by_who_has_come_back():
    command, wished = changed(RANKED, since=LEFT + DAY)
    moved, back = replace(ENDED, kind="moved-agency"), replace(REGISTERED, since=LEFT + 10 * DAY)
    given(EMPLOYEE, REGISTERED, moved, back).when(command).then(wished)
    given(EMPLOYEE, REGISTERED, moved).when(command).then_refused("after-service", 422)
    for kind in ("retired", "resigned", "dismissed", "contract-ended"):
        given(EMPLOYEE, REGISTERED, replace(ENDED, kind=kind), back).when(command).then_refused("after-service", 422)


def test_a_rank_is_of_the_kind_of_employment_that_was_said_last_for_the_latest_day():
    golongan = replace(RANK, rank="IX")
    given(EMPLOYEE, CONTRACT).when(golongan).then(replace(RANKED, rank="IX"))
    assert given(EMPLOYEE, CONTRACT).when(RANK).refusal == given(EMPLOYEE, REGISTERED).when(golongan).refusal == ("rank", 422)
    again = EmployeeRegistered("m8", "PPPK", LEFT)
    given(EMPLOYEE, REGISTERED, ENDED, again).when(replace(golongan, since=LEFT)).then(replace(RANKED, rank="IX", since=LEFT))
    assert given(EMPLOYEE, REGISTERED).when(replace(RANK, since=JOINED - DAY, service_since=JOINED - DAY)).events, (
        "a rank may be older than service here"
    )


def test_an_education_is_recorded_when_it_is_another():
    learned = EducationRecorded("m8", "s1")
    given(EMPLOYEE, REGISTERED).when(RecordEducation("m8", "s1")).then(learned)
    given(EMPLOYEE, REGISTERED, learned).when(RecordEducation("m8", "s1")).then()
    given(EMPLOYEE, REGISTERED, learned).when(RecordEducation("m8", "s2")).then(EducationRecorded("m8", "s2"))


def test_of_what_began_by_a_day_the_last_is_in_force_and_of_one_day_the_later_word():
    first, second, third = (replace(POSTED, since=JOINED + DAY * number, document=str(number)) for number in (0, 5, 5))
    third = replace(third, document="corrected")
    for entries in ((first, second, third), (second, first, third), (second, third, first)):
        found = [in_force(entries, JOINED + DAY * number) for number in (-1, 0, 4, 5, 6)]
        assert found == [None, first, first, third, third]


# --- ending ---


@pytest.mark.parametrize("kind", ["retired", "resigned", "dismissed", "died", "contract-ended", "moved-agency"])
def test_each_kind_of_end_is_recorded_once_and_revoked_once(kind: str):
    command, event = changed(ENDED, kind=kind)
    given(EMPLOYEE, REGISTERED).when(command).then(event)
    given(EMPLOYEE, REGISTERED, event).when(replace(command, document="800/99")).then()
    given(EMPLOYEE, REGISTERED, event).when(replace(command, since=LEFT + DAY)).then_refused("employment-ended")
    other = "retired" if kind != "retired" else "died"
    given(EMPLOYEE, REGISTERED, event).when(replace(command, kind=other)).then_refused("employment-ended")
    revoke = RevokeEnd("m8", "800/10")
    given(EMPLOYEE, REGISTERED, event).when(revoke).then(REVOKED)
    given(EMPLOYEE, REGISTERED, event).when(replace(revoke, since=LEFT)).then(REVOKED)
    given(EMPLOYEE, REGISTERED, event).when(replace(revoke, since=LEFT + DAY)).then()
    given(EMPLOYEE, REGISTERED, event, REVOKED).when(revoke).then_refused("not-ended")
    given(EMPLOYEE, REGISTERED, event, REVOKED).when(replace(revoke, since=LEFT)).then()


def test_an_end_comes_after_the_first_day_and_has_a_known_kind():
    given(EMPLOYEE, REGISTERED).when(replace(END, since=JOINED + DAY)).then(replace(ENDED, since=JOINED + DAY))
    for since in (JOINED, JOINED - DAY):
        given(EMPLOYEE, REGISTERED).when(replace(END, since=since)).then_refused("end-before-service", 422)
    given(EMPLOYEE, REGISTERED).when(replace(END, kind="gone")).then_refused("end-kind", 422)


def test_the_end_of_an_earlier_spell_said_again_changes_nothing_in_the_later_one():
    back = [REGISTERED, ENDED, EmployeeRegistered("m8", "PPPK", LEFT + DAY)]
    given(EMPLOYEE, *back).when(END).then()
    given(EMPLOYEE, *back).when(replace(END, since=LEFT + DAY * 9)).then(replace(ENDED, since=LEFT + DAY * 9))
    given(EMPLOYEE, *back).when(replace(END, since=LEFT + DAY)).then_refused("end-before-service", 422)


def test_the_day_of_an_end_is_reached_once():
    reached = EmploymentEndReached("m8", LEFT)
    given(LEAVING, "something else").when(ReachEnd("m8", LEFT)).then(reached)
    given(LEAVING, reached).when(ReachEnd("m8", LEFT)).then()
    given(LEAVING, reached).when(ReachEnd("m8", LEFT + DAY)).then(EmploymentEndReached("m8", LEFT + DAY))


def test_the_day_of_rules_begins_once():
    began = RulesBegan("discipline", LEFT)
    given(RULES_BEGUN, "something else").when(BeginRules("discipline", LEFT)).then(began)
    given(RULES_BEGUN, began).when(BeginRules("discipline", LEFT)).then()
    given(RULES_BEGUN, began).when(BeginRules("discipline", LEFT + DAY)).then(RulesBegan("discipline", LEFT + DAY))


# --- interrupting ---


@pytest.mark.parametrize("kind", ["suspended", "unpaid-leave", "long-leave", "sick-leave", "maternity-leave", "study"])
def test_each_kind_of_interruption_is_recorded_once_open_or_with_a_last_day(kind: str):
    for until in (None, AWAY.since, AWAY.until):
        command, event = changed(AWAY, kind=kind, until=until)
        given(EMPLOYEE, REGISTERED).when(command).then(event)
        given(EMPLOYEE, REGISTERED, event).when(replace(command, document="800/99")).then()


@pytest.mark.parametrize(("since", "until", "fits"), [
    (date(2026, 2, 1), date(2026, 2, 28), True), (date(2026, 2, 1), date(2026, 3, 1), False), (date(2026, 2, 1), None, False),
    (date(2026, 3, 10), date(2026, 3, 11), False), (date(2026, 3, 31), None, False), (date(2026, 4, 1), None, True),
    (date(2026, 3, 1), date(2026, 3, 31), False),
])  # fmt: skip
def test_nobody_is_away_for_two_reasons_on_a_day(since: date, until: date | None, fits: bool):
    command, event = changed(AWAY, kind="sick-leave", since=since, until=until)
    if fits:
        given(EMPLOYEE, REGISTERED, AWAY).when(command).then(event)
    else:
        given(EMPLOYEE, REGISTERED, AWAY).when(command).then_refused("service-interrupted")
    opened = replace(AWAY, until=None)
    if since >= opened.since:
        given(EMPLOYEE, REGISTERED, opened).when(command).then_refused("service-interrupted")


def test_a_later_word_for_an_interruption_changes_its_last_day():
    for until in (None, AWAY.since, date(2026, 4, 30)):
        command, event = changed(AWAY, until=until)
        given(EMPLOYEE, REGISTERED, AWAY).when(command).then(event)
    same_kind, _ = changed(AWAY, since=date(2026, 3, 15), until=None)
    given(EMPLOYEE, REGISTERED, AWAY).when(same_kind).then_refused("service-interrupted")


@pytest.mark.parametrize(("change", "found"), [
    ({"kind": "holiday"}, ("interruption-kind", 422)),
    ({"until": AWAY.since - DAY}, ("interruption-days", 422)),
    ({"since": JOINED - DAY}, ("before-service", 422)),
])  # fmt: skip
def test_an_interruption_that_cannot_be(change: dict[str, Any], found: tuple[str, int]):
    assert given(EMPLOYEE, REGISTERED).when(replace(LEAVE, **change)).refusal == found


def test_who_is_away_comes_back_once():
    back = ResumeService("m8", date(2026, 3, 20), "800/8")
    resumed = ServiceResumed("m8", date(2026, 3, 20), "800/8")
    for since in (AWAY.since, AWAY.until):
        given(EMPLOYEE, REGISTERED, AWAY).when(replace(back, since=since)).then(replace(resumed, since=since))
    given(EMPLOYEE, REGISTERED, AWAY, resumed).when(back).then()
    for past, since in (([REGISTERED, AWAY], AWAY.since - DAY), ([REGISTERED, AWAY], AWAY.until + DAY), ([REGISTERED], back.since)):
        given(EMPLOYEE, *past).when(replace(back, since=since)).then_refused("not-interrupted")
    about = (AWAY.kind, AWAY.since)
    assert EMPLOYEE.decider.state([REGISTERED, AWAY, resumed, POSTED, ENDED]).spoken == ((about, AWAY), (about, resumed))


# --- taking back what was said wrongly ---

ENTRIES = {
    "position": (POSTED, PositionWithdrawn("m8", JOINED, False, "800/2")),
    "rank": (RANKED, RankWithdrawn("m8", JOINED, "800/2")),
    "reporting-line": (REPORTING, ReportingLineWithdrawn("m8", JOINED, "800/2")),
}


@pytest.mark.parametrize("entry", ENTRIES)
def test_an_entry_is_withdrawn_by_its_kind_and_day_once(entry: str):
    event, withdrawn = ENTRIES[entry]
    withdraw = WithdrawEntry("m8", entry, JOINED, False, "800/2")
    all_three = [REGISTERED, POSTED, RANKED, REPORTING]
    given(EMPLOYEE, *all_three).when(withdraw).then(withdrawn)
    given(EMPLOYEE, *all_three, withdrawn).when(withdraw).then()
    given(EMPLOYEE, REGISTERED, *(one for one in all_three[1:] if one != event)).when(withdraw).then_refused("unknown-entry", 404)
    given(EMPLOYEE, *all_three).when(replace(withdraw, since=JOINED + DAY)).then_refused("unknown-entry", 404)
    given(EMPLOYEE, *all_three, withdrawn).when(replace(withdraw, since=JOINED + DAY)).then_refused("unknown-entry", 404)
    before, after = EMPLOYEE.decider.state(all_three), EMPLOYEE.decider.state([*all_three, withdrawn])
    kept = {"position": "positions", "rank": "ranks", "reporting-line": "lines"}[entry]
    assert after == replace(before, taken_back=(withdrawn,), **{kept: ()})
    assert given(EMPLOYEE, *all_three, withdrawn, event).when(withdraw).events == [withdrawn], "what was entered anew is withdrawn anew"


def test_an_education_entered_wrongly_is_withdrawn_by_itself():
    learned = [EducationRecorded("m8", one) for one in ("slta", "s1")]
    withdraw, withdrawn = WithdrawEntry("m8", "education", None, False, "800/2", "s1"), EducationWithdrawn("m8", "s1", "800/2")
    given(EMPLOYEE, REGISTERED, *learned).when(withdraw).then(withdrawn)
    given(EMPLOYEE, REGISTERED, *learned, withdrawn).when(withdraw).then()
    assert given(EMPLOYEE, REGISTERED, *learned, withdrawn).when(RecordEducation("m8", "s1")).events == learned[1:]
    given(EMPLOYEE, REGISTERED, *learned).when(replace(withdraw, education="s2")).then_refused("unknown-entry", 404)
    with pytest.raises(Refused, match="as recorded: slta, s1; found s2"):
        given(EMPLOYEE, REGISTERED, *learned).when(replace(withdraw, education="s2")).then()


def test_a_first_day_back_that_was_corrected_since_may_be_said_again():
    back, later = ServiceResumed("m8", date(2026, 3, 10), "800/8"), ServiceResumed("m8", date(2026, 3, 5), "800/9")
    past = [REGISTERED, AWAY, back, later]
    given(EMPLOYEE, *past).when(ResumeService(**vars(back))).then(AWAY, back)
    given(EMPLOYEE, *past).when(ResumeService(**vars(later))).then()
    other = replace(AWAY, kind="study", since=date(2026, 3, 7), until=date(2026, 3, 8))
    given(EMPLOYEE, *past, other).when(ResumeService(**vars(back))).then_refused("service-interrupted")
    after = replace(other, since=date(2026, 4, 1), until=None)
    given(EMPLOYEE, *past, after).when(ResumeService(**vars(back))).then(AWAY, back)


def test_each_word_on_an_interruption_is_found_with_what_stood_after_it():
    other = replace(AWAY, kind="study", since=date(2026, 6, 1), until=None)
    longer, back = replace(AWAY, until=date(2026, 4, 30)), ServiceResumed("m8", date(2026, 3, 21), "800/8")
    stream = [REGISTERED, AWAY, other, longer, back, ServiceResumed("m8", date(2026, 6, 9), "800/9")]
    assert interruptions_among(stream, AWAY) == {1: AWAY, 3: longer, 4: replace(longer, until=date(2026, 3, 20))}
    never = ServiceResumed("m8", AWAY.since, "800/8")
    assert interruptions_among([REGISTERED, AWAY, never], AWAY) == {1: AWAY, 2: never}
    assert interruptions_among(stream, replace(other, since=JOINED)) == {}
    earlier = ServiceResumed("m8", date(2026, 3, 11), "800/10")
    assert resumptions_among(stream, earlier) == {4: back}
    again = [*stream, longer, earlier]
    assert resumptions_among(again, ServiceResumed("m8", date(2026, 3, 5), "800/11")) == {4: back, 6: longer, 7: earlier}
    assert resumptions_among([REGISTERED, AWAY], back) == {}


def test_what_is_to_be_withdrawn_and_is_not_there_is_told_what_is():
    withdraw = WithdrawEntry("m8", "rank", JOINED, False, "800/2")
    with pytest.raises(Refused) as acting:
        given(EMPLOYEE, REGISTERED, POSTED).when(WithdrawEntry("m8", "position", JOINED, True, "800/2")).then()
    assert acting.value.found == "2025-06-01 in an acting capacity"
    for past, told in (([], "begin on: none"), ([replace(RANKED, since=JOINED + DAY * n) for n in (1, 2)], "on: 2025-06-02, 2025-06-03")):
        with pytest.raises(Refused) as caught:
            given(EMPLOYEE, REGISTERED, *past).when(withdraw).then()
        assert caught.value.expected.endswith(told) and caught.value.found == "2025-06-01"


def test_an_acting_post_is_withdrawn_as_such():
    acting = replace(POSTED, acting=True)
    withdraw = WithdrawEntry("m8", "position", JOINED, True, "800/2")
    given(EMPLOYEE, REGISTERED, POSTED, acting).when(withdraw).then(PositionWithdrawn("m8", JOINED, True, "800/2"))
    given(EMPLOYEE, REGISTERED, POSTED).when(withdraw).then_refused("unknown-entry", 404)
