"""Targets: weights exact and optional, zero as a target, months of their own, and how a target's months count."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as some

from services.appraisal import events
from services.appraisal.domain import rating
from services.appraisal.domain.appraisal import APPRAISAL
from services.appraisal.domain.appraised import appraised_in
from services.appraisal.domain.delivery import DeliverAppraisal
from services.appraisal.domain.plan import PLAN, ApprovePlan, RecordProgress, measured
from services.appraisal.domain.rules import read_settings
from services.appraisal.domain.scoring import SubmitScore
from services.appraisal.domain.targets import DRAFT, DraftTarget, Target, fixed, weighed
from services.appraisal.tables import TABLES
from shared.events.codec import encode, read
from shared.kernel.employment import Employment, Interruption, Spell
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused
from tests.support.appraisal import ALWAYS, ASSESSOR, BEHAVIOURS, ISSUED, JAKARTA, M1, SCORED, SETTINGS, moment, rules
from tests.support.deciding import given
from tests.unit.test_appraisal_numeric import NUMERIC, scored

YEAR = Period.parse("2026")
PLAIN = Target("t1", "quantity", "t1", None, "berkas", "higher", "10")
QUARTERS = ("2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4")


def approval(*targets, under=None):
    return ApprovePlan(
        M1, "2026", targets, ASSESSOR, "SKP/1/2026", "place@1", date(2026, 1, 12), appraised=appraised_in(under or rules(), YEAR)
    )


def planned(*targets):
    return given(PLAN).when(approval(*targets)).events


def several(count, **changed):
    return tuple(replace(PLAIN, target_id=f"t{number}", **changed) for number in range(1, count + 1))


def progress(values):
    """`values`: (target id, month number) → value."""
    return tuple(events.ProgressRecorded(M1, "2026", target, f"2026-{month:02d}", value) for (target, month), value in values.items())


def every_month(targets, value, months=range(1, 13)):
    return {(target.target_id, month): value for target in targets for month in months}


def delivered(plan, values, period="2026-Q1", under=None, service=ALWAYS):
    state = PLAN.decider.state((*plan, *progress(values)))
    after = moment("2027-01-04")
    past = tuple(replace(one, period=period) for one in SCORED)
    if under and under.scheme == "numeric":
        past = tuple(replace(scored("behaviour", item, "90"), period=period) for item in BEHAVIOURS)
    return given(APPRAISAL, *past).when(DeliverAppraisal(M1, period, after, state, "baik", under or rules(), JAKARTA, service=service))


def achieved(then):
    """By item, as exact numbers."""
    assert then.refused is None, then.refused
    return {one.item: Fraction(one.achievement_percent) for one in then.events if getattr(one, "achievement_percent", None)}


# Weights


def test_equal_targets_weigh_the_same_to_the_last_digit_whatever_their_order():
    """Seven of them at 100, six at 100 and one at 93 are 99 exactly: with 14/14/14/14/14/15/15 the place of the 93 decided."""
    targets = several(7)
    plan = planned(*targets)
    assert [(one.weight, one.exact_weight) for one in plan[1:]] == [(14, "100/7")] * 7
    over = read_settings("place@1", SETTINGS | {"rating_policy": {"above_over_percent": "100", "as_from_percent": "99"}}, TABLES)
    for weak in targets:
        values = every_month(targets, "10", (1, 2, 3)) | every_month((weak,), "9.3", (1, 2, 3))
        then = delivered(plan, values, under=over)
        assert achieved(then)["result"] == 99 and then.events[-1].judgement.predicate == "baik"


def test_omitted_weights_are_equal_ones():
    assert planned(*several(4))[1:] == planned(*several(4, weight=25))[1:], "whole percents stay whole percents"
    third = fixed(several(3, exact_weight="100/3"))
    assert third == fixed(several(3)) and {one.share for one in third} == {Fraction(100, 3)}


def test_a_weight_may_be_a_part_of_a_percent():
    said = [replace(one, exact_weight=text) for one, text in zip(several(3), ("14.5", "200/7", "797/14"))]
    assert [one.share for one in fixed(said)] == [Fraction("14.5"), Fraction(200, 7), Fraction(797, 14)]
    assert [one.weight for one in fixed(said)] == [15, 29, 57], "rounded, for who reads whole percents"
    assert weighed(None, "25.0") == weighed(25, None) == (25, None) and weighed(None, "0.250") == (None, "0.25")
    with pytest.raises(Refused) as both:
        weighed(25, "25")
    assert both.value.status == 422


def test_weights_of_some_targets_only_or_of_another_sum_are_refused():
    one, two, three = several(3)
    given(PLAN).when(approval(replace(one, weight=50), two, three)).then_refused("weights-of-some", 422, "t2, t3")
    wrong = given(PLAN).when(approval(*several(7, exact_weight="14.2857"))).then_refused("weights-not-100", 422, "= 99.9999")
    assert "exact_weight 100/3" in wrong.remedy
    given(PLAN).when(approval()).then_refused("weights-not-100", 422, "no targets")
    for text in ("0", "101", "200/1"):
        given(DRAFT).when(DraftTarget(M1, "2026", replace(PLAIN, exact_weight=text), False)).then_refused("target-invalid", 422)


def test_a_target_fixed_before_weights_were_exact_is_read_as_it_was():
    told = encode(events.TargetSet(employee=M1, period="2026", plan_version=1, **vars(ISSUED)))
    old = told.replace(b',"exact_weight":null,"aggregate":null,"months":[]', b"")
    assert old != told and read(old, events.TargetSet) == read(told, events.TargetSet)


SHARES = some.lists(some.fractions(min_value=Fraction(1, 50), max_value=50, max_denominator=50), min_size=1, max_size=7)


@for_all(SHARES, some.data())
def test_only_the_proportion_of_weights_counts_and_never_their_order(weights, data):
    reached = data.draw(some.lists(some.fractions(0, 120, max_denominator=90), min_size=len(weights), max_size=len(weights)))
    pairs, scale = list(zip(weights, reached)), data.draw(some.fractions(Fraction(1, 9), 9, max_denominator=9))
    whole = rating.weighted(pairs)
    assert rating.weighted(data.draw(some.permutations(pairs))) == whole
    assert rating.weighted([(scale * weight, percent) for weight, percent in pairs]) == whole
    assert min(reached) <= whole <= max(reached)


@settings(max_examples=60, deadline=None)
@for_all(some.lists(some.integers(0, 1500), min_size=1, max_size=9), some.data())
def test_equal_weights_are_omitted_weights_in_both_schemes_and_no_order_matters(hundredths, data):
    targets = several(len(hundredths))
    values = {}
    for target, number in zip(targets, hundredths):
        values |= every_month((target,), f"{number // 100}.{number % 100:02d}", (1, 2, 3))
    said = several(len(hundredths), exact_weight=str(Fraction(100, len(hundredths))))
    mean = sum(min(Fraction(number, 10), Fraction(120)) for number in hundredths) / len(hundredths)
    for under in (rules(), read_settings("place@1", NUMERIC, TABLES)):
        judged = {
            delivered(planned(*data.draw(some.permutations(one))), values, under=under).events[-1].judgement for one in (targets, said)
        }
        assert len(judged) == 1
        assert achieved(delivered(planned(*targets), values, under=under))["result"] == mean


# A target of zero


ZERO = replace(PLAIN, target_id="complaints", indicator="complaints", direction="lower", value="0")


def at_zero(value, **said):
    under = rules(rating_policy={"zero_target": said} if said else {})
    return achieved(delivered(planned(ZERO), every_month((ZERO,), value, (1, 2, 3)), under=under))["complaints"]


def test_no_complaint_reaches_a_target_of_zero_and_what_one_costs_is_the_places_rule():
    assert (at_zero("0"), at_zero("1"), at_zero("0.001")) == (100, 0, 0), "anything over zero misses it, unless a rule says otherwise"
    assert (at_zero("0", reached_percent="120"), at_zero("2", reached_percent="120", off_each_percent="12.5")) == (120, 95)
    assert at_zero("9", off_each_percent="25") == 0
    given(DRAFT).when(DraftTarget(M1, "2026", replace(ZERO, direction="higher"), False)).then_refused("target-invalid", 422, "0")


def test_the_sum_of_the_months_is_what_a_target_of_zero_is_measured_by_where_it_says_so():
    counted = replace(ZERO, aggregate="sum")
    under = rules(rating_policy={"zero_target": {"off_each_percent": "20"}})
    values = every_month((counted,), "0", (1, 2, 3)) | {("complaints", 2): "1"}
    assert achieved(delivered(planned(counted), values, under=under))["complaints"] == 80
    assert achieved(delivered(planned(ZERO), values, under=under))["complaints"] == 100 - Fraction(20, 3)


@pytest.mark.parametrize("wrong", [{"reached_percent": "0"}, {"reached_percent": "121"}, {"off_each_percent": "0"}, {"off": "1"}])
def test_a_rule_on_zero_that_cannot_be_is_refused(wrong):
    with pytest.raises(Refused) as refused:
        rules(rating_policy={"zero_target": wrong})
    assert refused.value.status == 422


# Months of their own


DUE = replace(PLAIN, target_id="regulation", indicator="regulation", value="1", weight=40, months=("2026-06",))
MONTHLY = replace(PLAIN, weight=60)


def test_a_target_due_in_june_is_neither_asked_for_nor_counted_in_march():
    plan, values = planned(DUE, MONTHLY), every_month((MONTHLY,), "9")
    first = delivered(plan, values)
    assert achieved(first) == {"t1": 90, "result": 90}, "the other carries all of the weight"
    missing = delivered(plan, values, "2026-Q2").then_refused("appraisal-incomplete")
    assert missing.facts["missing"] == ["progress of regulation in 2026-06"]
    done = values | {("regulation", 6): "1"}
    assert achieved(delivered(plan, done, "2026-Q2")) == {"regulation": 100, "t1": 90, "result": 94}
    assert achieved(delivered(plan, done, "2026-Q3")) == {"t1": 90, "result": 90}
    assert achieved(delivered(plan, done, "2026")) == {"regulation": 100, "t1": 90, "result": 94}


def test_the_others_share_the_weight_by_their_own_exactly():
    one, two = replace(PLAIN, exact_weight="100/3"), replace(PLAIN, target_id="t2", exact_weight="50/3")
    plan = planned(replace(DUE, weight=50), one, two)
    values = every_month((one,), "10", (1, 2, 3)) | every_month((two,), "7", (1, 2, 3))
    assert achieved(delivered(plan, values))["result"] == Fraction(2 * 100 + 70, 3)


def test_progress_of_a_target_is_reported_in_its_own_months():
    def record(month, target="regulation", measurement="monthly"):
        return RecordProgress(M1, "2026", target, month, "1", (), None, date(2026, 12, 31), measurement=measurement, service=ALWAYS)

    plan = planned(DUE, MONTHLY)
    wrong = given(PLAN, *plan).when(record("2026-03")).then_refused("month-not-measured", 422)
    assert wrong.expected == "one of 2026-06" and "own months" in wrong.remedy
    assert given(PLAN, *plan).when(record("2026-06")).events and given(PLAN, *plan).when(record("2026-03", "t1")).events
    early = planned(replace(DUE, months=("2026-05",)), MONTHLY)
    assert given(PLAN, *early).when(record("2026-05", measurement="quarterly")).events, "its own months, not the quarter's last"
    given(PLAN, *early).when(record("2026-05", "t1", "quarterly")).then_refused("month-not-measured", 422)


def test_a_target_is_scored_in_the_period_in_which_it_is_measured():
    under = rules(rating_policy={"result_by": "superior"})
    plan = PLAN.decider.state(planned(DUE, MONTHLY))

    def score(period, item):
        return SubmitScore(M1, period, "target", item, "superior", "as", date(2026, 12, 31), plan, under, service=ALWAYS)

    given(APPRAISAL).when(score("2026-Q1", "regulation")).then_refused("target-not-measured", 422, "2026-06")
    assert given(APPRAISAL).when(score("2026-Q2", "regulation")).events and given(APPRAISAL).when(score("2026-Q1", "t1")).events


def test_no_period_is_left_that_could_never_be_appraised():
    given(PLAN).when(approval(replace(DUE, weight=None))).then_refused("period-unmeasured", 422)
    spread = replace(DUE, weight=None, months=("2026-03", "2026-06", "2026-09", "2026-12"))
    assert given(PLAN).when(approval(spread)).events
    by_superior = rules(rating_policy={"result_by": "superior"})
    assert given(PLAN).when(approval(replace(DUE, weight=None), under=by_superior)).events


@pytest.mark.parametrize("months", [("2025-06",), ("2026-13",), ("2026-Q2",), ("2026-06", "2026-06")])
def test_months_are_those_of_the_plans_year_each_once(months):
    given(DRAFT).when(DraftTarget(M1, "2026", replace(DUE, months=months), False)).then_refused("target-invalid", 422)


# How a target's months count


YEARLY = replace(PLAIN, target_id="permits", indicator="permits", value="120")


def test_a_targets_months_are_added_averaged_or_the_last_of_them_counts():
    values = {("permits", 1): "8", ("permits", 2): "10", ("permits", 3): "9"}

    def percent(**changed):
        return achieved(delivered(planned(replace(YEARLY, **changed)), values))["permits"]

    assert percent(aggregate="sum") == Fraction(100 * 27, 30), "a quarter has a quarter of the year's 120"
    assert percent(aggregate="last", value="12") == 75
    assert percent(aggregate="mean", value="12") == percent(value="12") == 75
    assert percent(value="10") == 90 and percent(aggregate="last", value="10") == 90
    for way, told in (("sum", 90), ("last", Fraction(900, 120))):
        under = rules(rating_policy={"aggregate": way})
        assert achieved(delivered(planned(YEARLY), values, under=under))["permits"] == told


def test_the_targets_own_way_wins_over_the_rule_sets():
    under, values = rules(rating_policy={"aggregate": "last"}), {("permits", month): str(month) for month in (1, 2, 3)}
    own = replace(YEARLY, aggregate="mean", value="2")
    assert achieved(delivered(planned(own), values, under=under))["permits"] == 100
    only_last = {("permits", 3): "2"}
    gaps = delivered(planned(own), only_last, under=under).then_refused("appraisal-incomplete").facts["missing"]
    assert gaps == ["progress of permits in 2026-01", "progress of permits in 2026-02"]
    assert achieved(delivered(planned(replace(own, aggregate="last")), only_last))["permits"] == 100


def test_a_years_amount_is_divided_by_the_months_that_it_was_set_for():
    """Who was on leave for a month has eleven twelfths of it to reach; who joined in July had his own amount set."""
    target = replace(YEARLY, aggregate="sum")
    joined = Employment((Spell(date(2026, 7, 1)),))
    half = {("permits", month): "20" for month in range(7, 13)}
    assert achieved(delivered(planned(target), half, "2026", service=joined))["permits"] == 100
    assert achieved(delivered(planned(target), half, "2026-Q3", service=joined))["permits"] == 100
    left = Employment((Spell(date(2020, 1, 1), date(2026, 7, 1)),))
    first = {("permits", month): "10" for month in range(1, 7)}
    assert achieved(delivered(planned(target), first, "2026", service=left))["permits"] == 100


def away(first: int, count: int) -> Employment:
    """In service all the time, on leave for whole months."""
    last = Period(2026, first, first + count - 1).end if count else date(2025, 12, 31)
    return Employment((Spell(date(2020, 1, 1), interruptions=(Interruption("unpaid-leave", date(2026, first, 1), last),)),))


def test_a_leave_in_the_first_quarter_takes_as_much_of_the_years_amount_as_one_in_the_third():
    """120 a year and ten a month in nine months, before and after: 90 of 90, and 30 of 30 in each quarter at work."""
    target = replace(YEARLY, aggregate="sum")
    for first in (1, 4, 7, 10):
        worked = [month for month in range(1, 13) if not first <= month < first + 3]
        values = {("permits", month): "10" for month in worked}
        periods = ["2026", *(f"2026-Q{(month + 2) // 3}" for month in worked[::3])]
        told = [achieved(delivered(planned(target), values, period, service=away(first, 3)))["permits"] for period in periods]
        assert told == [100] * 4, first


OFTEN = some.sampled_from(("monthly", "quarterly", "yearly"))


@for_all(some.integers(0, 9), some.integers(1, 12), some.integers(1, 12), some.integers(0, 900), OFTEN)
def test_where_in_the_year_a_leave_lies_changes_nothing(count, first, other, total, measurement):
    """The amount of the year is reported in whichever months are asked for; so many months of leave take so many twelfths of it."""
    target, under = replace(YEARLY, aggregate="sum"), rules(appraised="yearly", measurement=measurement)
    plan, told = planned(target), []
    for begun in {min(first, 13 - max(count, 1)), min(other, 13 - max(count, 1))}:
        service = away(begun, count)
        asked = measured(Period.parse("2026"), measurement, service.months(Period.parse("2026"), under.not_asked))
        values = {("permits", month.first): str(total if month == asked[0] else 0) for month in asked}
        told.append(achieved(delivered(plan, values, "2026", under=under, service=service))["permits"])
    assert set(told) == {min(Fraction(100 * total * 12, 120 * (12 - count)), 120)}


def test_own_months_on_leave_take_their_part_wherever_they_lie():
    target = replace(YEARLY, aggregate="sum", months=("2026-03", "2026-06", "2026-09", "2026-12"))
    for month in (3, 6, 9, 12):
        values = {("permits", one): "30" for one in (3, 6, 9, 12) if one != month}
        assert achieved(delivered(planned(target), values, "2026", service=away(month, 1)))["permits"] == 100


def test_a_quarter_that_is_measured_once_has_as_many_twelfths_as_months_worked_in_it():
    """On leave in February and March: the quarter is reported in January, for one month's ten of the year's 120."""
    under = rules(measurement="quarterly")
    values = {("permits", 1): "10"}
    assert achieved(delivered(planned(replace(YEARLY, aggregate="sum")), values, under=under, service=away(2, 2)))["permits"] == 100


def test_a_plan_made_anew_leaves_the_earlier_amount_its_part_of_the_year():
    """120 a year until July are 60; the new plan's 30 are for its own half."""
    target = replace(YEARLY, aggregate="sum")
    first = planned(target)
    later = replace(approval(replace(target, target_id="letters", value="30")), transfers=(date(2026, 7, 1),), approved_on=date(2026, 7, 6))
    plan = (*first, *given(PLAN, *first).when(later).events)
    values = {("permits", month): "10" for month in range(1, 7)} | {("letters", month): "4" for month in range(7, 13)}
    assert achieved(delivered(plan, values, "2026")) == {"permits": 100, "letters": 80, "result": 90}
    assert achieved(delivered(plan, values, "2026-Q3")) == {"letters": 80, "result": 80}


