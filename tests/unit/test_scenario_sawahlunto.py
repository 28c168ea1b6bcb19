"""Sawahlunto's files and steps: hours that fall, scores that the numeric regime gives, and what the year tells of them."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from fractions import Fraction
from itertools import pairwise

import pytest

from scenario.sawahlunto import SAWAHLUNTO
from scenario.sawahlunto.followup import COMPLETED, PROGRAMME, TRAINED
from scenario.sawahlunto.telling import MEDIAN, OWNER
from scenario.sawahlunto.year import IDEAS, steps
from scenario.steps import in_order
from services.appraisal.domain import rating
from services.appraisal.domain.rules import read_settings
from services.appraisal.tables import TABLES
from services.feedback.defaults import DEFAULTS
from services.feedback.domain.skm import survey_rules, two_decimals
from shared.kernel.money import exact

MONTHS = [f"2026-{number:02d}" for number in range(1, 13)]
QUARTERS = [f"2026-Q{number}" for number in range(1, 5)]
TARGETS = SAWAHLUNTO.rows("sheets/targets.csv")


def _counted(*kinds: str) -> dict[tuple[str, str, str], str]:
    """What the files of these kinds say: (employee, target, month) → value."""
    return {
        (row["Kode Pegawai"], row["Kode Sasaran"], row["Bulan"]): row["Realisasi"]
        for kind in kinds
        for month in MONTHS
        for row in SAWAHLUNTO.rows(f"imports/{kind}-{month}.csv")
    }


def test_plans_weigh_a_hundred_and_every_month_is_counted_once() -> None:
    weights: dict[str, int] = defaultdict(int)
    for row in TARGETS:
        weights[row["Kode Pegawai"]] += int(row["Bobot"])
    assert weights == dict.fromkeys(SAWAHLUNTO.lines(), 100)
    registry, others = _counted("registry"), _counted("achievements")
    assert not registry.keys() & others.keys()
    assert {*registry, *others} == {(row["Kode Pegawai"], row["Kode Sasaran"], month) for row in TARGETS for month in MONTHS}


def test_the_registry_counts_hours_of_which_fewer_are_better() -> None:
    hours = {(row["Kode Pegawai"], row["Kode Sasaran"]): row for row in TARGETS if row["Satuan"] == "jam (median)"}
    assert {(person, target) for person, target, _ in _counted("registry")} <= set(hours)
    assert all((row["Arah"], row["Aspek"]) == ("lebih rendah", "Waktu") for row in hours.values())


def test_the_median_falls_from_days_to_hours_after_the_training() -> None:
    [target] = [row for row in TARGETS if row["Indikator"] == MEDIAN]
    assert (target["Kode Pegawai"], target["Target"]) == (OWNER, "24")
    counted = _counted("registry")
    median = [Fraction(counted[OWNER, target["Kode Sasaran"], month]) for month in MONTHS]
    assert all(later < earlier for earlier, later in pairwise(median))
    trained = MONTHS.index(COMPLETED[:7])
    assert min(median[:trained]) > 72 and median[trained] < 40 and median[-1] == 5


def test_scores_lead_to_the_predicates_that_the_year_tells_of() -> None:
    rules = read_settings("sawahlunto-kinerja@1", SAWAHLUNTO.rules()["appraisal"]["settings"], TABLES)
    behaviour = {(row["Kode Pegawai"], row["Periode"]): row["Nilai"] for row in SAWAHLUNTO.rows("played/behaviour.csv")}
    counted, directions = _counted("registry", "achievements"), {"lebih tinggi": "higher", "lebih rendah": "lower"}

    def judged(person: str, quarter: int) -> tuple[str, Fraction]:
        parts = []
        for row in (one for one in TARGETS if one["Kode Pegawai"] == person):
            values = [exact(counted[person, row["Kode Sasaran"], month]) for month in MONTHS[3 * quarter : 3 * quarter + 3]]
            parts.append((int(row["Bobot"]), rating.achievement(values, exact(row["Target"]), directions[row["Arah"]], rules.policy)))
        score = rules.numeric.weigh(rating.weighted(parts), exact(behaviour[person, QUARTERS[quarter]]))
        return rules.numeric.judge(score, (person, QUARTERS[quarter]) in IDEAS).predicate, score

    found = {person: [judged(person, quarter) for quarter in range(4)] for person in SAWAHLUNTO.lines()}
    assert [predicate for predicate, _ in found["w1"]] == ["baik"] * 4
    assert [predicate for predicate, _ in found["w2"]] == ["butuh_perbaikan", "baik", "baik", "baik"]
    assert [predicate for predicate, _ in found["w3"]] == ["baik", "baik", "sangat_baik", "baik"]
    assert all(score >= 110 for _, score in found["w3"][1:]) and all(score >= 110 for _, score in found["w4"][2:])
    assert {predicate for person in found if person not in ("w2", "w3") for predicate, _ in found[person]} == {"baik"}
    means = {person: sum(score for _, score in scores) / 4 for person, scores in found.items()}
    assert max(means, key=lambda person: means[person]) == "w3"


def test_everybody_has_a_number_for_behaviour_and_a_result_of_the_unit_each_quarter() -> None:
    scored = [(row["Kode Pegawai"], row["Periode"]) for row in SAWAHLUNTO.rows("played/behaviour.csv")]
    assert sorted(scored) == sorted((person, period) for person in SAWAHLUNTO.lines() for period in QUARTERS)
    told = {(row["Unit"], row["Periode"]) for row in SAWAHLUNTO.rows("played/organisation.csv")}
    assert told == {(row["Kode Unit"], period) for row in SAWAHLUNTO.rows("imports/units.csv") for period in QUARTERS}


@pytest.mark.parametrize("person", ["w1", "w3"])
def test_the_one_who_is_always_good_and_the_exemplary_one_are_never_late_or_absent(person: str) -> None:
    for month in (*MONTHS, "2027-01"):
        [row] = [row for row in SAWAHLUNTO.rows(f"imports/attendance-{month}.csv") if row["Kode Pegawai"] == person]
        assert [row[name] for name in row if name not in ("Kode Pegawai", "Bulan")] == ["0"] * 5


def test_what_citizens_think_rises_over_the_year_with_the_time_that_it_takes() -> None:
    rules = survey_rules(next(one for one in DEFAULTS if one.id == "national-skm").settings, "national-skm@1")

    def answers(quarter: str) -> list[dict[str, int]]:
        rows = SAWAHLUNTO.rows(f"imports/survey-answers-2026-{quarter}.csv")
        return [{name: int(value) for name, value in row.items() if name[:1] == "U" and name[1:].isdigit()} for row in rows]

    assert [two_decimals(rules.index(answers(quarter))) for quarter in ("q1", "q4")] == ["70.14", "94.44"]
    time = {quarter: sum(answer["U3"] for answer in answers(quarter)) for quarter in ("q1", "q4")}
    assert time["q1"] <= 2 * len(answers("q1")) < time["q4"]


def test_the_rules_train_those_along_whose_way_a_certificate_goes() -> None:
    conditions = SAWAHLUNTO.rules()["development"]["settings"]["conditions"]
    trains = {one["when"]["target"]["indicator"] for one in conditions if one["propose"]["programme"] == PROGRAMME}
    assert {row["Kode Pegawai"] for row in TARGETS if row["Indikator"] in trains} == set(TRAINED)
    [warned] = [one for one in conditions if one["propose"]["kind"] == "sanction"]
    assert warned["when"]["target"]["indicator"] == MEDIAN and "Sawahlunto 33/2025" in warned["propose"]["basis"]


def test_steps_go_from_the_rules_to_the_bonus_and_everybody_reads_each_quarter() -> None:
    year = in_order(steps())
    assert year[0].name == "sawahlunto/rules/allowance" and year[-1].at == datetime.fromisoformat("2027-02-08T10:00+07:00")
    read = [step.by for step in year if "/reading/" in step.name]
    assert sorted(read) == sorted(4 * list(SAWAHLUNTO.lines()))
    assert {person for people in SAWAHLUNTO.assessed().values() for person in people} == set(SAWAHLUNTO.lines())
