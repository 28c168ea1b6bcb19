"""Promotion in rank: the rules as read, every condition met and missing on its boundary, and the life of a proposed promotion."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.personnel.domain.promotion import (
    PROMOTION,
    DecidePromotion,
    Examined,
    PromotionRules,
    PromotionState,
    ProposePromotion,
    Service,
    WithdrawPromotion,
    after_years,
    examine,
    promotion_name,
    read_promotion,
)
from services.personnel.domain.ranks import RANKS, next_rank, step_of
from services.personnel.domain.results import Appraisal
from services.personnel.domain.terms import after_months, month_after
from services.personnel.events import RankPromotionDecided, RankPromotionProposed, RankPromotionWithdrawn, Reason
from services.personnel.tables import CEILINGS
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused
from tests.support.deciding import given, wrong_setting

LEAST = {"years_in_rank": 4, "predicate_at_least": "baik", "last_years": 2, "employments": ["PNS"], "list_missing_at_most": 1}


# --- the rules as read ---


def test_a_rule_set_with_nothing_but_what_it_must_say_and_one_at_every_limit():
    assert read_promotion(LEAST, CEILINGS) == PromotionRules(4, "baik", 2, True, None, ("PNS",), 1)
    full = {
        "years_in_rank": 20, "predicate_at_least": "sangat_baik", "last_years": 10, "imported": False, "education_ceiling": "regular",
        "employments": ["PNS", "CPNS"], "list_missing_at_most": 4,
    }  # fmt: skip
    assert read_promotion(full, CEILINGS) == PromotionRules(20, "sangat_baik", 10, False, CEILINGS["regular"], ("PNS", "CPNS"), 4)
    lowest = LEAST | {"years_in_rank": 1, "last_years": 1, "list_missing_at_most": 0, "education_ceiling": None}
    assert read_promotion(lowest, CEILINGS) == PromotionRules(1, "baik", 1, True, None, ("PNS",), 0)


@pytest.mark.parametrize(("wrong", "place"), [
    *((LEAST | {name: value}, name) for name, value in (
        ("years_in_rank", 0), ("years_in_rank", 21), ("predicate_at_least", "bagus"), ("last_years", 0), ("last_years", 11),
        ("imported", 1), ("education_ceiling", "other"), ("employments", []), ("list_missing_at_most", -1), ("list_missing_at_most", 5),
        ("surplus", 1),
    )),
    *(({other: value for other, value in LEAST.items() if other != name}, name) for name in LEAST),
])  # fmt: skip
def test_rules_that_cannot_be_used_are_refused_with_their_place(wrong: dict[str, Any], place: str):
    with pytest.raises(Refused) as caught:
        read_promotion(wrong, CEILINGS)
    assert wrong_setting(caught.value) == place


def test_what_was_published_stays_readable():
    assert read_promotion(LEAST | {"surplus": 1}, CEILINGS, published=True) == read_promotion(LEAST, CEILINGS)


# --- every condition ---

TODAY = date(2026, 4, 1)
RULES = PromotionRules(4, "baik", 2, True, {"s1": "III/d", "slta": "III/b"}, ("PNS",), 1)


def history(*predicates: tuple[str, str], final: bool = True) -> dict[str, Appraisal]:
    settled = datetime(2026, 1, 10, tzinfo=UTC)
    return {period: Appraisal(Period.parse(period), predicate, f"e-{period}", settled, final) for period, predicate in predicates}


GOOD = history(("2024", "baik"), ("2025", "sangat_baik"))
PERSON = Service("PNS", "III/b", "rank-1", date(2022, 4, 1), GOOD, (), ("edu-1", "s1"))
MET = (
    Reason("years-in-rank", "rank-1", "2022-04-01"), Reason("predicates", "e-2025", "sangat_baik"), Reason("predicates", "e-2024", "baik"),
    Reason("no-running-sanction", None, "none"), Reason("education", "edu-1", "III/d"),
)  # fmt: skip


def test_with_every_condition_met_each_says_what_it_found():
    assert examine(PERSON, RULES, TODAY) == Examined("III/c", MET, ())


@pytest.mark.parametrize(("person", "rules", "missing", "left"), [
    ({"rank_since": date(2022, 4, 2)}, {}, ("years-in-rank",), MET[1:]),
    ({}, {"years": 5}, ("years-in-rank",), MET[1:]),
    ({"history": {}}, {}, ("predicates",), (MET[0], *MET[3:])),
    ({}, {"predicate": "sangat_baik"}, ("predicates",), (MET[0], *MET[3:])),
    ({"running": ("s1",)}, {}, ("no-running-sanction",), (*MET[:3], MET[4])),
    ({"education": ("edu-2", "slta")}, {}, ("education",), MET[:4]),
    ({"education": None}, {}, (), MET[:4]),
    ({"education": ("edu-3", "s3")}, {}, (), MET[:4]),
    ({}, {"ceilings": None}, (), MET[:4]),
])  # fmt: skip
def test_one_condition_alone_is_missing_and_the_others_stand(person: dict, rules: dict, missing: tuple[str, ...], left: tuple):
    assert examine(replace(PERSON, **person), replace(RULES, **rules), TODAY) == Examined("III/c", left, missing)


def test_all_conditions_can_be_missing_in_their_order():
    person = replace(PERSON, rank_since=TODAY, history={}, running=("s1",), education=("e", "slta"))
    assert examine(person, RULES, TODAY) == Examined("III/c", (), ("years-in-rank", "predicates", "no-running-sanction", "education"))


def test_the_ceiling_itself_is_reached():
    assert examine(replace(PERSON, rank="III/c"), RULES, TODAY).missing == ()
    assert examine(replace(PERSON, rank="III/d"), RULES, TODAY).missing == ("education",)


def test_nobody_is_examined_without_a_rank_above_or_in_another_kind_of_employment():
    for change in ({"rank": "IV/e"}, {"rank": "IX"}, {"employment": "CPNS"}):
        assert examine(replace(PERSON, **change), RULES, TODAY) is None


@pytest.mark.parametrize(("years", "found"), [
    (("2026", "2025", "2024"), ("2026", "2025")),
    (("2026", "2024"), ()),
    (("2025", "2024", "2023"), ("2025", "2024")),
    (("2025",), ()),
    (("2024", "2023"), ("2024", "2023")),
    (("2023", "2022"), ()),
])  # fmt: skip
def test_the_last_years_that_have_a_result_are_looked_at_unbroken(years: tuple[str, ...], found: tuple[str, ...]):
    person = replace(PERSON, history=history(*((year, "baik") for year in years)))
    examined = examine(person, RULES, TODAY)
    assert tuple(reason.event for reason in examined.met if reason.code == "predicates") == tuple(f"e-{year}" for year in found)
    assert ("predicates" in examined.missing) is (not found)


def test_quarters_of_a_year_stand_for_it_and_imported_results_only_where_the_rules_take_them():
    quarters = history(*((f"2025-Q{number}", "baik") for number in (1, 2, 3, 4)))
    found = examine(replace(PERSON, history=quarters), replace(RULES, last_years=1), TODAY)
    assert [one.event for one in found.met[1:5]] == [f"e-2025-Q{number}" for number in (1, 2, 3, 4)]
    old = replace(PERSON, history=history(("2024", "baik"), ("2025", "baik"), final=False))
    assert [examine(old, replace(RULES, imported=imported), TODAY).missing for imported in (True, False)] == [(), ("predicates",)]


# --- ranks and terms ---


def test_pp_11_2017_the_seventeen_ranks_in_their_order():
    assert " ".join(RANKS) == "I/a I/b I/c I/d II/a II/b II/c II/d III/a III/b III/c III/d IV/a IV/b IV/c IV/d IV/e"
    assert [step_of(rank) for rank in ("I/a", "III/a", "IV/e", "IX")] == [0, 8, 16, -1]
    assert [next_rank(rank) for rank in RANKS] == [*RANKS[1:], None] and next_rank("IX") is None
    assert promotion_name("III/c") == "rank-iii-c"


@for_all(day=st.dates(date(1960, 1, 1), date(2090, 1, 1)), months=st.integers(-300, 300))
def test_a_term_in_months_ends_on_the_same_day_or_on_the_first_after_a_month_that_lacks_it(day: date, months: int):
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = date(year, month + 1, 1)
    assert after_months(day, months) == min(first + timedelta(days=day.day - 1), after_months(first, 1))
    assert after_months(first, 1) == date(year + (month == 11), (month + 1) % 12 + 1, 1)
    assert after_years(day, 4) == after_months(day, 48)
    assert month_after(day) == after_months(date(day.year, day.month, 1), 1)


# --- the life of a proposed promotion ---

PROPOSE = ProposePromotion("s2", "rank-iii-c", "III/b", "III/c", MET, (), "r@1")
PROPOSED, LISTED = RankPromotionProposed(**vars(PROPOSE)), RankPromotionProposed(**vars(replace(PROPOSE, missing=("predicates",))))
WITHDRAWN = RankPromotionWithdrawn("s2", "rank-iii-c", ("predicates",))
DECIDE = DecidePromotion("s2", "rank-iii-c", "approved", date(2026, 4, 1), "823/1", "boss", date(2021, 10, 1))


def test_a_promotion_is_proposed_anew_when_its_reasons_change_and_withdrawn_once():
    withdraw = WithdrawPromotion("s2", "rank-iii-c", ("predicates",))
    given(PROMOTION).when(PROPOSE).then(PROPOSED)
    assert given(PROMOTION, PROPOSED).when(PROPOSE).events == given(PROMOTION).when(withdraw).events == []
    given(PROMOTION, PROPOSED).when(replace(PROPOSE, missing=("predicates",))).then(LISTED)
    given(PROMOTION, PROPOSED, "something else").when(withdraw).then(WITHDRAWN)
    given(PROMOTION, PROPOSED, WITHDRAWN).when(withdraw).then()
    assert PROMOTION.decider.state([PROPOSED, WITHDRAWN]) == PromotionState("withdrawn", PROPOSED)
    given(PROMOTION, PROPOSED, WITHDRAWN).when(PROPOSE).then(PROPOSED)


@pytest.mark.parametrize("outcome", ["approved", "rejected"])
def test_a_promotion_is_decided_once(outcome: str):
    decided = RankPromotionDecided("s2", "rank-iii-c", outcome, "III/c", date(2026, 4, 1), "823/1")
    given(PROMOTION, LISTED, PROPOSED).when(replace(DECIDE, outcome=outcome)).then(decided)
    given(PROMOTION, PROPOSED, decided).when(PROPOSE).then()
    given(PROMOTION, PROPOSED, decided).when(WithdrawPromotion("s2", "rank-iii-c", ())).then()
    given(PROMOTION, PROPOSED, decided).when(DECIDE).then_refused("proposal-not-open")


@pytest.mark.parametrize(("past", "change", "found"), [
    ([], {}, ("unknown-proposal", 404)),
    ([PROPOSED], {"decided_by": "s2"}, ("own-proposal", 403)),
    ([PROPOSED], {"outcome": "perhaps"}, ("outcome", 422)),
    ([LISTED], {}, ("proposal-not-open", 409)),
    ([PROPOSED, WITHDRAWN], {}, ("proposal-not-open", 409)),
    ([PROPOSED], {"since": date(2026, 4, 2)}, ("promotion-date", 422)),
    ([PROPOSED], {"since": date(2026, 3, 31)}, ("promotion-date", 422)),
    ([PROPOSED], {"since": date(2021, 10, 1), "rank_since": date(2021, 10, 1)}, ("promotion-date", 422)),
    ([PROPOSED], {"since": date(2015, 5, 1), "rank_since": date(2021, 10, 1)}, ("promotion-date", 422)),
    ([PROPOSED], {"rank_since": None}, ("proposal-not-open", 409)),
])  # fmt: skip
def test_a_decision_that_cannot_be(past: list, change: dict[str, Any], found: tuple[str, int]):
    assert given(PROMOTION, *past).when(replace(DECIDE, **change)).refusal == found
