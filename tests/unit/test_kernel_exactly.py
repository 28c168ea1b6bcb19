"""The kernel's smaller values at their bounds: the reader of settings, decimals, means, entries withdrawn, service, and clocks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from uuid import UUID

import pytest

from services.personnel.domain.nip import check_nip
from shared.kernel import withdrawn
from shared.kernel.calendar import Calendar, Term, Zone
from shared.kernel.decimals import DECIMAL, SAID, of_float, plain, to_places
from shared.kernel.employment import Employment, Interruption, Said, Spell, entered, has_left, said_by
from shared.kernel.facts import Fact
from shared.kernel.ids import random_id
from shared.kernel.leading import led_within, lines_within
from shared.kernel.means import exact_means
from shared.kernel.money import exact, exact_text
from shared.kernel.periods import Period, parse_day
from shared.kernel.refusal import Refused
from shared.kernel.settings import LONGEST_TERM, Settings, read

AT = datetime(2026, 1, 1, tzinfo=UTC)


def fact(event, version=1):
    return Fact(event, "id", "merit.personnel.Thing.v1", "a", "m8", "s", version, AT, AT, "x", "c")


# --- settings ---------------------------------------------------------------------------------------------------------------------------


def wrong(settings, reader) -> Refused:
    with pytest.raises(Refused) as refused:
        read(settings, reader)
    assert (refused.value.code, refused.value.status) == ("invalid-rule-set", 422)
    return refused.value


@pytest.mark.parametrize(("settings", "reader", "expected", "found"), [
    ([], lambda s: s, "settings: an object", "[]"),
    ({1: 2}, lambda s: s, "settings: an object", "{1: 2}"),
    ({"a": {"b": "z"}}, lambda s: s.part("a").one_of("b", ("x", "y")), "a.b: one of x, y", "'z'"),
    ({"a": [{}, {"b": 1}]}, lambda s: [one.text("b", "d") for one in s.parts("a")], "a[1].b: text", "1"),
    ({"a": " "}, lambda s: s.text("a"), "a: text", "' '"),
    ({}, lambda s: s.text("a"), "a: text", "none"),
    ({"a": "A"}, lambda s: s.code("a"), "a: a code of small letters, digits, dots, hyphens and underscores, at most 40", "'A'"),
    ({"a": "x"}, lambda s: s.code("a", re.compile("U[1-9]")), "a: a code of the form U[1-9]", "'x'"),
    ({}, lambda s: s.code("a", re.compile("U[1-9]")), "a: a code of the form U[1-9]", "none"),
    ({"a": "PP"}, lambda s: s.cited("a"), "a: a law or decree with its number, such as PP 94/2021 Pasal 11, at most 80 characters",
    "'PP'"),
    ({}, lambda s: s.cited("a"), "a: a law or decree with its number, such as PP 94/2021 Pasal 11, at most 80 characters", "none"),
    ({"a": 1}, lambda s: s.flag("a"), "a: true or false", "1"),
    ({}, lambda s: s.flag("a"), "a: true or false", "none"),
    ({"a": 10}, lambda s: s.whole("a", 0, 9), "a: a whole number from 0 to 9", "10"),
    ({"a": "x"}, lambda s: s.number("a"), "a: an exact number such as 100, '92.5' or '1/9'", "'x'"),
    ({"a": True}, lambda s: s.number("a"), "a: an exact number such as 100, '92.5' or '1/9'", "True"),
    ({}, lambda s: s.number("a"), "a: an exact number such as 100, '92.5' or '1/9'", "none"),
    ({"a": -1}, lambda s: s.percent("a"), "a: a percentage 0–100", "-1"),
    ({}, lambda s: s.percent("a", 101, "x"), "a: x", "101"),
    ({"a": 5}, lambda s: s.day("a"), "a: a day such as 2026-01-01", "5"),
    ({}, lambda s: s.day("a"), "a: a day such as 2026-01-01", "none"),
    ({"a": {"days": 366, "kind": "working"}}, lambda s: s.term("a"), "a.days: a whole number from 1 to 365", "366"),
    ({"a": {"days": 0, "kind": "working"}}, lambda s: s.term("a"), "a.days: a whole number from 1 to 365", "0"),
    ({"a": {"days": 1, "kind": "lunar"}}, lambda s: s.term("a"), "a.kind: one of calendar, working", "'lunar'"),
    ({"a": {"days": 1, "kind": "working", "source": ""}}, lambda s: s.term("a"), "a.source: text", "''"),
    ({"a": "xy"}, lambda s: s.listed("a"), "a: a list", "'xy'"),
    ({}, lambda s: s.listed("a", expected="two"), "a: two", "none"),
    ({"a": []}, lambda s: s.some_of("a", ("x", "y")), "a: a list, each once, of x, y", "[]"),
    ({"a": ["x", "x"]}, lambda s: s.some_of("a", ("x", "y")), "a: a list, each once, of x, y", "['x', 'x']"),
    ({"a": ["z"]}, lambda s: s.some_of("a", ("x", "y"), empty=True), "a: a list, each once, of x, y", "['z']"),
    ({}, lambda s: s.some_of("a", ("x", "y")), "a: a list, each once, of x, y", "none"),
    ({"a": []}, lambda s: s.codes("a"),
     "a: a list of codes, each code once: a code of small letters, digits, dots, hyphens and underscores, at most 40", "[]"),
    ({"a": ["x", "x"]}, lambda s: s.codes("a", re.compile("x")), "a: a list of codes, each code once: a code of the form x",
    "['x', 'x']"),
    ({}, lambda s: s.codes("a", re.compile("x")), "a: a list of codes, each code once: a code of the form x", "none"),
    ({"a": 1}, lambda s: s.part("a"), "a: an object", "1"),
    ({}, lambda s: s.part("a"), "a: an object", "none"),
    ({"a": [1]}, lambda s: s.parts("a"), "a: a list of objects", "[1]"),
    ({}, lambda s: s.parts("a", expected="rows"), "a: rows", "none"),
    ({"a": "y" * 300}, lambda s: s.flag("a"), "a: true or false", "'" + "y" * 199),
])  # fmt: skip
def test_what_is_wrong_is_told_with_its_place_what_was_expected_and_what_stands_there(settings, reader, expected, found):
    refused = wrong(settings, reader)
    assert (refused.expected, refused.found) == (expected, found)
    place = expected.partition(": ")[0]
    assert refused.facts == {"setting": place} and place in refused.remedy


def test_what_is_right_is_given_back_and_what_is_left_out_is_its_default():
    said = {
        "one": "x", "text": " t ", "code": "a-1", "U": "U3", "law": "PP 94/2021", "flag": False, "low": 0, "high": 9, "number": "1/9",
        "percent": 100,
        "zero": 0, "day": "2026-01-01", "term": {"days": 365, "kind": "working", "source": "PP"}, "short": {"days": 1,
        "kind": "calendar"},
        "list": (1, [2]), "some": ["y", "x"], "none": [], "codes": ["b", "a"], "part": {"in": 1}, "parts": [{"in": 1}, {"in": 2}],
        "null": None,
    }  # fmt: skip
    tail = re.compile("U[1-9]")

    def whole(s: Settings) -> tuple:
        return (
            s.one_of("one", ("x",)), s.text("text"), s.code("code"), s.code("U", tail), s.cited("law"), s.flag("flag"), s.whole("low",
            0, 9),
            s.whole("high", 0, 9), s.number("number"), s.percent("percent"), s.percent("zero"), s.day("day"), s.term("term"),
            s.term("short"),
            s.listed("list"), s.some_of("some", ("x", "y")), s.some_of("none", ("x",), empty=True), s.codes("codes"),
            s.codes("none", empty=True), s.part("part").whole("in", 1, 1), [one.whole("in", 1, 2) for one in s.parts("parts")],
            s.whole_or_none("null", 1, 2), s.day_or_none("null"), s.part_or_none("null"), s.whole_or_none("high", 0, 9),
            s.day_or_none("day"),
        )  # fmt: skip

    assert read(said, whole) == (
        "x", " t ", "a-1", "U3", "PP 94/2021", False, 0, 9, Fraction(1, 9), 100, 0, date(2026, 1, 1), Term(365, "working"), Term(1),
        (1, [2]), ("y", "x"), (), ("b", "a"), (), 1, [1, 2], None, None, None, 9, date(2026, 1, 1))  # fmt: skip
    assert read({}, lambda s: (
        s.one_of("a", ("x",), "x"), s.text("a", "d"), s.code("a", default="d"), s.cited("a", "PP 1/2020"), s.flag("a", True),
        s.whole("a", 0, 9, 3),
        s.number("a", "1/3"), s.percent("a", 7), s.listed("a", [1]), s.some_of("a", ("x",), ("x",)), s.codes("a", default=("d",)),
        len(s.part("a", {})), s.parts("a", ()), s.whole_or_none("a", 1, 2), s.part_or_none("a"), s.take("a", None))) == (
        "x", "d", "d", "PP 1/2020", True, 3, Fraction(1, 3), 7, [1], ("x",), ("d",), 0, (), None, None, None)  # fmt: skip
    given = Settings({"a": 1, "b": 2}, "here")
    assert (list(given), len(given), "a" in given, "c" in given) == (["a", "b"], 2, True, False)
    assert (given.place(), given.place("a"), Settings({}).place(), Settings({}).place("a")) == ("here", "here.a", "settings", "a")
    assert given.wrong("", "two", 3).expected == "here: two" and LONGEST_TERM == 365


def test_what_nobody_reads_is_refused_with_the_nearest_name_and_an_old_set_is_left_alone():
    def reader(s: Settings) -> int:
        inner = s.part("part", {})
        return s.whole("number", 0, 9, 1) + len(inner) * inner.whole("inner", 0, 9, 0)

    refused = wrong({"nunber": 2, "other": 1}, reader)
    assert refused.expected == "settings: only settings that are known here and have an effect: part, number"
    assert (refused.found, refused.remedy) == ("nunber, other", "write number in place of nunber, leave other out")
    assert refused.facts == {"setting": "nunber"}
    inner = wrong({"part": {"iner": 1}}, reader)
    assert (inner.expected, inner.facts) == ("part: only settings that are known here and have an effect: inner",
    {"setting": "part.iner"})
    assert read({"nunber": 2}, reader, published=True) == 1 == read({}, reader)
    missing = wrong({"nunber": 2}, lambda s: s.whole("number", 0, 9))
    assert missing.remedy == "write number in place of nunber"
    assert wrong({"other": 2}, lambda s: s.whole("number", 0, 9)).remedy == "add number and publish again"
    taken = wrong({"nunber": 2}, lambda s: (s.whole("nunber", 0, 9), s.whole("number", 0, 9)))
    assert taken.remedy == "add number and publish again", "what was read already is not what was meant"
    assert wrong({"a": 1}, lambda s: s.text("a")).remedy == "correct a and publish the rule set again"


# --- decimals and means -----------------------------------------------------------------------------------------------------------------


def test_a_spreadsheets_number_has_fifteen_digits_and_twelve_places():
    assert [plain(of_float(value)) for value in (0.1 + 0.2, 97.33333333333333, 5.0, -0.0, 1e14, 0.000000000001, -2.5,
    123456789.123456789)] == [
        "0.3", "97.333333333333", "5", "0", "100000000000000", "0.000000000001", "-2.5", "123456789.123457"]  # fmt: skip
    for value in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="expected a number, found"):
            of_float(value)
    with pytest.raises(ValueError, match="a number of 0.000000000001 or more, or zero, found 1e-13"):
        of_float(1e-13)
    assert plain(of_float(5e-13)) == "0.000000000001", "rounded half up"
    assert [plain(Decimal(text)) for text in ("1E+3", "-0.00", "12.500", "0")] == ["1000", "0", "12.5", "0"]
    assert [to_places(Decimal(text)) for text in ("1.0000000000005", "1.0000000000004", "-0.0000000000005")] == [
        Decimal("1.000000000001"), Decimal("1.000000000000"), Decimal("-0.000000000001")]  # fmt: skip
    assert [bool(DECIMAL.fullmatch(text)) for text in ("9" * 15 + "." + "9" * 12, "9" * 16, "1." + "9" * 13, "1.", "-1", "1e3", "")] == [
        True, False, False, False, False, False, False]  # fmt: skip
    assert to_places(Decimal("123456789012345678.5")) == Decimal("123456789012345678.5")
    assert SAID == "at most 15 digits before and 12 after the decimal sign"


def test_a_mean_is_exact_where_sums_were_published_and_the_rounded_one_where_not():
    assert exact_means({"a": 10, "b": 7}, {"a": 3, "b": 2}, {"a": 333}) == {"a": Fraction(10, 3), "b": Fraction(7, 2)}
    assert exact_means({}, {}, {"a": 333, "b": 250}) == {"a": Fraction(333, 100), "b": Fraction(5, 2)}


# --- entries withdrawn ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    since: date
    acting: bool = False


@dataclass(frozen=True)
class Rank:
    since: date


DAY, NEXT = date(2026, 3, 1), date(2026, 3, 2)


def test_an_entry_stands_until_a_later_word_of_the_same_day_and_kind_takes_it_back():
    class Known:
        def facts(self, model, subject):
            assert subject == "m8"
            return said if model is Entry else taken

    said = [fact(Entry(DAY), 1), fact(Entry(DAY, True), 2), fact(Entry(NEXT), 3), fact(Entry(DAY), 5), fact(Entry(DAY), 6)]
    taken = [fact(Entry(DAY), 5)]
    assert withdrawn.that_stand(Known(), Entry, Rank, "m8") == said[1:]
    said = []
    assert withdrawn.that_stand(Known(), Entry, Rank, "m8") == []
    assert withdrawn.same(Rank(DAY), Rank(DAY)) and not withdrawn.same(Rank(DAY), Rank(NEXT))
    assert not withdrawn.same(Entry(DAY, True), Entry(DAY)) and not withdrawn.same(Rank(DAY), Entry(DAY))
    assert withdrawn.without([Entry(DAY), Entry(DAY, True), Entry(NEXT)], Entry(DAY)) == (Entry(DAY, True), Entry(NEXT))
    rows = [{"since": "2026-03-01", "acting": True}, {"since": "2026-03-01", "acting": False}, {"since": "2026-03-02", "acting": False}]
    assert withdrawn.without_rows(rows, Entry(DAY)) == [rows[0], rows[2]] and withdrawn.without_rows(rows, Rank(DAY)) == rows[2:]
    assert withdrawn.without_rows(None, Rank(DAY)) == []


# --- service ----------------------------------------------------------------------------------------------------------------------------


def event(name, **said):
    return type(name, (SimpleNamespace,), {})(**said)


def test_what_an_event_says_of_service_is_kept_in_the_order_of_its_stream():
    assert said_by(event("RankHeld", since=DAY)) is None
    assert said_by(event("EmployeeRegistered", since=DAY)) == Said("EmployeeRegistered", DAY, None, None)
    leave = event("ServiceInterrupted", since=DAY, kind="study", until=NEXT)
    assert said_by(leave) == Said("ServiceInterrupted", DAY, "study", NEXT)
    first = {"version": 3, "what": "ServiceInterrupted", "since": "2026-03-01", "kind": "study", "until": "2026-03-02"}
    assert entered(None, fact(leave, 3)) == [first]
    other = {"version": 1, "what": "EmployeeRegistered", "since": "2026-03-01", "kind": None, "until": None}
    assert entered([first], fact(event("EmployeeRegistered", since=DAY), 1)) == [other, first]
    assert entered([other, first | {"kind": "x"}], fact(leave, 3)) == [other, first] == entered([other, first], fact(event("Other"), 2))
    assert entered(None, fact(event("Other"))) == []


def test_spells_hold_their_first_day_and_not_their_end_and_interruptions_both():
    spell = Spell(
        DAY,
        date(2026, 3, 5),
        "resigned",
        (Interruption("study", NEXT, date(2026, 3, 3)), Interruption("suspended", date(2026, 3, 4), None)),
    )
    days = [date(2026, 2, 28), *(date(2026, 3, number) for number in range(1, 7))]
    assert [spell.holds(day) for day in days] == [False, True, True, True, True, False, False]
    assert [Interruption("study", NEXT, date(2026, 3, 3)).holds(day) for day in days] == [False, False, True, True, False, False, False]
    service = Employment((spell, Spell(date(2026, 3, 6))))
    assert [service.present(day) for day in days] == [False, True, False, False, False, False, True]
    assert [service.present(day, ("suspended",)) for day in days] == [False, True, True, True, False, False, True]
    assert [service.interruption(day) and service.interruption(day).kind for day in days] == [
        None,
        None,
        "study",
        "study",
        "suspended",
        None,
        None,
    ]
    assert (service.began, service.registered, Employment().began, Employment().registered) == (DAY, True, None, False)
    march = Period.parse("2026-03")
    assert (service.last_day(march), service.last_day(Period.parse("2026-02")), service.serves_in(march)) == (date(2026, 3, 31), None,
    True)
    assert Employment((spell,)).last_day(march) == date(2026, 3, 4) and Employment((spell,)).last_day(march, ("suspended",
    "study")) == DAY
    assert (service.days(march), service.days(march, ("study", "suspended"))) == (30, 27)


def test_words_of_service_that_name_no_spell_change_nothing_and_a_mistake_takes_it_back():
    joined, ended = event("EmployeeRegistered", since=DAY), event("EmploymentEnded", since=NEXT, kind="resigned")
    one = Employment().after(joined)
    assert one == Employment((Spell(DAY),)) and Employment().after(ended) == Employment() and one.after(event("Other", since=DAY)) is one
    over = one.after(ended)
    assert over == Employment((Spell(DAY, NEXT, "resigned"),)) and over.after(event("EmploymentEndRevoked", since=DAY)) == over
    assert over.after(event("EmploymentEndRevoked", since=NEXT)) == one
    assert over.after(event("EmployeeRegistered", since=NEXT)) == Employment((*over.spells, Spell(NEXT)))
    assert over.after(event("EmployeeRegistered", since=DAY)) == over
    gone = one.after(event("RegistrationWithdrawn", since=DAY))
    assert gone == Employment((Spell(DAY, DAY, "withdrawn"),)) and not gone.registered and not gone.serving(DAY)
    leave = one.after(event("ServiceInterrupted", since=NEXT, kind="study", until=date(2026, 3, 9)))
    corrected = leave.after(event("ServiceInterrupted", since=NEXT, kind="study", until=None))
    assert corrected.spells[0].interruptions == (Interruption("study", NEXT, None),)
    assert corrected.after(event("ServiceResumed", since=date(2026, 3, 5))).spells[0].interruptions == (
        Interruption("study", NEXT, date(2026, 3, 4)),)  # fmt: skip
    earlier = corrected.after(event("ServiceInterrupted", since=DAY, kind="sick-leave", until=DAY))
    assert [found.kind for found in earlier.spells[0].interruptions] == ["sick-leave", "study"]


def test_who_has_left_is_who_is_out_of_service_today():
    class EmploymentEnded(SimpleNamespace):
        pass

    class EmployeeRegistered(SimpleNamespace):
        pass

    class Known:
        def __init__(self, today, *facts):
            self.today, self.known = today, facts

        def facts(self, model, subject):
            return [one for one in self.known if type(one.event) is model and subject == "m8"]

    models = (EmployeeRegistered, EmploymentEnded)
    joined, ended = fact(EmployeeRegistered(since=DAY), 1), fact(EmploymentEnded(since=NEXT, kind="died"), 2)
    assert [has_left(Known(day, joined, ended), "m8", models) for day in (DAY, NEXT)] == [False, True]
    assert not has_left(Known(NEXT, joined), "m8", models) and not has_left(Known(NEXT, joined, ended), "m9", models)
    assert not has_left(Known(NEXT, joined, ended), "m8", models[:1])
    assert Employment.known(Known(NEXT, ended, joined), "m8", models) == Employment((Spell(DAY, NEXT, "died"),))


# --- who led whom -----------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Led:
    assessor: str
    superior: str | None
    since: date


class Joined(SimpleNamespace):
    pass


class Left(SimpleNamespace):
    pass


class Away(SimpleNamespace):
    pass


Joined.__name__, Left.__name__, Away.__name__ = "EmployeeRegistered", "EmploymentEnded", "ServiceInterrupted"
MODELS = (Joined, Left, Away)


class People:
    """What is known of each person's service, by the person."""

    def __init__(self, today, **service):
        self.today = today
        self.known = {who: [fact(one, number) for number, one in enumerate(events, 1)] for who, events in service.items()}

    def facts(self, model, subject):
        return [one for one in self.known.get(subject, ()) if type(one.event) is model]


