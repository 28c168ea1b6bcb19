"""Who may do what in appraisal: role × action × relation. What is not here is denied."""

from __future__ import annotations

from services.appraisal.known import line_of, works_in
from shared.http.policy import Actor, Allow, Policy
from shared.kernel.facts import Knowledge


def is_self(actor: Actor, subject: str, knowledge: Knowledge) -> bool:
    return actor.id == subject


def is_assessor(actor: Actor, subject: str, knowledge: Knowledge) -> bool:
    """The assessor (pejabat penilai) in the reporting line in force; nobody assesses himself."""
    line = line_of(knowledge, subject)
    return line is not None and actor.id == line.assessor and actor.id != subject


def is_assessors_superior(actor: Actor, subject: str, knowledge: Knowledge) -> bool:
    """Atasan pejabat penilai (PP 30/2019 art. 59)."""
    line = line_of(knowledge, subject)
    return line is not None and actor.id == line.superior


def stands_above_all(actor: Actor, subject: str, knowledge: Knowledge) -> bool:
    """Nobody stands above the assessor, so that the appointing official decides; no law was found that says who else could."""
    line = line_of(knowledge, subject)
    return line is not None and line.superior is None and actor.id not in (subject, line.assessor)


def is_of_the_unit(actor: Actor, subject: str, knowledge: Knowledge) -> bool:
    """`subject` is a unit: everybody who works in it or below it."""
    return works_in(knowledge, actor.id, subject)


OWN = ("acknowledge-rules", "draft-target", "record-progress", "submit-score", "report-achievement", "accept-appraisal", "file-objection")
ASSESSING = ("approve-plan", "submit-score", "deliver-appraisal")
READING = ("read-plan", "read-appraisal", "read-objection")
LISTING = ("list-appraisals", "read-distribution", "read-unit-scores")
DECIDING = ("decide-objection", "correct-appraisal")
IMPORTING = ("import-targets", "import-earlier-predicates", "import-achievements")

POLICY = Policy(
    allow=(
        *(Allow(action, role="employee", relation="self") for action in (*OWN, *READING)),
        *(Allow(action, role="employee", relation="assessor") for action in (*ASSESSING, *READING)),
        *(Allow(action, role="employee", relation="assessor-superior") for action in (*DECIDING, *READING)),
        *(Allow(action, role="approver", relation="no-superior") for action in DECIDING),
        Allow("set-organisation-result", role="approver"),
        *(Allow(action, role="hr") for action in IMPORTING),
        Allow("read-unit-scores", role="employee", relation="of-unit"),
        *(Allow("close-improvement-item", role=role) for role in ("hr", "approver")),
        *(Allow("list-improvement-items", role=role) for role in ("employee", "hr", "approver", "auditor")),
        *(Allow(action, role=role) for action in (*READING, *LISTING, "read-text") for role in ("hr", "approver", "auditor")),
    ),
    relations={
        "self": is_self,
        "assessor": is_assessor,
        "assessor-superior": is_assessors_superior,
        "no-superior": stands_above_all,
        "of-unit": is_of_the_unit,
    },
)
