"""The readable report: charts drawn right at their ends, names that do not depend on random ids, and amounts with their reasons."""

from __future__ import annotations

from dataclasses import fields
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from scenario.place import Place
from scenario.report import Outcome, Reading
from scenario.telling import changed, conduct, followed, guided, heard, judged, opening, opinions, paid
from scenario.telling.lines import bar, because, percent
from scenario.words import ENGLISH, INDONESIAN, WORDS, Words

JAKARTA = ZoneInfo("Asia/Jakarta")
PLACE = Place("teladan", "Teladan", Path("scenario/mulyorejo"), {})


def outcome(**parts: Any) -> Outcome:
    """A year in which nothing happened but what `parts` say."""
    made: dict[str, Any] = {"place": PLACE, "year": 2026, "reading": Reading(PLACE, {}, lambda person, roles: "")}
    for one in fields(Outcome):
        if one.name not in made:
            made[one.name] = {} if str(one.type).startswith("dict") else []
    return Outcome(**{**made, **parts})


@pytest.mark.parametrize(
    ("part", "mark", "drawn"),
    [
        (Fraction(0), None, "          "),
        (Fraction(1), None, "██████████"),
        (Fraction(1, 2), None, "█████     "),
        (Fraction(1, 100), None, "█         "),
        (Fraction(99, 100), None, "█████████ "),
        (Fraction(0), Fraction(0), "│          "),
        (Fraction(1), Fraction(1), "██████████│"),
        (Fraction(1), Fraction(7, 10), "███████│███"),
        (Fraction(1, 2), Fraction(7, 10), "█████  │   "),
    ],
)
def test_a_bar_shows_nothing_the_whole_and_its_mark(part: Fraction, mark: Fraction | None, drawn: str) -> None:
    assert bar(part, 10, mark) == drawn


def test_percent_is_rounded_half_up() -> None:
    assert [percent(Fraction(count, 8)) for count in (0, 1, 8)] == ["0", "13", "100"]


def _finding(predicates: list[str], comparison: str, limit: int, count: int, of: int, holds: bool) -> dict[str, Any]:
    return {"predicates": predicates, "comparison": comparison, "percent": limit, "count": count, "of": of, "holds": holds}


def _distribution(counts: dict[str, int], findings: list[dict[str, Any]]) -> dict[str, Any]:
    people = sum(counts.values())
    return {"unit": "dinkes", "period": "2026", "result": "baik", "appraised": people, "counts": counts, "findings": findings}


def test_a_chart_when_everybody_has_one_predicate() -> None:
    findings = [
        _finding(["baik"], "<=", 70, 4, 4, False),
        _finding(["butuh_perbaikan", "kurang"], ">", 0, 0, 4, False),
    ]
    told = list(guided.chart(_distribution({"sangat_baik": 0, "baik": 4, "kurang": 0}, findings), INDONESIAN))
    assert told == [
        "  DINKES, hasil organisasi Baik, 4 pegawai",
        "    Baik                      █████████████████████│█████████   4  100 %  di luar pedoman: paling banyak 70 %",
        "    Butuh Perbaikan / Kurang  │                                 0    0 %  di luar pedoman: harus ada",
    ]


def test_a_chart_shows_predicates_that_the_guide_leaves_free_best_first() -> None:
    findings = [_finding(["baik"], "<=", 70, 1, 4, True)]
    told = list(guided.chart(_distribution({"kurang": 1, "baik": 1, "sangat_baik": 2}, findings), ENGLISH))
    assert [line.split("  ")[2] for line in told[1:]] == ["very good", "good", "poor"]
    assert told[2] == "    good       ████████             │            1   25 %  within the guide: at most 70 %"


def _judged(period: str, predicate: str, **parts: Any) -> dict[str, Any]:
    row = {"employee": "p1", "period": period, "predicate": predicate, "status": "final", "basis": "accepted", "report": None}
    return {**row, "scores": [], "judgement": {"predicate": predicate}, **parts}


def test_a_predicate_that_changed_says_what_it_came_from() -> None:
    scores = [{"what": "whole", "item": "result", "achievement_percent": "244/3"}]
    rated = {"predicate": "butuh_perbaikan", "result_rating": "below", "behaviour_rating": "as"}
    rows = [
        _judged("2025-Q4", "baik", status="imported", basis="imported"),
        _judged("2026-Q1", "butuh_perbaikan", scores=scores, judgement=rated),
        _judged("2026-Q2", "butuh_perbaikan", judgement=rated),
        _judged("2026-Q3", "sangat_baik", judgement={"predicate": "sangat_baik", "score": "112.5"}),
    ]
    told = list(judged.predicates(outcome(appraisals=rows, people=[{"employee": "p1", "name": "Rahma", "unit": "dinkes"}]), ENGLISH))
    assert told[2] == "  P1      Rahma  DINKES  B i      BP       BP       SB"
    assert told[-3:] == [
        "  What changed from the period before, and why:",
        "    P1 Q1 2026: good becomes needs improvement; results below expectation (81.33 % achieved), behaviour as expected.",
        "    P1 Q3 2026: needs improvement becomes very good; score 112.5.",
    ]


