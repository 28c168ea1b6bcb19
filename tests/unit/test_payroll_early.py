"""Months that are paid before they end: only those of the rule, only from its day on, and settled when all is known."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.payroll import heard as h
from services.payroll.domain.early import read_early
from services.payroll.domain.entitlement import Entitlement, Held, entitle
from services.payroll.domain.run import check_month
from services.payroll.domain.settings import read_scheme
from services.payroll.tables import TABLES
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused
from shared.kernel.settings import read
from tests.support import payroll_year as year
from tests.support.dossiers import dossier_of
from tests.support.knowledge import heard

DECEMBER = {"months": [12], "from_day": 20, "attendance": "full", "predicate": "last", "source": "Perwal 42/2025 Pasal 9"}


def early(**changes: Any):
    return read({"pay_before_end": DECEMBER | changes}, read_early)


@pytest.mark.parametrize(("month", "today", "code"), [
    (12, date(2026, 12, 19), "month-not-over"),
    (12, date(2026, 12, 20), None),
    (12, date(2026, 12, 31), None),
    (12, date(2027, 1, 1), None),
    (11, date(2026, 11, 20), "month-not-over"),
    (11, date(2026, 11, 30), "month-not-over"),
    (11, date(2026, 12, 1), None),
])  # fmt: skip
def test_only_the_months_of_the_rule_are_paid_before_they_end(month: int, today: date, code: str | None):
    period = Period(2026, month, month)
    if code is None:
        check_month(period, today, None, True, early())
        return
    with pytest.raises(Refused) as refused:
        check_month(period, today, None, True, early())
    assert refused.value.code == code and refused.value.remedy
    assert ("2026-12-20" in refused.value.expected) == (month == 12)


def test_without_the_rule_december_waits_for_its_end():
    with pytest.raises(Refused, match="month-not-over"):
        check_month(Period(2026, 12, 12), date(2026, 12, 20), None, True, None)


@pytest.mark.parametrize("wrong", [
    {"months": []}, {"months": [0]}, {"months": [13]}, {"months": [True]}, {"months": 12}, {"months": ["12"]}, {"from_day": 0},
    {"from_day": 29}, {"attendance": "none"}, {"predicate": "best"}, {"source": ""}, {"until": 31},
])  # fmt: skip
def test_a_rule_that_cannot_be_used_is_refused(wrong: dict[str, Any]):
    with pytest.raises(Refused) as refused:
        read_scheme("draft", (), year.SETTINGS | {"pay_before_end": DECEMBER | wrong}, TABLES)
    assert refused.value.code == "invalid-rule-set" and "pay_before_end" in refused.value.expected


def test_the_rules_source_is_cited():
    assert "Perwal 42/2025 Pasal 9" in read_scheme("draft", (), year.SETTINGS | {"pay_before_end": DECEMBER}, TABLES).sources


MIDDLE, LAST_DAY, AFTER = date(2026, 12, 15), date(2026, 12, 31), date(2027, 1, 1)


def december(today: date | None, until: date | None, predicate: str, rule: dict[str, Any], **changes: Any) -> Entitlement | Held:
    """M1's December under a monthly regime; `until`: the attendance is of a part of it; `predicate`: the month that it appraises."""
    event = h.AttendanceRecorded("m1", "2026-12", 0, 0, 0, 0, 0, 1, until)
    attendance = [heard("personnel", event, "m1", "personnel-attendance-m1-2026-12", 1, year.at(12, 16))]
    rules = read_scheme("x@1", (), year.SETTINGS | {"effect": "same_month", "pay_before_end": DECEMBER | rule} | changes, TABLES)
    dossier = dossier_of("m1", [year.position()], attendance, [year.imported(period=predicate)], life=[year.registered()], today=today)
    return entitle(Period(2026, 12, 12), dossier, rules)


@pytest.mark.parametrize(
    ("until", "predicate", "rule", "changes", "while_running", "afterwards"),
    [
        (MIDDLE, "2026-12", {}, {}, LAST_DAY, ["attendance"]),
        (MIDDLE, "2026-12", {"attendance": "provisional"}, {}, LAST_DAY, ["attendance"]),
        (MIDDLE, "2026-11", {}, {}, LAST_DAY, ["attendance", "predicate"]),
        (None, "2026-11", {}, {}, LAST_DAY, ["predicate"]),
        (None, "2026-11", {}, {"when_missing": "last"}, None, []),
        (None, "2026-12", {}, {}, None, []),
        (MIDDLE, "2026-12", {}, {"components": [{"name": "all", "share_percent": 100, "factor": "predicate"}]}, None, []),
    ],
)
def test_what_counts_only_while_the_month_runs_is_said_and_ends_with_it(until, predicate, rule, changes, while_running, afterwards):
    for day in (date(2026, 12, 20), LAST_DAY):
        running = december(day, until, predicate, rule, **changes)
        assert isinstance(running, Entitlement) and (running.counts_until, running.total) == (while_running, 3_500_452)
    for day in (AFTER, None):
        found = december(day, until, predicate, rule, **changes)
        assert [one.code for one in getattr(found, "missing", ())] == afterwards
        assert isinstance(found, Held) == bool(afterwards) and getattr(found, "counts_until", None) is None