@for_all(some.lists(some.integers(0, 40), min_size=12, max_size=12))
def test_the_year_of_a_sum_is_the_mean_of_its_quarters_while_none_is_over_the_cap(amounts):
    target = replace(YEARLY, aggregate="sum", value="600")
    plan, values = planned(target), {("permits", month): str(amount) for month, amount in enumerate(amounts, start=1)}
    quarters = [achieved(delivered(plan, values, period))["permits"] for period in QUARTERS]
    assert achieved(delivered(plan, values, "2026"))["permits"] == sum(quarters) / 4 == Fraction(100 * sum(amounts), 600)


@pytest.mark.parametrize("text", ["0.5", "1", "100", "1/3"])
def test_a_weight_may_be_a_part_of_one_percent(text: str):
    drafted = given(DRAFT).when(DraftTarget(M1, "2026", replace(PLAIN, exact_weight=text), False)).events
    assert drafted[0].exact_weight == text


@pytest.mark.parametrize(("said", "read_as"), [({}, False), ({"priorities": True}, True), ({"priorities": False, "weigh": "mean"}, False)])
def test_a_place_says_whether_a_plan_is_made_anew_for_other_priorities(said: dict, read_as: bool):
    assert read_settings("place@1", SETTINGS | {"plan_changes": said}, TABLES).plan_changes.priorities is read_as


def test_a_plan_of_which_nothing_is_measured_in_a_period_leaves_it_to_the_next():
    june = replace(PLAIN, target_id="regulation", indicator="regulation", months=("2026-06",))
    first = planned_without_check(june)
    later = replace(approval(PLAIN), transfers=(date(2026, 8, 1),), approved_on=date(2026, 8, 3))
    plan = (*first, *given(PLAN, *first).when(later).events)
    values = {("t1", month): "9" for month in (8, 9)}
    assert achieved(delivered(plan, values, "2026-Q3")) == {"t1": 90, "result": 90}


def planned_without_check(*targets):
    return given(PLAN).when(replace(approval(*targets), appraised=())).events
