"""What dies is brought back with back-off, those first on which the others rest; what dies again and again is given up, in words."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from shared.local.processes import Death
from shared.local.supervising import Part, Supervisor

PAUSES = (0.0, 0.05, 0.1)


class Fragile:
    """A part that is dead when told so, and whose start fails so many times."""

    def __init__(self, name: str, order: list[str], fails: int = 0, dies_again: bool = False) -> None:
        self.name, self.order, self.fails, self.dies_again, self.dead = name, order, fails, dies_again, False
        self.trouble: Exception = RuntimeError("its port is in use")

    def start(self) -> None:
        self.order.append(self.name)
        if self.fails:
            self.fails -= 1
            raise self.trouble
        self.dead = self.dies_again

    @property
    def part(self) -> Part:
        return Part(self.name, lambda: Death(self.name, -9, ("last words",)) if self.dead else None, self.start)


@pytest.fixture
def supervised():
    made = []

    def begin(*parts: Fragile, heard: list[str]) -> Supervisor:
        made.append(Supervisor([one.part for one in parts], heard.append, PAUSES))
        made[-1].begin()
        return made[-1]

    yield begin
    for supervisor in made:
        supervisor.end()


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert true()


def test_what_others_rest_on_is_brought_back_first(supervised):
    order, heard = [], []
    database, service = Fragile("database", order), Fragile("service", order)
    database.dead = service.dead = True
    supervised(database, service, heard=heard)
    until(lambda: not (database.dead or service.dead))
    assert order == ["database", "service"]
    assert "database ended by SIGKILL" in heard[0] and "last words" in heard[0] and "database runs again" in heard[1]


@pytest.mark.parametrize("trouble", [RuntimeError("its port is in use"), OSError(28, "No space left on device"), ValueError("no")])
def test_a_start_that_fails_is_tried_again(supervised, trouble):
    order, heard = [], []
    database = Fragile("database", order, fails=2)
    database.dead, database.trouble = True, trouble
    supervisor = supervised(database, heard=heard)
    until(lambda: not database.dead)
    assert order == ["database"] * 3 and any(str(trouble) in line for line in heard) and supervisor.gave_up is None


def test_looking_that_fails_ends_it_in_words(supervised):
    heard: list[str] = []
    supervisor = Supervisor([Part("x", lambda: 1 // 0, lambda: None)], heard.append, PAUSES)
    supervisor.begin()
    until(lambda: supervisor.gave_up is not None)
    assert "looking after the processes failed" in supervisor.gave_up
    supervisor.end()


def test_what_dies_again_and_again_is_given_up_with_the_reason(supervised):
    order, heard = [], []
    service = Fragile("service", order, dies_again=True)
    service.dead = True
    supervisor = supervised(service, heard=heard)
    until(lambda: supervisor.gave_up is not None)
    assert len(order) == len(PAUSES)
    assert "service died 4 times" in supervisor.gave_up and "last words" in supervisor.gave_up


def test_what_dies_while_a_server_of_somebody_elses_is_away_is_not_given_up():
    order, heard, away = [], [], [True]
    service = Fragile("service", order, dies_again=True)
    service.dead = True
    supervisor = Supervisor([service.part], heard.append, (0.0, 0.01), excused=lambda: away[0])
    supervisor.begin()
    until(lambda: len(order) > 4)
    assert supervisor.gave_up is None
    away.clear(), away.append(False)
    until(lambda: supervisor.gave_up is not None)
    supervisor.end()


def test_nothing_is_brought_back_once_it_pauses(supervised):
    order: list[str] = []
    service = Fragile("service", order)
    supervisor = supervised(service, heard=[])
    supervisor.pause()
    service.dead = True
    time.sleep(0.5)
    assert order == []
