"""National rules that hold where an agency published none. Awards are free policy of a place, so there is none for them."""

from __future__ import annotations

from datetime import date

from shared.kernel.rules import RuleSet

DEFAULTS = (
    RuleSet(
        kind="development",
        id="national-development",
        version=1,
        since=date(2022, 1, 1),
        sources=("PermenPANRB 6/2022 art. 5 (follow-up of the appraisal)", "PP 30/2019 art. 56 (time to improve)"),
        settings={
            "conditions": [
                {
                    "code": "result-below",
                    "when": {"predicate": {"is": ["butuh_perbaikan", "kurang", "sangat_kurang"]}},
                    "propose": {"kind": "coaching", "programme": "performance"},
                }
            ]
        },
    ),
    RuleSet(
        kind="discipline",
        id="national-discipline",
        version=1,
        since=date(2021, 8, 31),
        sources=("PP 94/2021 art. 9-11 (ladder)", "PP 94/2021 art. 42 (the cut waits for the regulation on salaries)"),
        settings={
            "ladder": "pp-94-2021",
            "basis": "PP 94/2021 Pasal 9-11",
            "allowance_cut": {"from": None, "substitute": "rank_delay", "substitute_months": 12},
        },
    ),
    RuleSet(
        kind="promotion",
        id="national-promotion",
        version=1,
        since=date(2025, 10, 1),
        sources=("PP 11/2017 (regular promotion in rank)", "Peraturan BKN 2/2025", "Peraturan BKN 4/2025 (first of each month)"),
        settings={
            "years_in_rank": 4,
            "predicate_at_least": "baik",
            "last_years": 2,
            "employments": ["PNS"],
            "education_ceiling": "regular",
            "list_missing_at_most": 0,
        },
    ),
    RuleSet(
        kind="talent",
        id="national-talent",
        version=1,
        since=date(2020, 1, 1),
        sources=("PermenPANRB 3/2020 (nine-box)",),
        settings={"table": "permenpanrb-3-2020", "above": ["sangat_baik"], "as": ["baik"]},
    ),
)