FIRST, SECOND, THIRD = (Led(who, f"above-{who}", since) for who, since in
                        (("a", date(2026, 1, 1)), ("b", date(2026, 5, 1)), ("c", date(2026, 8, 1))))  # fmt: skip
LINES = (FIRST, SECOND, THIRD)


def test_lines_within_are_those_in_force_on_a_day_of_it():
    never_left = Employment()

    def within(first, last, ends=never_left):
        return [line.assessor for line in lines_within(LINES, ends, first, last)]

    day = date(2026, 5, 1)
    before = date(2026, 4, 30)
    assert (within(before, before), within(day, day), within(before, day)) == (["a"], ["b"], ["a", "b"])
    assert within(date(2025, 12, 1), date(2025, 12, 31)) == [] and within(date(2025, 12, 1), date(2026, 1, 1)) == ["a"]
    assert within(date(2026, 9, 1), date(2100, 1, 1)) == ["c"] and within(before, date(2026, 9, 1)) == ["a", "b", "c"]
    again = Employment((Spell(date(2020, 1, 1), date(2026, 6, 1), "resigned"), Spell(date(2026, 7, 1))))
    assert within(date(2026, 6, 15), date(2026, 7, 31), again) == ["b"], "it held on the first day"
    assert within(date(2026, 7, 1), date(2026, 7, 31), again) == []
    assert lines_within((), never_left, day, day) == [], "who stands above all has none"


