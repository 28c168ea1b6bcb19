"""Routes of talent boxes and vacant posts."""

from __future__ import annotations

from typing import Any

from services.personnel import schemas
from services.personnel.answers import measures as answers
from services.personnel.domain.employee import EMPLOYEE, AssignPosition
from services.personnel.domain.unit import UNIT
from services.personnel.domain.vacancy import VACANCY, ChooseCandidate, OpenVacancy
from services.personnel.views import TALENT_BOXES, VACANCIES
from shared.http.acting import RequestWork, commanding, querying
from shared.http.answers import Page
from shared.http.blueprint import Blueprint
from shared.kernel.refusal import Refused

blp = Blueprint("careers", __name__, url_prefix="/v1", description="Talent boxes, and posts that fall vacant.")

Body = dict[str, Any]
PUBLIC = ("post", "unit", "job_class", "kind", "strategic", "criteria", "status", "since")


@blp.route("/talent")
@blp.arguments(schemas.TalentFilter, location="query")
@querying("list-talent")
def list_talent(work: RequestWork, wanted: Body) -> Page[answers.TalentBox]:
    """Who stands in which of the nine boxes, and the events that this rests on (PermenPANRB 3/2020)."""
    return work.page(TALENT_BOXES, **wanted)


@blp.route("/vacancies")
@blp.arguments(schemas.VacancyFilter, location="query")
@querying("list-vacancies")
def list_vacancies(work: RequestWork, wanted: Body) -> Page[answers.ListedVacancy]:
    """Posts that fell vacant, with the criteria by which candidates are ranked. The rankings are not for everybody."""
    page = work.page(VACANCIES, **wanted)
    return {**page, "items": [{name: row[name] for name in PUBLIC} | _opened(work, row) for row in page["items"]]}


def _opened(work: RequestWork, row: Body) -> Body:
    return {"opened_on": work.knowledge.zone.local_date(row["opened_at"])}


@blp.route("/vacancies", methods=["POST"])
@blp.arguments(schemas.NewVacancy)
@commanding("open-vacancy", status=201, at="/v1/vacancies/{post}")
def open_vacancy(work: RequestWork, body: Body) -> answers.VacancyOpening:
    """A post falls vacant. Candidates are ranked by its criteria as soon as this is known, and again when a fact about them changes."""
    if not work.knowledge.stream(UNIT.stream(body["unit"])):
        remedy = "take it from the list of units"
        raise Refused("unknown-unit", expected="a unit that is open", found=body["unit"], remedy=remedy, status=404)
    command = OpenVacancy(body["post"], body["unit"], body["job_class"], body["kind"], body["strategic"], tuple(body["criteria"]))
    done = work.execute(VACANCY, command)
    return {"post": body["post"], "status": "open", "version": done.version}


@blp.route("/vacancies/<post>")
@querying("read-vacancy")
def show_vacancy(work: RequestWork, post: str) -> answers.Vacancy:
    """One vacancy with the ranking, its reasons, and who fails the check of the record. Its ETag is what the decision needs."""
    row = work.found(work.knowledge.row(VACANCIES, post), "vacancy", post)
    return row | _opened(work, row)


@blp.route("/vacancies/<post>/decision", methods=["POST"])
@blp.arguments(schemas.ChosenCandidate)
@commanding("decide-vacancy", if_match=True)
def decide_vacancy(work: RequestWork, body: Body, post: str) -> answers.VacancyDecision:
    """Choose one of the ranking; the post is assigned with it. The official need not take the first.

    403 own-record for an official who is a candidate himself.
    """
    since = body.get("since") or work.today
    command = ChooseCandidate(post, body["proposal"], body["employee"], body["document"], since, work.actor.id)
    opened = work.state(VACANCY, post).opened
    decided = work.execute(VACANCY, command)
    assigned = work.execute(
        EMPLOYEE,
        AssignPosition(body["employee"], post, opened.job_class, opened.kind, opened.unit, False, since, body["document"]),
    )
    brings = [{"type": one.type, "event": one.id} for one in (*decided.events, *assigned.events)]
    return {"post": post, "employee": body["employee"], "status": "filled", "version": decided.version, "brings": brings}
