"""What several routes read before they decide: rules of a period, an appraisal or a plan as its stream stands now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import reduce
from typing import Any

from services.appraisal import views
from services.appraisal.domain import streams
from services.appraisal.domain.appraisal import APPRAISAL
from services.appraisal.domain.plan import PLAN, transfers_open
from services.appraisal.domain.quadrant import Rating
from services.appraisal.domain.record import Stage
from services.appraisal.domain.rules import AppraisalRules
from services.appraisal.domain.targets import DRAFT, DraftTarget, Target, check_year, weighed
from services.appraisal.domain.withdrawal import SEEN, SeeDelivery
from services.appraisal.known import appraisal_rules, delivered, may_assess, may_decide, transfers_in
from services.appraisal.members import Members, Organisation
from shared.http.acting import RequestWork
from shared.kernel.periods import Period, period_of
from shared.kernel.refusal import Malformed, Refused


def rules_on(work: RequestWork, day: date) -> AppraisalRules:
    return appraisal_rules(work.knowledge.rules("appraisal", day))


def appraised_since(work: RequestWork) -> date | None:
    """From when on Merit appraises the agency's people; None while nothing says so.

    From the first day of its own rules, of the first period delivered here, or on which a plan of a year that had begun was approved:
    whichever is first. Who starts in July with plans of the whole year has had the quarters before appraised elsewhere.
    """
    memo = work.tx.memo
    if "appraised since" not in memo:
        national = {one.name for one in work.here.service.defaults if one.kind == "appraisal"}
        days = [one.since for one in work.knowledge.rule_sets("appraisal") if one.name not in national]
        for row in work.knowledge.rows(views.APPRAISED_YEARS):
            days += [row["delivered_from"]] if row["delivered_from"] else []
            if row["planned_at"]:
                days.append(max(Period.parse(row["key"]).start, work.knowledge.zone.local_date(row["planned_at"])))
        memo["appraised since"] = min(days, default=None)
    return memo["appraised since"]


def rules_named(work: RequestWork, name: str) -> AppraisalRules:
    """The rule set that a result cites, so that a later one does not change the terms of what was delivered before it."""
    return next(appraisal_rules(one) for one in work.knowledge.rule_sets("appraisal") if one.name == name)


def new_result(body: Mapping[str, Any]) -> tuple[Rating, Rating] | str | None:
    """What a decision or correction puts in place of the old result: ratings, the whole number as text, or None."""
    ratings, score = body["ratings"], body["score"]
    if ratings and score is not None:
        raise Refused("two-results", status=422, expected="ratings or a score", found="both", remedy="send what the rules' scheme has")
    return (Rating(ratings["result_rating"]), Rating(ratings["behaviour_rating"])) if ratings else score


def rules_of(work: RequestWork, period: str) -> tuple[AppraisalRules, Period]:
    """A period is appraised by the rules in force on its last day."""
    parsed = period_of(period)
    return rules_on(work, parsed.end), parsed


def appraisal_now(work: RequestWork, employee: str, period: str) -> dict[str, Any]:
    """As :func:`appraisal_row`; Refused (404) when there is none."""
    return work.found(appraisal_row(work, employee, period), "appraisal", f"{employee}/{period}")


def appraisal_row(work: RequestWork, employee: str, period: str) -> dict[str, Any] | None:
    """The appraisal's row, folded from its stream: the view may be a moment behind, and a decision needs the present version."""
    facts = work.knowledge.stream(streams.appraisal(employee, period))
    return reduce(lambda row, fact: views.fold_appraisal(f"{employee}/{period}", row, fact), facts, None)


def see(work: RequestWork, employee: str, period: str) -> None:
    """A person who is answered with his own delivered result has seen it, once. Nobody withdraws it at the same moment."""
    if work.actor.id != employee or work.state(APPRAISAL, employee, period).stage is not Stage.DELIVERED:
        return
    hold_delivery(work, employee, period)
    found = delivered(work.knowledge, employee, period_of(period))
    if found is not None:
        work.execute(SEEN, SeeDelivery(employee, period, found.id))


def hold_delivery(work: RequestWork, employee: str, period: str) -> None:
    """A result is not withdrawn while it is read, nor read while it is withdrawn."""
    work.knowledge.hold(f"delivery/{employee}/{period}")


