"""PostgreSQL and Kafka as children of one machine: they keep what was written, and end with the process that started them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition

from shared.local.given import Watch
from shared.local.kafka import KafkaUnusable, LocalKafka, answers, fetch, java
from shared.local.ports import free_ports, is_free
from shared.local.postgres import GivenPostgres, LocalPostgres, PostgresUnusable
from shared.local.processes import Children, FolderInUse, is_alive
from tests.support.sites import wait_until

ROOT = Path(__file__).parents[2]


def ask(url: str, question: str) -> object:
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0] if cursor.description else None


def gone(pid: int, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_alive(pid)


def test_postgres_keeps_port_password_and_data_over_stop_and_kill(local_postgres):
    url = local_postgres.admin_url
    ask(url, "create table kept as select 1 as number")
    local_postgres.stop()
    with pytest.raises(psycopg2.OperationalError):
        ask(url, "select 1")
    local_postgres.start()
    assert ask(url, "insert into kept values (2) returning number") == 2
    local_postgres.kill()
    local_postgres.start()
    assert ask(url, "select sum(number) from kept") == 3


def test_postgres_wants_its_password_and_listens_on_this_machine_alone(local_postgres):
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        ask(f"postgresql://postgres:guess@127.0.0.1:{local_postgres.port}/postgres", "select 1")
    assert ask(local_postgres.admin_url, "show listen_addresses") == "127.0.0.1"
    assert ask(local_postgres.admin_url, "show max_connections") == "200"


def test_a_data_folder_has_one_launcher(local_postgres, tmp_path):
    with pytest.raises(FolderInUse, match=f"in use by process {os.getpid()}"):
        LocalPostgres(tmp_path / "postgres").start()


def test_postgres_takes_another_port_when_its_own_was_taken(local_postgres):
    before = local_postgres.port
    local_postgres.stop()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # its last sessions may not be forgotten yet
        other.bind(("127.0.0.1", before))
        other.listen()
        local_postgres.start()
    assert local_postgres.port != before
    assert ask(local_postgres.admin_url, "select 1") == 1


def test_postgres_passes_over_the_pid_file_of_a_dead_server_whose_number_another_program_has(local_postgres, tmp_path):
    local_postgres.stop()
    left = [str(os.getpid()), str(tmp_path / "postgres" / "data"), "0", str(local_postgres.port), "", "127.0.0.1", "", "ready"]
    (tmp_path / "postgres" / "data" / "postmaster.pid").write_text("\n".join(left) + "\n")
    local_postgres.start()
    assert ask(local_postgres.admin_url, "select 1") == 1


LAUNCH = """
import sys, time
from pathlib import Path
from shared.local.postgres import LocalPostgres
server = LocalPostgres(Path(sys.argv[1]), durable=False)
server.start()
print(server.pid, flush=True)
time.sleep(60)
"""


def test_postgres_ends_when_its_launcher_is_killed_and_starts_again(tmp_path):
    launcher = subprocess.Popen([sys.executable, "-c", LAUNCH, str(tmp_path / "pg")], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    postmaster = int(launcher.stdout.readline())
    launcher.kill()
    launcher.wait()
    launcher.stdout.close()
    with LocalPostgres(tmp_path / "pg", durable=False) as again:
        assert ask(again.admin_url, "select 1") == 1
        assert gone(postmaster)


def test_a_given_server_must_let_its_user_make_databases(local_postgres):
    ask(local_postgres.admin_url, "create role guest login password 'guest'")
    with pytest.raises(PostgresUnusable, match="CREATEDB and CREATEROLE"):
        GivenPostgres(f"postgresql+psycopg2://guest:guest@127.0.0.1:{local_postgres.port}/postgres").start()
    GivenPostgres(local_postgres.admin_url).start()
    with pytest.raises(PostgresUnusable, match="found scheme 'mysql'"):
        GivenPostgres("mysql://root@127.0.0.1/merit")


def test_a_given_server_is_waited_for_at_the_start_and_told_when_it_falls_silent(local_postgres):
    heard: list[str] = []
    url, given = local_postgres.admin_url, GivenPostgres(local_postgres.admin_url, heard.append)
    watch = Watch(given.name, given.ask, heard.append, every=0.1, tell=0.5)
    watch.begin()
    local_postgres.kill()
    wait_until(lambda: len(heard) >= 2, 20, "told, and told again while it lasts")
    assert watch.silent and all("does not answer: connection to server" in line and "Its last answer was at" in line for line in heard)
    waiting = threading.Thread(target=given.start)
    waiting.start()
    wait_until(lambda: any("does not answer yet" in line for line in heard), 10)
    local_postgres.start()
    waiting.join(30)
    wait_until(lambda: "answers again, after" in heard[-1], 10)
    assert not waiting.is_alive() and not watch.silent
    os.kill(local_postgres.pid, signal.SIGSTOP)  # it takes connections, and says nothing
    wait_until(lambda: "timeout expired" in heard[-1], 20)
    os.kill(local_postgres.pid, signal.SIGCONT)
    wait_until(lambda: "answers again, after" in heard[-1], 20)
    watch.end()
    assert not any(urlsplit(url).password in line for line in heard)


def test_a_given_server_that_never_answers_or_refuses_ends_the_start_in_words(local_postgres):
    heard: list[str] = []
    (nobody,) = free_ports(1)
    with pytest.raises(PostgresUnusable, match="never answered: connection to server .* refused.* start it, or correct its address"):
        GivenPostgres(f"postgresql://merit:a%20word@127.0.0.1:{nobody}/postgres", heard.append, stall=0.5).start()
    with pytest.raises(PostgresUnusable, match="does not let us in: .*password authentication failed"):
        GivenPostgres(f"postgresql://postgres:wrong-word@127.0.0.1:{local_postgres.port}/postgres", heard.append).start()
    with pytest.raises(PostgresUnusable) as refused:
        GivenPostgres(f"postgresql://merit:wrong-word@127.0.0.1:{local_postgres.port}/postgres?speed=wrong-word", stall=0.5).start()
    assert not any("word@" in line or "wrong-word" in line or "a word" in line for line in [*heard, str(refused.value)])


def test_database_is_empty_and_one_s_own(database, postgres_url):
    assert ask(database, "select count(*) from pg_tables where schemaname = 'public'") == 0
    assert ask(database, "select current_database()") != ask(postgres_url, "select current_database()")


@pytest.mark.kafka
def test_kafka_keeps_ports_and_records_over_stop_kill_and_pause(local_kafka):
    bootstrap = local_kafka.bootstrap
    with closing(KafkaAdminClient(bootstrap_servers=bootstrap)) as admin:
        admin.create_topics({"kept": {"num_partitions": 1, "replication_factor": 1}})
    with closing(KafkaProducer(bootstrap_servers=bootstrap)) as producer:
        producer.send("kept", b"before").get(10)
        local_kafka.stop()
        assert not answers(bootstrap, seconds=1)
        local_kafka.start()
        assert local_kafka.bootstrap == bootstrap
        producer.send("kept", b"after a stop").get(20)
        local_kafka.kill()
        local_kafka.start()
        producer.send("kept", b"after a kill").get(20)
        local_kafka.pause()
        assert not answers(bootstrap, seconds=1)
        local_kafka.resume()
        producer.send("kept", b"after a pause").get(20)
    with closing(KafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")) as consumer:
        consumer.assign([TopicPartition("kept", 0)])
        values: list[bytes] = []
        while len(values) < 4:
            values += [record.value for records in consumer.poll(1000).values() for record in records]
    assert values == [b"before", b"after a stop", b"after a kill", b"after a pause"]


@pytest.mark.kafka
def test_kafka_says_which_port_is_taken(tmp_path):
    broker = LocalKafka(tmp_path / "kafka")
    ports = free_ports(2)
    (tmp_path / "kafka").mkdir()
    (tmp_path / "kafka" / "ports").write_text(f"{ports[0]} {ports[1]}")
    with socket.socket() as other:
        other.bind(("127.0.0.1", ports[0]))
        other.listen()
        with pytest.raises(KafkaUnusable, match=f"expected port {ports[0]}"):
            broker.start()


def test_java_and_maven_missing_name_their_packages(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(KafkaUnusable, match="openjdk-17-jre-headless"):
        java()
    with pytest.raises(KafkaUnusable, match="Debian packages maven"):
        fetch(tmp_path / "cache", say=lambda line: None)


def test_children_end_in_order_and_say_their_last_words(tmp_path):
    children = Children(tmp_path / "logs")
    quiet = children.start("quiet", ["sleep", "60"])
    children.start("broken", ["sh", "-c", "echo cannot go on; exit 3"])
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    deaf = children.start("deaf", [sys.executable, "-c", stubborn])
    deadline = time.monotonic() + 10
    while (not children.deaths() or "deaf" not in deaf.log.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    (death,) = children.deaths()
    assert (death.name, death.exit_code, death.last_lines) == ("broken", 3, ("cannot go on",))
    assert str(death) == "broken ended with exit code 3; its last lines:\n  broken | cannot go on"
    assert [child.name for child in children.running()] == ["quiet", "deaf"]
    with pytest.raises(ValueError, match="quiet is already running"):
        children.start("quiet", ["sleep", "60"])
    assert children.stop_all(seconds=0.3) == ("deaf",)
    assert quiet.process.returncode == -signal.SIGTERM
    assert children.deaths() == ()


def test_a_child_s_own_children_do_not_outlive_it(tmp_path):
    children = Children(tmp_path / "logs")
    parent = children.start("parent", ["sh", "-c", "sleep 60 & echo $!; wait"])
    deadline = time.monotonic() + 10
    while not parent.log.exists() or not parent.log.read_text().strip():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    grandchild = int(parent.log.read_text())
    children.stop_all(seconds=5)
    assert gone(grandchild)


def test_ports_are_free_and_outside_the_range_of_outgoing_connections():
    ports = free_ports(5)
    assert len(set(ports)) == 5
    assert all(is_free(port) for port in ports)
    assert all(20_000 <= port < 32_768 for port in ports)
