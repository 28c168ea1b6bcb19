"""Plaju's files: complete, consistent, accepted by the services' own rules, and leading to the results that its year tells of."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from fractions import Fraction

import pytest

from scenario.make_files import spreadsheet
from scenario.place import SERVICE_OF_RULES
from scenario.plaju import PLAJU
from scenario.plaju.careers import MEMBERS, PROGRAMME
from scenario.plaju.year import steps
from scenario.steps import in_order
from services.appraisal.domain import rating
from services.appraisal.domain.quadrant import Rating
from services.appraisal.domain.rules import read_settings
from services.appraisal.tables import TABLES
from services.feedback.domain.skm import survey_rules, two_decimals
from services.personnel.domain.nip import check_nip
from shared.http.rule_sets import RuleSetBody
from shared.kernel.money import exact
from shared.process.finding import load_service

MONTHS = [f"2026-{number:02d}" for number in range(1, 13)]
QUARTERS = [f"2026-Q{number}" for number in range(1, 5)]


def _achieved() -> dict[tuple[str, str, str], str]:
    return {
        (row["Kode Pegawai"], row["Kode Sasaran"], row["Bulan"]): row["Realisasi"]
        for month in MONTHS
        for row in PLAJU.rows(f"imports/achievements-{month}.csv")
    }


def test_there_are_people_of_every_kind_with_assessors_and_offices() -> None:
    people = PLAJU.rows("sheets/people.csv")
    kinds = Counter(row["Jenis"] for row in people)
    assert len(people) >= 12 and kinds["PNS"] and kinds["PPPK"] and kinds["CPNS"] == 1
    assert {row["Unit"] for row in people} <= {row["Kode Unit"] for row in PLAJU.rows("imports/units.csv")}
    assert {PLAJU.officer(role) for role in ("hr", "treasurer", "approver", "admin", "complaint-officer")} <= set(PLAJU.people())
    assert PLAJU.officer("kiosk") not in PLAJU.people() and PLAJU.roles(PLAJU.officer("kiosk")) == ("kiosk",)
    lines = PLAJU.lines()
    assert set(PLAJU.people()) - set(lines) == {PLAJU.officer("approver")}
    assert [person for person, (_, superior) in lines.items() if not superior] == ["p16"]


def test_numbers_are_valid_and_invented() -> None:
    people = PLAJU.rows("sheets/people.csv")
    assert all(check_nip(row["NIP"], row["Jenis"]) == row["NIP"] and int(row["NIP"][-3:]) >= 900 for row in people)
    assert len({row["NIP"] for row in people}) == len(people)


def test_spreadsheets_hold_what_their_text_says() -> None:
    for source in (PLAJU.folder / "sheets").glob("*.csv"):
        assert spreadsheet(source) == PLAJU.content(f"imports/{source.stem}.xlsx"), f"run python -m scenario.make_files for {source.name}"


@pytest.mark.parametrize("kind", sorted(PLAJU.rules()))
def test_rule_sets_are_accepted_and_cite_the_local_regulation_and_the_law(kind: str) -> None:
    rules = RuleSetBody().load(PLAJU.rules()[kind])
    load_service(SERVICE_OF_RULES[kind]).check_rules[kind](rules["settings"])
    assert "(rekaan)" in rules["sources"][0] and len(rules["sources"]) >= 2


def test_plans_weigh_a_hundred_and_every_month_is_measured() -> None:
    targets = PLAJU.rows("sheets/targets.csv")
    weights: dict[str, int] = defaultdict(int)
    for row in targets:
        weights[row["Kode Pegawai"]] += int(row["Bobot"])
    assert set(weights) == set(PLAJU.lines()) and set(weights.values()) == {100}
    assert set(_achieved()) == {(row["Kode Pegawai"], row["Kode Sasaran"], month) for row in targets for month in MONTHS}


def test_results_lead_to_the_predicates_that_the_year_tells_of() -> None:
    rules = read_settings("plaju-kinerja@1", PLAJU.rules()["appraisal"]["settings"], TABLES)
    marked = {(row["Kode Pegawai"], row["Periode"]): row["Nilai"] for row in PLAJU.rows("played/behaviour.csv")}
    words = {"di atas": Rating.ABOVE, "di bawah": Rating.BELOW}
    achieved, directions = _achieved(), {"lebih tinggi": "higher", "lebih rendah": "lower"}

    def predicate(person: str, quarter: int) -> str:
        parts = []
        for row in (one for one in PLAJU.rows("sheets/targets.csv") if one["Kode Pegawai"] == person):
            values = [exact(achieved[person, row["Kode Sasaran"], month]) for month in MONTHS[3 * quarter : 3 * quarter + 3]]
            reached = rating.achievement(values, exact(row["Target"]), directions[row["Arah"]], rules.policy)
            parts.append((int(row["Bobot"]), reached))
        result = rating.rate(rating.weighted(parts), rules.policy)
        behaviour = words.get(marked.get((person, QUARTERS[quarter]), ""), Rating.AS)
        return str(rules.quadrant.judge(result, behaviour).predicate)

    assert [predicate("p1", quarter) for quarter in range(4)] == ["kurang", "butuh_perbaikan", "sangat_baik", "baik"]
    assert [predicate("p8", quarter) for quarter in range(4)] == ["baik", "sangat_baik", "sangat_baik", "sangat_baik"]
    assert {predicate("p6", quarter) for quarter in range(4)} == {"baik"}


def test_the_survey_s_index_rises_after_the_training_falls_elsewhere_and_is_what_the_targets_report() -> None:
    rules = survey_rules(PLAJU.rules()["survey"]["settings"], "plaju-skm@1")
    found: dict[tuple[str, str], list[dict[str, int]]] = defaultdict(list)
    counted = [(row["Periode"], row) for row in PLAJU.rows("played/counter-survey.csv")]
    for period, row in [*counted, *((q, row) for q in QUARTERS for row in PLAJU.rows(f"imports/survey-answers-{q.lower()}.csv"))]:
        found[row["Unit"], period].append({f"U{number}": int(row[f"U{number}"]) for number in range(1, 10)})
    index = {key: rules.index(answers) for key, answers in found.items()}
    assert [two_decimals(index["puskesmas", period]) for period in QUARTERS] == ["74.54", "82.41", "83.33", "84.26"]
    assert [two_decimals(index["disperkim", period]) for period in QUARTERS] == ["78.47", "79.86", "74.31", "79.17"]
    achieved = _achieved()
    for person, unit in (("p10", "puskesmas"), ("p12", "disperkim")):
        told = [Fraction(achieved[person, "indeks-kepuasan", month]) for month in MONTHS]
        assert told == [index[unit, period] for period in QUARTERS for _ in range(3)]


def test_everybody_rated_is_rated_by_three_colleagues_at_least_and_never_by_the_assessor() -> None:
    rows, lines = PLAJU.rows("played/peers.csv"), PLAJU.lines()
    raters = Counter((row["Periode"], row["Dinilai"]) for row in rows)
    assert {person for _, person in raters} >= {"p1", *MEMBERS} and min(raters.values()) >= 3
    assert all(row["Penilai"] not in (row["Dinilai"], lines[row["Dinilai"]][0]) for row in rows)


def test_recognition_asks_for_the_programme_that_trains() -> None:
    assert PLAJU.rules()["awards"]["settings"]["recognition"]["trained_in"] == [PROGRAMME]


def test_steps_go_from_the_rules_to_the_last_decisions() -> None:
    year = in_order(steps())
    assert year[0].name == "plaju/rules/allowance" and year[-1].at == datetime.fromisoformat("2027-02-15T09:00+07:00")
    assert {step.by for step in year} <= {*PLAJU.people(), *PLAJU.clients} and all(step.agency == "plaju" for step in year)
