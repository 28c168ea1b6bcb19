"""`merit up` on one machine: what dies comes back, what stands in the way is told in a sentence, and all of it moves in one file."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
import requests

from shared.local.home import ROOT, Home
from shared.local.ports import free_ports
from tests.support.year import STAYS, Command, running

pytestmark = [pytest.mark.fault, pytest.mark.timeout(280)]


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS")}
    argv = [sys.executable, str(ROOT / "merit.py"), *arguments]
    return subprocess.run(argv, env={**kept, "MERIT_HOME": str(home)}, capture_output=True, text=True, timeout=200, check=False)


def found(home: Path, bus: str = "embedded") -> dict:
    return Home(home / bus).run


def is_ready(url: str) -> bool:
    try:
        return requests.get(f"{url}/readyz", timeout=2).status_code == 200
    except requests.RequestException:
        return False


def all_ready(home: Path, seconds: float = 90, bus: str = "embedded") -> bool:
    addresses = [*found(home, bus)["services"].values(), *found(home, bus)["workers"].values()]
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if all(map(is_ready, addresses)):
            return True
        time.sleep(0.1)
    return False


def processes(marker: str, launcher: int) -> list[int]:
    """The launcher's own children whose command line matches `marker`."""
    ours = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((place / "stat").read_text().rpartition(")")[2].split()[1])
            words = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if parent == launcher and re.search(marker, words):
            ours.append(int(place.name))
    return ours


def kill(command: Command, marker: str, name: str) -> None:
    """kill -9, and wait until the launcher says that it runs again."""
    times = command.said.count(f"{name} runs again")
    (pid,) = processes(marker, command.process.pid)
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while command.said.count(f"{name} runs again") == times and time.monotonic() < deadline:
        time.sleep(0.05)
    assert command.said.count(f"{name} runs again") == times + 1, command.said


def test_what_dies_under_it_comes_back_and_it_says_so(tmp_path):
    home = tmp_path / "home"
    with running(home, {}, "up", "--scenario", "none") as up:
        up.wait_for(STAYS, 200)
        before = found(home)
        kill(up, "/postgres -D", "PostgreSQL")
        kill(up, "worker payroll", "payroll-worker")
        kill(up, r"api personnel|\[merit-personnel-api\]", "personnel-api")  # gunicorn may give itself a title
        assert all_ready(home), up.said
        assert found(home) == before  # nobody's address changed
        assert "PostgreSQL ended by SIGKILL; its last lines:" in up.said and "payroll-worker is started again" in up.said
        again = run(home, "up", "--scenario", "none")
        assert again.returncode == 1 and "Traceback" not in again.stderr
        assert f"is in use by process {up.process.pid}; stop that one first" in again.stderr
        assert up.stop() == 0 and "everything is stopped" in up.said


def test_what_keeps_dying_ends_it_with_the_reason(tmp_path):
    home = tmp_path / "home"
    with running(home, {}, "up", "--scenario", "none") as up:
        up.wait_for(STAYS, 200)
        data = home / "embedded" / "postgres" / "data"
        (data / "global" / "pg_control").rename(data / "global" / "pg_control.away")
        (pid,) = processes("/postgres -D", up.process.pid)
        os.kill(pid, signal.SIGKILL)
        assert up.process.wait(150) == 1
        assert "PostgreSQL died" in up.said and "is given up" in up.said and "pg_control" in up.said


