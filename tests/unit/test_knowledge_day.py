"""The agency's own day: rules published for today hold from its midnight, and timers that name a day begin with it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.personnel.domain.rules_begin import BeginRules
from services.personnel.reactions.rules_begin import RULES_BEGIN
from shared.events.rule_set import RuleSetPublished
from shared.flow.declared import Arm
from shared.kernel.calendar import Zone
from tests.support.personnel import Office

LADDER = {
    "ladder": "pp-94-2021",
    "basis": "PP 94/2021 Pasal 9-11",
    "allowance_cut": {"from": "2026-05-01", "basis": "Perwal 12/2025 Pasal 20", "substitute": "rank_delay", "substitute_months": 12},
}
PROMOTION = {
    "years_in_rank": 4, "predicate_at_least": "baik", "last_years": 2, "employments": ["PNS"], "list_missing_at_most": 4,
}  # fmt: skip


def office(zone: str, now: datetime) -> Office:
    here = Office()
    here.knowledge.zone, here.knowledge.now = Zone(zone), now
    return here


@pytest.mark.parametrize(("zone", "hour", "day"), [
    ("Asia/Jayapura", 23, date(2026, 5, 1)),  # 08:00 there
    ("Asia/Jayapura", 14, date(2026, 4, 30)),
    ("Asia/Jayapura", 15, date(2026, 5, 1)),  # its midnight
    ("Asia/Makassar", 15, date(2026, 4, 30)),
    ("Asia/Jakarta", 16, date(2026, 4, 30)),
    ("Asia/Jakarta", 17, date(2026, 5, 1)),
])  # fmt: skip
def test_rules_of_today_hold_in_reactions_from_the_agencys_own_midnight(zone: str, hour: int, day: date):
    here = office(zone, datetime(2026, 4, 30, hour, tzinfo=UTC))
    assert here.knowledge.today == day
    here.rules("promotion", PROMOTION)
    here.rules("promotion", PROMOTION | {"years_in_rank": 20, "list_missing_at_most": 0}, since=date(2026, 5, 1))
    here.person("e1")
    assert (here.proposal("e1/rank-iii-c") is None) == (day == date(2026, 5, 1))


def test_a_year_begins_with_the_agencys_own_first_of_january():
    """07:00 on 1 January 2026 in Jayapura: the years looked at are 2026 and 2025."""
    here = office("Asia/Jayapura", datetime(2025, 12, 31, 22, tzinfo=UTC))
    here.rules("discipline", LADDER)
    here.person("e1")
    here.knowledge.marked.clear()
    registered = next(fact for fact in here.knowledge.known.values() if type(fact.event).__name__ == "EmployeeRegistered")
    here.knowledge.mark([registered])
    assert {key for name, key in here.knowledge.marked if name == "absence-sanctions"} == {"e1/2025", "e1/2026"}


def test_rules_published_ahead_begin_at_the_agencys_midnight_and_such_as_hold_already_wake_nobody():
    here = office("Asia/Jayapura", datetime(2026, 4, 29, 16, tzinfo=UTC))  # 30 April, 01:00
    for since, armed in ((date(2026, 4, 30), []), (date(2026, 5, 2), [date(2026, 5, 2)])):
        event = RuleSetPublished("talent", "papua", 1, since, ("Pergub 1/2026",), {})
        fact = here.knowledge.own(event, "rules-talent", "personnel-rules-talent", 1)
        assert list(RULES_BEGIN.on[RuleSetPublished](fact)) == [Arm(f"talent/{day}", day) for day in armed]
    event = RuleSetPublished("discipline", "papua", 1, date(2026, 4, 1), ("Pergub 1/2026",), LADDER)
    fact = here.knowledge.own(event, "rules-discipline", "personnel-rules-discipline", 1)
    assert list(RULES_BEGIN.on[RuleSetPublished](fact)) == [Arm("discipline/2026-05-01", date(2026, 5, 1))]
    assert not list(RULES_BEGIN.fire("discipline/2026-05-01", here.knowledge.now, here.knowledge)), "withdrawn, nothing begins"
    here.knowledge.arrive(fact)
    (do,) = RULES_BEGIN.fire("discipline/2026-05-01", here.knowledge.now, here.knowledge)
    assert do.command == BeginRules("discipline", date(2026, 5, 1))
