"""`merit explain`: for any agency, on this machine or anywhere its services answer.

    merit explain m1 2026-04 --lang en
    merit explain p0042 2026-04 --agency sorong --at payroll=https://pay.sorong.example --at appraisal=https://nilai.sorong.example \\
        --token-file token

On this machine the token is signed by the launcher's key, for the employee himself or for who is named with `--as`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from shared.client.explaining import explain
from shared.client.seat import Refusal, Seat, Unreachable
from shared.words import LANGUAGES

ASKED = ("payroll", "appraisal")
"""The services that an explanation is read from; the second words the targets and may be left out."""
NOT_FOUND = 404


@dataclass(frozen=True)
class Site:
    """Where services answer, of which agencies, and how to sign in: ``token(who, agency, roles)``."""

    addresses: Mapping[str, str]
    agencies: Sequence[str]
    token: Callable[[str, str, Sequence[str]], str]


def add_commands(commands: Any, here: Callable[[], Site] | None = None) -> None:
    """Add `explain` to an argparse subparsers object. `here`: the Merit of this machine, where there may be one."""
    why = commands.add_parser("explain", help="an allowance, from the rupiah back to the target")
    why.add_argument("employee")
    why.add_argument("month", help="such as 2026-04")
    why.add_argument("--agency", help="the agency's code; needed where several have an employee of this code")
    why.add_argument("--at", action="append", metavar="SERVICE=URL", type=_address, help="where payroll (and appraisal) answer; else here")
    why.add_argument("--token-file", type=Path, help="a file with the bearer token of who asks, from the agency's own sign-on; - reads it")
    why.add_argument("--as", dest="who", help="who asks on this machine (the employee himself, when nobody is named)")
    why.add_argument("--role", dest="roles", action="append", help="a role of who asks on this machine (employee)")
    why.add_argument("--json", action="store_true", help="as the API gives it")
    why.add_argument("--lang", choices=LANGUAGES, default="id")
    why.set_defaults(run=worded(lambda asked: _explain(asked, here)))


def worded(command: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """The command, with what Merit refused or did not answer told in its words and no trace."""

    def run(asked: argparse.Namespace) -> int:
        try:
            return command(asked)
        except (Refusal, Unreachable) as trouble:
            print(trouble, file=sys.stderr)
            return 1

    return run


def _address(text: str) -> tuple[str, str]:
    service, _, url = text.partition("=")
    if service not in ASKED or not url.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError(f"expected SERVICE=URL with {' or '.join(ASKED)}, found {text!r}")
    return service, url.rstrip("/")


def _explain(asked: argparse.Namespace, here: Callable[[], Site] | None) -> int:
    """Print the explanation. Where no agency is named, each one served here is asked; exactly one has to know the employee."""
    with requests.Session() as lines:
        told = []
        for agency, seat in _seats(asked, here, lines):
            try:
                told.append((agency, explain(seat, asked.employee, asked.month, language=asked.lang, as_json=asked.json)))
            except Refusal as refusal:
                if refusal.status != NOT_FOUND:
                    raise
                unknown = refusal
    if not told:
        raise unknown
    if len(told) > 1:
        raise SystemExit(f"expected an employee of one agency, found {asked.employee} in {', '.join(one for one, _ in told)}; add --agency")
    print(told[0][1])
    return 0


def _seats(asked: argparse.Namespace, here: Callable[[], Site] | None, lines: requests.Session) -> list[tuple[str, Seat]]:
    """The seats to ask from: one with a token that was given, or one for each agency that may be meant here."""
    given = dict(asked.at or ())
    if asked.token_file:
        token = (sys.stdin.read() if str(asked.token_file) == "-" else asked.token_file.read_text()).strip()
        addresses = given or (here().addresses if here else {})
        _must_answer(addresses)
        return [(asked.agency or "", Seat(addresses, lambda: token, asked.employee, "explain", lines, patience=5))]
    if here is None:
        raise SystemExit("expected --token-file and --at payroll=URL, found no token; no Merit of this machine is known to this command")
    site = here()
    addresses = given or site.addresses
    _must_answer(addresses)
    who, roles = asked.who or asked.employee, asked.roles or ["employee"]

    def seat(agency: str) -> Seat:
        signed = site.token(who, agency, roles)
        return Seat(addresses, lambda: signed, who, "explain", lines, patience=5)

    return [(agency, seat(agency)) for agency in ((asked.agency,) if asked.agency else site.agencies)]


def _must_answer(addresses: Mapping[str, str]) -> None:
    if "payroll" not in addresses:
        raise SystemExit("expected the address of payroll, found none; add --at payroll=URL")