@pytest.mark.kafka
def test_given_servers_that_fall_silent_are_told_and_nothing_ends(tmp_path, local_postgres, local_kafka):
    home = tmp_path / "home"
    environment = {"DATABASE_URL": local_postgres.admin_url, "KAFKA_BOOTSTRAP_SERVERS": local_kafka.bootstrap}
    postgres = f"the PostgreSQL of DATABASE_URL on 127.0.0.1:{local_postgres.port}"
    kafka = f"the Apache Kafka of KAFKA_BOOTSTRAP_SERVERS at {local_kafka.bootstrap}"
    with running(home, environment, "up", "--scenario", "none", "--bus", "kafka") as up:
        up.wait_for(STAYS, 200)
        local_kafka.kill()
        up.wait_for(f"{kafka} does not answer: nobody listens there. Its last answer was at ", 15)
        local_postgres.kill()
        up.wait_for(f"{postgres} does not answer: ", 15)
        (worker,) = processes("worker payroll", up.process.pid)
        os.kill(worker, signal.SIGKILL)  # what dies meanwhile comes back too
        up.wait_for("payroll-worker runs again", 30)
        local_postgres.start()
        local_kafka.start()
        up.wait_for(f"{postgres} answers again, after ", 15)
        up.wait_for(f"{kafka} answers again, after ", 15)
        assert all_ready(home, bus="kafka"), up.said
        password = urlsplit(local_postgres.admin_url).password
        assert password and password not in up.said and "given up" not in up.said
        assert up.stop() == 0 and "everything is stopped" in up.said
    psycopg2.connect(local_postgres.admin_url).close()
    assert local_kafka.running


def test_ports_and_address_are_chosen_or_refused_in_a_sentence(tmp_path):
    home = tmp_path / "home"
    first, postgres = next((port, port + 20) for port in free_ports(5) if port + 20 < 65_000)
    taken = run(home, "up", "--scenario", "none", "--bind", "203.0.113.7")
    assert taken.returncode == 1 and "expected an address of this machine" in taken.stderr and "Traceback" not in taken.stderr
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", first + 2))
        other.listen()
        taken = run(home, "up", "--scenario", "none", "--port", str(first))
        assert taken.returncode == 1 and f"expected port {first + 2} to be free" in taken.stderr
    with running(home, {}, "up", "--scenario", "none", "--port", str(first), "--postgres-port", str(postgres)) as up:
        up.wait_for(STAYS, 200)
        ports = [int(url.rpartition(":")[2]) for kind in ("services", "workers") for url in found(home)[kind].values()]
        assert ports == list(range(first, first + 8))
        assert f"@127.0.0.1:{postgres}/" in found(home)["databases"]["payroll"]["app"]


def test_a_backup_of_one_machine_becomes_the_same_merit_elsewhere(tmp_path):
    home, elsewhere, file = tmp_path / "home", tmp_path / "elsewhere", tmp_path / "merit.tar.gz"
    with running(home, {}, "up", "--scenario", "none") as up:
        up.wait_for(STAYS, 200)
        refused = run(home, "backup", str(file))
        assert refused.returncode == 1 and "is in use by process" in refused.stderr and not file.exists()
        admin = Home(home / "embedded").token("admin-1", "mulyorejo", ["hr"])
        body = "Kode Unit,Nama Unit,Unit Induk,Jenis,Berlaku Sejak\nu1,Dinas,,dinas,2026-01-01\n"
        head = {"Authorization": f"Bearer {admin}", "Content-Type": "text/csv"}
        answer = requests.post(f"{found(home)['services']['personnel']}/v1/imports/units", data=body, headers=head, timeout=20)
        assert answer.status_code == 200, answer.text
        up.stop()
    packed = run(home, "backup", str(file))
    assert packed.returncode == 0, packed.stderr
    assert file.stat().st_mode & 0o077 == 0
    twice = run(home, "backup", str(file))
    assert twice.returncode == 1 and "does not exist yet" in twice.stderr
    broken = tmp_path / "broken.tar.gz"
    broken.write_bytes(file.read_bytes()[:-2000])
    damaged = run(elsewhere, "restore", str(broken))
    assert damaged.returncode == 1 and "expected a whole backup" in damaged.stderr and "Traceback" not in damaged.stderr
    assert not (elsewhere / "embedded").exists()
    assert run(elsewhere, "restore", str(file)).returncode == 0
    assert run(elsewhere, "restore", str(file)).returncode == 1  # one is there now
    with running(elsewhere, {}, "up", "--scenario", "none") as up:
        up.wait_for(STAYS, 200)
        assert all_ready(elsewhere)
        with closing(psycopg2.connect(found(elsewhere)["databases"]["personnel"]["log"])) as connection, connection.cursor() as cursor:
            cursor.execute("select count(*) from events where type = 'merit.personnel.UnitOpened.v1'")
            assert cursor.fetchone() == (1,)
