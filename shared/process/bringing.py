"""`merit import`: bring a file into a service through its API, with progress, and go on where an interrupted one stopped."""

from __future__ import annotations

import hashlib
import mimetypes
import shlex
import time
from collections.abc import Callable
from typing import Any

import requests

from shared.http.app import create_app
from shared.process.finding import load_service, service_names
from shared.process.waiting import deciding, replacing

PATIENCE = 120
"""Seconds without an answer after which the command gives up; run again, it goes on."""

ANSWER_SECONDS = 1800
"""A long file is checked whole before its first row is kept."""

NAMED = 3
"""Up to how many rows that wait are named one by one; more are named by their file."""


def importers() -> dict[str, str]:
    """What can be imported, and which service has the route for it."""
    found = {}
    for name in service_names():
        app = create_app(load_service(name), database=None, log_database=None, clock=None, identity=None, status=None)
        rules = [rule for rule in app.url_map.iter_rules() if getattr(app.view_functions[rule.endpoint], "declared", None)]
        found |= {str(rule).removeprefix("/v1/imports/"): name for rule in rules}
    return dict(sorted(found.items()))


def import_file(home: Any, asked: Any, say: Callable[[str], None] = print) -> int:
    """Send a file to the service's import and tell what it answers, row by row where something is wrong.

    The Idempotency-Key follows from what is imported, the agency and the file: the same command again has one effect.
    """
    known = importers()
    if asked.what not in known:
        say(f"expected one of {', '.join(known)}; found {asked.what!r}")
        return 2
    url = f"{home.run['services'][known[asked.what]]}/v1/imports/{asked.what}"
    with asked.file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    parameters = {name: "true" for name in ("dry_run", "replace") if getattr(asked, name)}
    parts = ("merit import", asked.what, asked.agency, digest, *sorted(parameters), asked.again or "")
    heads = {"Content-Type": mimetypes.guess_type(asked.file.name)[0] or "text/csv", "Prefer": f"wait={asked.wait}"}
    heads |= {"Content-Disposition": f'attachment; filename="{asked.file.name.encode("ascii", "replace").decode()}"'.replace("\\", "")}
    if not asked.dry_run:
        heads |= {"Idempotency-Key": hashlib.sha256("\n".join(parts).encode()).hexdigest()}
    say(f"{asked.file.name}, {asked.file.stat().st_size:,} bytes: every row is checked before the first is kept")

    def send() -> requests.Response:
        token = home.token(asked.who, asked.agency, ["employee", "hr"])
        with asked.file.open("rb") as content:  # sent as it is read
            return requests.post(
                url, params=parameters, data=content, headers=heads | {"Authorization": f"Bearer {token}"}, timeout=(5, ANSWER_SECONDS)
            )

    try:
        answer = _answered(send, say)
    except requests.RequestException as away:
        say(f"no answer for {PATIENCE} s ({type(away).__name__}); the same command goes on where this one stopped")
        return 1
    return _told(answer, asked, say)


def _answered(send: Callable[[], requests.Response], say: Callable[[str], None]) -> requests.Response:
    """Ask until it is done: after each part of a long file, and again where nobody answered."""
    last, waits, asked_again = time.monotonic(), 0, False
    while True:
        try:
            answer = send()
        except (requests.ConnectionError, requests.Timeout):
            if time.monotonic() - last > PATIENCE:
                raise
            answer = None
        if answer is not None and answer.status_code == 202:
            so_far = answer.json()
            say(f"  {so_far['reached']:,} of {so_far['rows']:,} rows, {so_far['events']:,} events so far")
            last, waits, asked_again = time.monotonic(), 0, True
            continue
        if answer is not None and not _busy(answer):
            if answer.headers.get("Idempotency-Replayed") and not asked_again:
                say("this file was brought in before, with the result below; nothing is done again (--again WORD brings it in anew)")
            return answer
        if answer is not None and time.monotonic() - last > PATIENCE and answer.status_code != 409:
            return answer
        asked_again = True
        time.sleep(min(0.2 * 2**waits, 2))
        waits += 1


def _busy(answer: requests.Response) -> bool:
    """Whether the service is away, or still works on what an interrupted command sent."""
    return answer.status_code == 503 or (answer.status_code == 409 and ":in-progress" in answer.text)


def _told(answer: requests.Response, asked: Any, say: Callable[[str], None]) -> int:
    try:
        body = answer.json()
    except ValueError:
        say(f"expected an answer of Merit, found {answer.status_code} {answer.reason}")
        return 1
    if answer.ok:
        say(f"{body['rows']:,} rows, {body['events']:,} events{', nothing written (dry run)' if body.get('dry_run') else ''}")
        for row in body.get("repeated", []):
            say(f"  row {row['row']} repeats row {row['as']} and was taken once")
        for row in body.get("replaces", []):
            say(f"  row {row['row']} {replacing(row)}")
        for row in body.get("set_aside", []):
            say(f"  row {row['row']} is about you: {row['status']} ({row['id']})")
        waiting = [row["id"] for row in body.get("set_aside", []) if row["status"] == "waiting"]
        if waiting and not asked.dry_run:
            # A few by their ids, which work at once; many by their file.
            few = " ".join(waiting) if len(waiting) <= NAMED else f"--file {shlex.quote(str(asked.file))}"
            for line in deciding(few, asked.agency, len(waiting)):
                say(line)
        return 0
    say(f"{body.get('title')}: {body.get('detail', '')}")
    for error in body.get("errors", []):
        told = replacing(error) if "fields" in error else ", ".join(f"{name} {value}" for name, value in error.items() if name != "row")
        say(f"  row {error.get('row')}: {told}")
    say(f"  {body.get('remedy', '')}")
    return 1
