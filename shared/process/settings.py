"""Settings: everything that a process reads from its environment, named once. Secrets may come as files (``NAME_FILE``)."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlsplit, urlunsplit

from shared.bus.choose import open_bus
from shared.bus.kafka_access import KafkaAccess, KafkaAccessWrong
from shared.bus.protocol import Bus
from shared.process.checked import CHECKS, Wrong, agencies_of, existing_file
from shared.process.clock import Clock, clock_for


class SettingMissing(SystemExit):
    """A process was started without something that it needs."""


class SettingWrong(SettingMissing):
    """A setting is there, and cannot be what it is meant to be. The text names it, and what was expected, found and to be done."""

    def __init__(self, name: str, wrong: Wrong) -> None:
        super().__init__(f"{name} ({MEANINGS.get(name, 'given')}): expected {wrong.expected}, found {wrong.found}; {wrong.remedy}")


class SettingUnknown(SettingMissing):
    """The environment names a setting that does not exist. The operator who set it believes that it has an effect."""


class Roles(NamedTuple):
    """The database roles of one service: `app` sees one agency at a time, `log` may read the log of all."""

    app: str
    log: str


@dataclass(frozen=True)
class Settings:
    """One process's environment. URLs are PostgreSQL's; `bus_url` is ``kafka://…`` or ``embedded+postgresql://…``."""

    service: str
    database_url: str
    log_database_url: str
    bus_url: str
    realm: str
    agencies: tuple[str, ...]
    jwt_public_key: str
    jwt_issuer: str
    jwt_audience: str
    clock_file: Path | None
    production: bool
    api_bind: str
    api_workers: int
    api_threads: int
    worker_bind: str
    secret: str
    kafka: KafkaAccess = KafkaAccess()
    kafka_replication: int = 1
    api_statement_seconds: int = 20
    api_lock_seconds: int = 10
    api_request_seconds: int = 50
    api_file_seconds: int = 240
    worker_statement_seconds: int = 600

    def open_bus(self) -> Bus:
        """A bus of one's own: threads do not share one."""
        return open_bus(self.bus_url, self.kafka.settings(), self.kafka_replication)

    @property
    def clock(self) -> Clock:
        return clock_for(self.clock_file, self.production)


