"""P1 of Plaju, S1 of Siulak and W1 of Sawahlunto as payroll hears of them, and how these places' rules differ from Mulyorejo's."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from services.payroll import heard as h
from shared.kernel.facts import Fact
from tests.support.knowledge import heard
from tests.support.payroll_year import at, of_appraisal


def shares(performance: int) -> list[dict[str, Any]]:
    """Performance and discipline, 100 together."""
    return [
        {"name": "performance", "share_percent": performance, "factor": "predicate"},
        {"name": "discipline", "share_percent": 100 - performance, "factor": "discipline"},
    ]


PLAJU = {"extras": [{"name": "excellence", "when_predicate": ["sangat_baik"], "percent_of_base": 10}]}
SIULAK = {
    "components": shares(70),
    "payout": "permenlhk-6-2024-19",
    "effect": "next_year",
    "sanction_cut": {"since": "2026-01-01", "source": "Perbup Siulak 12/2025 Pasal 9"},
}
SAWAHLUNTO = {"components": shares(70), "predicate_names": {"cukup": "butuh_perbaikan"}}


def delivered(employee: str, period: str, predicate: str, recorded: datetime) -> Fact:
    judgement = h.Judgement(None, None, predicate)
    return of_appraisal(h.AppraisalDelivered(employee, period, judgement, "rules@1", recorded), 1, recorded)


def corrected(employee: str = "s1", period: str = "2025", before: str = "baik", after: str = "butuh_perbaikan") -> Fact:
    """On 20 July, of what was imported in January."""
    judgements = (h.Judgement(None, None, before), h.Judgement(None, None, after))
    return of_appraisal(h.AppraisalCorrected(employee, period, *judgements, "PP 30/2019 Pasal 59", "SK-KOR/1/2026"), 2, at(7, 20))


def imposed(
    employee: str = "s1",
    sanction: str = "absence-2025",
    percent: int | None = 25,
    since: date = date(2026, 4, 1),
    until: date | None = date(2026, 9, 30),
    effect: str = "allowance_cut",
    recorded: datetime | None = None,
) -> Fact:
    basis = "PP 94/2021 Pasal 10"
    event = h.SanctionImposed(employee, sanction, "absence-11-13", "medium", effect, percent, since, until, basis, "SK-HD/3/2026")
    return _of_sanction(event, 1, since, recorded or at(3, 10))


def lifted(on: date, employee: str = "s1", sanction: str = "absence-2025", recorded: datetime | None = None) -> Fact:
    return _of_sanction(h.SanctionLifted(employee, sanction, on, "SK-HD/9/2026"), 2, on, recorded or at(on.month, on.day, year=on.year))


def _of_sanction(event: h.SanctionImposed | h.SanctionLifted, version: int, holds: date, recorded: datetime) -> Fact:
    effective = datetime(holds.year, holds.month, holds.day, tzinfo=UTC)
    stream = f"personnel-sanction-{event.employee}-{event.sanction}"
    return heard("personnel", event, event.employee, stream, version, recorded, effective=effective)


def award(employee: str, bonus: int, paid_with: str | None, recorded: datetime, name: str = "tim-terbaik") -> Fact:
    event = h.AwardGranted(employee, name, "unit-1", "2026", bonus, paid_with, "SK-TT/4/2026")
    return heard("personnel", event, employee, f"personnel-award-{employee}-{name}-{paid_with}", 1, recorded)
