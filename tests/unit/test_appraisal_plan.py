"""Rules of plans: targets drafted, fixed by the superior, measured monthly (PermenPANRB 6/2022)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.appraisal import events
from services.appraisal.domain.acknowledgement import RULES_READ, AcknowledgeRules
from services.appraisal.domain.plan import PLAN, ApprovePlan, RecordProgress
from services.appraisal.domain.targets import DRAFT, DraftTarget, PresentDraft, WithdrawTarget
from tests.support.appraisal import ALWAYS, APPROVED, ASSESSOR, DAYS, ISSUED, M1
from tests.support.deciding import given


def drafted(target):
    return events.TargetDrafted(employee=M1, period="2026", **vars(target))


def approval(*targets, by=ASSESSOR, on=date(2026, 1, 14)):
    return ApprovePlan(M1, "2026", targets, by, "SKP/1/2026", "place@1", on)


def progress(target="permits", month="2026-03", value="38", evidence=(), today=date(2026, 3, 28), closed=frozenset()):
    return RecordProgress(M1, "2026", target, month, value, evidence, None, today, closed, service=ALWAYS)


def test_a_target_is_drafted_and_the_same_draft_again_changes_nothing():
    given(DRAFT).when(DraftTarget(M1, "2026", ISSUED, approved=False)).then(drafted(ISSUED))
    given(DRAFT, drafted(ISSUED)).when(DraftTarget(M1, "2026", ISSUED, approved=False)).then()
    heavier = replace(ISSUED, weight=70)
    given(DRAFT, drafted(ISSUED)).when(DraftTarget(M1, "2026", heavier, approved=False)).then(drafted(heavier))


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"aspect": "speed"}, "target-invalid"),
        ({"direction": "up"}, "target-invalid"),
        ({"weight": 0}, "target-invalid"),
        ({"weight": 101}, "target-invalid"),
        ({"value": "0"}, "target-invalid"),
        ({"value": "-3"}, "number-invalid"),
        ({"value": "1e3"}, "number-invalid"),
        ({"target_id": "Two words"}, "target-invalid"),
    ],
)
def test_a_target_that_cannot_be_measured_is_refused(wrong, code):
    given(DRAFT).when(DraftTarget(M1, "2026", replace(ISSUED, **wrong), approved=False)).then_refused(code, 422)


def test_a_draft_is_closed_by_the_approval():
    given(DRAFT, drafted(ISSUED)).when(DraftTarget(M1, "2026", DAYS, approved=True)).then_refused("plan-approved")
    given(DRAFT, drafted(ISSUED)).when(WithdrawTarget(M1, "2026", "permits", approved=True)).then_refused("plan-approved")


def test_a_withdrawn_target_is_not_part_of_the_draft():
    withdrawn = events.TargetWithdrawn(M1, "2026", "days")
    given(DRAFT, drafted(ISSUED), drafted(DAYS)).when(WithdrawTarget(M1, "2026", "days", approved=False)).then(withdrawn)
    past = (drafted(ISSUED), drafted(DAYS), withdrawn)
    given(DRAFT, *past).when(WithdrawTarget(M1, "2026", "days", approved=False)).then_refused("unknown-target", 404)
    given(DRAFT, *past).when(PresentDraft(M1, "2026")).then_refused("weights-not-100", 422, "60 = 60")


def test_a_plan_is_made_for_a_year():
    given(DRAFT).when(DraftTarget(M1, "2026-Q1", ISSUED, approved=False)).then_refused("period-invalid", 422)
    given(PLAN, *APPROVED).when(replace(progress(), year="soon")).then_refused("period-invalid", 422)


def test_permenpanrb_6_2022_the_superior_fixes_the_plan_and_every_target_is_set():
    given(PLAN).when(approval(ISSUED, DAYS)).then(*APPROVED)


def test_weights_sum_to_100_at_the_approval():
    given(PLAN).when(approval(ISSUED)).then_refused("weights-not-100", 422, "60 = 60")
    given(PLAN).when(approval(ISSUED, replace(DAYS, weight=41))).then_refused("weights-not-100", 422, "60 + 41 = 101")
    given(PLAN).when(approval()).then_refused("weights-not-100", 422, "no targets")


def test_a_plan_is_approved_once():
    given(PLAN, *APPROVED).when(approval(ISSUED, DAYS)).then_refused("plan-approved")


def test_nobody_approves_his_own_plan():
    given(PLAN).when(approval(ISSUED, DAYS, by=M1)).then_refused("own-plan", 403)


def test_a_plan_is_not_approved_after_its_year():
    given(PLAN).when(approval(ISSUED, DAYS, on=date(2027, 1, 1))).then_refused("period-over", 422)


def test_permenpanrb_6_2022_art_5_nothing_is_measured_before_the_plan_is_approved():
    given(PLAN).when(progress()).then_refused("plan-not-approved")


def test_progress_is_recorded_with_evidence_and_a_later_report_replaces_it():
    proof = "ab" * 32
    recorded = events.ProgressRecorded(M1, "2026", "permits", "2026-03", "38", (proof,))
    given(PLAN, *APPROVED).when(progress(evidence=(proof,))).then(recorded)
    given(PLAN, *APPROVED, recorded).when(progress(evidence=(proof,))).then()
    given(PLAN, *APPROVED, recorded).when(progress(value="39")).then(replace(recorded, value="39", evidence=()))


@pytest.mark.parametrize("month", ["2025-12", "2027-01", "2026-Q1", "2026", "March"])
def test_a_month_outside_the_plans_year_is_refused(month):
    given(PLAN, *APPROVED).when(progress(month=month)).then_refused("month-outside-period", 422, month)


def test_a_month_that_has_not_begun_is_refused():
    given(PLAN, *APPROVED).when(progress(month="2026-04", today=date(2026, 3, 31))).then_refused("month-not-begun", 422)


def test_a_month_whose_appraisal_is_delivered_is_closed():
    given(PLAN, *APPROVED).when(progress(closed=frozenset({"2026-03"}))).then_refused("period-delivered")


def test_progress_of_an_unknown_target_a_wrong_number_or_a_link_as_evidence_is_refused():
    given(PLAN, *APPROVED).when(progress(target="other")).then_refused("unknown-target", 404)
    given(PLAN, *APPROVED).when(progress(value="many")).then_refused("number-invalid", 422)
    given(PLAN, *APPROVED).when(progress(evidence=("https://drive.example/x",))).then_refused("evidence-invalid", 422)


def test_rules_are_acknowledged_once_for_each_rule_set():
    read = events.RulesAcknowledged(M1, "place@1", "meeting")
    given(RULES_READ).when(AcknowledgeRules(M1, "place@1", "meeting")).then(read)
    given(RULES_READ, read).when(AcknowledgeRules(M1, "place@1", "read")).then()
    given(RULES_READ, read).when(AcknowledgeRules(M1, "place@2", "read")).then(events.RulesAcknowledged(M1, "place@2", "read"))
    given(RULES_READ).when(AcknowledgeRules(M1, "all of them", "read")).then_refused("rule-set-name", 422)
