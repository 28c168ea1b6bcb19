"""Who assesses, reads and decides, by the period acted on: PermenPANRB 6/2022 annex IV.A and PP 30/2019 art. 59."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.appraisal import events, heard, known
from services.appraisal.domain.standing import Assesses, History, May, Post, Service, assessing, deciding, line_of_period
from services.appraisal.policy import POLICY
from services.appraisal.service import SERVICE
from shared.events.rule_set import RuleSetPublished
from shared.http.policy import Actor
from shared.kernel.employment import Employment, Spell
from shared.kernel.periods import Period
from tests.support.appraisal import M1, NEEDS_IMPROVEMENT, SETTINGS, UNTIL, moment
from tests.support.knowledge import MemoryKnowledge
from tests.support.knowledge import heard as heard_fact

Q1, YEAR = Period.parse("2027-Q1"), Period.parse("2027")
NUMBERS = itertools.count(1)
START = date(2026, 1, 2)


def learned(event):
    at = datetime(event.since.year, event.since.month, event.since.day, tzinfo=UTC)
    return heard_fact("personnel", event, event.employee, f"personnel-employee-{event.employee}", next(NUMBERS), at, effective=at)


def line(assessor, superior, since, employee=M1):
    return heard.ReportingLineSet(employee, assessor, superior, date.fromisoformat(since))


def post(unit, since):
    return heard.PositionAssigned(M1, f"post-{unit}", unit, False, date.fromisoformat(since))


def on(day, *facts, rule=None):
    """What is known at nine in the morning of a day."""
    knowledge = MemoryKnowledge(SERVICE, now=moment(day))
    knowledge.arrive(*(learned(fact) for fact in facts))
    if rule:
        published = RuleSetPublished("appraisal", "place", 1, START, ("law",), SETTINGS | {"assessor_of_period": rule})
        knowledge.arrive(knowledge.own(published, "rules-appraisal", "appraisal-rules-appraisal", 1))
    return knowledge


def may(knowledge, who, action, period="2027-Q1", *roles):
    actor = Actor(who, "mulyorejo", frozenset({"employee", *roles}), "web")
    return POLICY.permits(actor, action, M1, knowledge, Period.parse(period))


def delivered(knowledge, by, period="2027-Q1"):
    event = events.AppraisalDelivered(M1, period, "quarter", NEEDS_IMPROVEMENT, "place@1", UNTIL)
    fact = knowledge.own(event, M1, f"appraisal-{M1}-{period}", 1)
    knowledge.arrive(type(fact)(**{name: getattr(fact, name) for name in fact.__struct_fields__} | {"actor": by}))


OLD = line("old", "chief", "2026-01-02")


def test_the_assessor_of_the_quarters_last_day_delivers_it_also_after_he_was_replaced():
    knowledge = on("2027-04-05", OLD, line("new", "chief", "2027-04-01"))
    for action in ("deliver-appraisal", "submit-score"):
        assert may(knowledge, "old", action) and not may(knowledge, "new", action) and not may(knowledge, "chief", action)
    assert may(knowledge, "new", "approve-plan", "2027") and not may(knowledge, "old", "approve-plan", "2027")
    assert may(knowledge, "new", "submit-score", "2027-Q2") and not may(knowledge, "old", "submit-score", "2027-Q2")
    assert may(knowledge, "old", "read-appraisal") and may(knowledge, "new", "read-appraisal")
    assert not may(knowledge, "old", "read-appraisal", "2027-Q2")


@pytest.mark.parametrize(
    ("changes", "rule", "assessor"),
    [
        ([("new", "2027-03-31")], "last-day", "new"),
        ([("new", "2027-01-01")], "last-day", "new"),
        ([("new", "2027-04-01")], "last-day", "old"),
        ([("new", "2027-02-15"), ("third", "2027-03-20")], "last-day", "third"),
        ([("new", "2027-03-31")], "longest", "old"),
        ([("new", "2027-01-01")], "longest", "new"),
        ([("new", "2027-02-16")], "longest", "old"),
        ([("new", "2027-02-15")], "longest", "new"),  # 45 days each
        ([("new", "2027-01-20"), ("third", "2027-03-01")], "longest", "new"),
        ([("new", "2027-01-31"), ("old", "2027-03-02")], "longest", "old"),
    ],
)
def test_a_change_within_the_quarter_goes_by_the_places_rule(changes, rule, assessor):
    changed = [line(who, "chief", since) for who, since in changes]
    knowledge = on("2027-04-05", OLD, *changed, rule=rule)
    assert [who for who in ("old", "new", "third") if may(knowledge, who, "deliver-appraisal")] == [assessor]


def test_an_employee_who_moved_is_assessed_by_the_new_assessor_whatever_the_rule():
    moved = (post("a", "2026-01-02"), post("b", "2027-03-20"), line("new", "head", "2027-03-20"))
    for rule in Assesses:
        knowledge = on("2027-04-05", OLD, *moved, rule=rule)
        assert may(knowledge, "new", "deliver-appraisal") and not may(knowledge, "old", "deliver-appraisal")


def test_a_year_is_assessed_by_who_was_assessor_on_its_last_day_or_longest():
    changes = (OLD, line("new", "chief", "2027-11-01"), line("third", "chief", "2028-01-01"))
    assert may(on("2028-01-10", *changes), "new", "deliver-appraisal", "2027")
    assert may(on("2028-01-10", *changes, rule="longest"), "old", "deliver-appraisal", "2027")


@pytest.mark.parametrize("rule", Assesses)
def test_while_a_period_lasts_its_assessor_is_todays(rule):
    knowledge = on("2027-03-30", OLD, line("new", "chief", "2027-03-29"), line("third", "chief", "2027-03-31"), rule=rule)
    assert [who for who in ("old", "new", "third") if may(knowledge, who, "submit-score")] == ["new"]


def test_a_day_begins_where_the_agency_is():
    change = line("new", "chief", "2027-07-01")
    assert may(on("2027-06-30", OLD, change), "old", "approve-plan", "2027")
    early = on("2027-07-01", OLD, change)
    early.now = moment("2027-07-01", "00:10")
    assert may(early, "new", "approve-plan", "2027")


# Registered again after an end of service

LEFT, BACK = date(2027, 3, 1), date(2027, 7, 1)


def again(person):
    """In service until March, and from July on anew."""
    return (
        heard.EmployeeRegistered(person, "PNS", START),
        heard.EmploymentEnded(person, "retired", LEFT),
        heard.EmployeeRegistered(person, "PPPK", BACK),
    )


def test_who_is_registered_again_has_no_assessor_superior_or_unit_until_they_are_entered_anew():
    town = (heard.UnitOpened("a", None, START),)
    knowledge = on("2027-07-05", OLD, post("a", "2026-01-02"), *again(M1))
    knowledge.arrive(*(heard_fact("personnel", one, one.unit, f"personnel-unit-{one.unit}", 1, moment("2026-01-02")) for one in town))
    assert known.above(knowledge, M1, knowledge.today) == (None, None)
    assert (known.unit_of(knowledge, M1, date(2027, 2, 28)), known.unit_of(knowledge, M1, knowledge.today)) == ("a", None)
    assert not known.works_in(knowledge, M1, "a")
    for who in ("old", "chief"):
        assert not any(may(knowledge, who, action, "2027-Q3") for action in ("submit-score", "read-appraisal"))
    assert not may(knowledge, "old", "approve-plan", "2027")
    assert may(knowledge, "old", "deliver-appraisal", "2027-Q1"), "the quarter in which he led him"
    knowledge.arrive(learned(line("new", "head", "2027-07-02")), learned(post("a", "2027-07-02")))
    assert known.above(knowledge, M1, knowledge.today) == ("new", "head")
    assert may(knowledge, "new", "approve-plan", "2027") and may(knowledge, "new", "submit-score", "2027-Q3")
    assert known.unit_of(knowledge, M1, knowledge.today) == "a" and known.works_in(knowledge, M1, "a")


def test_an_assessor_who_is_registered_again_leads_nobody_by_the_lines_of_before():
    knowledge = on("2027-07-05", OLD, *again("old"))
    assert known.above(knowledge, M1, knowledge.today) == (None, "chief")
    assert not may(knowledge, "old", "approve-plan", "2027")
    assert may(knowledge, "chief", "submit-score", "2027-Q3") and not may(knowledge, "old", "submit-score", "2027-Q3")
    assert may(knowledge, "chief", "deliver-appraisal", "2027-Q1") and not may(knowledge, "old", "deliver-appraisal", "2027-Q1")
    assert may(knowledge, "old", "deliver-appraisal", "2026"), "in its last days he led him"


def test_a_superior_who_is_registered_again_decides_on_what_came_before_and_on_nothing_after():
    knowledge = on("2027-07-05", OLD, *again("chief"))
    delivered(knowledge, "old", "2027-Q2")
    assert not may(knowledge, "chief", "decide-objection", "2027-Q2") and may(knowledge, "ppk", "decide-objection", "2027-Q2", "approver")
    assert not may(knowledge, "chief", "read-appraisal", "2027-Q2")


def test_the_longest_assessor_of_a_quarter_is_looked_for_in_the_service_that_began_last():
    knowledge = on("2027-10-05", OLD, *again(M1)[:2], heard.EmployeeRegistered(M1, "PPPK", date(2027, 8, 20)), rule="longest")
    assert not any(may(knowledge, who, "deliver-appraisal", "2027-Q3") for who in ("old", "chief"))
    knowledge.arrive(learned(line("new", "head", "2027-08-25")))
    assert [who for who in ("old", "chief", "new", "head") if may(knowledge, who, "deliver-appraisal", "2027-Q3")] == ["new"]


def test_an_end_that_is_revoked_broke_nothing():
    ended = (heard.EmploymentEnded(M1, "dismissed", LEFT), heard.EmploymentEndRevoked(M1, LEFT))
    knowledge = on("2027-07-05", OLD, heard.EmployeeRegistered(M1, "PNS", START), *ended)
    assert known.above(knowledge, M1, knowledge.today) == ("old", "chief")


# Objections and corrections


def test_the_superior_of_who_delivered_decides_as_of_then():
    knowledge = on("2027-05-10", OLD, line("new", "other", "2027-05-01"))
    delivered(knowledge, "old")
    for action in ("decide-objection", "correct-appraisal"):
        assert [who for who in ("old", "new", "chief", "other", M1) if may(knowledge, who, action)] == ["chief"]
        assert not may(knowledge, "ppk", action, "2027-Q1", "approver")


def test_who_delivered_and_stands_above_now_does_not_decide_and_the_official_does():
    knowledge = on("2027-05-10", line("old", None, "2026-01-02"), line("new", "old", "2027-05-01"))
    delivered(knowledge, "old")
    assert not any(may(knowledge, who, "decide-objection") for who in ("old", "new", M1))
    assert may(knowledge, "ppk", "decide-objection", "2027-Q1", "approver")
    assert not may(knowledge, "old", "decide-objection", "2027-Q1", "approver")
    assert not may(knowledge, M1, "decide-objection", "2027-Q1", "approver")


def test_who_delivered_in_anothers_place_is_followed_by_his_own_assessor():
    knowledge = on("2027-05-10", OLD, line("head", None, "2026-01-02", employee="chief"))
    delivered(knowledge, "chief")
    assert may(knowledge, "chief", "read-objection") and not may(knowledge, "chief", "decide-objection")


PEOPLE = ("e", "a", "b", "c", "d")
DAYS = st.dates(date(2026, 6, 1), date(2027, 6, 30))
LINES = st.lists(st.tuples(DAYS, st.permutations(PEOPLE[1:]), st.booleans()), min_size=1, max_size=6)


@st.composite
def histories(draw):
    """Reporting lines of e over a year, and who serves how at the delivery and after it."""
    drawn = {day: (people, headed) for day, people, headed in draw(LINES)}
    lines = tuple(heard.ReportingLineSet("e", p[0], p[1] if headed else None, day) for day, (p, headed) in sorted(drawn.items()))
    services = st.fixed_dictionaries({person: st.sampled_from(Service) for person in PEOPLE})
    then, now = draw(st.dates(date(2027, 4, 1), date(2027, 5, 31))), draw(st.dates(date(2027, 6, 1), date(2027, 9, 1)))
    posts = tuple(Post(draw(st.sampled_from("xy")), day) for day in sorted(draw(st.sets(DAYS, max_size=3))))
    first, second = draw(services), draw(services)
    return History("e", lines, posts, then, first.get), History("e", lines, posts, now, second.get)


@given(histories(), st.sampled_from(Assesses), st.sampled_from([None, *PEOPLE]))
def test_whatever_changes_somebody_decides_who_is_neither_the_employee_nor_who_delivered(both, rule, above):
    then, now = both
    for delivered_by in assessing(then, Q1, rule).persons:
        found = deciding(now, Q1, delivered_by, then.today, above)
        assert found.persons or found.official
        assert not {"e", delivered_by} & set(found.persons) and set(found.never) == {"e", delivered_by}
        assert found.official or any(now.service(person) is Service.PRESENT for person in found.persons)
        assert all(now.service(person) is not Service.GONE for person in found.persons)


@given(histories(), st.lists(DAYS, max_size=4), st.sampled_from(Assesses))
def test_a_line_counts_in_the_service_in_which_it_began(both, days, rule):
    """`days`: an end, another beginning, and so on."""
    cut = sorted(set(days))
    spells = [Spell(date(2026, 1, 1), cut[0] if cut else None)]
    spells += [Spell(since, end) for since, end in zip(cut[1::2], [*cut[2::2], None])]
    history = replace(both[1], ends=Employment(tuple(spells)))
    for day in (Q1.start + timedelta(days=number) for number in range(0, 120, 7)):
        found, began = history.line_on(day), max(spell.since for spell in spells if spell.since <= day)
        mine = [one for one in history.lines if one.since <= day and (one.since >= began or began == spells[0].since)]
        assert found == (mine[-1] if mine else None)
    assert line_of_period(history, Q1, rule) is None or line_of_period(history, Q1, rule).since <= Q1.end
    assert deciding(history, Q1, "a", Q1.end, None).never == ("e", "a")


@given(histories(), st.sampled_from(Assesses))
def test_a_period_has_an_assessor_as_long_as_somebody_of_the_lines_is_at_work(both, rule):
    for history in both:
        found = assessing(history, Q1, rule)
        lines = [one for one in (line_of_period(history, Q1, rule), history.line_on(history.today)) if one is not None]
        asked = {person for one in lines for person in (one.assessor, one.superior)} - {None, "e"}
        working = {person for person in asked if history.service(person) is Service.PRESENT}
        assert set(found.persons) <= asked and bool(working & set(found.persons)) == bool(working)


@given(histories())
def test_the_two_rules_agree_where_nobody_changed_within_the_period(both):
    _, history = both
    if not any(Q1.start < one.since <= Q1.end for one in history.lines):
        assert line_of_period(history, Q1, Assesses.LAST_DAY) == line_of_period(history, Q1, Assesses.LONGEST)


def test_who_retired_or_was_suspended_is_followed_and_who_is_on_leave_may_act_beside_the_next():
    def who(*facts, action="deliver-appraisal", by=None):
        registered = (heard.EmployeeRegistered(person, "PNS", START) for person in ("old", "chief"))
        knowledge = on("2027-04-05", OLD, line("new", "head", "2027-04-01"), *registered, *facts)
        if by:
            delivered(knowledge, by)
        return [one for one in ("old", "chief", "new", "head", M1) if may(knowledge, one, action)]

    april = date(2027, 4, 1)
    assert who(heard.EmploymentEnded("old", "died", april)) == ["chief"]
    assert who(heard.EmploymentEnded("old", "retired", april + timedelta(days=5))) == ["old"]
    assert who(heard.EmploymentEnded("old", "dismissed", april), heard.EmploymentEndRevoked("old", april)) == ["old"]
    assert who(heard.ServiceInterrupted("old", "suspended", april, None)) == ["chief"]
    assert who(heard.ServiceInterrupted("old", "maternity-leave", april, None)) == ["old", "chief"]
    assert who(heard.EmploymentEnded("chief", "retired", april), action="decide-objection", by="old") == ["head"]


def test_who_was_registered_by_mistake_is_not_known_and_assesses_nobody():
    knowledge = on("2027-04-05", OLD, heard.EmployeeRegistered("old", "PNS", START), heard.RegistrationWithdrawn("old", START))
    assert not known.registered(knowledge, "old") and not known.registered(knowledge, "nobody")
    assert may(knowledge, "chief", "deliver-appraisal") and not may(knowledge, "old", "deliver-appraisal")
    assert known.registered(on("2027-04-05", heard.EmployeeRegistered("old", "PNS", START)), "old")


def service(**said):
    return lambda person: said.get(person, Service.PRESENT)


def test_who_has_left_is_followed_by_his_superior_and_then_by_those_of_today():
    lines = (OLD, line("new", "head", "2027-04-01"))
    day = Q1.end + timedelta(days=5)

    def persons(**said):
        return assessing(History(M1, lines, (), day, service(**said)), Q1, Assesses.LAST_DAY)

    assert persons() == May(("old",))
    assert persons(old=Service.GONE) == May(("chief",))
    assert persons(old=Service.AWAY) == May(("old", "chief"))
    assert persons(old=Service.GONE, chief=Service.GONE) == May(("new",))
    assert persons(old=Service.GONE, chief=Service.GONE, new=Service.GONE) == May(("head",))
