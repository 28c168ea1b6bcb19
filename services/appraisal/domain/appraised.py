"""Which periods are appraised, that each is appraised once, and only where the person served."""

from __future__ import annotations

from services.appraisal.domain.record import Record, Stage
from services.appraisal.domain.rules import AppraisalRules
from shared.kernel.employment import Employment
from shared.kernel.periods import Period, period_of
from shared.kernel.refusal import Refused


def appraised_period(text: str, rules: AppraisalRules) -> Period:
    """A period of a kind that the rule set appraises; Refused (422) otherwise."""
    period = period_of(text)
    if period.kind not in rules.appraised:
        raise Refused(
            "period-not-appraised",
            status=422,
            expected="a " + " or ".join(rules.appraised),
            found=text,
            remedy=f"name a period that the rule set {rules.name} appraises",
        )
    return period


def appraised_in(rules: AppraisalRules, year: Period) -> tuple[Period, ...]:
    """The periods of a year whose result follows from achievements; none where the superior gives it."""
    kinds = {"month": year.months, "quarter": tuple(Period(year.year, first, first + 2) for first in (1, 4, 7, 10)), "year": (year,)}
    return tuple(one for kind in rules.appraised for one in kinds[kind]) if rules.policy.result_by == "achievement" else ()


def still_scoring(state: Record, period: str) -> None:
    """Refused once the result is delivered, or was imported."""
    if state.stage not in (Stage.NONE, Stage.SCORING):
        raise Refused(
            "already-delivered",
            expected=f"no delivered appraisal of {period}",
            found=f"one that is {state.stage}",
            remedy="one period is appraised once; a result changes by an objection's decision or a correction",
        )


def must_have_served(service: Employment, period: Period, rules: AppraisalRules) -> None:
    """Refused (422) when the person did not serve a day of the period that the rules ask for: there is nothing to appraise."""
    if not service.serves_in(period, rules.not_asked):
        raise outside_service(service, period)


def outside_service(service: Employment, period: Period) -> Refused:
    """The refusal of what is said about a period in which the person did not serve a day."""
    ended = service.ended(period.end)
    away = service.interruption(period.end)
    if ended is not None:
        found = f"{period}, and service ended on {ended.end} ({ended.how})"
    elif away is not None:
        found = f"{period}, and {away.kind} since {away.since}"
    else:
        found = f"{period}, and service since {service.began}"
    return Refused(
        "outside-service",
        status=422,
        expected="a period with at least one day of service that is asked for",
        found=found,
        remedy="leave the period out: it is neither asked for nor counted",
    )