@pytest.mark.parametrize(("person", "period", "today", "led"), [
    ("b", "2026-Q2", date(2026, 9, 1), True), ("a", "2026-Q2", date(2026, 9, 1), True), ("a", "2026-Q3", date(2026, 9, 1), False),
    ("c", "2026-Q2", date(2026, 9, 1), True), ("c", "2026-Q2", date(2026, 7, 31), False), ("a", "2026-05", date(2026, 9, 1), True),
    ("a", "2026-06", date(2026, 6, 1), True), ("a", "2026-Q3", date(2026, 7, 1), False), ("b", "2026-Q1", date(2026, 9, 1), False),
    ("b", "2026", date(2026, 9, 1), True), ("above-b", "2026-Q2", date(2026, 9, 1), False), ("m8", "2026-Q2", date(2026, 9, 1), False),
    ("a", "2026-Q2", date(2026, 4, 1), True), ("b", "2026-Q2", date(2026, 4, 30), False),
])  # fmt: skip
def test_who_led_is_who_was_assessor_on_a_day_of_the_quarter_or_is_it_today(person, period, today, led):
    lines = (*LINES, Led("m8", None, date(2026, 12, 1)))
    assert led_within(People(today), person, "m8", lines, Period.parse(period), MODELS) is led


def test_the_superior_stands_in_for_an_assessor_who_is_gone_or_away_and_nobody_for_one_who_left_himself():
    today, q2 = date(2026, 9, 1), Period.parse("2026-Q2")
    joined = Joined(since=date(2020, 1, 1))
    left = Left(since=date(2026, 5, 10), kind="retired")
    away = Away(since=date(2026, 8, 1), kind="study", until=None)
    back = Joined(since=date(2026, 6, 1))

    def led(person, **service):
        return led_within(People(today, **service), person, "m8", LINES, q2, MODELS)

    assert led("above-b", b=(joined, left)) and led("above-b", b=(joined, away)) and led("above-b", b=(joined, left, back))
    assert not led("above-b", b=(joined,)) and not led("above-b")
    assert led("b", b=(joined, left)), "he stood there on the first of May"
    assert not led("b", b=(joined, replace(left, since=date(2026, 4, 1))))
    assert not led("above-b", **{"above-b": (joined, left)}, b=(joined,))
    assert not led("above-b", b=(joined, left), **{"above-b": (joined, replace(left, since=date(2026, 4, 1)))})
    gone = (joined, replace(left, since=date(2026, 3, 15)), replace(back, since=date(2026, 3, 20)))
    assert not led("a", m8=gone) and led("b", m8=gone), "the employee's own new service broke the line of before"