NAMES = {
    "MERIT_DATABASE_URL": "the service's database, as the role that sees one agency at a time",
    "MERIT_DATABASE_PASSWORD": "that role's password, where the URL has none",
    "MERIT_LOG_DATABASE_URL": "the same database, as the role that may read the log of all agencies",
    "MERIT_LOG_DATABASE_PASSWORD": "that role's password, where the URL has none",
    "MERIT_BUS_URL": "kafka://host:port[,…] or embedded+postgresql://…",
    "MERIT_KAFKA_SECURITY": "plaintext, tls (a certificate of one's own) or scram (a password, over TLS)",
    "MERIT_KAFKA_CA_FILE": "path of the certificates that Kafka's own are checked against; read again when it changes",
    "MERIT_KAFKA_CERTIFICATE_FILE": "path of this service's certificate, for tls; read again when it changes",
    "MERIT_KAFKA_KEY_FILE": "path of its key",
    "MERIT_KAFKA_USER": "user name, for scram",
    "MERIT_KAFKA_PASSWORD": "password, for scram",
    "MERIT_KAFKA_REPLICATION": "copies that Kafka keeps of a topic which Merit makes itself",
    "MERIT_REALM": "the agencies that share internal topics: one agency's code, or a host's own name",
    "MERIT_AGENCIES": "codes of the agencies served, with a time zone where it is not Asia/Jakarta: plaju,sorong=Asia/Jayapura",
    "MERIT_JWT_PUBLIC_KEY": "PEM of the key that callers' tokens are signed with",
    "MERIT_JWT_ISSUER": "the tokens' issuer",
    "MERIT_JWT_AUDIENCE": "the tokens' audience",
    "MERIT_CLOCK_FILE": "a played clock, for development only",
    "MERIT_ENV": "production or development",
    "MERIT_API_BIND": "address and port of the API",
    "MERIT_API_WORKERS": "gunicorn worker processes",
    "MERIT_API_THREADS": "threads of each",
    "MERIT_API_STATEMENT_SECONDS": "seconds after which a statement of a request is ended",
    "MERIT_API_LOCK_SECONDS": "seconds that a request waits for another one that changes the same things",
    "MERIT_API_REQUEST_SECONDS": "seconds after which a request begins no further statement",
    "MERIT_API_FILE_SECONDS": "the same for an import",
    "MERIT_WORKER_BIND": "address and port of the worker's health and metrics",
    "MERIT_WORKER_STATEMENT_SECONDS": "seconds after which a statement of the worker is ended",
    "MERIT_SECRET": "secret from which pseudonyms are derived",
}
OPERATOR_NAMES = {
    "MERIT_OWNER_DATABASE_URL": "the service's database, as the role that owns its tables (migrations and rebuilds only)",
    "MERIT_OWNER_DATABASE_PASSWORD": "that role's password, where the URL has none",
    "MERIT_APP_ROLE": "the name of the role that sees one agency at a time",
    "MERIT_LOG_ROLE": "the name of the role that may read the log of all agencies",
}
MEANINGS = NAMES | OPERATOR_NAMES
MACHINE_NAMES = {
    "MERIT_HOME": "the folder in which one machine's Merit keeps everything",
    "MERIT_POINTS": "a folder in which tests stop processes at chosen points",
}
"""Read by the launcher and by tests, not by a service's process."""
PASSWORDS = {f"MERIT_{whose}DATABASE_URL": f"MERIT_{whose}DATABASE_PASSWORD" for whose in ("", "LOG_", "OWNER_")}
"""A URL and a password may come apart, since those who make passwords (an operator of databases, a vault) make no URLs."""
OPTIONAL = {
    **dict.fromkeys(PASSWORDS.values(), ""),
    "MERIT_KAFKA_SECURITY": "plaintext",
    "MERIT_KAFKA_CA_FILE": "",
    "MERIT_KAFKA_CERTIFICATE_FILE": "",
    "MERIT_KAFKA_KEY_FILE": "",
    "MERIT_KAFKA_USER": "",
    "MERIT_KAFKA_PASSWORD": "",
    "MERIT_KAFKA_REPLICATION": "1",
    "MERIT_JWT_ISSUER": "merit",
    "MERIT_JWT_AUDIENCE": "merit",
    "MERIT_CLOCK_FILE": "",
    "MERIT_ENV": "development",
    "MERIT_API_BIND": "127.0.0.1:8080",
    "MERIT_API_WORKERS": "2",
    "MERIT_API_THREADS": "4",
    "MERIT_API_STATEMENT_SECONDS": "20",
    "MERIT_API_LOCK_SECONDS": "10",
    "MERIT_API_REQUEST_SECONDS": "50",
    "MERIT_API_FILE_SECONDS": "240",
    "MERIT_WORKER_BIND": "127.0.0.1:9090",
    "MERIT_WORKER_STATEMENT_SECONDS": "600",
}


_OF_A_SERVICE = re.compile(r"SERVICE_(?:HOST|PORT(?:_[A-Z0-9_]+)?)|PORT(?:_[0-9]+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?")
"""What Kubernetes puts into a pod's environment for each Service of its namespace, after the Service's name, unless told not to."""


def refuse_unknown(environment: Mapping[str, str]) -> None:
    """SettingUnknown for MERIT_… variables that nobody reads, each with the nearest known name.

    What Kubernetes says of a Service whose name begins with merit is passed over.
    """
    known = {name: None for one in (*MEANINGS, *MACHINE_NAMES) for name in (one, f"{one}_FILE")}
    services = [one.removesuffix("_SERVICE_HOST") for one in environment if _begins_a_service(one, environment)]
    told = []
    for name in sorted(environment):
        of_a_service = any(name.startswith(f"{one}_") and _OF_A_SERVICE.fullmatch(name[len(one) + 1 :]) for one in services)
        if name.startswith("MERIT_") and name not in known and not of_a_service:
            # All begin alike, which is no likeness.
            near = get_close_matches(name.removeprefix("MERIT_"), [one.removeprefix("MERIT_") for one in known], 1)
            remedy = f"write MERIT_{near[0]} in place of it" if near else "leave it out"
            told.append(f"{name[:80]}: expected a setting that there is, found one that nobody reads; {remedy}")
    if told:
        raise SettingUnknown("\n".join(told))


def _begins_a_service(name: str, environment: Mapping[str, str]) -> bool:
    """Whether a variable is one of the set that Kubernetes makes, and not a slip of the pen that looks like one of them."""
    service = name.removesuffix("_SERVICE_HOST")
    if service == name or not re.fullmatch(r"MERIT(?:_[A-Z0-9_]+)?", service) or f"{service}_SERVICE_PORT" not in environment:
        return False
    return environment.get(f"{service}_PORT", "").startswith(("tcp://", "udp://", "sctp://"))


