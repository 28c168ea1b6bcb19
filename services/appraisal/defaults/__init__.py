"""National rules that hold where an agency published none."""

from __future__ import annotations

from datetime import date

from shared.kernel.rules import RuleSet

NATIONAL = RuleSet(
    kind="appraisal",
    id="national-appraisal",
    version=1,
    since=date(2023, 1, 31),
    sources=(
        "PermenPANRB 6/2022 art. 5 (stages), art. 24–25 (organisation first), quadrant of ratings",
        "SE MenPANRB 3/2023 (distribution of predicates)",
        "PermenPANRB 6/2022 annex IV.A (who assesses after a move); who does after a change within the period is this system's own default",
        "PP 30/2019 art. 59 (objection within 14 days to the assessor's superior, whose decision is final)",
        "No law sets a day for that decision: 14 calendar days are this system's own default",
    ),
    settings={
        "scheme": "rating",
        "measurement": "monthly",
        "appraised": "quarterly",
        "quadrant": "permenpanrb-6-2022",
        # The regulation leaves the rating to the leader's judgement; a formula is a place's own policy.
        "rating_policy": {"result_by": "superior"},
        "behaviours": ["berorientasi_pelayanan", "akuntabel", "kompeten", "harmonis", "loyal", "adaptif", "kolaboratif"],
        "behaviour_policy": "majority",
        "objection": {"days": 14, "kind": "calendar"},
        "decision": {"days": 14, "kind": "calendar", "binding": False},
        "objection_may_lower": True,
        "accept_by_silence": True,
        "organisation_first": True,
        "assessor_of_period": "last-day",
    },
)
DEFAULTS = (NATIONAL,)
