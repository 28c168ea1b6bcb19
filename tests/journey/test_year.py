"""The year of all places as one: the same on both buses, made anew from its facts, played once, and every event of it as promised."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import pytest

from scenario import finding
from shared.events.schemas import faults
from tests.support.year import SERVICES, STAYS, Year, running

pytestmark = [pytest.mark.journey, pytest.mark.timeout(1200)]


@pytest.mark.parametrize("place", finding.names())
def test_every_event_of_the_year_keeps_its_contract(place: str, each_year: Year) -> None:
    events = each_year.of(place).events
    assert {event["type"]: wrong for event in events if (wrong := faults(event))} == {} and len(events) > 500


@pytest.mark.parametrize("place", finding.names())
def test_the_year_is_the_same_on_both_buses(place: str, embedded_year: Year, kafka_year: Year) -> None:
    """The interrupted year on the embedded bus and the undisturbed one on Kafka: the same amounts and reasons."""
    assert kafka_year.of(place).rows == embedded_year.of(place).rows != []


def test_it_is_told_in_the_same_words_on_both_buses(embedded_year: Year, kafka_year: Year) -> None:
    assert kafka_year.told == embedded_year.told


def test_no_code_is_shown_raw_in_either_language(embedded_year: Year) -> None:
    """A code without words stands in angles."""
    told = {"report": embedded_year.told, "report in English": embedded_year.merit("scenario", "report", "--lang", "en")}
    for command in re.findall(r"sasarannya dengan:  \./merit explain (\S+ \S+ --agency \S+)$", embedded_year.told, re.MULTILINE):
        told |= {f"{command} {language}": embedded_year.merit("explain", *command.split(), "--lang", language) for language in ("id", "en")}
    assert len(told) == 2 + 2 * len(finding.names()) and [what for what, text in told.items() if "‹" in text] == []


def test_views_made_anew_give_the_same_year(each_year: Year) -> None:
    before = each_year.report()
    for service in SERVICES:
        assert "generation 2" in each_year.merit("rebuild", service)
    assert each_year.report() == before and each_year.tell() == each_year.told


def test_a_played_year_is_not_played_twice(embedded_year: Year) -> None:
    before = [len(embedded_year.feed(service)) for service in SERVICES]
    assert embedded_year.merit("scenario", "play") == "0 steps played\n" and len(finding.steps(finding.names())) > 1000
    assert [len(embedded_year.feed(service)) for service in SERVICES] == before


def test_merit_started_empty_is_ready_plays_nothing_and_stops_on_sigterm(tmp_path: Path) -> None:
    with running(tmp_path / "home", {}, "up", "--scenario", "none") as up:
        up.wait_for(STAYS, 120)
        assert "the year is played" not in up.said
        assert up.stop(signal.SIGTERM) == 0 and "everything is stopped" in up.said
