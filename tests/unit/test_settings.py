"""What a process reads from its environment: secrets as files, passwords beside their URLs, the ways into Kafka."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from shared.bus.kafka import KafkaBus
from shared.process import settings
from tests.support.certificates import Authority

NEEDED = {
    "MERIT_DATABASE_URL": "postgresql://appraisal_app@db/appraisal?sslmode=verify-full",
    "MERIT_LOG_DATABASE_URL": "postgresql://appraisal_log:open@db/appraisal",
    "MERIT_BUS_URL": "kafka://127.0.0.1:1",
    "MERIT_REALM": "plaju",
    "MERIT_AGENCIES": "plaju, sorong=Asia/Jayapura",
    "MERIT_JWT_PUBLIC_KEY": "pem",
    "MERIT_SECRET": "s",
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
