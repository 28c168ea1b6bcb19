"""Working days: weeks of five and six days, days off, terms over any calendar, and terms that move while they run."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.personnel.domain.calendar import HOLIDAYS, WORKING_WEEK, DeclareHoliday, SetWorkingWeek, WithdrawHoliday
from services.personnel.events import EVENTS
from services.personnel.service import SERVICE
from shared.events.calendar import HolidayDeclared, HolidayWithdrawn, WorkingWeekSet
from shared.kernel.calendar import Calendar, Term
from shared.kernel.refusal import Refused
from tests.support.deciding import given
from tests.support.knowledge import MemoryKnowledge

MONDAY = date(2027, 5, 3)
ASCENSION = date(2027, 5, 6)
FIVE = Term(5, "working")
TODAY = date(2026, 11, 30)

days = st.dates(date(2026, 1, 1), date(2028, 12, 31))
holidays = st.frozensets(days, max_size=60)
weeks = st.dictionaries(days, st.sampled_from([5, 6]), max_size=4).map(lambda said: tuple(sorted(said.items())))
calendars = st.builds(Calendar, st.sampled_from(["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]), holidays, weeks)
terms = st.builds(Term, st.integers(1, 120), st.sampled_from(["working", "calendar"]))
working = st.builds(Term, st.integers(1, 120), st.just("working"))


@pytest.mark.parametrize(("calendar", "last"), [
    (Calendar(), date(2027, 5, 10)),
    (Calendar(holidays=frozenset({ASCENSION})), date(2027, 5, 11)),
    (Calendar(holidays=frozenset({ASCENSION, date(2027, 5, 7)})), date(2027, 5, 12)),  # with joint leave on the Friday after
    (Calendar(holidays=frozenset({date(2027, 5, 8)})), date(2027, 5, 10)),  # a Saturday was free anyhow
    (Calendar(holidays=frozenset({MONDAY})), date(2027, 5, 10)),  # the day on which it begins does not count
    (Calendar(weeks=((date(2027, 1, 1), 6),)), date(2027, 5, 8)),
    (Calendar(holidays=frozenset({ASCENSION}), weeks=((date(2027, 1, 1), 6),)), date(2027, 5, 10)),
    (Calendar(holidays=frozenset({date(2027, 5, 8)}), weeks=((date(2027, 1, 1), 6),)), date(2027, 5, 10)),
    (Calendar(weeks=((date(2027, 5, 9), 6),)), date(2027, 5, 10)),  # six days from the Sunday after
    (Calendar(weeks=((date(2027, 1, 1), 6), (date(2027, 5, 5), 5))), date(2027, 5, 10)),  # and back to five in the week itself
])  # fmt: skip
def test_five_working_days_from_monday_3_may_2027(calendar: Calendar, last: date):
    assert FIVE.counted_from(MONDAY, calendar) == last
    assert FIVE.until(datetime(2027, 5, 3, 2, tzinfo=UTC), calendar) == calendar.end_of(last)


@for_all(terms, days, calendars)
def test_a_term_ends_on_a_day_that_its_kind_counts(term: Term, began: date, calendar: Calendar):
    last = term.counted_from(began, calendar)
    counted = [began + timedelta(days=n) for n in range(1, (last - began).days + 1)]
    if term.kind == "working":
        assert calendar.is_working(last) and sum(map(calendar.is_working, counted)) == term.days
    else:
        assert len(counted) == term.days


@for_all(working, days, calendars, days)
def test_a_day_off_more_makes_no_term_shorter_and_moves_it_just_where_it_takes_a_working_day(term, began, calendar, off):
    more = Calendar(calendar.zone, calendar.holidays | {off}, calendar.weeks)
    before, after = term.counted_from(began, calendar), term.counted_from(began, more)
    assert after >= before
    assert (after > before) == (began < off <= before and calendar.is_working(off))


@for_all(working, days, calendars, holidays)
def test_a_longer_term_and_a_later_beginning_end_no_earlier(term, began, calendar, more):
    assert Term(term.days + 1, "working").counted_from(began, calendar) > term.counted_from(began, calendar)
    assert term.counted_from(began + timedelta(days=1), calendar) >= term.counted_from(began, calendar)


@for_all(terms, days, calendars, calendars, st.integers(0, 200))
def test_a_running_term_follows_the_calendar_and_keeps_a_whole_day_where_it_gets_shorter(term, began, known, now_known, passed):
    was, today = term.counted_from(began, known), began + timedelta(days=passed)
    moved, plain = term.moved(began, was, now_known, today), term.counted_from(began, now_known)
    if plain >= was:
        assert moved == plain
    else:
        assert plain <= moved <= was and moved >= min(was, today + timedelta(days=1))
        assert moved in (plain, was, today + timedelta(days=1))
    later = today + timedelta(days=3)
    assert term.moved(began, moved, now_known, today) == moved == term.moved(began, moved, now_known, later), "said again, it stays"


# --- what the agency declares ---------------------------------------------------------------------------------------------------------


def declared(knowledge: MemoryKnowledge, aggregate, *commands) -> list:
    return [fact.event for command in commands for fact in knowledge.execute(aggregate, command).events]


def test_days_off_are_declared_changed_and_withdrawn_and_the_same_again_says_nothing():
    known = MemoryKnowledge(SERVICE, now=datetime(2026, 11, 30, 3, tzinfo=UTC))
    assert not known.calendar.declared and known.calendar == Calendar()
    national = DeclareHoliday(ASCENSION, "national", "SKB 1497/2026", TODAY)
    said = declared(known, HOLIDAYS, national, national, DeclareHoliday(date(2027, 5, 7), "joint-leave", "SKB 1497/2026", TODAY))
    assert [type(event) for event in said] == [HolidayDeclared] * 2
    assert known.calendar.holidays == {ASCENSION, date(2027, 5, 7)} and known.calendar.declared
    assert declared(known, HOLIDAYS, WithdrawHoliday(date(2027, 5, 7), "SKB 2/2027")) == [HolidayWithdrawn(date(2027, 5, 7), "SKB 2/2027")]
    assert known.calendar.holidays == {ASCENSION}
    with pytest.raises(Refused) as caught:
        known.execute(HOLIDAYS, WithdrawHoliday(date(2027, 5, 7), "SKB 2/2027"))
    assert (caught.value.code, caught.value.status) == ("unknown-holiday", 404)
    declared(known, HOLIDAYS, DeclareHoliday(date(2027, 5, 7), "local", "188/3/2027", TODAY))
    assert known.calendar.holidays == {ASCENSION, date(2027, 5, 7)}


def test_a_week_holds_from_its_day_on_whatever_was_said_first():
    known = MemoryKnowledge(SERVICE)
    said = declared(
        known, WORKING_WEEK, *(SetWorkingWeek(days, since, "800/1/2026", TODAY) for days, since in
        ((6, date(2027, 7, 1)), (6, date(2027, 1, 1)), (5, date(2027, 4, 1)), (5, date(2027, 4, 1)))),
    )  # fmt: skip
    assert [type(event) for event in said] == [WorkingWeekSet] * 3
    saturdays = [date(2026, 12, 26), date(2027, 1, 2), date(2027, 3, 27), date(2027, 4, 3), date(2027, 7, 3)]
    assert [known.calendar.is_working(day) for day in saturdays] == [False, True, True, False, True]
    assert not any(known.calendar.is_working(day + timedelta(days=1)) for day in saturdays)


@pytest.mark.parametrize(("aggregate", "command", "code"), [
    (WORKING_WEEK, SetWorkingWeek(7, date(2027, 1, 1), "800/1/2026", TODAY), "working-week"),
    (WORKING_WEEK, SetWorkingWeek(4, date(2027, 1, 1), "800/1/2026", TODAY), "working-week"),
    (WORKING_WEEK, SetWorkingWeek(6, date(2037, 1, 1), "800/1/2026", TODAY), "calendar-day"),
    (HOLIDAYS, DeclareHoliday(date(2072, 5, 6), "national", "SKB 1/2026", TODAY), "calendar-day"),
    (HOLIDAYS, DeclareHoliday(date(1027, 5, 6), "national", "SKB 1/2026", TODAY), "calendar-day"),
])  # fmt: skip
def test_a_slip_of_the_pen_is_refused(aggregate, command, code: str):
    given(aggregate).when(command).then_refused(code, 422)


def test_every_service_that_decides_by_itself_hears_the_calendar_and_folds_it():
    from shared.process.finding import load_service, service_names
    from shared.views.calendar import CALENDAR

    deciding = [service for service in map(load_service, service_names()) if service.reactions or service.timers]
    assert len(deciding) >= 4
    for service in deciding:
        name = service.name
        assert CALENDAR in service.views, name
        for model in (WorkingWeekSet, HolidayDeclared, HolidayWithdrawn):
            assert (EVENTS if name == "personnel" else service.heard).of(model).service == "personnel"