def test_a_unit_without_anybody_appraised_is_not_charted() -> None:
    told = list(guided.distribution(outcome(distribution=[_distribution({}, [])]), INDONESIAN))
    assert not [line for line in told if "█" in line or "│" in line.replace("│ adalah", "")]


def test_an_index_is_drawn_from_25_to_100() -> None:
    assert [heard.drawn(index) for index in ("25", "100", "62.50")] == ["", "█" * 20, "█" * 10]


def _complaint(complaint: str, unit: str, received: str, resolved: str | None, founded: bool | None) -> dict[str, Any]:
    said = {"complaint": complaint, "unit": unit, "kind": "light", "received_on": received, "due": "2026-05-13"}
    return {**said, "resolved_on": resolved, "founded": founded, "in_time": founded and None, "event": f"event of {complaint}"}


def _item(item: str, unit: str, cause: str, event: str, opened: str) -> dict[str, Any]:
    said = {"item": item, "unit": unit, "cause": cause, "event": event, "opened_at": opened, "due": "2026-06-08"}
    return {**said, "status": "open", "overdue": True, "done_on": None, "what": None}


def _citizens(first: str, second: str) -> Outcome:
    """The same two complaints under other ids."""
    complaints = [
        _complaint(second, "disperkim", "2026-10-12", "2026-10-16", True),
        _complaint(first, "disperkim", "2026-05-11", "2026-05-25", True),
    ]
    items = [_item(f"complaint-{first}", "disperkim", "complaint", f"event of {first}", "2026-05-25T06:00:00Z")]
    return outcome(complaints=complaints, improvements=items)


def test_complaints_and_their_items_are_named_by_unit_number_and_day_whatever_their_ids() -> None:
    one, other = _citizens("aa", "bb"), _citizens("zz", "cc")
    for section in (heard.complaints, lambda outcome, words: heard.improvements(outcome, words, JAKARTA)):
        assert list(section(one, INDONESIAN)) == list(section(other, INDONESIAN))
    assert "\n".join(heard.improvements(one, INDONESIAN, JAKARTA)) == (
        "  DISPERKIM butir 1, dibuka 25 Mei 2026 karena pengaduan no. 1 yang berdasar (masuk 11 Mei 2026), paling lambat 8 Juni\n"
        "    2026: belum selesai, sudah lewat waktunya."
    )


def test_where_nothing_was_asked_it_is_said() -> None:
    assert list(opinions.process(outcome(), ENGLISH)) == ["  No feedback on the process was published for this year."]
    assert list(heard.silent(outcome(), ENGLISH)) == ["  No survey or complaint of citizens came into the system this year."]


def _line(name: str, amount: int, percent: str = "100", rule: str = "permenlu-3-2025-15", share: str = "60") -> dict[str, Any]:
    return {"name": name, "rule": rule, "base": 3_500_452, "share_percent": share, "percent": percent, "amount": amount}


def _allowance(month: str, lines: list[dict[str, Any]], **parts: Any) -> dict[str, Any]:
    total = sum(line["amount"] for line in lines)
    row = {"employee": "m1", "month": month, "job_class": 8, "predicate_period": "2026-Q1", "predicate": "baik", "discipline_points": "100"}
    amounts = {"posted": total, "due": total, "paid": total, "lines": lines, "due_lines": lines, "adjustments": [], "corrections": []}
    return {**row, **amounts, "run": month, **parts}


RULES = [{"kind": "allowance", "settings": {"discipline": {"late_block_minutes": 450}, "recovery_cap_percent": 25}}]
FULL = [_line("performance", 2_100_271), _line("discipline", 1_400_181, share="40", rule="discipline-points")]
LATE = [_line("performance", 2_100_271), _line("discipline", 1_358_175, "97", "discipline-points", "40")]


def _attendance(late: int, absent: int, meetings: int = 0) -> dict[str, int]:
    return {"minutes_late": late, "minutes_early": 0, "days_absent": absent, "meetings_missed": meetings, "roll_calls_missed": 0}


