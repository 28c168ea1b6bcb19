"""The event store's promises, on real PostgreSQL."""

from __future__ import annotations

import random
import threading
import time
from datetime import timedelta

import psycopg2
import psycopg2.errors
import pytest

from shared.events.envelope import Envelope
from shared.kernel.ids import event_id
from shared.kernel.refusal import Refused
from shared.process.finding import load_service, service_names
from shared.store import bulk, horizon, idempotency, log, texts
from shared.store.commands import execute
from shared.store.database import AgencyBook, Database, connect
from shared.store.errors import Conflict, UnknownAgency
from tests.support.stores import ACCOUNT, LEDGER, META, NOW, Add, Prepared, prepare


@pytest.fixture(scope="module")
def prepared(postgres_url) -> Prepared:
    return prepare(postgres_url)


def add(database: Database, account: str, amount: int, expected: int | None = None, agency: str = "aa"):
    with database.transaction(agency, NOW) as tx:
        return execute(tx, LEDGER, ACCOUNT, Add(account, amount), META, expected)


def versions(database: Database, account: str, agency: str = "aa") -> list[int]:
    with database.transaction(agency, NOW) as tx:
        return [one.version for one in log.read_stream(tx, f"ledger-account-{account}")]


def test_of_two_writers_one_wins_and_the_other_is_told_expected_and_found(prepared):
    database = prepared.app
    add(database, "two-writers", 1)
    with pytest.raises(Conflict) as told:
        with database.transaction("aa", NOW) as slow:
            execute(slow, LEDGER, ACCOUNT, Add("two-writers", 2), META)
            add(database, "two-writers", 3)
    assert (told.value.expected, told.value.found) == (1, 2)
    assert versions(database, "two-writers") == [1, 2]


def test_a_stale_expected_version_is_refused_before_anything_is_written(prepared):
    add(prepared.app, "stale", 1)
    with pytest.raises(Conflict) as told:
        add(prepared.app, "stale", 1, expected=0)
    assert (told.value.expected, told.value.found) == (0, 1)


def test_a_refused_command_leaves_nothing(prepared):
    with pytest.raises(Refused):
        add(prepared.app, "refused", 0)
    assert versions(prepared.app, "refused") == []


@pytest.mark.parametrize("statement", ["update events set type = 'x'", "delete from events", "truncate events"])
@pytest.mark.parametrize("who", ["app_url", "owner_url", "admin"])
def test_the_database_refuses_to_change_the_log(prepared, postgres_url, statement, who):
    from shared.local.databases import on

    add(prepared.app, "unchangeable", 1)
    name = prepared.urls.app_url.rpartition("/")[2]
    url = on(postgres_url, name) if who == "admin" else getattr(prepared.urls, who)
    connection = psycopg2.connect(url)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), connection.cursor() as cursor:
        cursor.execute("set app.agency = '1'")
        cursor.execute(statement)
    connection.close()


def test_without_an_agency_an_error_and_with_anothers_nothing(prepared):
    add(prepared.app, "mine", 1)
    for url in (prepared.urls.app_url, prepared.urls.owner_url):
        connection = psycopg2.connect(url)
        with pytest.raises(psycopg2.Error, match="app.agency"), connection.cursor() as cursor:
            cursor.execute("select count(*) from events")
        connection.rollback()
        with connection.cursor() as cursor:
            cursor.execute("select set_config('app.agency', '2', true)")
            cursor.execute("select count(*) from events where subject = 'mine'")
            assert cursor.fetchone() == (0,)
        connection.rollback()
        with pytest.raises(psycopg2.Error), connection.cursor() as cursor:  # a pooled session falls back to ''
            cursor.execute("select count(*) from events")
        connection.close()


@pytest.mark.parametrize("position", [1, 10**12], ids=["behind the horizon", "far ahead"])
def test_the_database_alone_draws_positions(prepared, position):
    """An event at a position of the writer's own choosing would stand where no reader looks, or stop the log's numbers."""
    add(prepared.app, "positions", 1)
    drawn = "insert into events ({}id, agency, stream, version, type, subject, effective, recorded, data, meta){}"
    values = "gen_random_uuid(), 1, 'own-position', 1, 't', 's', now(), now(), '{}', '{}'"
    connection = psycopg2.connect(prepared.urls.app_url)
    with connection.cursor() as cursor:
        cursor.execute("set app.agency = '1'")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute(drawn.format("position, ", " overriding system value") + f" values ({position}, {values})")
        connection.rollback()
        cursor.execute("set app.agency = '1'")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("select setval('events_position_seq', %s)", (position,))
        connection.rollback()
        cursor.execute("set app.agency = '1'")
        cursor.execute(drawn.format("", "") + f" values ({values}) returning position")
        assert cursor.fetchone()[0] == log.last_position(connection)
    connection.rollback()
    connection.close()