ACTS = {
    "scoring": "deliver-appraisal",
    "objected": "decide-objection",
    **dict.fromkeys(("final", "corrected", "imported"), "correct-appraisal"),
}
"""What others than the employee may do next, by an appraisal's status."""


def who_may(work: RequestWork, row: Mapping[str, Any]) -> dict[str, Any] | None:
    """Who may act on an appraisal as things stand today, so that people know whom to turn to; None while it waits for the employee."""
    action = ACTS.get(row["status"])
    if action is None:
        return None
    asked = may_assess if action == "deliver-appraisal" else may_decide
    may = asked(work.knowledge, row["employee"], period_of(row["period"]))
    return {"action": action, "persons": may.persons, "role": "approver" if may.official else None, "never": may.never}


def members_of(work: RequestWork, unit: str | None, period: Period) -> Organisation:
    """Who belongs to a unit, or to the agency, for a period, by the rules in force on its last day."""
    return Organisation.of(work.tx, Members(unit, period, rules_on(work, period.end).not_asked))


def draft_of(work: RequestWork, employee: str, year: str, said: Mapping[str, Any]) -> DraftTarget:
    """The command that proposes a target. `said` has the target's fields, and its wording under ``what``.

    A wording that stands already keeps its text, so that proposing the same again changes nothing.
    """
    wording = said["what"]
    earlier = work.state(DRAFT, employee, year).targets.get(said["target_id"])
    text = earlier.what_text if earlier else None
    if wording is None:
        text = None
    elif text is None or work.read_text(text) != wording:
        text = work.text(wording).id
    weight, exact_weight = weighed(said["weight"], said["exact_weight"])
    weights = {"weight": weight, "exact_weight": exact_weight, "months": tuple(sorted(said["months"]))}
    target = Target(what_text=text, **{name: value for name, value in said.items() if name != "what"} | weights)
    return DraftTarget(employee, year, target, plan_fixed(work, employee, year))


def plan_fixed(work: RequestWork, employee: str, year: str) -> bool:
    """Whether the plan of the year is fixed, and nothing allows to make it anew: no transfer since, nor a rule for other reasons."""
    plan = work.state(PLAN, employee, year)
    if not plan.approved:
        return False
    period = check_year(year)
    return not transfers_open(plan, transfers_in(work.knowledge, employee, period)) and not rules_in(work, period).plan_changes.priorities


def rules_in(work: RequestWork, year: Period) -> AppraisalRules:
    """The rules in force now in a year, or on the day of it that is nearest."""
    return rules_on(work, min(max(work.today, year.start), year.end))


def delivered_months(work: RequestWork, employee: str, year: Period) -> frozenset[str]:
    """The months of a year that a delivered appraisal counts."""
    periods = {one for month in year.months for one in (month, month.quarter)} | {year}
    delivered = [one for one in periods if work.state(APPRAISAL, employee, str(one)).stage not in (Stage.NONE, Stage.SCORING)]
    return frozenset(str(month) for one in delivered for month in one.months)


def plan_now(work: RequestWork, employee: str, year: str) -> dict[str, Any] | None:
    """The approved plan's row, folded from its stream; None before the approval."""
    facts = work.knowledge.stream(streams.plan(employee, year))
    return reduce(lambda row, fact: views.fold_plan(f"{employee}/{year}", row, fact), facts, None)


def closed_months(work: RequestWork, employee: str, text: str) -> frozenset[str]:
    """The month, if an appraisal that counts it has been delivered."""
    month = _month(text)
    if month is None:
        return frozenset()
    counting = {text, str(month.quarter), str(month.year)}
    closed = any(work.state(APPRAISAL, employee, period).stage not in (Stage.NONE, Stage.SCORING) for period in counting)
    return frozenset({text}) if closed else frozenset()


def reporting_in(work: RequestWork, text: str) -> tuple[str, tuple[str, ...]]:
    """How often the rules in force at a month's end measure, and which interruptions they do not ask for.

    For what is no month any answer does: the plan refuses it.
    """
    month = _month(text)
    rules = rules_on(work, month.end) if month else None
    return (rules.measurement, rules.not_asked) if rules else ("monthly", ())


def _month(text: str) -> Period | None:
    try:
        return Period.parse(text, "month")
    except Malformed:
        return None