def test_a_month_below_the_full_lines_says_why_and_names_the_command() -> None:
    attendance = {("m1", "2026-04"): _attendance(450, 0), ("m1", "2026-06"): _attendance(25, 1)}
    rows = [_allowance("2026-04", LATE), _allowance("2026-05", FULL), _allowance("2026-06", LATE)]
    told = "\n".join(changed.changes(outcome(allowances=rows, attendance=attendance, rules=RULES), INDONESIAN))
    assert told == (
        "  M1 April 2026: 3.458.446; kinerja 2.100.271 (predikat Baik triwulan I 2026 membayar 100 %), disiplin 1.358.175 (nilai\n"
        "    97; 450 menit terlambat atau pulang cepat).\n"
        "  M1 Juni 2026: 3.458.446; kinerja 2.100.271 (predikat Baik triwulan I 2026 membayar 100 %), disiplin 1.358.175 (nilai\n"
        "    97; 1 hari tidak hadir).\n"
        "    → jelaskan:  ./merit explain m1 2026-04 --agency teladan"
    )


def test_an_adjustment_and_an_instalment_name_their_cause() -> None:
    def correction(event: str, type_: str) -> dict[str, Any]:
        return {"event": event, "difference": 420_054, "cause_type": f"merit.appraisal.{type_}.v1"}

    rows = [
        _allowance("2026-04", FULL, posted=3_038_392, corrections=[correction("e1", "ObjectionDecided")], predicate_period="2025-Q4"),
        _allowance(
            "2026-06",
            FULL,
            paid=4_000_452,
            adjustments=[{"month": "2026-04", "amount": 420_054, "event": "e1"}, {"month": "2026-04", "amount": 79_946, "event": "e1"}],
        ),
    ]
    told = list(changed.changes(outcome(allowances=rows), ENGLISH))
    assert told == [
        "  M1 June 2026: paid 4,000,452, of it 500,000 adjustments.",
        "    420,054 for April 2026: 3,038,392 became 3,500,452, because of the decision on the objection.",
        "    instalment of 79,946 for April 2026: 3,038,392 became 3,500,452, because of the decision on the objection.",
        "    → explain:  ./merit explain m1 2026-06 --agency teladan",
    ]


def test_what_comes_back_names_the_cap_of_an_instalment() -> None:
    back = {"month": "2026-01", "amount": -304_865, "event": "e1"}
    cause = {"event": "e1", "difference": -304_865, "cause_type": "merit.appraisal.AppraisalCorrected.v1"}
    rows = [_allowance("2026-01", FULL, corrections=[cause]), _allowance("2026-07", FULL, adjustments=[back])]
    told = list(changed.changes(outcome(allowances=rows, rules=RULES), ENGLISH))
    assert "because of a corrected result." in told[1]
    assert told[-1] == "  What was overpaid comes back in instalments, each time at most 25 % of what that month pays."


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (_line("excellence", 350_045, rule="predicate-extra", share="10"), "kinerja istimewa 350.045 (10 % besaran dasar)"),
        (_line("bonus", 1_000_000, rule="tim-terbaik", share="100"), "bonus Tim Terbaik 1.000.000"),
        (_line("sanction", -875_113, "-25", "sanction-cut", "100"), "potongan hukuman -875.113 (25 %)"),
        (_line("beban-kerja/place-made", 70, "90"), "beban kerja / place made 70 (90 %)"),
    ],
)
def test_each_kind_of_line_has_words(line: dict[str, Any], told: str) -> None:
    month = outcome(allowances=[_allowance("2026-03", [*FULL, line])])
    assert told in " ".join(" ".join(changed.changes(month, INDONESIAN)).split())


def test_a_new_job_class_is_told_with_the_post_that_brought_it() -> None:
    higher = [_line("performance", 3_453_457), _line("discipline", 2_302_304, share="40")]
    rows = [_allowance("2026-09", FULL), _allowance("2026-10", higher, job_class=11)]
    post = {"post": "kabid-kesmas", "since": "2026-10-01", "acting": False, "document": "821/315/2026"}
    told = " ".join(" ".join(changed.changes(outcome(allowances=rows, positions={"m1": [post]}), INDONESIAN)).split())
    assert told.startswith(
        "M1 Oktober 2026: 5.755.761 (sebelumnya 3.500.452); kelas jabatan 8 menjadi 11, karena menjadi kepala bidang kesehatan "
        "masyarakat sejak 1 Oktober 2026 (821/315/2026)."
    )


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS.keys())
def test_a_year_paid_in_full_says_so(words: Words) -> None:
    assert list(changed.changes(outcome(allowances=[_allowance("2026-05", FULL)]), words)) == ["  " + words("changes-none")]


