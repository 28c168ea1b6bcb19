"""Yearly appraisals, the employee's own report, corrections of final and imported results."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.appraisal import events
from services.appraisal.domain.appraisal import APPRAISAL, ImportAppraisal
from services.appraisal.domain.correction import CorrectAppraisal
from services.appraisal.domain.delivery import DeliverAppraisal
from services.appraisal.domain.plan import PLAN, RecordProgress
from services.appraisal.domain.quadrant import Predicate, Rating
from services.appraisal.domain.scoring import ReportAchievement
from tests.support.appraisal import (
    ALWAYS,
    APPROVED,
    ASSESSOR,
    BEHAVIOURS,
    DELIVERED,
    JAKARTA,
    M1,
    NEEDS_IMPROVEMENT,
    OBJECTED,
    SUPERIOR,
    moment,
    plan_with,
    rules,
)
from tests.support.deciding import given

YEARLY = rules(appraised="yearly", achievement_report_required=True)
WHOLE_YEAR = plan_with({"permits": ["40"] * 12, "days": ["5"] * 12})
SCORED = tuple(events.ScoreSubmitted(M1, "2026", "rating", "behaviour", item, "superior", "as") for item in BEHAVIOURS)
UNDER = rules()
REPORTED = events.AchievementReported(M1, "2026", "text-1", "digest-1", ("ab" * 32,))
FINAL = events.AppraisalFinalized(M1, "2026-Q1", "quarter", NEEDS_IMPROVEMENT, "accepted", "place@1")
IMPORTED = events.AppraisalImported(M1, "2025", "baik", "e-Kinerja", "ab" * 32, 2)


def report(period="2026", evidence=("ab" * 32,), today=date(2026, 12, 20), under=YEARLY):
    return ReportAchievement(M1, period, "text-1", "digest-1", evidence, today, WHOLE_YEAR, under, service=ALWAYS)


def delivery(plan=WHOLE_YEAR, under=YEARLY, at="2027-01-15"):
    return DeliverAppraisal(M1, "2026", moment(at), plan, None, under, JAKARTA, service=ALWAYS)


def correction(new, period="2026-Q1", by=SUPERIOR, heard_on=date(2026, 7, 10), under=UNDER):
    basis = "PP 30/2019 art. 41"
    return CorrectAppraisal(M1, period, new, basis, "800/9/2026", heard_on, "t", "d", by, ASSESSOR, under, date(2026, 7, 20))


def corrected(before, after, period="2026-Q1"):
    return events.AppraisalCorrected(M1, period, before, after, "PP 30/2019 art. 41", "800/9/2026", date(2026, 7, 10), "t", "d")


def test_a_year_is_judged_on_its_twelve_months_after_its_end():
    made = given(APPRAISAL, *SCORED, REPORTED).when(delivery()).events
    assert (made[-1].kind, made[-1].judgement) == ("year", events.Judgement("as", "as", "baik"))
    given(APPRAISAL, *SCORED, REPORTED).when(delivery(at="2026-12-31")).then_refused("period-not-over", 422)
    given(APPRAISAL, *SCORED, REPORTED).when(delivery(plan_with({"permits": ["40"] * 11, "days": ["5"] * 12}))).then_refused(
        "appraisal-incomplete", found="permits in 2026-12"
    )


def test_where_the_rules_ask_for_it_nobody_is_judged_on_a_year_without_his_own_report():
    given(APPRAISAL, *SCORED).when(delivery()).then_refused("appraisal-incomplete", found="own achievement report")
    assert given(APPRAISAL, *SCORED).when(delivery(under=rules(appraised="yearly"))).events


def test_a_report_is_given_until_delivery_with_evidence_by_digest():
    given(APPRAISAL).when(report()).then(REPORTED)
    given(APPRAISAL, *SCORED, REPORTED).when(report(evidence=())).then(replace(REPORTED, evidence=()))
    given(APPRAISAL).when(report(evidence=("https://drive.example",))).then_refused("evidence-invalid", 422)
    given(APPRAISAL).when(report(period="2026-Q1")).then_refused("period-not-appraised", 422)
    given(APPRAISAL).when(report(today=date(2025, 12, 31))).then_refused("period-not-begun", 422)
    given(APPRAISAL, *DELIVERED).when(report(period="2026-Q1", under=rules())).then_refused("already-delivered")


def test_pp_30_2019_a_place_may_measure_every_quarter_or_year():
    quarterly = rules(appraised="yearly", measurement="quarterly")
    months = ("2026-03", "2026-06", "2026-09", "2026-12")
    measured = {key: one for key, one in WHOLE_YEAR.progress.items() if key[1] in months}
    assert given(APPRAISAL, *SCORED).when(delivery(replace(WHOLE_YEAR, progress=measured), quarterly)).events
    command = RecordProgress(M1, "2026", "permits", "2026-03", "38", (), None, date(2026, 3, 28), measurement="quarterly", service=ALWAYS)
    assert given(PLAN, *APPROVED).when(command).events
    given(PLAN, *APPROVED).when(replace(command, month="2026-02")).then_refused("month-not-measured", 422)
    given(PLAN, *APPROVED).when(replace(command, measurement="yearly")).then_refused("month-not-measured", 422)


def test_years_before_merit_are_imported_too():
    command = ImportAppraisal(M1, "2025", Predicate.BAIK, "e-Kinerja", "ab" * 32, 2, date(2026, 1, 2), service=ALWAYS)
    given(APPRAISAL).when(command).then(IMPORTED)
    given(APPRAISAL).when(replace(command, period="2026")).then_refused("period-not-over", 422)


# Corrections


def test_a_final_result_is_corrected_and_the_earlier_one_stays_readable():
    after = events.Judgement("as", "as", "baik")
    past = (*DELIVERED, FINAL)
    given(APPRAISAL, *past).when(correction((Rating.AS, Rating.AS))).then(corrected(NEEDS_IMPROVEMENT, after))
    again = correction((Rating.ABOVE, Rating.ABOVE))
    best = events.Judgement("above", "above", "sangat_baik")
    given(APPRAISAL, *past, corrected(NEEDS_IMPROVEMENT, after)).when(again).then(corrected(after, best))


def test_an_imported_result_is_corrected_by_its_predicate():
    before, after = events.Judgement(None, None, "baik"), events.Judgement(None, None, "butuh_perbaikan")
    command = correction(Predicate.BUTUH_PERBAIKAN, period="2025", under=None)
    given(APPRAISAL, IMPORTED).when(command).then(corrected(before, after, "2025"))
    given(APPRAISAL, IMPORTED).when(replace(command, new=Predicate.BAIK)).then_refused("correction-invalid", 422, "same")
    given(APPRAISAL, IMPORTED).when(replace(command, new=(Rating.AS, Rating.AS))).then_refused("correction-invalid", 422)
    given(APPRAISAL, IMPORTED).when(replace(command, new="95")).then_refused("correction-invalid", 422)


@pytest.mark.parametrize("past", [(), DELIVERED[:1], DELIVERED, OBJECTED], ids=["nothing", "scoring", "delivered", "objected"])
def test_before_finality_there_is_the_objection_and_no_correction(past):
    given(APPRAISAL, *past).when(correction((Rating.AS, Rating.AS))).then_refused("appraisal-not-final")


def test_neither_the_employee_nor_the_assessor_corrects():
    past = (*DELIVERED, FINAL)
    given(APPRAISAL, *past).when(correction((Rating.AS, Rating.AS), by=M1)).then_refused("own-correction", 403, "employee")
    given(APPRAISAL, *past).when(correction((Rating.AS, Rating.AS), by=ASSESSOR)).then_refused("own-correction", 403, "assessor")


@pytest.mark.parametrize("heard_on", [date(2026, 7, 21), date(2026, 3, 31)], ids=["to come", "before the period was over"])
def test_the_employee_is_heard_before_a_correction(heard_on):
    given(APPRAISAL, *DELIVERED, FINAL).when(correction((Rating.AS, Rating.AS), heard_on=heard_on)).then_refused("not-heard", 422)


def test_a_correction_says_what_the_result_itself_says_and_changes_it():
    past = (*DELIVERED, FINAL)
    given(APPRAISAL, *past).when(correction(Predicate.BAIK)).then_refused("correction-invalid", 422)
    given(APPRAISAL, *past).when(correction("95")).then_refused("correction-invalid", 422)
    given(APPRAISAL, *past).when(correction((Rating.BELOW, Rating.AS))).then_refused("correction-invalid", 422, "same")
