"""The commands of one machine's Merit, beside a deployment's: its events as they pass, backups, tokens, imports."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from shared.client import commands as client
from shared.local.home import Home, data_folder
from shared.local.processes import FolderInUse
from shared.local.watching import tail
from shared.process import cli, contracting
from shared.process.checked import codes_of
from shared.process.finding import service_names


def add_commands(commands: Any) -> None:
    """Add a deployment's commands and this machine's to an argparse subparsers object; each sets ``run``."""
    cli.add_commands(commands, _environment)
    one = commands.add_parser("tail", help="print the events as they pass")
    one.add_argument("--from-start", action="store_true", help="begin with the first event")
    one.add_argument("--count", type=int, default=0, help="stop after so many events")
    one.add_argument("--service", choices=service_names())
    one.set_defaults(run=lambda asked: tail(Home.running().run, asked.from_start, asked.count, asked.service))
    one = commands.add_parser("backup", help="pack this machine's Merit, which does not run, into one file")
    one.add_argument("file", type=Path, help="such as merit-2026-11-30.tar.gz; it holds keys and passwords too")
    one.add_argument("--bus", choices=("embedded", "kafka"), default="embedded")
    one.set_defaults(run=_backup)
    one = commands.add_parser("restore", help="unpack such a file where no Merit is yet (MERIT_HOME)")
    one.add_argument("file", type=Path)
    one.set_defaults(run=_restore)
    contracting.add_commands(commands)
    client.add_commands(commands, _here)
    one = commands.add_parser("token", help="a bearer token signed by this machine's launcher")
    one.add_argument("who")
    one.add_argument("agency")
    one.add_argument("roles", nargs="+")
    one.set_defaults(run=lambda asked: print(Home.running().token(asked.who, asked.agency, asked.roles)))
    one = commands.add_parser("import", help="bring a CSV or XLSX file into a service through its API")
    one.add_argument("what", help="the import's name, such as people, units, attendance, targets")
    one.add_argument("file", type=Path)
    one.add_argument("--agency", required=True)
    one.add_argument("--dry-run", action="store_true", help="check every row, and say what would be replaced and set aside")
    one.add_argument("--as", dest="who", default="hr", help="who imports (an employee id with the role hr)")
    one.add_argument("--replace", action="store_true", help="the word that rows may undo a correction")
    one.add_argument("--again", metavar="WORD", help="bring in a file that was brought in before; the same word once more goes on with it")
    one.add_argument("--wait", type=int, default=20, metavar="SECONDS", help="how often a long import says how far it is")
    one.set_defaults(run=lambda asked: _module("bringing").import_file(Home.running(), asked))
    _add_second_person(commands)


def _add_second_person(commands: Any) -> None:
    """What one does about rows of imports that wait for a second person."""
    for name, text in (
        ("waiting", "rows about those who imported them, which wait for a second person"),
        ("confirm", "carry such rows out, as the second person"),
        ("reject", "end such rows without effect, as the second person"),
    ):
        one = commands.add_parser(name, help=text)
        one.add_argument("rows", nargs="*", metavar="ID", help="as the import and `merit waiting` tell it")
        one.add_argument("--file", type=Path, help="in place of ids: all rows of this file")
        one.add_argument("--agency", required=True)
        one.add_argument(
            "--as", dest="who", default="hr" if name == "waiting" else None, required=name != "waiting", help="who asks or decides"
        )
        one.set_defaults(
            run=lambda asked, name=name: getattr(_module("waiting"), "show" if name == "waiting" else name)(Home.running(), asked)
        )
        if name == "waiting":
            one.add_argument("--status", choices=("waiting", "confirmed", "rejected", "all"), default="waiting")
        elif name == "confirm":
            one.add_argument("--replace", action="store_true", help="the word that a row may undo a correction")
        else:
            one.add_argument("--reason", required=True)


def _here() -> client.Site:
    """The Merit that was started on this machine."""
    home = Home.running()
    return client.Site(home.run["services"], codes_of(home.run["agencies"]), home.token)


def _module(name: str) -> Any:
    return import_module(f"shared.process.{name}")


def _backup(asked: argparse.Namespace) -> None:
    archive = import_module("shared.local.archive")
    try:
        made = archive.backup(Home.of(asked.bus), asked.file)
    except (archive.Unusable, FolderInUse) as trouble:
        raise SystemExit(str(trouble)) from None
    print(f"{asked.file}: {made['files']} files, {made['bytes'] / 1e6:.1f} MB of data, {asked.file.stat().st_size / 1e6:.1f} MB packed")


def _restore(asked: argparse.Namespace) -> None:
    archive = import_module("shared.local.archive")
    try:
        home, made = archive.restore(data_folder(), asked.file)
    except archive.Unusable as trouble:
        raise SystemExit(str(trouble)) from None
    print(f"{home.folder}: as it was on {made['made']}; start it with `./merit up --bus {made['bus']}` and the SCENARIO it had")


def _environment(service: str) -> Mapping[str, str]:
    """The settings of the deployment at hand: the environment's, or those of the Merit that was started on this machine."""
    if "MERIT_DATABASE_URL" in os.environ or "MERIT_DATABASE_URL_FILE" in os.environ:
        return dict(os.environ)
    run = Home.running().run
    databases = run["databases"][service]
    return {
        "MERIT_DATABASE_URL": databases["app"],
        "MERIT_LOG_DATABASE_URL": databases["log"],
        "MERIT_OWNER_DATABASE_URL": databases["owner"],
        "MERIT_APP_ROLE": databases["roles"][0],
        "MERIT_CLOCK_FILE": run["clock"] or "",
    }
