"""`merit waiting`, `merit confirm`, `merit reject`: rows of imports that wait for a second person, listed and decided."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import requests

from shared.events.registry import split_type
from shared.process.finding import load_service, service_names

SECONDS = 60
Say = Callable[[str], None]


class Refusal(Exception):
    """The service said no; the text is its problem in words."""


def deciding(what: str, agency: str, rows: int) -> Iterator[str]:
    """The lines that tell who imported how many rows wait, and the commands for somebody else. `what`: ids, or the file."""
    yield f"{rows} row{' is' if rows == 1 else 's are'} about you, for a second person with the role hr to decide:"
    yield f"  ./merit waiting {what} --agency {agency}"
    yield f"  ./merit confirm {what} --agency {agency} --as SECOND-PERSON"
    yield f"  ./merit reject {what} --agency {agency} --as SECOND-PERSON --reason REASON"


def show(home: Any, asked: Any, say: Say = print) -> int:
    """List what waits (or was decided): whom it is about, what it would bring now, and what would no longer stand."""
    return _each(_Caller(home, asked), asked, _shown, say, status=asked.status)


def confirm(home: Any, asked: Any, say: Say = print) -> int:
    """Carry the rows out, as a second person."""

    def confirmed(caller: _Caller, service: str, row: str) -> list[str]:
        done = caller.decide(service, row, "confirmation", {"replace": "true" if asked.replace else "false"}, None)
        return [f"{row}: confirmed, {len(done['events'])} events"]

    return _each(_Caller(home, asked), asked, confirmed, say)


def reject(home: Any, asked: Any, say: Say = print) -> int:
    """End the rows without effect, with a reason."""

    def rejected(caller: _Caller, service: str, row: str) -> list[str]:
        caller.decide(service, row, "rejection", {}, {"reason": asked.reason})
        return [f"{row}: rejected"]

    return _each(_Caller(home, asked), asked, rejected, say)


class _Caller:
    """Asks the running services in somebody's name."""

    def __init__(self, home: Any, asked: Any) -> None:
        set_aside = [name for name in service_names() if any(view.name == "set_aside" for view in load_service(name).views)]
        self._urls = {name: home.run["services"][name] for name in set_aside if name in home.run["services"]}
        self._heads = {"Authorization": f"Bearer {home.token(asked.who, asked.agency, ['employee', 'hr'])}"}
        self._who = asked.who

    def _ask(self, method: str, service: str, path: str, **sent: Any) -> Any:
        heads = self._heads | sent.pop("headers", {})
        answer = requests.request(method, f"{self._urls[service]}/v1/imports/set-aside{path}", headers=heads, timeout=SECONDS, **sent)
        found = answer.json() if "json" in answer.headers.get("Content-Type", "") else {}
        if not answer.ok:
            told = (found.get("title", answer.status_code), found.get("detail", answer.reason), found.get("remedy", ""))
            raise Refusal("{}: {} {}".format(*told).strip())
        return found

    def listed(self, status: str, file: Path | None) -> Iterator[tuple[str, str]]:
        """(service, id) of all rows with this status, of all files or one."""
        digest = {} if file is None else {"file": hashlib.sha256(file.read_bytes()).hexdigest()}
        for service in self._urls:
            wanted: dict[str, str] | None = {"status": status, **digest}
            while wanted:
                page = self._ask("GET", service, "", params=wanted)
                yield from ((service, one["id"]) for one in page["items"])
                wanted = {"status": status, **digest, "cursor": page["next"]} if page["next"] else None

    def of(self, row: str) -> str:
        """The service that keeps the row."""
        refused = Refusal("expected a service that runs here; found none")
        for service in self._urls:
            try:
                self.row(service, row)
            except Refusal as said:
                refused = said
            else:
                return service
        raise refused

    def row(self, service: str, row: str) -> dict[str, Any]:
        return self._ask("GET", service, f"/{row}")

    def decide(self, service: str, row: str, how: str, parameters: Mapping[str, str], body: Mapping[str, str] | None) -> dict[str, Any]:
        # The same command again has one effect, and tells the same.
        key = hashlib.sha256(f"{row} {how} {sorted(parameters.items())} {body} {self._who}".encode()).hexdigest()
        return self._ask("POST", service, f"/{row}/{how}", params=parameters, json=body, headers={"Idempotency-Key": key})


def _each(caller: _Caller, asked: Any, act: Callable[[_Caller, str, str], Sequence[str]], say: Say, status: str = "waiting") -> int:
    """Do one thing with each row that was named, by its id or by its file; 1 when one of them was refused."""
    if (asked.rows and asked.file) or (act is not _shown and not asked.rows and not asked.file):
        say(f"expected ids or a file, found {'both' if asked.rows else 'neither'}; `merit waiting` lists what waits")
        return 2
    refused = False
    try:
        named = [(caller.of(row), row) for row in asked.rows] if asked.rows else list(caller.listed(status, asked.file))
        for service, row in named:
            try:
                for line in act(caller, service, row):
                    say(line)
            except Refusal as no:
                say(f"{row}: {no}")
                refused = True
        if not named:
            say("nothing waits" if status == "waiting" else "none")
    except Refusal as no:
        say(str(no))
        return 1
    except requests.RequestException as away:
        say(f"no answer ({type(away).__name__}); give the same command again")
        return 1
    return int(refused)


def _shown(caller: _Caller, service: str, row: str) -> list[str]:
    waiting = caller.row(service, row)
    lines = [
        f"{row}: {waiting['action']}, row {waiting['row']} of the file {waiting['file_digest'][:12]}…,"
        f" about {waiting['employee']}, handed in by {waiting['asked_by']}: {waiting['status']}"
        + (f" by {waiting['decided_by']}" if "decided_by" in waiting else "")
    ]
    lines += [f"  brings {split_type(one['type'])[0].rpartition('.')[2]}: {_fields(one['data'])}" for one in waiting.get("brings", ())]
    lines += [f"  {replacing(one)}" for one in waiting.get("replaces", ())]
    if refused := waiting.get("refused"):
        lines.append(f"  would be refused: expected {refused['expected']}, found {refused['found']}; {refused['remedy']}")
    return lines


def _fields(data: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in data.items())


def replacing(row: Mapping[str, Any]) -> str:
    """What a row would put in place of something else, in words."""
    fields = ", ".join(f"{name} {one['stood']} → {one['would']}" if one else name for name, one in row["fields"].items())
    said = f", said by {row['by']} on {row['recorded'][:10]}" if row["by"] else ""
    return f"replaces {row['what']}: {fields}{said}{', a correction' if row['corrected'] else ''}"
