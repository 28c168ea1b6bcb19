"""National rules that hold where an agency published none."""

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
)
