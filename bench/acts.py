"""Many acts by one request: how many a second, beside the same acts sent one by one."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from bench import ground
from tests.support.appraisal_office import ASSESSOR, Office
from tests.support.many_acts import Act, deliveries, opened, people, progress, scores, sent

PEOPLE, GOAL = 160, 300


def one_by_one(office: Office, acts: list[Act], token: str) -> None:
    for act in acts:
        office.post(act["to"].removeprefix("/v1"), token, act.get("body"), act.get("version"))


def together(office: Office, acts: list[Act], token: str) -> None:
    refused = sent(office, acts, token)["refused"]
    if refused:
        raise SystemExit(f"expected no act to be refused, found {refused}")


def main() -> list[str]:
    """Three scores and a delivery of so many people, by their assessor."""
    lines = ["| acts | one by one, acts/s | together, acts/s | ratio |", "|---|---|---|---|"]
    ways: tuple[Callable[[Office, list[Act], str], Any], ...] = (one_by_one, together)
    found: dict[str, list[float]] = {"scores": [], "deliveries": []}
    with ground.server() as server:
        for number, way in enumerate(ways):
            with opened(server.admin_url, f"bench_acts_{number}", PEOPLE) as office:
                office.web.app.test_client_class = FlaskClient  # without holding each answer against its description
                progress(office, people(PEOPLE))
                for what, acts in (("scores", scores(people(PEOPLE))), ("deliveries", deliveries(people(PEOPLE)))):
                    token, began = office.web.token(*ASSESSOR), time.perf_counter()
                    way(office, acts, token)
                    found[what].append(len(acts) / (time.perf_counter() - began))
    lines += [f"| {what} | {alone:,.0f} | {many:,.0f} | {many / alone:.1f} |" for what, (alone, many) in found.items()]
    least = min(many for _, many in found.values())
    return [*lines, "", f"- together: {ground.goal(least, GOAL, 'acts/s')}"]
