"""How test processes that run side by side (pytest-xdist) share the work: what is made once stays together, the longest begins."""

from __future__ import annotations

import os
from pathlib import PurePosixPath

import pytest
from xdist.scheduler.loadfile import LoadFileScheduling

LONGEST_FIRST = ("journey", "slow", "fault", "integration", "deploy", "contract")
"""The folders in the order in which they are begun, all others after them; `slow`: files of any folder with a test so marked."""
TOGETHER = ("journey", "deploy")
"""Folders whose fixtures serve all their files (a played year, a guarded broker): one process runs the whole folder."""


def alone() -> bool:
    """Whether no other test process runs beside this one, or beside the one that started it."""
    return "PYTEST_XDIST_WORKER" not in os.environ


def is_one_of_many(config: pytest.Config) -> bool:
    """Whether this process is handed its tests by another."""
    return hasattr(config, "workerinput")


def unit_of_work(nodeid: str) -> str:
    """What one process runs as a whole: the file of the test, or its folder."""
    file = PurePosixPath(nodeid.partition("::")[0])
    return str(file.parent if file.parent.name in TOGETHER else file)


def longest_first(items: list[pytest.Item]) -> list[pytest.Item]:
    """So that the end is not one long file alone. Units stay whole, and within a unit the order stays."""
    slow = {unit_of_work(item.nodeid) for item in items if item.get_closest_marker("slow")}

    def place(item: pytest.Item) -> int:
        names = {item.path.parent.name} | ({"slow"} if unit_of_work(item.nodeid) in slow else set())
        return min((LONGEST_FIRST.index(name) for name in names if name in LONGEST_FIRST), default=len(LONGEST_FIRST))

    return sorted(items, key=place)


class ByUnitOfWork(LoadFileScheduling):
    """Hands out units of work in the order of the collection."""

    def __init__(self, config: pytest.Config, log: object = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return unit_of_work(nodeid)
