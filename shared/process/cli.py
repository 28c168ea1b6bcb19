"""The commands of a deployment's containers: processes, migrations, parked messages, rebuilds, grants, explanations.

    python -m shared.process.cli worker payroll

What only one command needs is imported by that command: the processes of services are many, start often and stay. Nothing here knows the
launcher of one machine, which adds its own commands (`shared.local.cli`).
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

import psycopg2

from shared.process import settings
from shared.process.checked import agencies_of
from shared.process.finding import load_service, service_names

Environment = Callable[[str], Mapping[str, str]]
"""A service → the settings with which an operator's command reaches it."""


def _of_the_process(service: str) -> Mapping[str, str]:
    return dict(os.environ)


def add_commands(commands: Any, environment: Environment = _of_the_process) -> None:
    """Add this module's commands to an argparse subparsers object; each sets ``run``."""
    for kind in ("api", "worker"):
        one = commands.add_parser(kind, help=f"run the {kind} process of one service (settings from the environment)")
        one.add_argument("service", choices=service_names())
        one.set_defaults(run=lambda asked, kind=kind: _module(kind).run(load_service(asked.service), settings.read(asked.service)))
    one = commands.add_parser("migrate", help="bring one service's database to this code's revision (MERIT_OWNER_DATABASE_URL)")
    one.add_argument("service", choices=service_names())
    one.set_defaults(run=_migrate)
    one = commands.add_parser("await-migration", help="return when the service's database has this code's revision and views")
    one.add_argument("service", choices=service_names())
    one.add_argument("--seconds", type=int, default=600, help="give up after so long")
    one.set_defaults(run=_await_migration)
    one = commands.add_parser("services", help="the names of the services that are here")
    one.set_defaults(run=lambda asked: print(*service_names()))
    one = commands.add_parser("parked", help="messages, decisions and timers that could not be applied")
    one.add_argument("what", choices=("list", "show", "retry", "drop"))
    one.add_argument("service", choices=service_names())
    one.add_argument("--topic")
    one.add_argument("--key", help="agency/subject, or for a decision or timer agency/name/key, as listed")
    one.set_defaults(
        run=lambda asked: _module("operating").parked(environment(asked.service), asked.what, asked.service, asked.topic, asked.key)
    )
    one = commands.add_parser("rebuild", help="fold a service's views anew, beside the running ones, and swap")
    one.add_argument("service", choices=service_names())
    one.add_argument("--view", action="append", help="only this view")
    one.set_defaults(run=lambda asked: _module("operating").rebuild(environment(asked.service), load_service(asked.service), asked.view))
    one = commands.add_parser("grant", help="open an agency's events of a service to other systems")
    one.add_argument("agency")
    one.add_argument("service", choices=service_names())
    one.add_argument("--restricted", action="store_true")
    one.set_defaults(
        run=lambda asked: _module("operating").grant(environment(asked.service), asked.agency, asked.service, asked.restricted)
    )


def _module(name: str) -> Any:
    return import_module(f"shared.process.{name}")


def _migrate(asked: argparse.Namespace) -> None:
    url = settings.value("MERIT_OWNER_DATABASE_URL", os.environ)
    agencies = agencies_of(settings.value("MERIT_AGENCIES", os.environ))
    roles = settings.Roles(*(settings.value(name, os.environ) for name in ("MERIT_APP_ROLE", "MERIT_LOG_ROLE")))
    changed = _module("migrate").migrate(load_service(asked.service), url, roles, agencies)
    for view in changed:
        print(f"the view {view} is new or has a new shape: run `merit rebuild {asked.service} --view {view}`")


def _await_migration(asked: argparse.Namespace) -> int:
    """Wait without any right to change tables: the migration itself runs once, elsewhere."""
    service, url = load_service(asked.service), settings.value("MERIT_DATABASE_URL", os.environ)
    deadline = time.monotonic() + asked.seconds
    told = None
    while True:
        try:
            why = _module("migrate").awaited(service, url)
            if why is None:
                return 0
        except psycopg2.Error as away:
            why = f"the database of {service.name}: {str(away).strip().splitlines()[0]}"
        if why != told:
            print(f"waiting for {why}", file=sys.stderr, flush=True)
            told = why
        if time.monotonic() > deadline:
            return 1
        time.sleep(1)


def _explaining(commands: Any) -> None:
    import_module("shared.client.commands").add_commands(commands)


def main(arguments: Sequence[str], *more: Any) -> None:
    """Parse and run. `more`: functions that add the commands, where they are others than a deployment's."""
    parser = argparse.ArgumentParser(prog="merit", description="Performance-based civil service: one command for everything.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in more or (add_commands, _explaining):
        add(commands)
    asked = parser.parse_args(arguments)
    settings.refuse_unknown(os.environ)
    sys.exit(asked.run(asked))


if __name__ == "__main__":
    main(sys.argv[1:])