def replace(event, **changed):
    return type(event)(**{**vars(event), **changed})


# --- clocks, money, periods, numbers ----------------------------------------------------------------------------------------------------


def test_a_day_begins_at_the_agencys_midnight_and_a_week_in_force_decides():
    east = Zone("Asia/Jayapura")
    assert east.start_of(DAY) == datetime(2026, 2, 28, 15, tzinfo=UTC) and east.end_of(DAY) == east.start_of(NEXT)
    assert [east.local_date(datetime(2026, 2, 28, *at, tzinfo=UTC)) for at in ((14, 59), (15, 0))] == [date(2026, 2, 28), DAY]
    six = Calendar(weeks=((date(2026, 1, 1), 5), (date(2026, 3, 7), 6)), holidays=frozenset({NEXT}))
    assert [six.week_on(day) for day in (date(2025, 1, 1), date(2026, 3, 6), date(2026, 3, 7))] == [5, 5, 6]
    assert [six.is_working(date(2026, 3, day)) for day in (2, 6, 7, 8, 14)] == [False, True, True, False, True]
    assert (
        six.declared and not Calendar().declared and Calendar(weeks=((DAY, 5),)).declared and Calendar(holidays=frozenset({DAY})).declared
    )
    term = Term(14)
    began = datetime(2026, 4, 20, 3, tzinfo=UTC)
    assert (term.last_day(began, Calendar()), term.until(began, Calendar())) == (date(2026, 5, 4), Calendar().start_of(date(2026, 5, 5)))
    assert Term(0, "working").counted_from(DAY, Calendar()) == DAY


