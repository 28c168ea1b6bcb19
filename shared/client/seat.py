"""A person's way to Merit over HTTP: bearer token, Idempotency-Key, If-Match, and patience with what only needs time."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import requests

_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.0)


class Refusal(Exception):
    """Merit said no. `status` and `problem` (RFC 9457) are what it answered; the text says who asked for what."""

    def __init__(self, asked: str, status: int, problem: Mapping[str, Any]) -> None:
        said = "; ".join(
            f"{part}: {problem[part]}" for part in ("title", "detail", "expected", "found", "remedy", "errors") if problem.get(part)
        )
        super().__init__(f"{asked} was answered {status}. {said}")
        self.asked, self.status, self.problem = asked, status, problem


class Unreachable(Exception):
    """No answer within the patience; the same step can be played again without a second effect."""


@dataclass(frozen=True)
class Answer:
    """`version` is the ETag without its quotes: what a person who decides on this sends back as If-Match."""

    status: int
    body: Any
    version: str | None


@dataclass(frozen=True)
class Seat:
    """One person at one step: all commands of the step carry idempotency keys made of its name, so a repeated step has one effect.

    `addresses`: service → base URL. `token` gives a fresh bearer token (the launcher's tokens live shorter than a year is played).
    """

    addresses: Mapping[str, str]
    token: Callable[[], str]
    who: str
    step: str
    lines: requests.Session
    patience: float = 60
    """Seconds to wait for an answer, again and again, before it is Unreachable."""

    def get(self, service: str, path: str, **query: str) -> Answer:
        """Read; Refusal when Merit says no."""
        return self._ask("GET", service, path, params=query or None)

    def items(self, service: str, path: str, **query: str) -> list[dict[str, Any]]:
        """All rows of a list, page after page."""
        rows: list[dict[str, Any]] = []
        while True:
            page = self.get(service, path, **query).body
            rows += page["items"]
            if not page.get("next"):
                return rows
            query["cursor"] = page["next"]

    def post(self, service: str, path: str, body: Any = None, *, key: str = "", if_match: str | None = None) -> Answer:
        """Give a command. `key` tells several commands of one step apart (the path alone does when it is given once)."""
        return self._ask("POST", service, path, json={} if body is None else body, headers=self._heads(path + key, if_match))

    def ended(self, service: str, started: Answer) -> Any:
        """What came of a command that a job does (202): its result, once it has one. Refusal when it failed, Unreachable when it stands.

        What was answered at once is given back as it is.
        """
        if started.status != 202:
            return started.body
        seen, until, waits = None, time.monotonic() + self.patience, 0
        while True:
            job = self.get(service, f"/jobs/{started.body['id']}").body
            if job["status"] == "done":
                return job["result"]
            asked = f"{self.who}: the job {job['kind']} of {job['about']}"
            if job["status"] in ("failed", "cancelled"):
                problem = job["problem"] or {"detail": "It was cancelled."}
                raise Refusal(asked, problem.get("status", 409), problem)
            if job["done"] != seen:
                seen, until, waits = job["done"], time.monotonic() + self.patience, 0
            elif time.monotonic() > until:
                raise Unreachable(f"{asked}: nothing moved for {self.patience:g} s, after {job['done']} were done; does its worker run?")
            time.sleep(_PAUSES[min(waits, len(_PAUSES) - 1)])
            waits += 1

    def hand_in(self, service: str, path: str, content: bytes, name: str) -> Answer:
        """Import a CSV or XLSX file under its name."""
        kind = "text/csv" if name.endswith(".csv") else "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        heads = {**self._heads(path + name, None), "Content-Type": kind, "Content-Disposition": f'attachment; filename="{name}"'}
        return self._ask("POST", service, path, data=content, headers=heads)

    def on_what_is_shown(self, service: str, shown: str, path: str, body: Any = None) -> Answer:
        """Read `shown`, then give the command on what was seen there; what another changed meanwhile is read again."""
        for pause in _PAUSES:
            seen = self.get(service, shown)
            try:
                return self.post(service, path, body, if_match=seen.version)
            except Refusal as refusal:
                if refusal.status != 412:
                    raise
                time.sleep(pause)
        return self.post(service, path, body, if_match=self.get(service, shown).version)

    def _heads(self, about: str, if_match: str | None) -> dict[str, str]:
        key = hashlib.sha256(f"{self.step}\n{self.who}\n{about}".encode()).hexdigest()[:32]
        return {"Idempotency-Key": key, **({"If-Match": f'"{if_match}"'} if if_match is not None else {})}

    def _ask(self, method: str, service: str, path: str, **parts: Any) -> Answer:
        asked = f"{self.who}: {method} {service} {path}"
        url = f"{self.addresses[service]}/v1{path}"
        heads = parts.pop("headers", {})
        until = time.monotonic() + self.patience
        waits = 0
        while True:
            try:
                reply = self.lines.request(
                    method, url, headers={"Authorization": f"Bearer {self.token()}", **heads}, timeout=(5, 60), **parts
                )
                in_progress = reply.status_code == 409 and str(_problem(reply).get("type", "")).endswith(":in-progress")
                if reply.status_code != 503 and not in_progress:
                    return self._answer(asked, reply)
                trouble = f"{reply.status_code} {reply.text[:200]}"
            except (requests.ConnectionError, requests.Timeout) as failure:
                trouble = str(failure)
            if time.monotonic() > until:
                raise Unreachable(f"{asked}: no answer within {self.patience:g} s, last: {trouble}; is Merit up?")
            time.sleep(_PAUSES[min(waits, len(_PAUSES) - 1)])
            waits += 1

    def _answer(self, asked: str, reply: requests.Response) -> Answer:
        if reply.status_code >= 400:
            raise Refusal(asked, reply.status_code, _problem(reply))
        tag = reply.headers.get("ETag")
        return Answer(reply.status_code, reply.json() if reply.content else None, tag.removeprefix("W/").strip('"') if tag else None)


def _problem(reply: requests.Response) -> dict[str, Any]:
    try:
        body = reply.json()
    except ValueError:
        return {"detail": reply.text[:500]}
    return body if isinstance(body, dict) else {"detail": str(body)}