def test_a_text_is_never_written_anew(prepared):
    """Its digest stands in the log; the application may erase it, and nothing else."""
    with prepared.app.transaction("aa", NOW) as tx:
        ref = texts.save(tx, "the reasons")
    for change in ("digest = 'x'", "id = gen_random_uuid()", "agency = 1"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege), prepared.app.transaction("aa", NOW) as tx:
            tx.execute(f"update texts set {change} where id = %s", (ref.id,))


def test_a_row_of_another_agency_cannot_be_written(prepared):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        with prepared.app.transaction("aa", NOW) as tx:
            tx.execute("insert into texts (agency, id, digest) values (2, gen_random_uuid(), 'x')")


def test_two_agencies_may_have_a_stream_of_the_same_name(prepared):
    add(prepared.app, "same", 1, agency="aa")
    add(prepared.app, "same", 2, agency="bb")
    assert versions(prepared.app, "same", "aa") == versions(prepared.app, "same", "bb") == [1]


def test_an_unknown_agency_is_an_error(prepared):
    with pytest.raises(UnknownAgency):
        add(prepared.app, "x", 1, agency="nobody")


def test_reading_by_subject_and_as_of(prepared):
    database = prepared.app
    for day in (0, 1, 2):
        with database.transaction("aa", NOW + timedelta(days=day)) as tx:
            execute(tx, LEDGER, ACCOUNT, Add("as-of", day + 1), META)
    with database.transaction("aa", NOW) as tx:
        assert len(log.read_subject(tx, "as-of")) == 3
        assert len(log.read_subject(tx, "as-of", as_of=NOW + timedelta(days=1))) == 2
        assert len(log.read_subject(tx, "as-of", effective_by=NOW)) == 1
        assert len(log.read_stream(tx, "ledger-account-as-of", as_of=NOW)) == 1
        assert log.read_subject(tx, "as-of", types=["merit.ledger.Other.v1"]) == []
        assert len(log.read_subject(tx, "as-of", base="merit.ledger.Added")) == 3
        assert log.read_subject(tx, "as-of", base="merit.ledger.Add") == log.read_subject(tx, "as-of", base="merit.ledger.Other") == []


def test_a_reader_waits_for_a_transaction_that_holds_an_earlier_position(prepared):
    database, reader = prepared.app, connect(prepared.urls.log_url, "reader")
    after = log.last_position(reader)
    seen: list[list[int]] = []
    with database.transaction("aa", NOW) as held:
        execute(held, LEDGER, ACCOUNT, Add("held-open", 1), META)
        held.flush()  # its position is drawn now
        add(database, "overtakes", 1)
        reading = threading.Thread(target=lambda: seen.append([e.sequence for e in log.read_log(reader, AgencyBook(), after, 10)[0]]))
        reading.start()
        reading.join(0.3)
        assert reading.is_alive(), "the reader stepped over an open transaction"
    reading.join(5)
    assert seen == [[after + 1, after + 2]]


def test_no_reader_misses_an_event_beside_eight_writers_rollbacks_and_a_bulk_job(prepared):
    stop, found, appended = threading.Event(), [], []
    reader = connect(prepared.urls.log_url, "reader")
    start = log.last_position(reader)

    def write(number: int) -> None:
        chance = random.Random(number)
        database = Database(prepared.urls.app_url, pool_size=1)
        for turn in range(1000):
            try:
                with database.transaction("aa", NOW) as tx:
                    execute(tx, LEDGER, ACCOUNT, Add(f"w{number}-{turn % 50}", 1), META)
                    if chance.random() < 0.1:
                        tx.flush()
                        raise KeyError("rolled back on purpose")
                appended.append(1)
            except KeyError:
                pass
        database.dispose()

    def load() -> None:
        stream = "ledger-account-bulk"
        events = [
            Envelope(event_id("bb", stream, n), "merit.ledger.Added.v1", "bb", "bulk", stream, n, NOW, NOW, "t", "c", None, 0, None, 0,
                     b'{"account":"bulk","amount":1}')
            for n in range(1, 6001)
        ]
        appended.extend([1] * bulk.append_all(Database(prepared.urls.app_url), "bb", NOW, "load", events))

    def read() -> None:
        position, book = start, AgencyBook()
        while True:
            last_round = stop.is_set()
            events, position = log.read_log(reader, book, position, 500)
            found.extend(one.sequence for one in events)
            if last_round and not events:
                return

    reading = threading.Thread(target=read)
    writers = [threading.Thread(target=write, args=(number,)) for number in range(8)] + [threading.Thread(target=load)]
    reading.start()
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    stop.set()
    reading.join(20)
    assert found == sorted(found)
    assert len(found) == len(set(found)) == len(appended)
    assert len(appended) > 8 * 1000 * 0.8 + 6000


