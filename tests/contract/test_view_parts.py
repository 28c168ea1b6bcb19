"""What views promise, piece by piece: work and rows, tables in generations, reading by what rows hold, and an agency's calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import psycopg2
import pytest
from sqlalchemy import Column, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB

from shared.events.calendar import HolidayDeclared, HolidayWithdrawn, WorkingWeekSet
from shared.kernel.calendar import Calendar
from shared.kernel.facts import Fact
from shared.views import engine, generations, reading
from shared.views.calendar import CALENDAR, calendar_of, fold_calendar
from shared.views.reading import Has
from shared.views.view import View, subject_key
from tests.support.stores import NOW, Added, Noted, prepare, variant

DAY, NEXT = date(2027, 5, 6), date(2027, 5, 7)


def fact(event, subject="a", version=1) -> Fact:
    return Fact(event, "id", "merit.ledger.Added.v1", "aa", subject, f"s-{subject}", version, NOW, NOW, "tester", "c")


def _fold(key, row, fact):
    before = row or {"total": 0, "names": []}
    total = before["total"] + fact.event.amount
    return {"total": total, "names": [*before["names"], fact.event.account], "key": key} if total else None


def purses(name="purses", **changed) -> View:
    columns = (Column("total", Integer), Column("names", JSONB), Column("place", Text))
    both = {Added: lambda one: (one.subject, "all")}
    return View(**{"name": name, "columns": columns, "on": both, "fold": _fold, "indexes": (("total",), ("place", "total"))} | changed)


@pytest.fixture(scope="module")
def prepared(postgres_url):
    return prepare(postgres_url, variant(name="purse", views=(purses(), purses("bags"))))


@pytest.fixture
def database(prepared):
    made = prepared.app
    yield made
    made.dispose()


# --- folding ----------------------------------------------------------------------------------------------------------------------------


def test_facts_go_to_the_rows_that_they_concern_in_their_order():
    one, two, other = fact(Added("a", 1)), fact(Added("b", 2), "b"), fact(Noted("a"))
    assert engine.work_of(purses(), [one, other, two]) == {"a": [one], "all": [one, two], "b": [two]}
    assert engine.work_of(purses(), [other]) == {} and subject_key(two) == ("b",)


def test_a_row_is_folded_from_what_it_was_and_what_it_was_stays():
    before = {"total": 5, "names": ["z"]}
    rows = {"a": before, "b": None}
    work = {"a": [fact(Added("x", 1)), fact(Added("y", 2))], "b": [fact(Added("b", 0))], "c": [fact(Added("c", 4))]}
    assert engine.fold_rows(purses(), work, rows) == {
        "a": {"total": 8, "names": ["z", "x", "y"], "key": "a"},
        "b": None,
        "c": {"total": 4, "names": ["c"], "key": "c"},
    }
    assert before == {"total": 5, "names": ["z"]}


def test_rows_are_made_locked_and_written_and_a_tombstone_is_none(database):
    view = purses("bags")
    with database.transaction("aa", NOW) as tx:
        table = generations.current_to_write(tx, view)
        assert table == "bags_g1" == generations.current(tx, view)
        assert engine.read_rows(tx, view, table, ["k1", "k2"]) == {}
        assert engine.lock_rows(tx, view, table, ["k1", "k2"]) == {"k1": None, "k2": None}
        engine.write_rows(tx, view, table, {"k2": {"total": 1, "names": ["é", DAY], "place": "x"}, "k1": {"total": 2}})
        assert engine.read_rows(tx, view, table, ["k2", "k1", "k3"]) == {
            "k1": {"total": 2, "names": None, "place": None}, "k2": {"total": 1, "names": ["é", "2027-05-06"], "place": "x"}}  # fmt: skip
        engine.write_rows(tx, view, table, {"k2": None, "k1": {"place": "y"}})
        assert engine.lock_rows(tx, view, table, ["k1", "k2"]) == {"k1": {"total": None, "names": None, "place": "y"}, "k2": None}
        with pytest.raises(ValueError, match=r"bags, key k1: expected the columns \['total', 'names', 'place'\], found also \['a', 'b'\]"):
            engine.write_rows(tx, view, table, {"k1": {"b": 1, "total": 1, "a": 2}})
    with database.transaction("bb", NOW) as tx:
        assert engine.read_rows(tx, view, table, ["k1"]) == {}


def test_a_fold_says_how_many_it_made_and_asks_for_no_table_without_work(database):
    with database.transaction("aa", NOW) as tx:
        views = (purses(), purses("bags"))
        assert engine.fold(tx, views, [fact(Added("n", 3), "n"), fact(Added("n", 4), "n", 2)]) == 8
        assert engine.fold(tx, views, [fact(Noted("n"), "n")], table_of=None, rows_of=None) == 0
        assert engine.fold(tx, (), [fact(Added("n", 3), "n")]) == 0
        for view in views:
            assert reading.row(tx, view, "n") == {"key": "n", "total": 7, "names": ["n", "n"], "place": None}


# --- generations ------------------------------------------------------------------------------------------------------------------------


def test_the_statements_of_a_generation_name_its_table_and_its_indexes():
    made = generations.ddl(purses(), 3)
    assert " ".join(made.split()) == (
        "CREATE TABLE purses_g3 ( agency INTEGER NOT NULL, key TEXT NOT NULL, gone BOOLEAN DEFAULT false NOT NULL, total INTEGER, "
        "names JSONB, place TEXT, PRIMARY KEY (agency, key) ); create index purses_g3_i1 on purses_g3 (agency, total, key); "
        "create index purses_g3_i2 on purses_g3 (agency, place, total, key)"
    )
    shape = generations.shape(purses())
    assert len(shape) == 16 and shape == generations.shape(purses()) != generations.shape(purses("bags"))
    assert shape != generations.shape(purses(indexes=())) and generations.table_name(purses(), 7) == "purses_g7"


def test_a_table_is_its_agencys_own_and_nobody_deletes_from_it(prepared):
    owner = psycopg2.connect(prepared.urls.owner_url)
    with owner, owner.cursor() as cursor:
        generations.create(cursor, purses("made"), 2, prepared.urls.roles.app)
        cursor.execute("select relrowsecurity, relforcerowsecurity, reloptions from pg_class where relname = 'made_g2'")
        assert cursor.fetchone() == (True, True, ["fillfactor=60"])
        cursor.execute("select qual, with_check from pg_policies where tablename = 'made_g2'")
        own = "(agency = (current_setting('app.agency'::text))::integer)"
        assert cursor.fetchone() == (own, own)
        granted = "select privilege_type from information_schema.role_table_grants where table_name = 'made_g2' and grantee = %s order by 1"
        cursor.execute(granted, (prepared.urls.roles.app,))
        assert [row[0] for row in cursor.fetchall()] == ["INSERT", "SELECT", "UPDATE"]
    owner.close()


def test_a_view_of_another_shape_or_none_is_not_written_and_the_remedy_is_named(database):
    other = purses(columns=(Column("total", Integer),), indexes=())
    with database.transaction("aa", NOW) as tx:
        assert generations.current(tx, other) == "purses_g1"
        with pytest.raises(generations.OtherShape, match="view purses in the shape of this code, found purses_g1 in another: run `merit r"):
            generations.current_to_write(tx, other)
        with pytest.raises(LookupError, match="the view nowhere to have been made; run `merit migrate`"):
            generations.current(tx, purses("nowhere"))


def test_what_a_transaction_found_registered_it_goes_on_with(database, prepared):
    owner = psycopg2.connect(prepared.urls.owner_url)
    owner.autocommit = True
    moved = "update view_generations set generation = %s where view = 'bags'"
    with database.transaction("aa", NOW) as tx, owner.cursor() as cursor:
        assert generations.current(tx, purses("bags")) == "bags_g1"
        cursor.execute(moved, (2,))
        assert generations.current(tx, purses("bags")) == "bags_g1"
        with database.transaction("aa", NOW) as later:
            assert generations.current(later, purses("bags")) == "bags_g2"
        cursor.execute(moved, (1,))
    owner.close()


def test_no_rebuild_begins_beside_what_asked_and_what_asks_is_told_of_one(database, prepared):
    owner = psycopg2.connect(prepared.urls.owner_url)
    owner.autocommit = True
    with owner.cursor() as cursor:
        with database.transaction("aa", NOW) as tx:
            assert generations.no_rebuild(tx) is True
            cursor.execute("select pg_try_advisory_lock(5552)")
            assert cursor.fetchone() == (False,)
        cursor.execute("select pg_try_advisory_lock(5552)")
        assert cursor.fetchone() == (True,)
        with database.transaction("aa", NOW) as tx:
            assert generations.no_rebuild(tx) is False
    owner.close()


# --- reading ----------------------------------------------------------------------------------------------------------------------------


def test_rows_are_found_by_what_they_hold_in_the_order_of_their_keys(database):
    view = purses()
    said = {"r3": (1, ["x", "y"], "east"), "r1": (2, ["y"], "east"), "r2": (1, [], "west"), "r4": (5, ["x"], None)}
    with database.transaction("aa", NOW) as tx:
        rows = {key: dict(zip(("total", "names", "place"), row)) for key, row in said.items()}
        engine.write_rows(tx, view, "purses_g1", {**rows, "r5": None})

        def keys(**asked):
            more = {name: asked.pop(name) for name in ("after", "most") if name in asked}
            return [row["key"] for row in reading.rows(tx, view, {"place": ["east", "west"]} | asked, **more)]

        assert keys() == ["r1", "r2", "r3"]
        assert keys(total=1) == ["r2", "r3"] and keys(total=[2, 5]) == ["r1"] and keys(total=9) == []
        assert keys(names=Has("y")) == ["r1", "r3"] and keys(names=Has("x"), total=1) == ["r3"] and keys(place="west") == ["r2"]
        assert keys(after="r1") == ["r2", "r3"] and keys(most=2) == ["r1", "r2"] and keys(after="r1", most=1) == ["r2"]
        assert reading.rows(tx, view, {"key": "r4"}) == [{"key": "r4", "total": 5, "names": ["x"], "place": None}]
        assert reading.row(tx, view, "r1") == {"key": "r1", "total": 2, "names": ["y"], "place": "east"}
        assert reading.row(tx, view, "r5") is None and reading.row(tx, view, "r9") is None and reading.rows(tx, view, {"key": "r5"}) == []
        everywhere = {"place": ["east", "west"]}
        assert reading.keys(tx, view, everywhere, after="r1") == ["r2", "r3"] and reading.keys(tx, view, everywhere, most=1) == ["r1"]
        assert reading.keys(tx, view, {}, after="q") == ["r1", "r2", "r3", "r4"] and reading.keys(tx, view, {"key": "r5"}) == []
        assert [reading.count(tx, view, asked) for asked in (everywhere, everywhere | {"total": 1}, {"key": "r5"})] == [3, 2, 0]
        with pytest.raises(KeyError, match="view purses has no column amount, colour; it has key, total, names, place"):
            reading.rows(tx, view, {"colour": 1, "total": 1, "amount": 2})
    with database.transaction("bb", NOW) as tx:
        assert reading.row(tx, view, "r1") is None and reading.rows(tx, view, {}) == []


# --- an agency's calendar ---------------------------------------------------------------------------------------------------------------


def test_the_calendars_rows_hold_weeks_and_the_days_off_of_each_year():
    week = fact(WorkingWeekSet(6, date(2027, 1, 1), "800/1"), version=4)
    declared, other = fact(HolidayDeclared(DAY, "national", "SKB 1"), version=5), fact(HolidayDeclared(NEXT, "local", "188"), version=6)
    withdrawn = fact(HolidayWithdrawn(DAY, "SKB 2"), version=7)
    assert engine.work_of(CALENDAR, [week, declared, withdrawn]) == {"weeks": [week], "2027": [declared, withdrawn]}
    rows = {"weeks": {"weeks": {"2026-01-01": {"days": 5, "document": "x"}}, "holidays": {}, "version": 1}}
    after = engine.fold_rows(CALENDAR, {"weeks": [week], "2027": [declared, other]}, rows)
    assert after == {
        "weeks": {
            "weeks": {"2026-01-01": {"days": 5, "document": "x"}, "2027-01-01": {"days": 6, "document": "800/1"}},
            "holidays": {},
            "version": 4,
        },
        "2027": {
            "weeks": {},
            "holidays": {"2027-05-06": {"kind": "national", "document": "SKB 1"}, "2027-05-07": {"kind": "local", "document": "188"}},
            "version": 6,
        },
    }
    left = fold_calendar("2027", after["2027"], withdrawn)
    assert left == {"weeks": {}, "holidays": {"2027-05-07": {"kind": "local", "document": "188"}}, "version": 7}
    assert fold_calendar("2027", left, replace_event(withdrawn, NEXT)) == {"weeks": {}, "holidays": {}, "version": 7}
    assert fold_calendar("2027", None, withdrawn) == {"weeks": {}, "holidays": {}, "version": 7}
    weeks = ((date(2026, 1, 1), 5), (date(2027, 1, 1), 6))
    assert calendar_of("Asia/Makassar", after.values()) == Calendar("Asia/Makassar", frozenset({DAY, NEXT}), weeks)
    assert [column.name for column in CALENDAR.columns] == ["weeks", "holidays", "version"] and CALENDAR.name == "calendar"


def replace_event(of: Fact, day: date) -> Fact:
    return fact(replace(of.event, day=day), version=of.version)
