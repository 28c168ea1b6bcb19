"""National rules that hold where an agency published none."""

from __future__ import annotations

from datetime import date

from services.feedback.tables import IKM_2004, SKM
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
    RuleSet(
        # It held until PermenPANRB 16/2014, whose tables were not found; a place that has surveys of those years publishes its own.
        kind="survey",
        id="national-ikm",
        version=1,
        since=date(2004, 2, 24),
        sources=("Kepmenpan KEP/25/M.PAN/2/2004 (fourteen elements of 0.071, conversion by 25, classes A to D)",),
        settings=IKM_2004,
    ),
    RuleSet(
        kind="survey",
        id="national-skm",
        version=1,
        since=date(2018, 1, 1),
        sources=("PermenPANRB 14/2017 (nine elements of equal weight, conversion by 25, classes A to D)",),
        settings=SKM,
    ),
    RuleSet(
        kind="complaints",
        id="national-complaints",
        version=1,
        since=date(2018, 1, 1),
        sources=(
            "UU 25/2009 art. 36 (complaints are managed and followed up)",
            "SIPPN MenPANRB (working days by kind: 2, 5, 14, 60)",
            "PermenPANRB 62/2018 (SP4N-LAPOR: 10 days for who complained to answer)",
        ),
        settings={
            "kinds": {
                "light": {"days": 2, "kind": "working"},
                "normative": {"days": 5, "kind": "working"},
                "not-oversight": {"days": 14, "kind": "working"},
                "oversight": {"days": 60, "kind": "working"},
            },
            "waiting": {"days": 10, "kind": "calendar"},
            "passed_clock": "goes-on",
        },
    ),
)
