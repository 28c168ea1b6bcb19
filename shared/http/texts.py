"""Texts over HTTP: what stands behind an event's text id, for those whom the service's policy lets read it."""

from __future__ import annotations

from uuid import UUID

from shared.http.acting import RequestWork, querying
from shared.http.blueprint import Blueprint
from shared.http.common_answers import Text

texts = Blueprint("texts", __name__, url_prefix="/v1", description="Reasons, remarks and other texts that people wrote.")


@texts.route("/texts/<text_id>")
@querying("read-text", subject="text_id")
def show_text(work: RequestWork, text_id: str) -> Text:
    """One text.

    404 when there is none, also when it was erased.
    """
    body = work.read_text(text_id) if _is_uuid(text_id) else None
    return work.found(None if body is None else {"id": text_id, "text": body}, "text", text_id[:40])


def _is_uuid(given: str) -> bool:
    try:
        return str(UUID(given)) == given
    except ValueError:
        return False
