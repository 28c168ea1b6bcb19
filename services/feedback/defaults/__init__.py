"""National rules that hold where an agency published none."""

from __future__ import annotations

from datetime import date

from shared.kernel.rules import RuleSet

_SOURCES = ("PermenPANRB 6/2022 art. 5 (continuous feedback)",)

DEFAULTS = (
    RuleSet(
        kind="process-feedback",
        id="national-process-feedback",
        version=1,
        since=date(2022, 1, 1),
        sources=_SOURCES,
        settings={"aspects": ["clarity", "fairness", "timeliness", "usefulness"], "scale": [1, 4], "least_answers": 3},
    ),
    RuleSet(
        kind="peer-feedback",
        id="national-peer-feedback",
        version=1,
        since=date(2022, 1, 1),
        sources=_SOURCES,
        settings={"aspects": ["quality", "timeliness", "teamwork"], "scale": [1, 4], "least_answers": 3},
    ),
)
