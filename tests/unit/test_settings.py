"""What a process reads from its environment: secrets as files, passwords beside their URLs, the ways into Kafka."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from shared.bus.kafka import KafkaBus
from shared.local.home import ROOT
from shared.process import settings
from tests.support.certificates import Authority
from tests.support.web import key_pair

NEEDED = {
    "MERIT_DATABASE_URL": "postgresql://appraisal_app@db/appraisal?sslmode=verify-full",
    "MERIT_LOG_DATABASE_URL": "postgresql://appraisal_log:open@db/appraisal",
    "MERIT_BUS_URL": "kafka://127.0.0.1:1",
    "MERIT_REALM": "plaju",
    "MERIT_AGENCIES": "plaju, sorong=Asia/Jayapura",
    "MERIT_JWT_PUBLIC_KEY": key_pair()[1],
    "MERIT_SECRET": "a secret of the tests",
}


def read(**more: str) -> settings.Settings:
    return settings.read("appraisal", NEEDED | more)


def test_a_password_from_a_file_comes_into_its_url_whatever_its_letters(tmp_path: Path):
    (tmp_path / "password").write_text("a/b@c:d %\n")
    found = read(MERIT_DATABASE_PASSWORD_FILE=str(tmp_path / "password"))
    assert found.database_url == "postgresql://appraisal_app:a%2Fb%40c%3Ad%20%25@db/appraisal?sslmode=verify-full"
    assert found.log_database_url == NEEDED["MERIT_LOG_DATABASE_URL"]


def test_two_passwords_for_one_role_are_refused():
    with pytest.raises(settings.SettingMissing, match="MERIT_LOG_DATABASE_URL to name a user and no password"):
        read(MERIT_LOG_DATABASE_PASSWORD="another")


@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_setting_is_named(name: str):
    with pytest.raises(settings.SettingMissing, match=name):
        settings.read("appraisal", {key: value for key, value in NEEDED.items() if key != name})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"MERIT_KAFKA_SECURITY": "ssl"}, "expected one of plaintext, tls, scram, found 'ssl'"),
        ({"MERIT_KAFKA_SECURITY": "tls", "MERIT_KAFKA_CA_FILE": "ca"}, "expected ca, certificate, key; found ca"),
        ({"MERIT_KAFKA_SECURITY": "scram", "MERIT_KAFKA_USER": "u", "MERIT_KAFKA_PASSWORD": "p"}, "expected ca, password, user; found"),
        ({"MERIT_KAFKA_PASSWORD": "p"}, "plaintext: expected nothing; found password"),
    ],
)
def test_a_way_into_kafka_with_pieces_missing_or_left_over_is_refused(given: dict[str, str], said: str):
    with pytest.raises(settings.SettingMissing, match=said):
        read(**given)


def test_plain_text_is_the_way_unless_told():
    assert read().kafka.settings() == {}
    assert isinstance(read().open_bus(), KafkaBus)


def test_scram_goes_over_tls_and_its_password_is_not_shown(tmp_path: Path):
    Authority("Merit's tests").write(tmp_path / "ca.crt")
    (tmp_path / "password").write_text("hidden-word\n")
    found = read(
        MERIT_KAFKA_SECURITY="scram",
        MERIT_KAFKA_CA_FILE=str(tmp_path / "ca.crt"),
        MERIT_KAFKA_USER="appraisal",
        MERIT_KAFKA_PASSWORD_FILE=str(tmp_path / "password"),
    )
    made = found.kafka.settings()
    assert made.pop("ssl_context").check_hostname
    assert made == {
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "appraisal",
        "sasl_plain_password": "hidden-word",
    }
    assert "hidden-word" not in repr(found.kafka)


def test_a_renewed_certificate_is_taken_by_the_next_connection(tmp_path: Path):
    authority = Authority("Merit's tests")
    authority.write(tmp_path / "ca.crt")
    authority.issue("appraisal", lasting=timedelta(days=1)).write(tmp_path / "user.crt", tmp_path / "user.key")
    found = read(
        MERIT_KAFKA_SECURITY="tls",
        MERIT_KAFKA_CA_FILE=str(tmp_path / "ca.crt"),
        MERIT_KAFKA_CERTIFICATE_FILE=str(tmp_path / "user.crt"),
        MERIT_KAFKA_KEY_FILE=str(tmp_path / "user.key"),
    )
    context = found.kafka.settings()["ssl_context"]
    assert len(context.get_ca_certs()) == 1

    another = Authority("Merit's next authority")
    another.write(tmp_path / "ca.crt")
    os.utime(tmp_path / "ca.crt", (2**31, 2**31))
    context.renew()
    assert len(context.get_ca_certs()) == 2

    (tmp_path / "user.key").write_text("half a fi")
    os.utime(tmp_path / "user.key", (2**31, 2**31))
    with pytest.raises(OSError):
        context.renew()
    authority.issue("appraisal", lasting=timedelta(days=1)).write(tmp_path / "user.crt", tmp_path / "user.key")
    context.renew()


def wrong(**given: str) -> str:
    with pytest.raises(settings.SettingWrong) as caught:
        read(**given)
    return str(caught.value)


@pytest.mark.parametrize(("name", "given", "said"), [
    ("MERIT_AGENCIES", "sorong=Asia/Jayapora", "found 'Asia/Jayapora' for sorong; write Asia/Jayapura"),
    ("MERIT_AGENCIES", "sorong=asia/jayapura", "write Asia/Jayapura"),
    ("MERIT_AGENCIES", "plaju,sorong=WIT", "found 'WIT' for sorong"),
    ("MERIT_AGENCIES", "sorong=", "found '' for sorong"),
    ("MERIT_AGENCIES", "sorong=../../etc/passwd", "a time zone by its IANA name"),
    ("MERIT_AGENCIES", "sorong=Factory", "a time zone by its IANA name"),
    ("MERIT_AGENCIES", "Plaju", "small letters"),
    ("MERIT_AGENCIES", "plaju\nx", "small letters"),
    ("MERIT_AGENCIES", "plaju٢", "small letters"),
    ("MERIT_AGENCIES", "a" * 41, "at most 40"),
    ("MERIT_AGENCIES", "plaju,sorong,plaju=Asia/Makassar", "found plaju twice"),
    ("MERIT_AGENCIES", " , ", "at least one agency"),
    ("MERIT_DATABASE_URL", "", "found the scheme ''"),
    ("MERIT_DATABASE_URL", "mysql://u:hidden@db/x", "found the scheme 'mysql'"),
    ("MERIT_DATABASE_URL", "postgresql://u:hidden@db:54x2/x", "host or port cannot be read"),
    ("MERIT_DATABASE_URL", "postgresql://u:hidden@db:70000/x", "host or port cannot be read"),
    ("MERIT_DATABASE_URL", "postgresql://u:hidden@db", "no database in it"),
    ("MERIT_LOG_DATABASE_URL", "postgresql:///x", "no host in it"),
    ("MERIT_BUS_URL", "amqp://u:hidden@bus", "found the scheme 'amqp'"),
    ("MERIT_BUS_URL", "kafka://broker", "name each broker with host and port"),
    ("MERIT_BUS_URL", "kafka://a:9092,b:909200", "name each broker"),
    ("MERIT_BUS_URL", "embedded+postgresql://u:hidden@db", "no database in it"),
    ("MERIT_REALM", "Plaju Raya", "small letters"),
    ("MERIT_ENV", "prod", "expected production or development, found 'prod'"),
    ("MERIT_API_BIND", "8080", "host:port"),
    ("MERIT_API_BIND", "0.0.0.0:80800", "host:port"),
    ("MERIT_WORKER_BIND", "0.0.0.0:http", "host:port"),
    ("MERIT_WORKER_BIND", "0.0.0.0:٩٠٩٠", "host:port"),
    ("MERIT_JWT_PUBLIC_KEY", "pem", "found another text"),
    ("MERIT_JWT_PUBLIC_KEY", key_pair()[0], "found a private key"),
    ("MERIT_JWT_ISSUER", " ", "expected a text"),
    ("MERIT_SECRET", "short", "expected at least 16 characters, found 5 characters"),
    ("MERIT_CLOCK_FILE", "/nowhere/clock", "No such file"),
    ("MERIT_DATABASE_PASSWORD_FILE", "/nowhere/password", "No such file"),
    ("MERIT_SECRET_FILE", "", "the path of a file"),
])  # fmt: skip
def test_what_cannot_be_is_refused_at_the_start_and_named_without_what_is_secret(name: str, given: str, said: str):
    more = {name: given}
    if name.endswith("_FILE") and name != "MERIT_CLOCK_FILE":
        source = {key: one for key, one in NEEDED.items() if key != name.removesuffix("_FILE")} | more
        with pytest.raises(settings.SettingWrong) as caught:
            settings.read("appraisal", source)
        told = str(caught.value)
    else:
        told = wrong(**more)
    assert told.startswith(f"{name} (") and said in told and "expected" in told and "; " in told
    assert "hidden" not in told and "PRIVATE KEY-----" not in told


@pytest.mark.parametrize("name", ["MERIT_API_WORKERS", "MERIT_API_THREADS", "MERIT_KAFKA_REPLICATION", "MERIT_API_REQUEST_SECONDS"])
@pytest.mark.parametrize("given", ["", "0", "-1", "two", "2.5", "٢", "1e3", "2\n"])
def test_a_number_that_is_none_is_refused(name: str, given: str):
    with pytest.raises(settings.SettingMissing, match=name):
        read(**{name: given})


@pytest.mark.parametrize("content", ["", "tomorrow", "2026-01-05T02:00:00"])
def test_a_played_clock_without_a_moment_is_refused(tmp_path: Path, content: str):
    (tmp_path / "clock").write_text(content)
    assert "a moment in it" in wrong(MERIT_CLOCK_FILE=str(tmp_path / "clock"))
    (tmp_path / "clock").write_text("2026-01-05T02:00:00+00:00\n")
    assert read(MERIT_CLOCK_FILE=str(tmp_path / "clock")).clock.now().year == 2026


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "Asia/Pontianak", "Asia/Makassar", "Asia/Jayapura", "Etc/GMT-9", "UTC"])
def test_every_real_zone_is_taken(zone: str):
    assert read(MERIT_AGENCIES=f"plaju,sorong={zone}").agencies == ("plaju", f"sorong={zone}")


@pytest.mark.parametrize("given", ["[::1]:8080", "0.0.0.0:1", "localhost:65535"])
def test_addresses_that_can_be_listened_on_are_taken(given: str):
    assert read(MERIT_API_BIND=given).api_bind == given


def test_a_certificate_that_is_not_there_is_named(tmp_path: Path):
    told = wrong(MERIT_KAFKA_SECURITY="scram", MERIT_KAFKA_CA_FILE=str(tmp_path / "no"), MERIT_KAFKA_USER="u", MERIT_KAFKA_PASSWORD="p")
    assert told.startswith("MERIT_KAFKA_CA_FILE (")


@pytest.mark.parametrize(("name", "given"), [("MERIT_APP_ROLE", "app; drop"), ("MERIT_LOG_ROLE", "appraisal-log"), ("MERIT_APP_ROLE", "")])
def test_a_role_that_is_no_name_is_refused(name: str, given: str):
    with pytest.raises(settings.SettingWrong, match=f"^{name} "):
        settings.value(name, {name: given})


def run(*command: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = {**{key: one for key, one in os.environ.items() if not key.startswith("MERIT_")}, **NEEDED, **more}
    return subprocess.run([sys.executable, "-m", "merit", *command], env=env, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("command", [("api", "feedback"), ("worker", "payroll"), ("migrate", "personnel"), ("up", "--scenario", "none")])
def test_a_zone_that_does_not_exist_stops_every_command_with_a_sentence(tmp_path: Path, command: tuple[str, ...]):
    owner = {"MERIT_OWNER_DATABASE_URL": "postgresql://o:p@127.0.0.1:1/x", "MERIT_APP_ROLE": "a", "MERIT_LOG_ROLE": "l"}
    done = run(*command, **owner, MERIT_HOME=str(tmp_path), MERIT_AGENCIES="sorong=Asia/Jayapora")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert done.stderr.strip().splitlines()[-1].startswith("MERIT_AGENCIES (codes of the agencies served")
    assert "write Asia/Jayapura" in done.stderr


def told_unknown(**more: str) -> str:
    with pytest.raises(settings.SettingUnknown) as unknown:
        settings.refuse_unknown(NEEDED | more)
    return str(unknown.value)


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("MERIT_AGENCYS", "write MERIT_AGENCIES in place of it"),
        ("MERIT_API_STATEMENT_SECOND", "write MERIT_API_STATEMENT_SECONDS in place of it"),
        ("MERIT_OWNER_DATABASE_PASWORD_FILE", "write MERIT_OWNER_DATABASE_PASSWORD_FILE in place of it"),
        ("MERIT_HOMES", "write MERIT_HOME in place of it"),
        ("MERIT_TIMEZON", "leave it out"),
        ("MERIT_", "leave it out"),
    ],
)
def test_a_setting_that_there_is_not_is_refused_with_the_nearest_that_is(name: str, remedy: str):
    told = told_unknown(**{name: "x"})
    assert told == f"{name}: expected a setting that there is, found one that nobody reads; {remedy}"
    with pytest.raises(settings.SettingUnknown):
        read(**{name: "x"})


def test_all_unknown_settings_are_told_at_once_and_what_is_not_merits_is_not_its_business():
    assert len(told_unknown(MERIT_A="1", MERIT_B="2", MERITS="3", merit_c="4").splitlines()) == 2
    settings.refuse_unknown({"PATH": "/bin", "MERITOCRACY": "x", "MERIT_HOME": "/srv", "MERIT_SECRET_FILE": "/run/secret"})


def injected(service: str, port: int = 8080, name: str = "HTTP") -> dict[str, str]:
    """What Kubernetes sets for a Service, by its documentation (environment variables of Services, in Docker's and its own form)."""
    one, address = f"{service}_PORT_{port}_TCP", "10.0.0.11"
    own = {f"{service}_SERVICE_HOST": address, f"{service}_SERVICE_PORT": str(port), f"{service}_SERVICE_PORT_{name}": str(port)}
    links = {f"{service}_PORT": f"tcp://{address}:{port}", one: f"tcp://{address}:{port}"}
    return own | links | {f"{one}_PROTO": "tcp", f"{one}_PORT": str(port), f"{one}_ADDR": address}


@pytest.mark.parametrize("service", ["MERIT_APPRAISAL", "MERIT", "MERIT_API", "MERIT_SERVICE", "MERIT_DATABASE_URL"])
def test_what_kubernetes_says_of_a_service_is_no_setting(service: str):
    assert read(**injected(service)).realm == "plaju"
    assert "MERIT_AGENCYS" in told_unknown(**injected(service), MERIT_AGENCYS="x")
    for name in ("MERIT_APPRAISAL_SERVICE_HOST", "MERIT_API_PORT", "MERIT_APPRAISAL_PORT_8080_TCP"):
        assert name in told_unknown(**{name: "8080"}), "alone it is a slip of the pen"


@pytest.mark.parametrize(
    "command", [("api", "feedback"), ("worker", "payroll"), ("migrate", "personnel"), ("up", "--scenario", "none"), ("tail",)]
)
def test_an_unknown_setting_stops_every_command_with_a_sentence(tmp_path: Path, command: tuple[str, ...]):
    done = run(*command, MERIT_HOME=str(tmp_path), MERIT_CLOK_FILE="/tmp/clock")
    assert done.returncode == 1 and done.stderr.strip().splitlines() == [
        "MERIT_CLOK_FILE: expected a setting that there is, found one that nobody reads; write MERIT_CLOCK_FILE in place of it"
    ]


def test_whatever_sets_a_setting_here_sets_one_that_there_is():
    """Manifests, compositions, scripts and tests: a name in them is known, or (with an underscore at its end) the beginning of some."""
    known = {one for name in (*settings.MEANINGS, *settings.MACHINE_NAMES) for one in (name, f"{name}_FILE")}
    wrong = set()
    for folder in ("deploy", "docs", "bench", "scenario", "shared", "services", "examples", "tests", "Makefile", "README.md", "merit"):
        for path in [ROOT / folder] if (ROOT / folder).is_file() else (ROOT / folder).rglob("*"):
            if path.is_file() and path.suffix in ("", ".py", ".md", ".yaml", ".yml", ".env", ".sh", ".toml") and path != Path(__file__):
                found = set(re.findall(r"\bMERIT_[A-Z_]+\b", path.read_text(encoding="utf-8", errors="replace")))
                wrong |= {(str(path), one) for one in found - known if not (one.endswith("_") and any(k.startswith(one) for k in known))}
    assert wrong == set()


def test_a_home_that_cannot_be_made_is_a_sentence(tmp_path: Path):
    (tmp_path / "file").write_text("")
    done = run("up", "--scenario", "none", MERIT_HOME=str(tmp_path / "file"))
    assert done.returncode == 1 and "Traceback" not in done.stderr and done.stderr.startswith("MERIT_HOME: expected a folder")
