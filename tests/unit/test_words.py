"""The product's words: every code that a service publishes has them in both languages, and amounts, terms and numbers read well."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from services.appraisal.domain import distribution, targets
from services.payroll.domain import scheme
from services.payroll.domain.recovery import CLAIM, RUNS
from services.payroll.schemas import STATUSES as HELD_STATUSES
from services.personnel import defaults as personnel_defaults
from services.personnel.domain import condition_rules, development, discipline, promotion, proposals, proposing, settings, talent, vacancy
from services.personnel.domain import employee as registered
from services.personnel.reactions.discipline import ROW, SUM
from shared.events.schemas import Forms
from shared.kernel.employment import ENDS, INTERRUPTIONS
from shared.process.finding import load_service, service_names
from shared.words import (
    ENGLISH,
    INDONESIAN,
    WORDS,
    Words,
    codes,
)

JAKARTA = ZoneInfo("Asia/Jakarta")




def test_each_code_stands_in_one_group_only() -> None:
    groups = (codes.JUDGED, codes.ASPECTS, codes.FOLLOWED, codes.CONDUCT, codes.CITIZENS, codes.PAID, codes.CAUSES, codes.RULES)
    names = Counter(name for group in (*groups, codes.MEASURES) for name in group)
    assert [name for name, count in names.items() if count > 1] == [] and names.keys() == codes.CODES.keys()


def test_a_code_without_words_can_be_seen_and_a_name_reads_as_it_is() -> None:
    assert INDONESIAN.code("never-heard-of") == "‹never-heard-of›"
    assert INDONESIAN.named("penata-perizinan-1") == "penata perizinan 1"
    assert (ENGLISH.code("survey", "cause"), ENGLISH.code("berorientasi-pelayanan")) == ("a falling survey index", "service orientation")


PUBLISHED = {
    "": (
        *settings.PREDICATES,
        *settings.RATINGS,
        *distribution.ORGANISATION_RESULTS,
        *targets.ASPECTS,
        *targets.DIRECTIONS,
        *("granted", "rejected"),
        *("accepted", "silence", "decision", "imported", "explicit", "superior", "self", "peers", "result", "behaviour", "whole"),
        *("innovation", "yes", "no", "missing"),
        *condition_rules.KINDS[:-2],
        *condition_rules.OUTCOMES,
        *condition_rules.EVALUATED,
        *development.OUTCOMES,
        *discipline.LEVELS,
        *discipline.EFFECTS,
        *registered.POSITION_KINDS,
        *talent.POTENTIALS,
        *scheme.EFFECTS,
        *("delivered", "finalized", "performance", "discipline", "sanction", "bonus", "none"),
        *("cut", "lifted", "heavier-one-counts", "no-local-rule"),
        *("late-and-early-minutes", "days-absent", "meetings-missed", "roll-calls-missed"),
        *("ObjectionDecided", "DeliveryWithdrawn", "AppraisalDelivered", "AppraisalFinalized", "AppraisalCorrected", "AppraisalImported"),
        *("AttendanceRecorded", "PositionAssigned", "RuleSetPublished", "SanctionImposed", "SanctionLifted", "AwardGranted"),
        *("WorkingWeekSet", "HolidayDeclared", "HolidayWithdrawn"),
        *ENDS,
        *("EmploymentEnded", "EmploymentEndRevoked", "ServiceInterrupted", "ServiceResumed"),
    ),
    "interruption": INTERRUPTIONS,
    "status": ("listed", "lapsed", "proposed", *proposals.OUTCOMES, "withdrawn"),
    "criterion": vacancy.CRITERIA,
    "cause": ("complaint", "survey"),
    "held": HELD_STATUSES,
    "collection": (RUNS, CLAIM),
    "lacking": Forms.read("payroll").of("Missing", "code")["enum"],
    "source": ("permenlu-3-2025-15", "permenlhk-6-2024-19", "payout", "discipline-points", "sanction-cut", "predicate-extra"),
    "rules": tuple(kind for name in service_names() for kind in load_service(name).check_rules),
}
"""Codes that the services publish → by what they are about."""


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS.keys())
def test_every_code_that_a_service_publishes_has_words(words: Words) -> None:
    assert [f"{about}:{code}" for about, each in PUBLISHED.items() for code in each if "‹" in words.code(code, about)] == []


def test_every_rung_of_the_ladder_of_sanctions_has_words() -> None:
    with (Path(personnel_defaults.__file__).parent / "disiplin_pp94_2021.csv").open(newline="") as rows:
        rungs = [row["kode"] for row in csv.DictReader(rows)]
    assert len(rungs) > 9 and [one for one in rungs if "‹" in INDONESIAN.code(one)] == []


def test_every_reason_that_personnel_gives_by_itself_has_a_sentence() -> None:
    """Reasons whose finding is a predicate are told as one."""
    sources = [file.read_text() for file in Path("services/personnel").rglob("*.py")]
    given = {code for source in sources for code in re.findall(r'Reason\("([^"]+)"', source)} | {SUM, ROW}
    conditions = {promotion.TIME, promotion.PREDICATE, promotion.SANCTION, promotion.EDUCATION}
    assert f"missing-{proposing.IN_SERVICE}" in INDONESIAN.said
    told = (given | conditions) - {"predicate", "performance", promotion.PREDICATE}
    assert len(told) > 12 and [code for code in told if f"by-{code}" not in INDONESIAN.said] == []
    assert [code for code in conditions if f"missing-{code}" not in INDONESIAN.said] == []


def test_amounts_and_numbers() -> None:
    assert (INDONESIAN.rupiah(4_256_549), ENGLISH.rupiah(-840_108)) == ("4.256.549", "-840,108")
    assert [INDONESIAN.number(exact) for exact in ("99.8", "335/3", "97", "2/3", "103.0125")] == ["99,8", "111,67", "97", "0,67", "103,01"]
    assert [ENGLISH.thousands_of(amount) for amount in (0, 499, 500, 3_038_392, 13_626_776)] == ["0", "0", "1", "3,038", "13,627"]


def test_a_term_is_told_by_its_last_day_and_a_moment_by_the_hour_where_the_agency_is() -> None:
    assert INDONESIAN.last_day("2026-05-04T17:00:00+00:00", JAKARTA) == "4 Mei 2026"
    assert INDONESIAN.day("2026-05-04T17:10:00+00:00", JAKARTA, hour=True) == "5 Mei 2026 00.10"


def test_periods_in_sentences_and_in_heads_of_columns() -> None:
    assert [INDONESIAN.period(one) for one in ("2026", "2026-Q4", "2026-05")] == ["tahun 2026", "triwulan IV 2026", "Mei 2026"]
    assert [INDONESIAN.short(one) for one in ("2026", "2026-Q4", "2026-05")] == ["2026", "TW IV 2026", "Mei 2026"]
    assert [ENGLISH.period(one) for one in ("2026", "2026-Q4")] == ["2026", "Q4 2026"]


def test_months_of_one_reason_are_told_together() -> None:
    assert (INDONESIAN.month("2026-04", "2026-06"), INDONESIAN.month("2026-04", "2026-04")) == ("April–Juni 2026", "April 2026")
