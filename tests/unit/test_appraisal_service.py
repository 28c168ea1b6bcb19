"""Months in which the person did not serve are neither asked for nor counted; a plan made anew counts from its first whole month on."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.appraisal import events
from services.appraisal.domain.appraisal import APPRAISAL
from services.appraisal.domain.delivery import DeliverAppraisal
from services.appraisal.domain.plan import PLAN, ApprovePlan, PlanState, RecordProgress, first_month, measured
from services.appraisal.domain.scoring import ReportAchievement, SubmitScore
from shared.kernel.employment import INTERRUPTIONS, Employment, Interruption, Spell
from shared.kernel.money import exact
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused
from tests.support.appraisal import ALWAYS, APPROVED, DAYS, ISSUED, JAKARTA, M1, SCORED, moment, reported, rules
from tests.support.deciding import given

Q1 = Period.parse("2026-Q1")
YEAR = Period.parse("2026")
LAST = {"above_over_percent": "100", "as_from_percent": "90", "cap_percent": "120", "aggregate": "last"}


def served(since=date(2020, 1, 1), end=None, *away):
    return Employment((Spell(since, end, "retired" if end else None, tuple(Interruption("unpaid-leave", *one) for one in away)),))


def plan_of(*months, permits="40", days="5"):
    """The plan with the same progress of both targets in these months of the year."""
    made = (
        events.ProgressRecorded(M1, "2026", target, f"2026-{number:02d}", value)
        for target, value in (("permits", permits), ("days", days))
        for number in months
    )
    return PLAN.decider.state((*APPROVED, *made))


def delivery(service, plan, under=None, period="2026-Q1", at="2026-04-20"):
    return DeliverAppraisal(M1, period, moment(at), plan, None, under or rules(), JAKARTA, service=service)


def progress(service, month, under=INTERRUPTIONS, measurement="monthly", today=date(2026, 12, 31)):
    return RecordProgress(M1, "2026", "permits", month, "40", (), None, today, measurement=measurement, service=service, not_asked=under)


def asked(service, under=None, plan=None):
    """The months whose progress a delivery of the first quarter names as missing."""
    refused = given(APPRAISAL, *SCORED).when(delivery(service, plan or plan_of(), under)).refused
    return sorted({one.split()[-1] for one in refused.facts["missing"] if "permits" in one})


@pytest.mark.parametrize(
    ("service", "months"),
    [
        (ALWAYS, ["2026-01", "2026-02", "2026-03"]),
        (served(date(2026, 2, 15)), ["2026-02", "2026-03"]),
        (served(date(2026, 1, 31)), ["2026-01", "2026-02", "2026-03"]),
        (served(date(2026, 3, 31)), ["2026-03"]),
        (served(date(2020, 1, 1), date(2026, 3, 1)), ["2026-01", "2026-02"]),
        (served(date(2020, 1, 1), date(2026, 3, 2)), ["2026-01", "2026-02", "2026-03"]),
        (served(date(2020, 1, 1), None, (date(2026, 2, 1), date(2026, 2, 28))), ["2026-01", "2026-03"]),
        (served(date(2020, 1, 1), None, (date(2026, 2, 2), date(2026, 2, 28))), ["2026-01", "2026-02", "2026-03"]),
        (served(date(2020, 1, 1), None, (date(2026, 3, 1), None)), ["2026-01", "2026-02"]),
    ],
)
def test_only_months_with_a_day_of_service_are_asked_for(service, months):
    assert asked(service) == months
    numbers = [int(one[-2:]) for one in months]
    assert given(APPRAISAL, *SCORED).when(delivery(service, plan_of(*numbers))).events[-1].judgement.predicate == "baik"


def test_leave_over_the_quarters_end_lets_the_last_month_served_count():
    over = served(date(2020, 1, 1), None, (date(2026, 3, 1), date(2026, 4, 15)))
    under = rules(rating_policy=LAST)
    assert asked(over, under) == ["2026-02"]
    reports = reported({"permits": ("10", "50", "0"), "days": ("5", "5", "9")})
    made = given(APPRAISAL, *SCORED).when(delivery(over, PLAN.decider.state((*APPROVED, *reports)), under)).events
    percents = {one.item: one.achievement_percent for one in made if getattr(one, "what", "") == "target"}
    assert percents == {"permits": "120", "days": "100"}, "what was recorded of March, a month away, is not counted"


def test_a_kind_of_leave_that_the_rules_ask_for_is_asked_for():
    over = served(date(2020, 1, 1), None, (date(2026, 3, 1), date(2026, 4, 15)))
    assert asked(over, rules(not_asked=["suspended"])) == ["2026-01", "2026-02", "2026-03"]
    assert asked(over, rules(not_asked=[])) == ["2026-01", "2026-02", "2026-03"]
    with pytest.raises(Refused) as wrong:
        rules(not_asked=["holiday"])
    assert wrong.value.code == "invalid-rule-set"


@pytest.mark.parametrize(
    "service",
    [
        served(date(2020, 1, 1), None, (date(2026, 1, 1), date(2026, 3, 31))),
        served(date(2020, 1, 1), date(2026, 1, 1)),
        served(date(2026, 4, 1)),
    ],
)
def test_a_quarter_without_a_day_of_service_has_nothing_to_appraise(service):
    given(APPRAISAL, *SCORED).when(delivery(service, plan_of(1, 2, 3))).then_refused("outside-service", 422)
    plan, on = plan_of(), date(2026, 4, 14)
    score = SubmitScore(M1, "2026-Q1", "behaviour", "harmonis", "superior", "as", on, plan, rules(), service=service)
    given(APPRAISAL).when(score).then_refused("outside-service", 422)
    report = ReportAchievement(M1, "2026-Q1", "t", "d", (), on, plan, rules(), service=service)
    given(APPRAISAL).when(report).then_refused("outside-service", 422)


def test_who_left_is_appraised_on_what_he_did_and_without_the_report_that_nobody_asks_him_for():
    left = served(date(2020, 1, 1), date(2026, 3, 1))
    assert given(APPRAISAL, *SCORED).when(delivery(left, plan_of(1, 2))).events
    under = rules(achievement_report_required=True)
    scored = tuple(events.ScoreSubmitted(M1, "2026", "rating", one.what, one.item, "superior", "as") for one in SCORED)
    yearly = delivery(left, plan_of(1, 2), under, "2026", "2027-01-15")
    assert given(APPRAISAL, *scored).when(yearly).events
    stays = replace(yearly, service=ALWAYS, plan=plan_of(*range(1, 13)))
    given(APPRAISAL, *scored).when(stays).then_refused("appraisal-incomplete", found="own achievement report")


def test_progress_of_a_month_outside_service_or_away_is_refused_and_of_one_served_in_part_is_not():
    joined = served(date(2026, 2, 15))
    given(PLAN, *APPROVED).when(progress(joined, "2026-01")).then_refused("outside-service", 422, "service since 2026-02-15")
    assert given(PLAN, *APPROVED).when(progress(joined, "2026-02")).events
    left = served(date(2020, 1, 1), date(2026, 5, 2))
    assert given(PLAN, *APPROVED).when(progress(left, "2026-05")).events
    given(PLAN, *APPROVED).when(progress(left, "2026-06")).then_refused("outside-service", 422, "ended on 2026-05-02")
    away = served(date(2020, 1, 1), None, (date(2026, 3, 1), date(2026, 3, 31)))
    given(PLAN, *APPROVED).when(progress(away, "2026-03")).then_refused("outside-service", 422, "unpaid-leave")
    assert given(PLAN, *APPROVED).when(progress(away, "2026-03", under=())).events


def test_where_quarters_are_measured_who_leaves_in_february_reports_the_quarter_in_february():
    left = served(date(2020, 1, 1), date(2026, 3, 1))
    assert given(PLAN, *APPROVED).when(progress(left, "2026-02", measurement="quarterly")).events
    given(PLAN, *APPROVED).when(progress(left, "2026-01", measurement="quarterly")).then_refused("month-not-measured", 422)
    under = rules(measurement="quarterly")
    assert asked(left, under) == ["2026-02"]


@for_all(st.sets(st.integers(1, 12)), st.sampled_from(["monthly", "quarterly", "yearly"]))
def test_of_every_stretch_measured_the_last_month_served_is_reported_and_no_other(numbers, measurement):
    months = [month for month in YEAR.months if month.first in numbers]
    found = measured(YEAR, measurement, months)
    every = {"monthly": 1, "quarterly": 3, "yearly": 12}[measurement]
    assert list(found) == [
        max(own, key=lambda one: one.first)
        for start in range(0, 12, every)
        if (own := [one for one in months if start < one.first <= start + every])
    ]


# A plan made anew

JULY = date(2026, 7, 1)
NEW = replace(ISSUED, target_id="letters", indicator="letters-answered", weight=100)
SECOND = (
    events.PlanApproved(M1, "2026", 2, "m12", "SKP/2/2026", "place@1", JULY, "transfer"),
    events.TargetSet(employee=M1, period="2026", plan_version=2, **vars(NEW)),
)


def anew(since=JULY, transfers=(JULY,), priorities=False, closed=(), targets=(NEW,), by="m12", on=date(2026, 7, 6)):
    return ApprovePlan(M1, "2026", targets, by, "SKP/2/2026", "place@1", on, since, transfers, priorities, frozenset(closed))


def test_permenpanrb_6_2022_the_plan_follows_the_post():
    given(PLAN, *APPROVED).when(anew()).then(*SECOND)
    given(PLAN, *APPROVED).when(anew(since=None)).then(*SECOND)
    given(PLAN, *APPROVED).when(anew(transfers=(), since=None)).then_refused("plan-approved")
    given(PLAN, *APPROVED).when(anew(since=date(2026, 8, 1))).then_refused("plan-approved")
    given(PLAN, *APPROVED, *SECOND).when(anew()).then_refused("plan-approved")
    given(PLAN, *APPROVED).when(anew(by=M1)).then_refused("own-plan", 403)
    given(PLAN, *APPROVED).when(anew(targets=(DAYS,))).then_refused("weights-not-100", 422)


def test_other_priorities_within_the_year_are_agreed_on_where_the_rules_allow_it():
    changed = given(PLAN, *APPROVED).when(anew(transfers=(), priorities=True)).events[0]
    assert (changed.since, changed.cause) == (JULY, "priorities")
    given(PLAN, *APPROVED).when(anew(transfers=(), priorities=True, since=None)).then_refused("plan-approved")


@pytest.mark.parametrize("since", [date(2026, 1, 1), date(2025, 12, 31), date(2027, 1, 1), date(2026, 12, 2)])
def test_each_plan_has_a_month_of_its_year(since):
    given(PLAN, *APPROVED).when(anew(since=since, transfers=(), priorities=True)).then_refused("plan-since", 422)


def test_a_plan_is_not_made_anew_over_months_that_have_been_appraised():
    given(PLAN, *APPROVED).when(anew(closed=("2026-07",))).then_refused("period-delivered", found="2026-07")
    assert given(PLAN, *APPROVED).when(anew(closed=("2026-06",))).events


FEBRUARY = date(2026, 2, 15)
FIRST_QUARTER = ("2026-01", "2026-02", "2026-03")


def test_a_transfer_learned_of_when_its_months_are_appraised_has_its_plan_from_the_first_day_after_them():
    late = anew(since=None, transfers=(FEBRUARY,), closed=FIRST_QUARTER)
    refused = given(PLAN, *APPROVED).when(late).then_refused("period-delivered", found="2026-03")
    assert refused.remedy.startswith("give 2026-04-01 as since")
    changed = given(PLAN, *APPROVED).when(replace(late, since=date(2026, 4, 1))).events[0]
    assert (changed.since, changed.cause) == (date(2026, 4, 1), "transfer")
    for other in (date(2026, 3, 1), date(2026, 5, 1)):
        given(PLAN, *APPROVED).when(replace(late, since=other)).then_refused("plan-approved")
    given(PLAN, *APPROVED).when(replace(late, since=date(2026, 4, 1), transfers=())).then_refused("plan-approved")
    whole = given(PLAN, *APPROVED).when(replace(late, closed=frozenset(map(str, YEAR.months)))).then_refused("period-delivered")
    assert whole.remedy.startswith("make the plan of 2027")
    given(PLAN, *APPROVED, changed, *SECOND[1:]).when(replace(late, since=date(2026, 4, 1))).then_refused("plan-approved")


def test_without_a_day_the_plan_follows_the_last_transfer_that_has_begun_and_leaves_it_a_month_of_the_year():
    june, december = date(2026, 6, 10), date(2026, 12, 15)
    for on in (date(2026, 7, 6), date(2026, 12, 20)):
        found = given(PLAN, *APPROVED).when(anew(since=None, transfers=(june, december), on=on)).events[0]
        assert (found.since, found.cause) == (june, "transfer"), on
    both = anew(since=None, transfers=(june, date(2026, 8, 15)))
    assert given(PLAN, *APPROVED).when(both).events[0].since == june, "the one in August is still to come"
    assert given(PLAN, *APPROVED).when(replace(both, approved_on=date(2026, 8, 20))).events[0].since == date(2026, 8, 15)
    assert given(PLAN, *APPROVED).when(replace(both, transfers=(date(2026, 8, 15),))).events[0].since == date(2026, 8, 15)
    alone = given(PLAN, *APPROVED).when(anew(since=None, transfers=(december,), on=date(2026, 12, 20))).then_refused("plan-since", 422)
    assert alone.remedy.startswith("make the plan of 2027")


DAYS_OF_YEAR = st.dates(date(2026, 1, 2), date(2026, 12, 31))


@for_all(st.sets(DAYS_OF_YEAR, min_size=1, max_size=3), st.integers(0, 12), st.none() | DAYS_OF_YEAR, st.booleans(), st.booleans())
def test_what_the_refusal_of_a_new_plan_says_can_be_done(transfers, appraised, since, priorities, second):
    past = (*APPROVED, *(SECOND if second else ()))
    closed = [str(month) for month in YEAR.months[:appraised]]
    command = anew(since=since, transfers=tuple(sorted(transfers)), priorities=priorities, closed=closed)
    refused = given(PLAN, *past).when(command).refused
    if refused is None or refused.code == "plan-approved":
        return
    day = re.search(r"give (\S+) as since", refused.remedy)
    if day:
        assert given(PLAN, *past).when(replace(command, since=date.fromisoformat(day[1]))).events
    else:
        assert refused.remedy.startswith("make the plan of 2027")
        left = [month.start for month in YEAR.months if month.start >= (since or max(transfers))]
        assert all(given(PLAN, *past).when(replace(command, since=day, priorities=True)).refused for day in left)


def test_a_month_is_measured_by_one_plan_the_first_whole_month_on_by_the_new_one():
    assert (first_month(date(2026, 7, 1)), first_month(date(2026, 7, 2))) == (Period.parse("2026-07"), Period.parse("2026-08"))
    both = (*APPROVED, *SECOND)
    july, june = progress(ALWAYS, "2026-07"), progress(ALWAYS, "2026-06")
    assert given(PLAN, *both).when(june).events
    given(PLAN, *both).when(july).then_refused("unknown-target", 404)
    assert given(PLAN, *both).when(replace(july, target_id="letters")).events
    given(PLAN, *both).when(replace(june, target_id="letters")).then_refused("unknown-target", 404)


AUGUST = replace(SECOND[0], since=date(2026, 7, 15))


def two_plans(old, new):
    """Progress of the old plan's targets in their months, and of the new one's."""
    made = [
        events.ProgressRecorded(M1, "2026", target, f"2026-{number:02d}", value)
        for number, values in old.items()
        for target, value in (("permits", values), ("days", "5"))
    ]
    made += [events.ProgressRecorded(M1, "2026", "letters", f"2026-{number:02d}", value) for number, value in new.items()]
    return PLAN.decider.state((*APPROVED, AUGUST, SECOND[1], *made))


def third_quarter(plan, **changed):
    scored = tuple(replace(one, period="2026-Q3") for one in SCORED)
    return given(APPRAISAL, *scored).when(delivery(ALWAYS, plan, rules(**changed), "2026-Q3", "2026-10-20"))


def test_a_quarter_with_two_plans_counts_each_by_its_months():
    plan = two_plans({7: "40"}, {8: "20", 9: "20"})
    percents = {one.item: one.achievement_percent for one in third_quarter(plan).events if getattr(one, "achievement_percent", None)}
    assert percents == {"permits": "100", "days": "100", "letters": "50", "result": "200/3"}
    alike = third_quarter(plan, plan_changes={"weigh": "mean"}).events
    assert next(one.achievement_percent for one in alike if getattr(one, "item", "") == "result") == "75"


def test_what_is_missing_is_asked_of_the_plan_that_counts():
    missing = third_quarter(two_plans({}, {8: "20"})).then_refused("appraisal-incomplete").facts["missing"]
    assert missing == ["progress of permits in 2026-07", "progress of days in 2026-07", "progress of letters in 2026-09"]


def test_a_target_that_both_plans_have_is_counted_in_each_by_its_own_value():
    lower = (AUGUST, events.TargetSet(employee=M1, period="2026", plan_version=2, **vars(replace(ISSUED, value="20", weight=100))))
    made = [events.ProgressRecorded(M1, "2026", "permits", f"2026-{number:02d}", "20") for number in (7, 8, 9)]
    made.append(events.ProgressRecorded(M1, "2026", "days", "2026-07", "5"))
    plan: PlanState = PLAN.decider.state((*APPROVED, *lower, *made))
    percents = {one.item: one.achievement_percent for one in third_quarter(plan).events if getattr(one, "achievement_percent", None)}
    # July: permits 50 % with weight 60, days 100 % with weight 40; August and September: 100 %.
    assert exact(percents["result"]) == (Fraction(70) + 2 * 100) / 3
    assert exact(percents["permits"]) == (Fraction(50) + 2 * 100) / 3
