"""Import of survey answers that an agency collected on paper or in another system."""

from __future__ import annotations

import re
from enum import Enum
from typing import Any

from services.feedback.api.surveys import answer_of
from services.feedback.domain.surveys import SURVEY_ANSWER, Survey
from services.feedback.raters import case_of
from services.feedback.schemas import CASE
from shared.flow.declared import Dispatch
from shared.http.acting import RequestWork
from shared.http.blueprint import Blueprint
from shared.http.importing import About, Column, Source, code, importing, integer, period
from shared.kernel.refusal import Malformed

imports = Blueprint("feedback-imports", __name__, url_prefix="/v1", description="Bulk imports.")

MOST = 14
"""Nine elements since PermenPANRB 14/2017; KEP/25/M.PAN/2/2004 had fourteen."""


class Left(Enum):
    """What a cell says in place of points."""

    NOT_APPLICABLE = "TB"
    UNANSWERED = "-"


def points(cell: str) -> int | Left:
    """Whole points, TB (tidak berlaku) for an element that does not apply, or - for one left out."""
    return Left(cell.upper()) if cell.upper() in {one.value for one in Left} else integer(cell)


def case_code(cell: str) -> str:
    """The case's number in the unit's register."""
    if not re.fullmatch(CASE, cell):
        raise Malformed("a case's number of at most 80 visible ASCII characters", repr(cell[:20]))
    return cell


@imports.route("/imports/survey-answers", methods=["POST"])
@importing(
    "import-survey-answers",
    columns=(
        Column("Unit", "unit", code),
        Column("Layanan", "service", code),
        Column("Periode", "period", period),
        Column("Kode Kasus", "case", case_code),
        *(Column(f"U{number}", f"U{number}", points, required=False) for number in range(1, MOST + 1)),
    ),
    about=(About(("unit", "service", "period", "case")),),
)
def import_survey_answers(work: RequestWork, row: dict[str, Any], source: Source) -> Dispatch:
    """Answers of citizens, a row each, with the points of every element of the rule set in force on the period's last day.

    A cell says TB (tidak berlaku) where the element does not apply to the service, and - where the citizen left it out; an empty one
    says nothing, and is refused.
    A case answers once, here or at the counter; a row that came before in the same words changes nothing.
    """
    survey = Survey(row["unit"], row["service"], str(row["period"]))
    cells = {f"U{number}": row[f"U{number}"] for number in range(1, MOST + 1) if row[f"U{number}"] is not None}
    said = {
        "elements": {name: cell for name, cell in cells.items() if isinstance(cell, int)},
        "not_applicable": [name for name, cell in cells.items() if cell is Left.NOT_APPLICABLE],
        "unanswered": [name for name, cell in cells.items() if cell is Left.UNANSWERED],
    }
    return Dispatch(SURVEY_ANSWER, answer_of(work, survey, row["case"], said, case_of))