def test_twelve_months_stand_in_one_table_with_the_sum_to_the_rupiah() -> None:
    rows = [_allowance(f"2026-{number:02d}", FULL) for number in range(1, 13)]
    rows[5] = {**rows[5], "paid": 4_340_560, "adjustments": [{"month": "2026-04", "amount": 840_108, "event": "e"}]}
    runs = [{"run": row["month"], "total_paid": row["paid"] * 20, "total_adjustments": 0} for row in rows]
    told = list(paid.allowances(outcome(allowances=rows, runs=runs), INDONESIAN))
    assert told[2].split() == ["M1", *["3.500"] * 5, "4.341*", *["3.500"] * 6, "42.845.532"]
    assert told[4].split() == ["semua", *["70.009"] * 5, "86.811", *["70.009"] * 6, "856.910.640"]
    assert max(map(len, told)) <= 140 and told[-1].endswith("./merit explain m1 2026-04 --agency teladan")


def test_the_better_performer_is_said_to_stand_before_the_one_who_served_longer() -> None:
    def candidate(place: int, employee: str, box: str, since: str) -> dict[str, Any]:
        reasons = [{"code": "box", "event": None, "found": box}, {"code": "seniority", "event": None, "found": since}]
        return {"place": place, "employee": employee, "reasons": reasons}

    ranking = [candidate(1, "p8", "9", "2014-03-01"), candidate(2, "p7", "7", "2015-01-01"), candidate(3, "p6", "8", "1998-03-01")]
    vacancy = {"post": "kabid-kesmas", "unit": "dinkes", "job_class": 11, "strategic": True, "criteria": ["box", "seniority"]}
    row = {**vacancy, "opened_on": "2026-08-24", "ranking": ranking, "excluded": None, "status": "open"}
    told = list(followed.posts(outcome(vacancies=[row]), INDONESIAN))
    assert " ".join(" ".join(told[-2:]).split()) == (
        "P8 diusulkan sebelum P6, yang lebih lama bekerja (sejak 1 Maret 1998): kriteria pertama yang membedakan: kotak talenta."
    )
    assert "       1  P8       kotak 9; masa kerja sejak 1 Maret 2014" in told


def test_reasons_name_the_period_of_the_result_and_of_the_survey_that_they_rest_on() -> None:
    judgement = {"period": "2026-Q1", "history": [{"event": "e1"}]}
    known = outcome(appraisals=[judgement], surveys=[{"event": "e2", "period": "2026-Q2"}])
    reasons = [
        {"code": "performance", "event": "e1", "found": "sangat_baik"},
        {"code": "survey-after", "event": "e2", "found": "82.41"},
        {"code": "education", "event": None, "found": "III/d"},
        {"code": "no-sanction", "event": None, "found": "none"},
    ]
    assert because(reasons, known, INDONESIAN) == (
        "predikat Sangat Baik (TW I 2026); sesudahnya 82,41 (TW II 2026); pendidikan cukup sampai III/d; tanpa hukuman"
    )


def test_places_stand_beside_each_other() -> None:
    runs = [{"run": "2026-06", "total_paid": 98_090_236, "total_adjustments": 840_108}]
    judgements = [{"period": "2026-Q4", "predicate": predicate} for predicate in ("baik", "sangat_baik", "baik")]
    surveys = [{"index": "74.54"}, {"index": "84.26"}]
    one = outcome(appraisals=judgements, runs=runs, surveys=surveys, people=[{}] * 20)
    told = list(opening.overview([one, outcome()], INDONESIAN))
    assert told[2].split()[:2] == ["Teladan", "20"]
    assert "TW IV 2026: SB 1, B 2" in told[2] and "74,54–84,26" in told[2] and told[2].split()[-2:] == ["98.090.236", "840.108"]
    assert told[3].split() == ["Teladan", "0", "–", "0", "0", "–", "–", "0", "0"]


def test_a_bonus_is_each_ones_where_several_were_awarded() -> None:
    def granted(*people: str) -> str:
        award = {"award": "pegawai-teladan", "year": "2026", "unit": None, "bonus": 2_500_000, "paid_with": "2027-01", "document": "800/1"}
        rows = [{**award, "employee": one, "proposal": "award"} for one in people]
        reasons = [{"code": "no-sanction", "event": None, "found": "none"}]
        proposed = [{"employee": one, "proposal": "award", "kind": "award", "status": "approved", "reasons": reasons} for one in people]
        return " ".join(" ".join(conduct.awards(outcome(awards=rows, proposals=proposed), INDONESIAN)).split())

    assert "W3; bonus 2.500.000, dibayar bersama TPP Januari 2027 (800/1)" in granted("w3")
    assert "W3, W4; bonus 2.500.000 masing-masing, dibayar" in granted("w3", "w4")
