"""Routes of improvement items: what units have to improve after complaints and surveys, and closing it."""

from __future__ import annotations

from typing import Any

from services.appraisal import schemas, views
from services.appraisal.answers import units as answers
from services.appraisal.domain.improvement import IMPROVEMENT, CloseImprovementItem
from shared.http.acting import RequestWork, commanding, querying
from shared.http.answers import Page
from shared.http.blueprint import Blueprint

improvement = Blueprint("improvement", __name__, url_prefix="/v1", description="Improvement items of units.")


@improvement.route("/improvement-items")
@improvement.arguments(schemas.ImprovementFilter, location="query")
@querying("list-improvement-items")
def list_items(work: RequestWork, wanted: dict[str, Any]) -> Page[answers.ImprovementItem]:
    """Improvement items, of a unit and of a status if these are named."""
    found = work.page(views.IMPROVEMENT_ITEMS, unit=wanted["unit"], status=wanted["status"])
    return found | {"items": [_shown(work, item) for item in found["items"]]}


@improvement.route("/improvement-items/<unit>/<item>/closing", methods=["POST"])
@improvement.arguments(schemas.Closing)
@commanding("close-improvement-item", subject="unit", status=201)
def close(work: RequestWork, body: dict[str, Any], unit: str, item: str) -> answers.ImprovementClosing:
    """Close an item: what was done, and when.

    By HR or an approver, who looked at it. 404 unknown-improvement-item, 409 improvement-item-closed, 422 not-done-yet.
    """
    text = work.text(body["what"])
    appended = work.execute(IMPROVEMENT, CloseImprovementItem(unit, item, body["done_on"], text.id, text.digest, work.today))
    return {"unit": unit, "item": item, "status": "closed", "version": appended.version}


def _shown(work: RequestWork, item: dict[str, Any]) -> dict[str, Any]:
    text = item["what_text"]
    overdue = item["status"] == "open" and item["due"] < work.today
    rest = {name: value for name, value in item.items() if name not in ("key", "what_text")}
    return rest | {"overdue": overdue, "what": work.read_text(text) if text else None}
