"""What each setting must look like: it is checked when it is said, not by the first command that needs it.

A check gives what was expected, what was found and what to do, or None. What is found is never shown where it may hold a password.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit
from zoneinfo import available_timezones

CODE = "[a-z0-9][a-z0-9-]{0,39}"
NO_PLACES = {"Factory", "localtime"}
SECRET_LENGTH = 16


class Wrong(NamedTuple):
    expected: str
    found: str
    remedy: str


Check = Callable[[str], Wrong | None]


@cache
def zones() -> frozenset[str]:
    """The time zones of the IANA database."""
    return frozenset(available_timezones() - NO_PLACES)


def agencies_of(text: str) -> tuple[str, ...]:
    """The agencies of a list: ``code`` or ``code=zone`` each."""
    return tuple(one.strip() for one in text.split(",") if one.strip())


def codes_of(agencies: Iterable[str]) -> list[str]:
    """The codes of agencies that are given as :func:`agencies_of` reads them."""
    return [one.partition("=")[0].strip() for one in agencies]


def agencies(text: str) -> Wrong | None:
    found = agencies_of(text)
    if not found:
        return Wrong("at least one agency, such as plaju,sorong=Asia/Jayapura", "none", "name the agencies that are served here")
    for one in found:
        if wrong := agency(one):
            return wrong
    codes = codes_of(found)
    twice = next((code for code in codes if codes.count(code) > 1), None)
    return Wrong("each agency once", f"{twice} twice", "leave one of them out") if twice else None


def agency(text: str) -> Wrong | None:
    """One agency: its code, with a time zone where it is not Asia/Jakarta."""
    code, said, zone = text.partition("=")
    if not re.fullmatch(CODE, code):
        expected = "an agency's code of at most 40 small letters, digits and hyphens"
        return Wrong(expected, repr(code[:40]), "write it as the tokens name it, with =zone behind it or nothing")
    if said and zone not in zones():
        near = difflib.get_close_matches(zone, sorted(zones()), 1, 0.6)
        remedy = f"write {near[0]}" if near else "take Asia/Jakarta, Asia/Pontianak, Asia/Makassar or Asia/Jayapura"
        return Wrong("a time zone by its IANA name, such as Asia/Jayapura", f"{zone[:60]!r} for {code}", remedy)
    return None


def database_url(text: str) -> Wrong | None:
    expected = "postgresql://user@host:port/database"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return Wrong(expected, "an address whose host or port cannot be read", "write both, and letters like / in a password as %2F")
    if parts.scheme not in ("postgresql", "postgres", "postgresql+psycopg2"):
        return Wrong(expected, f"the scheme {parts.scheme[:30]!r}", "begin the address with postgresql://")
    if not parts.path.strip("/"):
        return Wrong(expected, "no database in it", "name the database behind the host: …/database")
    if not (parts.hostname or "host=" in parts.query):
        return Wrong(expected, "no host in it", "name the host")
    return Wrong(expected, "port 0", "name the port, or leave it out for 5432") if port == 0 else None


def bus_url(text: str) -> Wrong | None:
    expected = "kafka://host:port,… or embedded+postgresql://user@host:port/database"
    if text.startswith("embedded+"):
        wrong = database_url(text.removeprefix("embedded+"))
        return wrong and Wrong(expected, wrong.found, wrong.remedy)
    if not text.startswith("kafka://"):
        return Wrong(expected, f"the scheme {text.partition('://')[0][:30]!r}", "begin the address with kafka:// or embedded+postgresql://")
    for broker in text.removeprefix("kafka://").rstrip("/").split(","):
        if wrong := address(broker):
            return Wrong(expected, wrong.found, "name each broker with host and port")
    return None


def address(text: str) -> Wrong | None:
    """``host:port``."""
    host, _, port = text.rpartition(":")
    if not host or not re.fullmatch("[1-9][0-9]{0,4}", port) or int(port) > 65_535 or any(mark in text for mark in " /@"):
        return Wrong("host:port, the port from 1 to 65535", repr(text[:60]), "write them such as 127.0.0.1:8080 or [::1]:8080")
    return None


def code(text: str) -> Wrong | None:
    if re.fullmatch(CODE, text):
        return None
    return Wrong("a code of at most 40 small letters, digits and hyphens", repr(text[:40]), "write it so, such as plaju")


def role(text: str) -> Wrong | None:
    if re.fullmatch("[a-z_][a-z0-9_]{0,62}", text):
        return None
    expected = "a role's name of at most 63 small letters, digits and underscores"
    return Wrong(expected, repr(text[:70]), "name the role as it was made in the database, such as appraisal_app")


def one_of(*known: str) -> Check:
    def check(text: str) -> Wrong | None:
        return None if text in known else Wrong(" or ".join(known), repr(text[:40]), "write one of them")

    return check


def existing_file(text: str) -> Wrong | None:
    """A file that this process may read; nothing named is nothing to check."""
    if not text:
        return None
    try:
        with Path(text).open("rb"):
            return None
    except (OSError, ValueError) as trouble:
        said = getattr(trouble, "strerror", None) or "not a path"
        return Wrong("a file that this process may read", f"{text[:120]!r}: {said}", "correct the path, or give the process the file")


def clock_file(text: str) -> Wrong | None:
    if not text or (wrong := existing_file(text)):
        return wrong if text else None
    try:
        moment = datetime.fromisoformat(Path(text).read_text().strip())
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        remedy = "write the moment into it, such as 2026-01-05T02:00:00+00:00"
        return Wrong("a file with a moment in it, with its offset from UTC", f"{text[:120]!r} with another text", remedy)
    return None


def public_key(text: str) -> Wrong | None:
    if re.fullmatch("-----BEGIN PUBLIC KEY-----[\r\n]+[A-Za-z0-9+/=\r\n]+-----END PUBLIC KEY-----", text.strip()):
        return None
    found = "a private key" if "PRIVATE KEY" in text else "another text"
    return Wrong("the public key in PEM (-----BEGIN PUBLIC KEY-----)", found, "give the key or, with _FILE, its file; never a private key")


def said(text: str) -> Wrong | None:
    return None if text.strip() else Wrong("a text", "an empty one", "set it, or leave the variable out for its default")


def secret(text: str) -> Wrong | None:
    if len(text.strip()) >= SECRET_LENGTH:
        return None
    found = f"{len(text.strip())} characters"
    remedy = "make one by chance and keep it: another one parts people from their answers"
    return Wrong(f"at least {SECRET_LENGTH} characters", found, remedy)


CHECKS: Mapping[str, Check] = {
    **dict.fromkeys(("MERIT_DATABASE_URL", "MERIT_LOG_DATABASE_URL", "MERIT_OWNER_DATABASE_URL"), database_url),
    "MERIT_BUS_URL": bus_url,
    "MERIT_REALM": code,
    "MERIT_AGENCIES": agencies,
    "MERIT_JWT_PUBLIC_KEY": public_key,
    **dict.fromkeys(("MERIT_JWT_ISSUER", "MERIT_JWT_AUDIENCE"), said),
    "MERIT_ENV": one_of("production", "development"),
    **dict.fromkeys(("MERIT_API_BIND", "MERIT_WORKER_BIND"), address),
    "MERIT_CLOCK_FILE": clock_file,
    "MERIT_SECRET": secret,
    **dict.fromkeys(("MERIT_APP_ROLE", "MERIT_LOG_ROLE"), role),
}
