"""The commands that know both the library and the scenario: start everything and play, play on, report."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable
from functools import cache
from types import FrameType
from typing import Any

from scenario import finding
from scenario.finding import ALL, NONE, Chosen
from scenario.play import journal_in, play
from scenario.report import Outcome, as_data, gather
from scenario.steps import Step
from scenario.telling import tell_all
from scenario.words import LANGUAGES
from shared.client.commands import worded
from shared.client.seat import Unreachable
from shared.local.home import Home
from shared.local.kafka import KafkaUnusable
from shared.local.launcher import Addresses, Launcher, Progress, set_clock
from shared.local.moving import ClockMover, NotSettled
from shared.local.postgres import PostgresUnusable
from shared.local.processes import FolderInUse
from shared.process.checked import agencies_of
from shared.process.settings import value

YEAR = 2026


def add_commands(commands: Any) -> None:
    """Add ``up`` and ``scenario`` to an argparse subparsers object; each sets ``run``."""
    places = finding.names()
    up = commands.add_parser("up", help="start everything on this machine, play the scenario once, and stay")
    up.add_argument("--scenario", choices=(*places, ALL, NONE), default=ALL, help=f"one place, {ALL} with one clock, or {NONE}")
    up.add_argument("--bus", choices=("embedded", "kafka"), default="embedded")
    up.add_argument("--once", action="store_true", help="stop after the report")
    up.add_argument("--bind", default="127.0.0.1", help="the address that the APIs listen on; behind a reverse proxy leave it as it is")
    up.add_argument("--port", type=int, help="the first API's port; the other APIs and the workers follow it")
    up.add_argument("--postgres-port", type=int, help="the port of this machine's own PostgreSQL")
    up.add_argument("--kafka-port", type=int, help="the port of this machine's own Kafka")
    up.set_defaults(run=_up)
    scenario = commands.add_parser("scenario", help="the played year").add_subparsers(required=True, metavar="WHAT")
    again = scenario.add_parser("play", help="play what is left of the year on the Merit that runs here")
    again.set_defaults(run=worded(_play))
    report = scenario.add_parser("report", help="what happened in the year, and why")
    report.add_argument("--json", action="store_true", help="one object for each person and month")
    report.add_argument("--lang", choices=LANGUAGES, default="id")
    report.set_defaults(run=worded(_report))


def _up(asked: argparse.Namespace) -> int:
    """Start, play what is left, report, stay until Ctrl-C."""
    home, say = Home.of(asked.bus), Progress()
    places = finding.chosen(asked.scenario)
    agencies = agencies_of(value("MERIT_AGENCIES", os.environ)) if os.environ.get("MERIT_AGENCIES") else places or finding.names()
    played = bool(places)
    chosen = finding.steps(places)
    _one_kind_of_time(home, played)
    if played:
        Chosen(home.folder).keep(places, begun=home.clock.path.exists())
        set_clock(home, chosen[0].at)
    signal.signal(signal.SIGTERM, _stop)
    launcher = Launcher(home, asked.bus, agencies, played, say, Addresses(asked.bind, asked.port, asked.postgres_port, asked.kafka_port))
    try:
        run = _started(launcher)
        if played:
            count = _played(launcher, home, run, chosen, say)
            say(f"the year is played ({count} steps now, {len(chosen)} in all)")
            print("\n" + _told(home, run, places, "id"), flush=True)
        print(_addresses(run), flush=True)
        if asked.once:
            return 0
        print("Ctrl-C stops everything.", flush=True)
        return launcher.wait()
    except KeyboardInterrupt:
        say("stopped; what is left of the year is played at the next start")
        return 130
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        launcher.stop()
        say("everything is stopped")


def _started(launcher: Launcher) -> dict[str, Any]:
    """Start; what stands in the way is told in a sentence."""
    try:
        return launcher.start()
    except (FolderInUse, PostgresUnusable, KafkaUnusable, ValueError) as trouble:
        raise SystemExit(str(trouble)) from None


def _played(launcher: Launcher, home: Home, run: dict[str, Any], chosen: tuple[Step, ...], say: Callable[[str], None]) -> int:
    """Play; when nobody answers because something died for good, the end says what and what it said last."""
    try:
        return _play_in(home, run, chosen, say)
    except (NotSettled, Unreachable):
        if launcher.gave_up:
            raise SystemExit(launcher.gave_up) from None
        raise


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _one_kind_of_time(home: Home, played: bool) -> None:
    """A store that began on a played clock goes on with it, and one that began on the machine's clock cannot be played into."""
    begun, had_clock = bool(home.run), home.clock.path.exists()
    if begun and had_clock != played:
        began, wanted = ("a played year", "none") if had_clock else ("SCENARIO=none", "a played year")
        raise SystemExit(
            f"expected to go on with what is in {home.folder}, which began as {began}; found a wish for {wanted}. "
            "Name another folder in MERIT_HOME, or remove the data with `make clean-data`."
        )


def _play_in(home: Home, run: dict[str, Any], chosen: tuple[Step, ...], say: Callable[[str], None]) -> int:
    mover = ClockMover(home.clock, run["workers"])
    # A token outlives the play by hours, and signing one takes longer than many a request.
    signed = cache(home.token)
    return play(
        chosen,
        addresses=run["services"],
        token=lambda step: signed(step.by, step.agency, step.roles),
        advance=mover.advance,
        journal=journal_in(home.folder),
        show=say,
    )


def _play(asked: argparse.Namespace) -> int:
    home = Home.running()
    count = _play_in(home, home.run, finding.steps(Chosen(home.folder).places()), Progress(sys.stderr))
    print(f"{count} steps played")
    return 0


def _report(asked: argparse.Namespace) -> int:
    home = Home.running()
    places = Chosen(home.folder).places()
    if asked.json:
        rows = [row for name in places for row in as_data(_outcome(home, home.run, name))]
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        print(_told(home, home.run, places, asked.lang), end="")
    return 0


def _told(home: Home, run: dict[str, Any], places: tuple[str, ...], language: str) -> str:
    return tell_all((_outcome(home, run, name) for name in places), run["services"], language)


def _outcome(home: Home, run: dict[str, Any], name: str) -> Outcome:
    place = finding.place(name)
    return gather(place, YEAR, run["services"], cache(lambda person, roles: home.token(person, place.agency, roles)))


def _addresses(run: dict[str, Any]) -> str:
    found = [f"  {name:<10} {url}  (description: {url}/openapi.json)" for name, url in run["services"].items()]
    if run["bus"].startswith("kafka://"):
        found.append(f"  {'Kafka':<10} {run['bus'].removeprefix('kafka://')}  (for subscribers, see docs/subscribing.md)")
    return "\n".join(found)
