"""Discipline: the ladder as read, the rung that days reach, what a rung means on a day, and a sanction's life (PP 94/2021)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.personnel.domain.discipline import Absence, DisciplineRules, Rung, days_of_year, read_discipline, rung_for
from services.personnel.domain.sanction import SANCTION, Impose, Lift, counts, end_of, runs, sanction_name
from services.personnel.events import SanctionImposed, SanctionLifted, SanctionTerms
from services.personnel.tables import LADDERS
from shared.kernel.refusal import Refused
from tests.support.deciding import given, wrong_setting

CUT = {"from": "2026-01-01", "basis": "Perwal 12/2025 Pasal 20", "substitute": "step_delay", "substitute_months": 12}
LAW = "PP 94/2021 Pasal 9-11"
WARN = {"code": "warn", "from_days": 3, "to_days": 5, "level": "light", "effect": "warning"}
LESS = {"code": "less", "from_days": 6, "to_days": 20, "level": "medium", "effect": "allowance_cut", "months": 6, "percent": 25}
OUT = {"code": "out", "from_days": 21, "to_days": None, "level": "heavy", "effect": "dismissal"}
ROW = {"code": "row", "days_in_row": 10, "level": "heavy", "effect": "dismissal"}
OWN = (
    Rung("warn", 3, 5, "light", "warning", None, None),
    Rung("less", 6, 20, "medium", "allowance_cut", 6, 25),
    Rung("out", 21, None, "heavy", "dismissal", None, None),
    Rung("row", None, None, "heavy", "dismissal", None, None, 10),
)


def settings(*rungs: dict[str, Any], cut: dict[str, Any] = CUT, **more: Any) -> dict[str, Any]:
    return {"ladder": list(rungs) if rungs else "pp-94-2021", "basis": LAW, "allowance_cut": cut, **more}


def read(said_: dict[str, Any], **how: bool) -> DisciplineRules:
    return read_discipline(said_, LADDERS, **how)


# --- the rules as read ---


def test_a_rule_set_names_a_ladder_or_writes_its_own():
    rules = DisciplineRules(LADDERS["pp-94-2021"], ("PNS", "CPNS"), LAW, date(2026, 1, 1), "Perwal 12/2025 Pasal 20", "step_delay", 12)
    assert read(settings()) == rules
    assert read(settings(WARN, LESS, OUT, ROW, employments=["PNS"])) == replace(rules, ladder=OWN, employments=("PNS",))
    assert read(settings(WARN, LESS, ROW, OUT)).ladder == (OWN[0], OWN[1], OWN[3], OWN[2])
    later = {"from": None, "substitute": "rank_delay", "substitute_months": 60}
    no_cut = replace(rules, cuts_from=None, cut_basis=None, substitute="rank_delay", substitute_months=60)
    assert read(settings(cut=later)) == no_cut
    kept = later | {"basis": "Perwal 12/2025 Pasal 20", "substitute_months": 1}
    assert read(settings(cut=kept)) == replace(no_cut, cut_basis="Perwal 12/2025 Pasal 20", substitute_months=1)


def test_a_rung_at_every_limit():
    first = {"code": "a", "from_days": 1, "to_days": 1, "level": "light", "effect": "post_release", "months": 1, "percent": 1}
    last = {"code": "b", "from_days": 2, "to_days": 366, "level": "heavy", "effect": "demotion", "months": 60, "percent": 100}
    assert read(settings(first, last)).ladder == (
        Rung("a", 1, 1, "light", "post_release", 1, 1), Rung("b", 2, 366, "heavy", "demotion", 60, 100),
    )  # fmt: skip
    assert [read(settings(ROW | {"days_in_row": days})).ladder[0].in_row for days in (2, 366)] == [2, 366]
    assert read(settings(OUT | {"from_days": 366, "to_days": 366})).ladder[0].least == 366


@pytest.mark.parametrize(("wrong", "place"), [
    *((settings(LESS | {name: value}), f"ladder[0].{name}") for name, value in (
        ("code", "two.words"), ("from_days", 0), ("from_days", 367), ("to_days", 5), ("to_days", 367), ("level", "mild"),
        ("effect", "prison"), ("months", 0), ("months", 61), ("percent", 0), ("percent", 101), ("surplus", 1),
    )),
    *((settings(ROW | {name: value}), f"ladder[0].{name}") for name, value in (
        ("days_in_row", 1), ("days_in_row", 367), ("from_days", 3), ("to_days", 4), ("months", 0),
    )),
    (settings({name: value for name, value in WARN.items() if name != "to_days"}), "ladder[0].to_days"),
    (settings({name: value for name, value in WARN.items() if name != "from_days"}), "ladder[0].from_days"),
    (settings(WARN, OUT), "ladder"),
    (settings(WARN, LESS | {"from_days": 5}), "ladder"),
    (settings(WARN, OUT | {"from_days": 6}, LESS | {"from_days": 21, "to_days": 30}), "ladder"),
    (settings(WARN, ROW, OUT), "ladder"),
    (settings() | {"ladder": []}, "ladder"),
    (settings() | {"ladder": "pp-53-2010"}, "ladder"),
    (settings() | {"ladder": 3}, "ladder"),
    (settings(employments=[]), "employments"),
    (settings(basis="custom"), "basis"),
    (settings(surplus=1), "surplus"),
    *((settings(cut=CUT | {name: value}), f"allowance_cut.{name}") for name, value in (
        ("from", "soon"), ("basis", "custom"), ("substitute", "prison"), ("substitute_months", 0), ("substitute_months", 61),
        ("surplus", 1),
    )),
    (settings(cut={name: value for name, value in CUT.items() if name != "from"}), "allowance_cut.from"),
    (settings(cut={name: value for name, value in CUT.items() if name != "basis"}), "allowance_cut"),
])  # fmt: skip
def test_a_ladder_that_cannot_be_used_is_refused_with_its_place(wrong: dict[str, Any], place: str):
    with pytest.raises(Refused) as caught:
        read(wrong)
    assert wrong_setting(caught.value) == place


def test_what_was_published_stays_readable():
    assert read(settings(surplus=1), published=True) == read(settings())


# --- the rung that days reach, and what it means on a day ---


@for_all(days=st.integers(0, 366), row=st.integers(0, 366))
def test_the_heaviest_rung_that_holds_is_the_last_of_the_ladder(days: int, row: int):
    expected = "row" if row >= 10 else "out" if days >= 21 else "less" if days >= 6 else "warn" if days >= 3 else None
    found = rung_for(days, row, OWN)
    assert (found.code if found else None) == expected


def test_a_rung_by_days_in_a_row_asks_nothing_of_the_sum_and_the_other_way_round():
    assert [OWN[3].reached(days, row) for days, row in ((300, 9), (0, 10), (0, 11))] == [False, True, True]
    assert [OWN[0].reached(days, 300) for days in (2, 3, 5, 6)] == [False, True, True, False]
    assert not replace(OWN[3], in_row=None).reached(300, 300)


def test_pp_94_2021_art_42_a_cut_holds_from_its_day_on_and_its_substitute_before():
    rules = replace(read(settings()), cuts_from=date(2026, 7, 1))
    cut = SanctionTerms("less", "medium", "allowance_cut", 25, 6, "Perwal 12/2025 Pasal 20")
    substitute = SanctionTerms("less", "medium", "step_delay", None, 12, LAW)
    assert [rules.terms(OWN[1], date(2026, *day)) for day in ((6, 30), (7, 1), (7, 2))] == [substitute, cut, cut]
    assert replace(rules, cuts_from=None).terms(OWN[1], date(2090, 1, 1)) == substitute
    assert replace(rules, cut_basis=None).terms(OWN[1], date(2026, 7, 1)) == replace(cut, basis=LAW)
    other = replace(OWN[2], effect="demotion", months=12, percent=5)
    assert rules.terms(other, date(2026, 7, 1)) == SanctionTerms("out", "heavy", "demotion", 5, 12, LAW)


def test_an_imported_total_covers_what_was_recorded_unless_more_was():
    months = (Absence(2, "e1"), Absence(0, "e2"), Absence(3, "e3"))
    recorded = (5, (months[0], months[2]))
    assert days_of_year(months, None) == recorded == days_of_year(months, Absence(4, "old"))
    for days in (5, 6):
        assert days_of_year(months, Absence(days, "old")) == (days, (Absence(days, "old"),))
    assert days_of_year((), Absence(0, "old")) == days_of_year((), None) == (0, ())


# --- a sanction's life ---

SINCE, UNTIL = date(2026, 4, 1), date(2026, 9, 30)
TERMS = SanctionTerms("allowance-cut-6", "medium", "allowance_cut", 25, 6, "PP 94/2021 Pasal 11")
IMPOSE = Impose("s1", "cut-2025", TERMS, SINCE, UNTIL, "860/1")
IMPOSED = SanctionImposed("s1", "cut-2025", "allowance-cut-6", "medium", "allowance_cut", 25, SINCE, UNTIL, "PP 94/2021 Pasal 11", "860/1")
LIFT = Lift("s1", "cut-2025", date(2026, 7, 1), "860/2", "boss")
LIFTED = SanctionLifted("s1", "cut-2025", date(2026, 7, 1), "860/2")


def test_a_sanction_is_imposed_once_and_its_last_day_may_be_its_first():
    given(SANCTION).when(replace(IMPOSE, until=SINCE)).then(replace(IMPOSED, until=SINCE))
    given(SANCTION).when(replace(IMPOSE, until=None)).then(replace(IMPOSED, until=None))
    given(SANCTION, IMPOSED, LIFTED).when(replace(IMPOSE, document="860/9")).then()
    given(SANCTION).when(replace(IMPOSE, until=SINCE - timedelta(days=1))).then_refused("sanction-term", 422)


@pytest.mark.parametrize(("past", "change", "found"), [
    ([], {}, ("unknown-sanction", 404)),
    ([IMPOSED], {"decided_by": "s1"}, ("own-sanction", 403)),
    ([IMPOSED], {"on": SINCE - timedelta(days=1)}, ("lifting-date", 422)),
    ([IMPOSED], {"on": UNTIL + timedelta(days=1)}, ("lifting-date", 422)),
    ([IMPOSED, LIFTED], {"on": date(2026, 7, 2)}, ("sanction-lifted", 409)),
    ([LIFTED, IMPOSED], {"document": "860/3"}, ("sanction-lifted", 409)),
])  # fmt: skip
def test_a_lifting_that_cannot_be(past: list, change: dict[str, Any], found: tuple[str, int]):
    assert given(SANCTION, *past).when(replace(LIFT, **change)).refusal == found


def test_what_has_no_term_may_be_lifted_on_any_later_day():
    given(SANCTION, replace(IMPOSED, until=None), "something else").when(replace(LIFT, on=date(2090, 1, 1))).then(
        replace(LIFTED, on=date(2090, 1, 1))
    )
    given(SANCTION, IMPOSED, LIFTED).when(LIFT).then()
    for edge in (SINCE, UNTIL):
        given(SANCTION, IMPOSED).when(replace(LIFT, on=edge)).then(replace(LIFTED, on=edge))
    for until, told in ((UNTIL, "a day from 2026-04-01 to 2026-09-30, its last"), (None, "a day from 2026-04-01")):
        with pytest.raises(Refused) as caught:
            given(SANCTION, replace(IMPOSED, until=until)).when(replace(LIFT, on=SINCE - timedelta(days=1))).then()
        assert caught.value.expected == told


def test_a_sanction_runs_from_the_moment_it_begins_to_the_end_of_its_last_day():
    began, second = datetime(2026, 3, 31, 17, tzinfo=UTC), timedelta(seconds=1)
    end = datetime(2026, 9, 30, 17, tzinfo=UTC)
    assert (end_of(IMPOSED, began), end_of(replace(IMPOSED, until=None), began)) == (end, None)
    assert end_of(replace(IMPOSED, until=SINCE), began) == began + timedelta(days=1)
    assert [runs(IMPOSED, began, None, now) for now in (began - second, began, end - second, end)] == [False, True, True, False]
    lifted = datetime(2026, 7, 1, tzinfo=UTC)
    assert [runs(IMPOSED, began, lifted, now) for now in (lifted - second, lifted)] == [True, False]
    for_ever, warning = replace(IMPOSED, until=None), replace(IMPOSED, until=None, effect="warning")
    assert [runs(one, began, None, end + timedelta(days=9999)) for one in (for_ever, warning)] == [True, False]
    assert runs(replace(warning, until=UNTIL), began, None, began) and not runs(warning, began, None, began)


@pytest.mark.parametrize(("change", "lifted", "after", "counted"), [
    ({}, None, UNTIL, True), ({}, None, UNTIL + timedelta(days=1), False),
    ({"level": "heavy", "until": None}, None, SINCE, True), ({"level": "heavy", "until": None}, None, SINCE + timedelta(days=1), False),
    ({"level": "light"}, None, SINCE, False),
    ({}, SINCE, SINCE, False), ({}, SINCE - timedelta(days=1), SINCE, False), ({}, SINCE + timedelta(days=1), UNTIL, True),
])  # fmt: skip
def test_what_stands_in_the_record(change: dict[str, Any], lifted: date | None, after: date, counted: bool):
    lifting = None if lifted is None else replace(LIFTED, on=lifted)
    assert counts(replace(IMPOSED, **change), lifting, after) is counted


def test_a_sanctions_name():
    assert sanction_name("written-warning", "2026-Q1") == "written-warning-2026-q1"