def value(name: str, environment: Mapping[str, str]) -> str:
    """A setting from NAME, from the file named by NAME_FILE, or its default. SettingMissing (or SettingWrong) names it and says why.

    A database's URL comes with its password in it, also where that was set apart.
    """
    plain = _plain(name, environment)
    if name in CHECKS and (wrong := CHECKS[name](plain)):
        raise SettingWrong(name, wrong)
    if name in PASSWORDS and (password := _plain(PASSWORDS[name], environment)):
        return _with_password(name, plain, password)
    return plain


def _with_password(name: str, url: str, password: str) -> str:
    parts = urlsplit(url)
    if not parts.username or parts.password is not None:
        raise SettingMissing(f"expected {name} to name a user and no password beside {PASSWORDS[name]}; found it otherwise")
    user, _, address = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{address}"))


def _plain(name: str, environment: Mapping[str, str]) -> str:
    if name in environment:
        return environment[name]
    if f"{name}_FILE" in environment:
        return _from_file(f"{name}_FILE", environment[f"{name}_FILE"])
    if name in OPTIONAL:
        return OPTIONAL[name]
    raise SettingMissing(f"expected {name} ({MEANINGS[name]}) or {name}_FILE in the environment, found neither")


def _from_file(name: str, path: str) -> str:
    if not path or (wrong := existing_file(path)):
        raise SettingWrong(name, wrong if path else Wrong("the path of a file", "an empty one", "name the file, or leave the variable out"))
    try:
        return Path(path).read_text().strip()
    except UnicodeDecodeError:
        raise SettingWrong(name, Wrong("a file of text", f"{path[:120]!r} with other bytes", "name the right file")) from None


def read(service: str, environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of a process of `service`."""
    source = os.environ if environment is None else environment
    refuse_unknown(source)
    values = {name: value(name, source) for name in NAMES}
    return Settings(
        service=service,
        database_url=values["MERIT_DATABASE_URL"],
        log_database_url=values["MERIT_LOG_DATABASE_URL"],
        bus_url=values["MERIT_BUS_URL"],
        realm=values["MERIT_REALM"],
        agencies=agencies_of(values["MERIT_AGENCIES"]),
        jwt_public_key=values["MERIT_JWT_PUBLIC_KEY"],
        jwt_issuer=values["MERIT_JWT_ISSUER"],
        jwt_audience=values["MERIT_JWT_AUDIENCE"],
        clock_file=Path(values["MERIT_CLOCK_FILE"]) if values["MERIT_CLOCK_FILE"] else None,
        production=values["MERIT_ENV"] == "production",
        api_bind=values["MERIT_API_BIND"],
        api_workers=_count(values, "MERIT_API_WORKERS"),
        api_threads=_count(values, "MERIT_API_THREADS"),
        worker_bind=values["MERIT_WORKER_BIND"],
        secret=values["MERIT_SECRET"],
        kafka=_kafka(values),
        kafka_replication=_count(values, "MERIT_KAFKA_REPLICATION"),
        api_statement_seconds=_count(values, "MERIT_API_STATEMENT_SECONDS"),
        api_lock_seconds=_count(values, "MERIT_API_LOCK_SECONDS"),
        api_request_seconds=_count(values, "MERIT_API_REQUEST_SECONDS"),
        api_file_seconds=_count(values, "MERIT_API_FILE_SECONDS"),
        worker_statement_seconds=_count(values, "MERIT_WORKER_STATEMENT_SECONDS"),
    )


def _count(found: Mapping[str, str], name: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,5}", found[name]):
        raise SettingMissing(f"expected {name} ({NAMES[name]}) as a whole number from 1, found {found[name][:40]!r}")
    return int(found[name])


def _kafka(found: Mapping[str, str]) -> KafkaAccess:
    paths = {name.lower(): Path(path) for name in ("CA", "CERTIFICATE", "KEY") if (path := found[f"MERIT_KAFKA_{name}_FILE"])}
    try:
        access = KafkaAccess(found["MERIT_KAFKA_SECURITY"], **paths, user=found["MERIT_KAFKA_USER"], password=found["MERIT_KAFKA_PASSWORD"])
    except KafkaAccessWrong as wrong:
        raise SettingMissing(f"{wrong} (MERIT_KAFKA_…)") from wrong
    for name in ("MERIT_KAFKA_CA_FILE", "MERIT_KAFKA_CERTIFICATE_FILE", "MERIT_KAFKA_KEY_FILE"):
        if missing := existing_file(found[name]):
            raise SettingWrong(name, missing)
    return access
