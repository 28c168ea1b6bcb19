"""What the store promises its callers, piece by piece: rows as they stand in the database, and what each refusal tells."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import psycopg2.errors
import pytest

from shared.events.classes import EventClass
from shared.events.registry import EventType
from shared.kernel.calendar import Zone
from shared.kernel.ids import event_id
from shared.store import bulk, idempotency, log, texts
from shared.store.commands import Appended, Meta, envelopes_of, execute, load
from shared.store.database import AgencyBook, Database, connect, normalised, outright
from shared.store.errors import Conflict, InProgress, KeyReused, StoreUnavailable, TooSlow, UnknownAgency
from shared.store.horizon import horizon
from tests.support.stores import ACCOUNT, LEDGER, META, NOW, Add, Added, Prepared, prepare

CAUSED = Meta("m15", "c-9", "e-7", 3, "00-trace")
LATER = NOW + timedelta(days=1)


@pytest.fixture(scope="module")
def prepared(postgres_url) -> Prepared:
    return prepare(postgres_url, agencies=("aa", "bb=Asia/Jayapura"))


@pytest.fixture
def database(prepared):
    made = prepared.app
    yield made
    made.dispose()


@pytest.fixture
def reader(prepared):
    connection = connect(prepared.urls.log_url, "parts reader")
    yield connection
    connection.close()


def add(database, account, amount, meta=META, now=NOW, agency="aa") -> Appended:
    with database.transaction(agency, now) as tx:
        return execute(tx, LEDGER, ACCOUNT, Add(account, amount), meta)


def of(account, version, now=NOW, meta=META, amount=1, sequence=0):
    stream = f"ledger-account-{account}"
    return log.Envelope(
        event_id("aa", stream, version), "merit.ledger.Added.v1", "aa", account, stream, version, now, now, meta.actor, meta.correlation,
        meta.causation, meta.hops, meta.traceparent, sequence, b'{"account":"%s","amount":%d}' % (account.encode(), amount),
    )  # fmt: skip


# --- commands ---------------------------------------------------------------------------------------------------------------------------


def test_what_a_command_appended_is_told_and_read_back_as_it_was_written(database):
    first = add(database, "whole", 1, CAUSED)
    second = add(database, "whole", 2, now=LATER)
    assert first == Appended("ledger-account-whole", 1, (of("whole", 1, meta=CAUSED),), 1, (), (Added("whole", 1),))
    with database.transaction("aa", NOW) as tx:
        stored = log.read_stream(tx, "ledger-account-whole")
        assert load(tx, LEDGER, ACCOUNT, ACCOUNT.stream("whole")) == (3, 2)
        assert load(tx, LEDGER, ACCOUNT, ACCOUNT.stream("nothing")) == (0, 0)
    assert [replace_sequence(one) for one in stored] == [of("whole", 1, meta=CAUSED), of("whole", 2, LATER, amount=2)]
    assert (second.version, second.events, second.earlier) == (2, (of("whole", 2, LATER, amount=2),), tuple(stored[:1]))
    assert 0 < stored[0].sequence < stored[1].sequence


def replace_sequence(envelope):
    return type(envelope)(**{name: getattr(envelope, name) for name in envelope.__struct_fields__} | {"sequence": 0})


def test_what_a_transaction_is_about_to_append_it_reads_too(database):
    with database.transaction("aa", NOW) as tx:
        first = execute(tx, LEDGER, ACCOUNT, Add("pending", 1), META)
        tx.now = LATER
        second = execute(tx, LEDGER, ACCOUNT, Add("pending", 2), META, expected=1)
        assert second.earlier == first.events and second.version == 2
        both = [*first.events, *second.events]
        assert log.read_stream(tx, "ledger-account-pending") == both
        assert log.read_stream(tx, "ledger-account-pending", as_of=NOW) == both[:1]
        assert log.read_subject(tx, "pending") == both and log.read_subject(tx, "other") == []
        assert log.read_subject(tx, "pending", types=["merit.ledger.Added.v1"]) == both
        assert log.read_subject(tx, "pending", types=["merit.ledger.Added.v2"]) == []
        assert log.read_subject(tx, "pending", base="merit.ledger.Added") == both
        assert log.read_subject(tx, "pending", base="merit.ledger.Adde") == []
        with pytest.raises(Conflict) as told:
            execute(tx, LEDGER, ACCOUNT, Add("pending", 3), META, expected=1)
    assert (told.value.stream, told.value.expected, told.value.found) == ("ledger-account-pending", 1, 2)
    assert str(told.value) == "stream ledger-account-pending: expected version 1, found version 2; load it again and decide anew"
    assert "found a newer version" in str(Conflict("s", 1, None))


def test_an_event_holds_from_the_day_it_names_where_the_agency_is(database, monkeypatch):
    declared = EventType("ledger", "Added", 1, EventClass.OPEN, Added, "amount")
    monkeypatch.setattr(type(LEDGER), "of", lambda self, event: declared)
    with database.transaction("bb", NOW) as tx:
        made = [envelopes_of(tx, LEDGER, "s", "m1", 4, [Added("a", held)], META)[0] for held in (date(2026, 3, 1), LATER)]
    assert [one.effective for one in made] == [datetime(2026, 2, 28, 15, tzinfo=UTC), LATER], "Jayapura's first of March"
    assert [(one.version, one.subject, one.stream, one.agency, one.recorded) for one in made] == [(5, "m1", "s", "bb", NOW)] * 2
    assert made[0].id == event_id("bb", "s", 5)


# --- the log ----------------------------------------------------------------------------------------------------------------------------


def test_the_log_is_read_in_pieces_up_to_where_all_is_known(database, reader):
    start = log.last_position(reader)
    for number in range(1, 6):
        add(database, "pieces", number, agency="bb" if number == 3 else "aa")
    everything, up_to = log.read_log(reader, AgencyBook(), start, 100)
    positions = [one.sequence for one in everything]
    assert (positions, up_to) == (list(range(start + 1, start + 6)), start + 5) and log.last_position(reader) == start + 5
    assert [one.agency for one in everything] == ["aa", "aa", "bb", "aa", "aa"]
    assert log.read_log(reader, AgencyBook(), start, 2) == (everything[:2], start + 2)
    assert log.read_log(reader, AgencyBook(), start + 4, 2) == (everything[4:], start + 5)
    assert log.read_log(reader, AgencyBook(), start + 1, 100, up_to=start + 3) == (everything[1:3], start + 3)
    assert log.read_log(reader, AgencyBook(), start + 5, 100) == ([], start + 5)
    assert log.read_log(reader, AgencyBook(), start + 3, 100, up_to=start + 2) == ([], start + 3)
    with database.transaction("bb", NOW) as tx:
        second = tx.agency_id
    assert log.read_log(reader, AgencyBook(), start, 1, agency=second) == (everything[2:3], start + 3)
    assert log.read_log(reader, AgencyBook(), start + 3, 1, agency=second) == ([], start + 5)


def test_a_gap_in_the_positions_is_read_over(database, reader):
    start = log.last_position(reader)
    for number in range(3):
        with pytest.raises(KeyError), database.transaction("aa", NOW) as tx:
            execute(tx, LEDGER, ACCOUNT, Add(f"gone-{number}", 1), META)
            tx.flush()
            raise KeyError
    add(database, "after-the-gap", 1)
    assert log.read_log(reader, AgencyBook(), start, 2) == ([], start + 2), "as many positions as were asked for, and no event among them"
    assert [one.sequence for one in log.read_log(reader, AgencyBook(), start + 2, 2)[0]] == [start + 4]


def test_the_horizon_is_the_last_position_drawn_or_where_one_stands(database, reader):
    start = log.last_position(reader)
    add(database, "horizon", 1)
    assert [horizon(reader), horizon(reader, start), horizon(reader, start + 1), horizon(reader, start + 9)] == [
        start + 1, start + 1, start + 1, start + 9]  # fmt: skip


def test_the_meta_of_an_envelope_says_what_has_no_column():
    assert log.meta_of(of("x", 1)) == {"actor": "tester", "correlation": "c-1", "hops": 0}
    assert log.meta_of(of("x", 1, meta=CAUSED)) == {
        "actor": "m15", "correlation": "c-9", "hops": 3, "causation": "e-7", "traceparent": "00-trace"}  # fmt: skip


# --- bulk -------------------------------------------------------------------------------------------------------------------------------


def test_events_in_bulk_stand_as_events_one_by_one_whatever_they_say(database):
    strange = "tab\there \\ back\\tslash\r\nline"
    made = [of("bulky", n, meta=CAUSED if n == 2 else META) for n in (1, 2)]
    subject = [type(one)(**{name: getattr(one, name) for name in one.__struct_fields__} | {"subject": strange}) for one in made]
    assert bulk.append_all(database, "aa", LATER, "parts", subject) == 2
    with database.transaction("aa", NOW) as tx:
        assert [replace_sequence(one) for one in log.read_stream(tx, "ledger-account-bulky")] == subject
        assert bulk.chunk_done(tx, "parts", 0) and not bulk.chunk_done(tx, "parts", 1) and not bulk.chunk_done(tx, "other", 0)
        assert tx.execute("select chunk, events, recorded from jobs where job = 'parts'").fetchall() == [(0, 2, LATER)]
    with database.transaction("bb", NOW) as tx:
        assert not bulk.chunk_done(tx, "parts", 0)


def test_a_chunk_has_its_limit_and_a_writer_before_it_is_told(database):
    with pytest.raises(ValueError, match="at most 2000 events in a chunk, found 2001"), database.transaction("aa", NOW) as tx:
        bulk.append_chunk(tx, [of("much", 1)] * (bulk.CHUNK + 1))
    add(database, "taken", 1)
    with pytest.raises(Conflict) as told, database.transaction("aa", NOW) as tx:
        bulk.append_chunk(tx, [of("taken", 1), of("taken", 2)])
    assert (told.value.stream, told.value.expected, told.value.found) == ("ledger-account-taken", 0, 1)


# --- transactions -----------------------------------------------------------------------------------------------------------------------


def test_what_is_only_tried_has_no_effect_and_what_waited_before_still_waits(database):
    with database.transaction("aa", NOW) as tx:
        execute(tx, LEDGER, ACCOUNT, Add("kept", 1), META)
        with pytest.raises(KeyError), tx.tried():
            execute(tx, LEDGER, ACCOUNT, Add("kept", 2), META)
            execute(tx, LEDGER, ACCOUNT, Add("tried", 1), META)
            tx.flush()
            raise KeyError
        with tx.tried():
            texts.save(tx, "gone")
            tx.execute("insert into jobs (agency, job, chunk, events, recorded) values (%s, 'tried', 0, 1, now())", (tx.agency_id,))
        assert not bulk.chunk_done(tx, "tried", 0)
        assert [one.version for one in log.read_stream(tx, "ledger-account-kept")] == [1]
        assert tx.expected == {"ledger-account-kept": 0}
    with database.transaction("aa", NOW) as tx:
        assert [one.version for one in log.read_stream(tx, "ledger-account-kept")] == [1]
        assert log.read_stream(tx, "ledger-account-tried") == []


def test_back_to_a_savepoint_nothing_waits_any_more(database):
    with database.transaction("aa", NOW) as tx:
        tx.savepoint("here")
        execute(tx, LEDGER, ACCOUNT, Add("back", 1), META)
        tx.before_next("select 1/0")
        tx.rollback_to("here")
        assert (tx.last, tx.pending, tx.expected) == ([], {}, {})
        execute(tx, LEDGER, ACCOUNT, Add("back", 5), META)
    with database.transaction("aa", NOW) as tx:
        assert load(tx, LEDGER, ACCOUNT, ACCOUNT.stream("back")) == (5, 1)


def test_a_transaction_past_its_time_begins_no_statement(database):
    with pytest.raises(TooSlow, match="found it still at work"), database.transaction("aa", NOW, until=0.0) as tx:
        tx.execute("select 1")
    with database.transaction("aa", NOW, until=float("inf")) as tx:
        assert tx.execute("select 1").fetchone() == (1,)


def test_a_transaction_knows_its_agency_and_its_own_moment(database):
    with database.transaction("bb", LATER) as tx:
        assert (tx.agency, tx.zone, tx.now) == ("bb", Zone("Asia/Jayapura"), LATER)
        assert tx.execute("select current_setting('app.agency')::int, current_setting('TimeZone')").fetchone() == (tx.agency_id, "UTC")
    with database.transaction(None, NOW) as tx, pytest.raises(RuntimeError, match="call enter_agency first"):
        _ = tx.agency
    book = AgencyBook()
    with database.transaction(None, NOW) as tx:
        first, second = book.find("aa", tx.execute), book.find("bb", tx.execute)
        assert (second.zone, book.by_id(first.id, tx.execute).code) == (Zone("Asia/Jayapura"), "aa")
        again = AgencyBook()
        assert again.by_id(second.id, tx.execute) == second
        with pytest.raises(UnknownAgency, match="found 'zz'; register it with `merit migrate`") as unknown:
            book.find("zz", tx.execute)
        assert unknown.value.code == "zz"
        with pytest.raises(UnknownAgency, match="'999'"):
            book.by_id(999, tx.execute)


def test_a_commit_that_need_not_wait_for_the_disk_is_said_for_this_transaction_alone(database):
    with database.transaction("aa", NOW) as tx:
        tx.repeatable()
        assert tx.execute("show synchronous_commit").fetchone() == ("off",)
    with database.transaction("aa", NOW) as tx:
        assert tx.execute("show synchronous_commit").fetchone() == ("on",)


def test_limits_of_a_session_are_those_that_its_database_was_made_with(prepared):
    database = Database(prepared.urls.app_url, application="parts", statement_seconds=7, lock_seconds=3)
    with database.transaction("aa", NOW) as tx:
        names = ("statement_timeout", "lock_timeout", "application_name", "idle_in_transaction_session_timeout", "client_min_messages")
        found = [tx.execute(f"show {name}").fetchone()[0] for name in names]
    database.dispose()
    assert found == ["7s", "3s", "parts", "5s", "warning"]
    unlimited = prepared.app
    with unlimited.transaction("aa", NOW) as tx:
        assert [tx.execute(f"show {name}").fetchone()[0] for name in names[:3]] == ["0", "0", "merit"]
    unlimited.dispose()


def test_a_session_that_was_ended_before_anything_was_sent_is_replaced_and_later_it_is_an_error(database, postgres_url):
    killing = psycopg2.connect(postgres_url)
    killing.autocommit = True

    def end(tx):
        with killing.cursor() as cursor:
            cursor.execute("select pg_terminate_backend(%s, 5000)", (tx.connection.info.backend_pid,))

    with database.transaction("aa", NOW) as tx:
        tx.execute("select 1")
    with database.transaction("aa", NOW) as tx:
        end(tx)
        assert tx.execute("select 1").fetchone() == (1,), "nothing had been sent: another session does it"
    with pytest.raises(StoreUnavailable), database.transaction("aa", NOW) as tx:
        tx.execute("select 1")
        end(tx)
        tx.execute("select 1")
    with database.transaction("aa", NOW) as tx:
        assert tx.execute("select 1").fetchone() == (1,)
    killing.close()


def test_a_store_that_cannot_be_reached_is_said_so():
    away = "postgresql://nobody@127.0.0.1:1/none"
    with pytest.raises(StoreUnavailable, match="refused"):
        connect(away, "parts")
    with pytest.raises(StoreUnavailable, match="refused"), Database(away).transaction("aa", NOW):
        pass


def test_a_url_is_read_in_each_of_its_spellings(prepared):
    assert [normalised(url) for url in ("postgresql://u@h/d", "postgres://u@h/d", "postgresql+psycopg2://u@h/d")] == [
        "postgresql+psycopg2://u@h/d"] * 3  # fmt: skip
    connection = connect(normalised(prepared.urls.app_url), "by any name")
    told = outright(connection)("select current_setting('application_name'), %s", (1,)).fetchone()
    assert told == ("by any name", 1) and connection.autocommit
    connection.close()


# --- idempotency and texts --------------------------------------------------------------------------------------------------------------


def test_a_key_gives_the_first_answer_to_the_same_body_of_the_same_client_and_route(database):
    names = ("web", "POST /v1/x", "k-1")
    with database.transaction("aa", LATER) as tx:
        assert idempotency.begin(tx, *names, "hash") is None
        with pytest.raises(InProgress, match="ask again in a moment"), database.transaction("aa", NOW) as other:
            idempotency.begin(other, *names, "hash")
        with database.transaction("bb", NOW) as other:
            assert idempotency.begin(other, *names, "hash") is None, "another agency's key"
        idempotency.finish(tx, *names, "hash", 202, {"id": [1, "x"]}, '"3"')
    with database.transaction("aa", NOW) as tx:
        assert idempotency.begin(tx, *names, "hash") == idempotency.Stored(202, {"id": [1, "x"]}, '"3"')
        for other in (("app", *names[1:]), (names[0], "PUT /v1/x", names[2]), (*names[:2], "k-2")):
            assert idempotency.begin(tx, *other, "hash") is None
        with pytest.raises(KeyReused, match="first used with"):
            idempotency.begin(tx, *names, "another")
        assert tx.execute("select recorded from idempotency where key = 'k-1'").fetchone() == (LATER,)


def test_a_text_is_kept_with_a_salt_of_its_own_and_told_from_another(database):
    with database.transaction("aa", NOW) as tx:
        one, same = texts.save(tx, "the reasons"), texts.save(tx, "the reasons")
        assert one.id != same.id and one.digest != same.digest
        salt, digest = tx.execute("select salt, digest from texts where id = %s", (one.id,)).fetchone()
        assert len(bytes(salt)) == 16
        assert one.digest == digest == hashlib.sha256(bytes(salt) + b"the reasons").hexdigest()
        assert texts.matches(tx, one) and texts.read(tx, one.id) == "the reasons"
        assert not texts.matches(tx, replace(one, digest=same.digest)) and not texts.matches(tx, replace(one, id=MISSING))
        assert texts.read(tx, MISSING) is None
        texts.erase(tx, one.id)
        assert texts.read(tx, one.id) is None and texts.read(tx, same.id) == "the reasons"
        assert tx.execute("select body, salt, digest from texts where id = %s", (one.id,)).fetchone() == (None, None, one.digest)
    with database.transaction("bb", NOW) as tx:
        assert texts.read(tx, same.id) is None and not texts.matches(tx, same)


MISSING = "00000000-0000-0000-0000-00000000000f"


def test_what_another_wrote_into_a_row_of_the_log_is_found_at_the_commit_and_named(database):
    add(database, "one", 1)
    add(database, "two", 1)
    with pytest.raises(Conflict) as told, database.transaction("aa", NOW) as tx:
        execute(tx, LEDGER, ACCOUNT, Add("one", 2), META)
        execute(tx, LEDGER, ACCOUNT, Add("two", 2), META)
        add(database, "two", 3)
        add(database, "two", 4)
    assert (told.value.stream, told.value.expected, told.value.found) == ("ledger-account-two", 1, 3)
    with pytest.raises(psycopg2.errors.UniqueViolation), database.transaction("aa", NOW) as tx:
        tx.execute("insert into jobs (agency, job, chunk, events, recorded) values (%s, 'd', 0, 1, now())", (tx.agency_id,))
        tx.execute("insert into jobs (agency, job, chunk, events, recorded) values (%s, 'd', 0, 1, now())", (tx.agency_id,))


def test_what_another_error_was_stays_that_error(database):
    """A stream that somebody else wrote to meanwhile is no excuse, and what the driver itself refuses is no lost connection."""
    add(database, "meanwhile", 1)
    with pytest.raises(psycopg2.errors.UniqueViolation), database.transaction("aa", NOW) as tx:
        execute(tx, LEDGER, ACCOUNT, Add("meanwhile", 2), META)
        add(database, "meanwhile", 3)
        for _ in range(2):
            tx.execute("insert into jobs (agency, job, chunk, events, recorded) values (%s, 'e', 0, 1, now())", (tx.agency_id,))
    with pytest.raises(psycopg2.ProgrammingError, match="can't adapt"), database.transaction("aa", NOW) as tx:
        tx.execute("select %s", (object(),))
