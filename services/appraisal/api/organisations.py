"""Routes of organisations: their results, and the predicates of their employees beside the guide."""

from __future__ import annotations

from typing import Any

from services.appraisal import schemas
from services.appraisal.answers import units as answers
from services.appraisal.api.reading import members_of
from services.appraisal.domain.organisation import ORGANISATION, SetOrganisationResult
from services.appraisal.domain.quadrant import Predicate
from services.appraisal.known import must_be_a_unit, organisation_result
from services.appraisal.members import the_top
from services.appraisal.tables import GUIDE
from shared.http.acting import RequestWork, commanding, querying
from shared.http.blueprint import Blueprint
from shared.kernel.periods import period_of
from shared.kernel.refusal import Refused

organisations = Blueprint("organisations", __name__, url_prefix="/v1", description="Organisations' results, and distributions.")


@organisations.route("/organisations/<unit>/<period>/result", methods=["POST"])
@organisations.arguments(schemas.NewOrganisationResult)
@commanding("set-organisation-result", subject="unit", status=201)
def set_result(work: RequestWork, body: dict[str, Any], unit: str, period: str) -> answers.OrganisationResult:
    """Fix the organisation's result of a period, before its employees' predicates (PermenPANRB 6/2022 art. 24–25).

    By an approver, after the period's end (422 period-not-over). 404 unknown-unit, 409 organisation-result-set.
    """
    must_be_a_unit(work.knowledge, unit)
    end = period_of(period).end
    if work.today <= end:
        raise Refused(
            "period-not-over",
            status=422,
            expected=f"a day after {end}",
            found=str(work.today),
            remedy="set the result when the period is over",
        )
    appended = work.execute(ORGANISATION, SetOrganisationResult(unit, period, body["result"], GUIDE.name))
    return {"unit": unit, "period": period, "result": body["result"], "guide": GUIDE.name, "version": appended.version}


@organisations.route("/distribution")
@organisations.arguments(schemas.DistributionFilter, location="query")
@querying("read-distribution")
def distribution(work: RequestWork, wanted: dict[str, Any]) -> answers.Distribution:
    """How the predicates of a period are distributed, beside the guide for the organisation's result (SE MenPANRB 3/2023).

    `persons` are those who served a day of the period that the rules ask for, in the unit in which they served last.
    `unit` with everything below it, or without it all units, by the result of the one on top. No result yet: no findings.
    """
    period = wanted["period"]
    unit = wanted["unit"] or the_top(work.tx)
    persons, counts = members_of(work, unit, period_of(period)).counted()
    result = organisation_result(work.knowledge, unit, period)
    findings = GUIDE.compare(result, counts) if result else ()
    return {
        "period": period,
        "unit": unit,
        "result": result,
        "guide": GUIDE.name,
        "persons": persons,
        "appraised": sum(counts.values()),
        "counts": {str(predicate): counts.get(predicate, 0) for predicate in reversed(Predicate)},
        "findings": [
            {
                "predicates": [str(predicate) for predicate in finding.limit.predicates],
                "comparison": finding.limit.comparison,
                "percent": finding.limit.percent,
                "count": finding.count,
                "of": finding.of,
                "holds": finding.holds,
            }
            for finding in findings
        ],
    }