def test_numbers_have_their_longest_forms():
    assert exact("9" * 400) == Fraction("9" * 400) and exact("1/" + "9" * 400) and exact("0." + "1" * 400)
    for text in ("9" * 401, "1." + "1" * 401, "1/" + "9" * 401, "1e3", "1_000", "--1", "1/2/3", ".5"):
        with pytest.raises(ValueError, match="such as '54.55' or '1/9', found"):
            exact(text)
    assert (
        exact_text(Fraction(1, 2**30)) == f"{Fraction(5**30)}".rjust(30, "0").join(["0.", ""])
        and exact_text(Fraction(1, 2**31)) == f"1/{2**31}"
    )
    assert exact_text(Fraction(1, 5)) == "0.2" and exact_text(Fraction(1, 2 * 5**25)) == "0." + str(2**24).rjust(25, "0")
    assert isinstance(random_id(), UUID) and random_id() != random_id()
    assert [parse_day(text).year for text in ("1950-01-01", "2100-12-31")] == [1950, 2100]
    with pytest.raises(ValueError, match="a day such as 2026-04-01, from 1950 to 2100, found '1949-12-31'"):
        parse_day("1949-12-31")
    with pytest.raises(ValueError, match="from 1950 to 2100, found '2101'"):
        Period.parse("2101")


@pytest.mark.parametrize(("nip", "told"), [
    ("1", "expected 18 digits, found 1 characters"),
    ("199113182016032980", "expected a real date of birth in digits 1–8 (YYYYMMDD), found none"),
    ("199104182016132980", "expected a month 01–12 in digits 13–14, found 13"),
    ("199104182006032980", "expected an appointment (digits 9–14) at least 16 years after birth"),
    ("199104182016033980", "expected sex 1 or 2 in digit 15, found 3"),
    ("199104182016032000", "expected a serial number from 001 in digits 16–18, found 000"),
])  # fmt: skip
def test_what_is_wrong_with_a_nip_is_said(nip, told):
    with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
        check_nip(nip)
    assert check_nip("199104182016031001") and check_nip("199104182016032999")
