"""Routes of awards and sanctions."""

from __future__ import annotations

from typing import Any

from services.personnel import schemas
from services.personnel.answers import measures as answers
from services.personnel.api.people import known
from services.personnel.domain.award import EVALUATION, OpenEvaluation
from services.personnel.domain.awards import read_awards
from services.personnel.domain.sanction import SANCTION, Lift
from services.personnel.views import AWARDS, SANCTIONS
from shared.http.acting import RequestWork, commanding, querying
from shared.http.answers import Page
from shared.http.blueprint import Blueprint
from shared.kernel.periods import period_of
from shared.kernel.refusal import Refused

blp = Blueprint("conduct", __name__, url_prefix="/v1", description="Awards and sanctions.")

Body = dict[str, Any]


@blp.route("/awards")
@blp.arguments(schemas.AwardFilter, location="query")
@querying("list-awards")
def list_awards(work: RequestWork, wanted: Body) -> Page[answers.Award]:
    """Awards granted, with the events that each cites."""
    return work.page(AWARDS, **wanted)


@blp.route("/awards/<award>/<year>/evaluation", methods=["POST"])
@blp.arguments(schemas.Nothing)
@commanding("evaluate-award", status=202)
def evaluate_award(work: RequestWork, body: Body, award: str, year: str) -> answers.AwardEvaluation:
    """Evaluate a year's award by its published criteria. The proposals follow within a second, and follow the facts until an official
    has decided on them.
    """
    rules = work.knowledge.rules("awards", period_of(year, "year", code="award-year").end)
    if read_awards(rules.settings, published=True).of(award) is None:
        remedy = "take one that the rule set names, or publish its criteria"
        raise Refused("unknown-award", expected=f"an award of {rules.name}", found=award, remedy=remedy, status=404)
    work.execute(EVALUATION, OpenEvaluation(award, year))
    return {"award": award, "year": year, "status": "evaluated", "rule_set": rules.name, "proposals": f"award-{award}-{year}"}


@blp.route("/sanctions/<employee>")
@querying("read-sanctions", subject="employee")
def list_sanctions(work: RequestWork, employee: str) -> Page[answers.Sanction]:
    """A person's sanctions, with their terms, their legal basis, and when they were lifted."""
    known(work, employee)
    return work.page(SANCTIONS, employee=employee)


@blp.route("/sanctions/<employee>/<sanction>/lifting", methods=["POST"])
@blp.arguments(schemas.Lifting)
@commanding("lift-sanction", subject="employee")
def lift_sanction(work: RequestWork, body: Body, employee: str, sanction: str) -> answers.SanctionLifting:
    """Lift a sanction from a day on; from its first day it is lifted whole. Nobody lifts his own (403)."""
    command = Lift(employee, sanction, body.get("on") or work.today, body["document"], work.actor.id)
    done = work.execute(SANCTION, command)
    return {"employee": employee, "sanction": sanction, "status": "lifted", "on": command.on, "version": done.version}
