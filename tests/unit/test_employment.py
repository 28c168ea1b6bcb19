"""A person's service as a value: spells, interruptions, and the days that remain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from services.personnel.domain.employee import EMPLOYEE, EndEmployment, InterruptService, RegisterEmployee, ResumeService, RevokeEnd
from services.personnel.events import EmployeeRegistered, EmploymentEnded, EmploymentEndRevoked, ServiceInterrupted, ServiceResumed
from shared.kernel.employment import ENDS, INTERRUPTIONS, Employment, entered
from shared.kernel.facts import Fact
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused

FEBRUARY, MARCH, Q1 = Period.parse("2026-02"), Period.parse("2026-03"), Period.parse("2026-Q1")
JOINED = EmployeeRegistered("m8", "CPNS", date(2026, 2, 15))
ENDED = EmploymentEnded("m8", "resigned", date(2026, 5, 1), "800/1")


def of(*events: object) -> Employment:
    found = Employment()
    for event in events:
        found = found.after(event)
    return found


def test_who_joins_on_15_february_serves_from_that_day_on():
    service = of(JOINED)
    assert [service.serving(date(2026, 2, day)) for day in (14, 15)] == [False, True]
    assert (service.days(FEBRUARY), service.days(MARCH)) == (14, 31)
    assert service.months(Q1) == (FEBRUARY, MARCH)
    assert service.ended(date(2026, 1, 1)) is None


def test_who_joins_on_the_last_day_of_a_month_serves_one_day_of_it():
    assert of(replace(JOINED, since=date(2026, 2, 28))).days(FEBRUARY) == 1


def test_the_appointment_as_pns_goes_on_with_the_same_service():
    assert len(of(JOINED, EmployeeRegistered("m8", "PNS", date(2027, 2, 15))).spells) == 1


def test_an_end_names_the_first_day_outside_and_its_revocation_undoes_it():
    service = of(JOINED, ENDED)
    assert [service.serving(date(2026, 4, 30)), service.serving(date(2026, 5, 1))] == [True, False]
    assert service.ended(date(2026, 5, 1)).how == "resigned"
    assert service.ended(date(2026, 4, 30)) is None
    assert of(JOINED, ENDED, EmploymentEndRevoked("m8", date(2026, 5, 1), "800/2")) == of(JOINED)


def test_registered_again_after_an_end_is_a_new_spell_with_a_gap():
    again = of(JOINED, ENDED, EmployeeRegistered("m8", "PPPK", date(2026, 6, 10)))
    assert [again.serving(date(2026, *day)) for day in ((4, 30), (5, 1), (6, 9), (6, 10))] == [True, False, False, True]
    assert again.days(Period.parse("2026-05")) == 0
    assert again.ended(date(2026, 7, 1)) is None


def test_what_held_before_an_end_does_not_reach_into_the_spell_after_it():
    """A post of 15 February, and one of 10 June, the first day of the second spell."""
    again = of(JOINED, ENDED, EmployeeRegistered("m8", "PPPK", date(2026, 6, 10)))
    before, after = date(2026, 2, 15), date(2026, 6, 10)
    days = [date(2026, *day) for day in ((2, 14), (2, 15), (4, 30), (5, 1), (6, 9), (6, 10), (7, 1))]
    assert [again.reaches(before, day) for day in days] == [False, True, True, True, True, False, False]
    assert [again.reaches(after, day) for day in days] == [False, False, False, False, False, True, True]
    revoked = of(JOINED, ENDED, EmploymentEndRevoked("m8", ENDED.since, "800/2"))
    assert all(revoked.reaches(before, day) for day in days[1:])


def test_what_is_older_than_the_first_registration_counts_in_the_first_spell_only():
    old = date(2020, 1, 1)
    assert of(JOINED).reaches(old, date(2026, 3, 1)) and Employment().reaches(old, date(2026, 3, 1))
    as_pns = of(JOINED, EmployeeRegistered("m8", "PNS", date(2027, 2, 15)))
    assert as_pns.reaches(old, date(2027, 3, 1)), "the appointment as PNS begins no spell"
    assert not of(JOINED, ENDED, EmployeeRegistered("m8", "PPPK", date(2026, 6, 10))).reaches(old, date(2026, 6, 10))


def test_an_interruption_lasts_until_its_last_day_or_until_the_first_day_back():
    leave = ServiceInterrupted("m8", "unpaid-leave", date(2026, 3, 1), date(2026, 3, 31), "800/3")
    service = of(JOINED, leave)
    assert (service.days(MARCH), service.days(MARCH, INTERRUPTIONS), service.days(MARCH, ("suspended",))) == (31, 0, 31)
    assert service.months(Q1, INTERRUPTIONS) == (FEBRUARY,)
    early = of(JOINED, replace(leave, until=None), ServiceResumed("m8", date(2026, 3, 30), "800/4"))
    assert early.days(MARCH, INTERRUPTIONS) == 2
    assert of(JOINED, leave, ServiceResumed("m8", date(2026, 3, 1), "800/4")) == of(JOINED)


def test_an_open_interruption_does_not_reach_over_an_end_into_the_next_spell():
    open_ = ServiceInterrupted("m8", "suspended", date(2026, 4, 1), None, "800/3")
    service = of(JOINED, open_, ENDED, EmployeeRegistered("m8", "PPPK", date(2026, 6, 1)))
    assert not service.present(date(2026, 4, 30))
    assert service.present(date(2026, 6, 1))


def facts_of(events: list) -> list[Fact]:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return [Fact(event, str(n), "t", "a", "m8", "personnel-employee-m8", n, at, at, "m15", "c") for n, event in enumerate(events, 1)]


def kept(facts: Iterable[Fact]) -> list:
    row: list = []
    for fact in facts:
        row = entered(row, fact)
    return row


def test_a_view_keeps_all_of_it_whatever_arrives_first():
    leave = ServiceInterrupted("m8", "study", date(2026, 3, 1), date(2026, 3, 9), "800/3")
    events = [JOINED, leave, ENDED, EmployeeRegistered("m8", "PPPK", date(2026, 6, 1))]
    facts = facts_of(events)
    for order in permutations(facts):
        assert Employment.read(kept(order)) == Employment.of(order) == of(*events)
    assert kept([*facts, facts[0]]) == kept(facts)
    assert Employment.read(None) == Employment()


DAYS = st.integers(0, 120).map(lambda number: date(2026, 1, 1) + timedelta(days=number))
COMMANDS = st.one_of(
    st.builds(RegisterEmployee, st.just("m8"), st.sampled_from(("CPNS", "PNS", "PPPK")), DAYS),
    st.builds(EndEmployment, st.just("m8"), st.sampled_from(ENDS), DAYS, st.just("800/1")),
    st.builds(RevokeEnd, st.just("m8"), st.just("800/2")),
    st.builds(InterruptService, st.just("m8"), st.sampled_from(INTERRUPTIONS), DAYS, st.none() | DAYS, st.just("800/3")),
    st.builds(ResumeService, st.just("m8"), DAYS, st.just("800/4")),
)


@given(st.lists(COMMANDS, max_size=12))
def test_whatever_is_accepted_leaves_spells_that_do_not_touch_and_interruptions_that_do_not_overlap(commands: list):
    events: list = []
    for command in commands:
        try:
            events += EMPLOYEE.decider.decide(EMPLOYEE.decider.state(events), command)
        except Refused:
            continue
    service = of(*events)
    for before, after in zip(service.spells, service.spells[1:]):
        assert before.since < before.end <= after.since
    for spell in service.spells:
        for before, after in zip(spell.interruptions, spell.interruptions[1:]):
            assert before.until is not None and before.until < after.since
    for number in range(130):
        day = date(2026, 1, 1) + timedelta(days=number)
        assert not service.present(day) or service.serving(day)
        assert service.present(day) == (service.serving(day) and service.interruption(day) is None)
        assert not (service.serving(day) and service.ended(day))
        spell = service.spell(day)
        for since in (date(2026, 1, 1) + timedelta(days=one) for one in range(0, 130, 7)):
            first = spell is not None and spell == service.spells[0]
            assert spell is None or service.reaches(since, day) == (since <= day and (first or spell.since <= since))
    assert Employment.read(kept(facts_of(events))) == service


@given(st.lists(COMMANDS, max_size=8), st.integers(1, 4))
def test_days_and_months_agree_with_each_single_day(commands: list, number: int):
    events: list = []
    for command in commands:
        try:
            events += EMPLOYEE.decider.decide(EMPLOYEE.decider.state(events), command)
        except Refused:
            continue
    service, month = of(*events), Period(2026, number, number)
    by_hand = sum(service.present(date(2026, number, day)) for day in range(1, month.end.day + 1))
    assert service.days(month, INTERRUPTIONS) == by_hand
    assert service.serves_in(month, INTERRUPTIONS) == (by_hand > 0)
    assert (month in service.months(Period(2026, 1, 12), INTERRUPTIONS)) == (by_hand > 0)