def test_a_bulk_job_goes_on_where_it_was_interrupted(prepared, monkeypatch):
    database, stream = prepared.app, "ledger-account-resumed"
    events = [
        Envelope(event_id("aa", stream, n), "merit.ledger.Added.v1", "aa", "resumed", stream, n, NOW, NOW, "t", "c", None, 0, None, 0,
                 b'{"account":"resumed","amount":1}')
        for n in range(1, 5001)
    ]
    done = []
    real = bulk.append_chunk

    def fails_once(tx, part):
        if len(done) == 1:
            done.append(0)
            raise ConnectionError("pulled the plug")
        done.append(len(part))
        real(tx, part)

    monkeypatch.setattr(bulk, "append_chunk", fails_once)
    with pytest.raises(ConnectionError):
        bulk.append_all(database, "aa", NOW, "resumed", events)
    assert len(versions(database, "resumed")) == 2000
    assert bulk.append_all(database, "aa", NOW, "resumed", events) == 3000
    assert versions(database, "resumed") == list(range(1, 5001))
    assert bulk.append_all(database, "aa", NOW, "resumed", events) == 0


def test_what_travels_before_the_next_statement_is_sent_even_when_none_follows(prepared):
    database = Database(prepared.urls.app_url)
    with database.transaction("aa", NOW) as tx:
        tx.before_next("insert into jobs (agency, job, chunk, events, recorded) values (%s, 'alone', 0, 1, %s)", (tx.agency_id, NOW))
    with database.transaction("aa", NOW) as tx:
        assert bulk.chunk_done(tx, "alone", 0)


def test_the_horizon_of_a_quiet_store_costs_one_look(prepared):
    reader = connect(prepared.urls.log_url, "reader")
    last = log.last_position(reader)
    began = time.monotonic()
    assert horizon.horizon(reader, last) == last
    assert time.monotonic() - began < 1


def test_an_event_over_the_limit_is_refused_by_code_and_by_the_database(prepared):
    from shared.events.codec import EventTooLarge

    with pytest.raises(EventTooLarge, match="262144"):
        add(prepared.app, "x" * 300_000, 1)
    with pytest.raises(psycopg2.errors.CheckViolation):
        with prepared.app.transaction("aa", NOW) as tx:
            big = Envelope("00000000-0000-0000-0000-000000000001", "t", "aa", "s", "big", 1, NOW, NOW, "t", "c", None, 0, None, 0,
                           b'"' + b"x" * 300_000 + b'"')
            log.append(tx, [big])


def test_a_text_can_be_erased_and_its_event_stays_valid(prepared):
    with prepared.app.transaction("aa", NOW) as tx:
        ref = texts.save(tx, "the reasons")
        assert texts.read(tx, ref.id) == "the reasons" and texts.matches(tx, ref)
        texts.erase(tx, ref.id)
        assert texts.read(tx, ref.id) is None and texts.matches(tx, ref)
    with prepared.app.transaction("bb", NOW) as tx:
        assert texts.read(tx, ref.id) is None


@pytest.mark.parametrize("name", service_names())
def test_no_service_may_choose_a_number_that_its_database_draws(postgres_url, name):
    service = load_service(name)
    places = prepare(postgres_url, service)
    connection = psycopg2.connect(places.urls.app_url)
    with connection.cursor() as cursor:
        cursor.execute(
            "select table_name, column_name, has_column_privilege(current_user, table_name::regclass, column_name, 'INSERT, UPDATE')"
            " from information_schema.columns where table_schema = 'public' and is_identity = 'YES' order by table_name"
        )
        drawn = cursor.fetchall()
    connection.close()
    assert ("events", "position", False) in drawn
    assert not [row for row in drawn if row[2]]


def test_answers_are_kept_for_ninety_days_and_older_ones_are_given_up_in_parts(postgres_url, monkeypatch):
    monkeypatch.setattr(idempotency, "GIVEN_UP", 2)
    prepared = prepare(postgres_url)
    ages = [timedelta(0), idempotency.KEPT, *(idempotency.KEPT + timedelta(seconds=1 + number) for number in range(5))]
    for agency in ("aa", "bb"):
        for number, age in enumerate(ages):
            with prepared.app.transaction(agency, NOW - age) as tx:
                idempotency.finish(tx, "c", "r", str(number), "hash", 201, {}, None)
    assert idempotency.prune(prepared.app, ("aa",), NOW) == 5
    left = {}
    for agency in ("aa", "bb"):
        with prepared.app.transaction(agency, NOW) as tx:
            left[agency] = [row[0] for row in tx.execute("select key from idempotency order by key").fetchall()]
            assert idempotency.begin(tx, "c", "r", "0", "hash").status == 201
    assert left == {"aa": ["0", "1"], "bb": [str(number) for number in range(len(ages))]}
    assert idempotency.prune(prepared.app, ("aa", "bb"), NOW) == 5
