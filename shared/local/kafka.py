"""Apache Kafka on this machine: one KRaft broker from its published jars; `python -m shared.local.kafka fetch` gets them."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from shared.local.patience import NoProgress, Patience
from shared.local.ports import free_ports, is_free, listens
from shared.local.processes import Child, Death, claim, end_leftover, kill_group, last_lines, spawn

RUNTIME = Path(__file__).with_name("kafka-runtime")
CACHE = Path(__file__).resolve().parents[2] / ".kafka"
MAVEN_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
JAVA_AT_LEAST = 17
STOP_SECONDS = 30

LOGGING = """\
status=error
rootLogger.level=warn
rootLogger.appenderRef.o.ref=O
appender.o.type=Console
appender.o.name=O
appender.o.layout.type=PatternLayout
appender.o.layout.pattern=%d %p %c %m%n
"""


class KafkaUnusable(RuntimeError):
    """The broker cannot be run: the text says what was expected, what was found and what to do."""


def kafka_version() -> str:
    """The version of Apache Kafka that the project pins."""
    return re.search(r"<kafka>(.+?)</kafka>", (RUNTIME / "pom.xml").read_text(encoding="utf-8")).group(1)


def java() -> str:
    """The Java program to run a broker with. Raises KafkaUnusable, naming the package, when there is none or it is too old."""
    home = os.environ.get("JAVA_HOME", "")
    program = str(Path(home, "bin", "java")) if home else shutil.which("java")
    advice = "install the Debian package openjdk-17-jre-headless, or set JAVA_HOME, or use BUS=embedded"
    if not program or not Path(program).exists():
        raise KafkaUnusable(f"expected Java {JAVA_AT_LEAST} or later to run Apache Kafka, found none; {advice}")
    said = subprocess.run([program, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search('version "([0-9]+)', said)
    if version is None or int(version.group(1)) < JAVA_AT_LEAST:
        found = said.partition("\n")[0] or "a program that does not say its version"
        raise KafkaUnusable(f"expected Java {JAVA_AT_LEAST} or later to run Apache Kafka, found {found} at {program}; {advice}")
    return program


def fetch(cache: Path = CACHE, say: Callable[[str], None] = print) -> Path:
    """The folder `libs` of Kafka's jars, fetched by Maven unless it is there; whole or not at all, by one process at a time.

    Every jar must be one of `kafka-runtime/jars.sha256`. Raises KafkaUnusable when Maven is missing, fails or brings something else.
    """
    libs = cache / "libs"
    expected = (RUNTIME / "jars.sha256").read_text(encoding="ascii")
    if _is_complete(libs, expected):
        return libs
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _is_complete(libs, expected):
            return libs
        say(f"Fetching Apache Kafka {kafka_version()} with Maven (about 45 MB, once) …")
        with tempfile.TemporaryDirectory(dir=cache, prefix="fetch-") as temporary:
            fetched = Path(temporary, "libs")
            _copy_jars(fetched)
            _check(jar_sums(fetched), expected)
            (fetched / "jars.sha256").write_text(expected, encoding="ascii")
            if libs.exists():
                libs.rename(Path(temporary, "old"))
            fetched.rename(libs)
    return libs


def jar_sums(libs: Path) -> str:
    """A line `<sha256>  <name>` for each jar, by name: the contents of `jars.sha256`."""
    return "".join(f"{hashlib.sha256(jar.read_bytes()).hexdigest()}  {jar.name}\n" for jar in sorted(libs.glob("*.jar")))


def _is_complete(libs: Path, expected: str) -> bool:
    mark = libs / "jars.sha256"
    return mark.exists() and mark.read_text(encoding="ascii") == expected


def _copy_jars(target: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise KafkaUnusable(
            "expected Maven to fetch Apache Kafka, found none; install the Debian packages maven and openjdk-17-jre-headless, "
            "or set KAFKA_BOOTSTRAP_SERVERS to a broker, or use BUS=embedded"
        )
    java()
    command = [maven, "-q", "-B", "-C", "-f", str(RUNTIME / "pom.xml"), MAVEN_COPY, f"-DoutputDirectory={target}", "-DincludeScope=runtime"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = [line for line in (done.stdout + done.stderr).splitlines() if "ERROR" in line][:5]
        raise KafkaUnusable("\n".join(["Maven could not fetch Apache Kafka; is the machine connected? It said:", *said]))


def _check(found: str, expected: str) -> None:
    if found != expected:
        differing = sorted({line.split()[1] for line in set(found.splitlines()) ^ set(expected.splitlines())})
        raise KafkaUnusable(
            f"expected the jars of {RUNTIME / 'jars.sha256'}, found others for {', '.join(differing[:5])}; "
            "after a change of pom.xml, compare and run `python -m shared.local.kafka pin`"
        )


@dataclass(frozen=True)
class GivenKafka:
    """Brokers that somebody else runs, at `bootstrap` (`host:port,…`)."""

    bootstrap: str

    @property
    def name(self) -> str:
        return f"the Apache Kafka of KAFKA_BOOTSTRAP_SERVERS at {self.bootstrap}"

    def ask(self) -> str | None:
        """None when one of the brokers answers, else why not, within some seconds."""
        places = [broker.rpartition(":") for broker in self.bootstrap.split(",")]
        if not any(listens(int(port), host.strip("[]")) for host, _, port in places):
            return "nobody listens there"
        return None if answers(self.bootstrap, seconds=3) else "it takes connections and gives no answer"


class LocalKafka:
    """One broker (and controller) on 127.0.0.1, in plain text. `folder` keeps its data, ports, settings and log.

    The ports stay the same over restarts. The broker ends with the process (the thread) that started it, also after kill -9.
    """

    def __init__(
        self,
        folder: Path,
        *,
        cache: Path = CACHE,
        settings: Mapping[str, str] | None = None,
        say: Callable[[str], None] = lambda text: None,
        port: int | None = None,
    ) -> None:
        """`settings` are added to the broker's own and win over them. `say` hears what a start that takes long waits for.

        `port`: where clients connect, else a free one that is kept.
        """
        self._folder = folder.resolve()
        self._say, self._wanted = say, port
        self._data = self._folder / "data"
        self._log = self._folder / "kafka.log"
        self._cache = cache
        self._settings = dict(settings or {})
        self._process: subprocess.Popen[bytes] | None = None
        self._claim: IO[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """Where clients connect, as `host:port`. Known once the broker was started."""
        return f"127.0.0.1:{self._ports()[0]}"

    @property
    def pid(self) -> int:
        """The running broker's process id. Raises KafkaUnusable when it is not running."""
        if self._process is None or self._process.poll() is not None:
            raise KafkaUnusable(f"the broker of {self._folder} is not running; start it first")
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Fetch and format what is missing, start the broker and return when it answers; does nothing when it is running.

        Raises FolderInUse when another process runs on the folder, KafkaUnusable with the broker's last words when it does not start.
        """
        if self.running:
            return
        program, libs = java(), fetch(self._cache)
        if self._claim is None:
            self._claim = claim(self._folder)
        try:
            self._end_leftover()
            if not (self._folder / "ports").exists():
                (self._folder / "ports").write_text(" ".join(map(str, free_ports(2))), encoding="ascii")
            if self._wanted is not None:
                (self._folder / "ports").write_text(f"{self._wanted} {self._ports()[1]}", encoding="ascii")
            taken = [port for port in self._ports() if not is_free(port)]
            if taken:
                raise KafkaUnusable(f"expected port {taken[0]} of {self._folder} to be free, found it in use; stop what listens there")
            self._write_settings()
            logging = f"-Dlog4j2.configurationFile={self._folder / 'log4j2.properties'}"
            command = [program, "-Xms256m", "-Xmx512m", logging, "-cp", f"{libs}/*"]
            if not (self._data / "meta.properties").exists():
                self._format(command)
            self._process = spawn([*command, "kafka.Kafka", str(self._folder / "server.properties")], log=self._log)
            (self._folder / "pid").write_text(str(self._process.pid), encoding="ascii")
            self._wait_until_it_answers()
        except BaseException:
            self.kill()
            raise

    def died(self) -> Death | None:
        """Its death, if it was started and has ended without being asked."""
        return None if self._process is None else Child("Apache Kafka", self._process, self._log).death()

    def stop(self) -> None:
        """Let the broker close its logs and end it; after 30 s it is killed."""
        if self.running:
            self.resume()
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                pass
        self.kill()

    def kill(self) -> None:
        """End the broker at once, as a power cut would; the next start recovers its logs."""
        if self._process is not None:
            kill_group(self._process)
            self._process = None
        if self._claim is not None:
            self._claim.close()
            self._claim = None

    def pause(self) -> None:
        """Freeze the broker: connections stay open and nothing answers, until `resume`."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def _ports(self) -> tuple[int, int]:
        try:
            client, controller = (self._folder / "ports").read_text(encoding="ascii").split()
        except FileNotFoundError:
            raise KafkaUnusable(f"expected a broker in {self._folder}, found that none was started; start it first") from None
        return int(client), int(controller)

    def _write_settings(self) -> None:
        lines = [f"{name}={value}\n" for name, value in (self._broker_settings() | self._settings).items()]
        (self._folder / "server.properties").write_text("".join(lines), encoding="utf-8")
        (self._folder / "log4j2.properties").write_text(LOGGING, encoding="ascii")

    def _broker_settings(self) -> dict[str, str]:
        client, controller = self._ports()
        listeners = f"PLAINTEXT://127.0.0.1:{client},CONTROLLER://127.0.0.1:{controller}"
        return {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.bootstrap.servers": f"127.0.0.1:{controller}",
            "controller.listener.names": "CONTROLLER",
            "listeners": listeners,
            "advertised.listeners": listeners,
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL",
            "inter.broker.listener.name": "PLAINTEXT",
            "log.dirs": str(self._data),
            "auto.create.topics.enable": "false",
            "offsets.topic.replication.factor": "1",
            "offsets.topic.num.partitions": "1",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
            # A broker that was killed may register again only when its former session has run out (9 s unless told).
            "broker.session.timeout.ms": "3000",
            "broker.heartbeat.interval.ms": "500",
            "group.initial.rebalance.delay.ms": "0",
            "group.min.session.timeout.ms": "1000",
            "log.segment.bytes": "16777216",
        }

    def _format(self, command: list[str]) -> None:
        shutil.rmtree(self._data, ignore_errors=True)  # what an interrupted formatting left
        identity = base64.urlsafe_b64encode(secrets.token_bytes(16)).decode("ascii").rstrip("=")
        # In one word with "=", since an identity may begin with "-".
        settings = str(self._folder / "server.properties")
        words = ["kafka.tools.StorageTool", "format", "--standalone", f"--cluster-id={identity}", "-c", settings]
        log = self._folder / "format.log"
        if spawn([*command, *words], log=log).wait() != 0:
            shutil.rmtree(self._data, ignore_errors=True)
            raise KafkaUnusable("\n".join([f"Apache Kafka could not format {self._data}:", *last_lines(log)]))

    def _wait_until_it_answers(self) -> None:
        patience = Patience(self._say)
        while self.running:
            if listens(self._ports()[0]) and answers(self.bootstrap, seconds=2):
                return
            try:
                said = last_lines(self._log, 1)
                patience.look("Apache Kafka", [self._process.pid], f"no answer on {self.bootstrap}{''.join(f'; {line}' for line in said)}")
            except NoProgress as stopped:
                raise KafkaUnusable(f"{stopped}; see {self._log}") from None
            time.sleep(0.05)
        raise KafkaUnusable("\n".join([f"Apache Kafka did not start on {self._data}:", *last_lines(self._log)]))

    def _end_leftover(self) -> None:
        pid_file = self._folder / "pid"
        if pid_file.exists():
            end_leftover(int(pid_file.read_text()), str(self._folder), signal.SIGTERM, signal.SIGKILL)
            pid_file.unlink()


def answers(bootstrap: str, *, seconds: int = 5) -> bool:
    """Whether a broker at `bootstrap` (`host:port,…`) says within `seconds` that it is part of a cluster."""
    try:
        patience = 1000 * seconds
        admin = KafkaAdminClient(bootstrap_servers=bootstrap.split(","), request_timeout_ms=patience, bootstrap_timeout_ms=patience)
        try:
            return bool(admin.describe_cluster()["brokers"])
        finally:
            admin.close()
    except (KafkaError, OSError):
        return False


def main(arguments: list[str]) -> int:
    if arguments == ["fetch"]:
        try:
            print(f"Apache Kafka {kafka_version()} is in {fetch()}")
        except KafkaUnusable as error:
            print(error, file=sys.stderr)
            return 1
        return 0
    if arguments == ["pin"]:
        with tempfile.TemporaryDirectory() as temporary:
            _copy_jars(Path(temporary))
            (RUNTIME / "jars.sha256").write_text(jar_sums(Path(temporary)), encoding="ascii")
        return 0
    print("usage: python -m shared.local.kafka fetch|pin", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
