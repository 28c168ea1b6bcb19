"""Who may do what in appraisal: role × action × relation. What is not here is denied."""

from __future__ import annotations

from services.appraisal.heard import LIFE
from services.appraisal.known import above, delivered, may_assess, may_decide, works_in
from shared.http.policy import Actor, Allow, Policy
from shared.kernel.employment import out_of_office
from shared.kernel.facts import Knowledge
from shared.kernel.periods import Period


def is_assessor(actor: Actor, subject: str, period: Period | None, knowledge: Knowledge) -> bool:
    """The assessor (pejabat penilai) in the reporting line in force today; nobody assesses himself."""
    return actor.id == above(knowledge, subject, knowledge.today)[0] != subject


def is_assessor_of_period(actor: Actor, subject: str, period: Period | None, knowledge: Knowledge) -> bool:
    """Who assesses the period, also when somebody else has become assessor since (PermenPANRB 6/2022, annex IV.A)."""
    return period is not None and actor.id in may_assess(knowledge, subject, period).persons


def is_assessors_superior(actor: Actor, subject: str, period: Period | None, knowledge: Knowledge) -> bool:
    """Atasan pejabat penilai, today."""
    return actor.id == above(knowledge, subject, knowledge.today)[1] != subject


def has_delivered(actor: Actor, subject: str, period: Period | None, knowledge: Knowledge) -> bool:
    """Who delivered the period's result: he is asked about it when it is contested (PP 30/2019 art. 59)."""
    found = None if period is None else delivered(knowledge, subject, period)
    return found is not None and actor.id == found.by


def decides(actor: Actor, subject: str, period: Period | None, knowledge: Knowledge) -> bool:
    """The superior of who delivered, as of then, else who stands above now (PP 30/2019 art. 59)."""
    return period is not None and actor.id in may_decide(knowledge, subject, period).persons


def decides_as_official(actor: Actor, subject: str, period: Period | None, knowledge: Knowledge) -> bool:
    """Nobody else is left to decide, so that the appointing official does; no law was found that says who else could."""
    if period is None:
        return False
    found = may_decide(knowledge, subject, period)
    return found.official and actor.id not in found.never


def is_of_the_unit(actor: Actor, subject: str, period: Period | None, knowledge: Knowledge) -> bool:
    """`subject` is a unit: everybody who works in it or below it."""
    return works_in(knowledge, actor.id, subject)


OWN = ("acknowledge-rules", "draft-target", "record-progress", "submit-score", "report-achievement", "accept-appraisal", "file-objection")
ASSESSING = ("submit-score", "deliver-appraisal")
READING = ("read-plan", "read-appraisal", "read-objection")
LISTING = ("list-appraisals", "read-distribution", "read-unit-scores")
STANDING = ("assessor", "assessor-superior", "assessor-of-period", "has-delivered", "decides")
"""Who stands above today leads and must know; who assesses, delivered or decides must see what he acts on."""
DECIDING = ("decide-objection", "correct-appraisal")
IMPORTING = ("import-targets", "import-earlier-predicates", "import-achievements")

POLICY = Policy(
    allow=(
        *(Allow(action, role="employee", relation="self") for action in (*OWN, *READING)),
        # A plan is made with the assessor of today, who will lead by it; a period is assessed by who was its assessor.
        Allow("approve-plan", role="employee", relation="assessor"),
        *(Allow(action, role="employee", relation="assessor-of-period") for action in ASSESSING),
        *(Allow("withdraw-delivery", role="employee", relation=relation) for relation in ("assessor-of-period", "has-delivered")),
        *(Allow(action, role="employee", relation="decides") for action in DECIDING),
        *(Allow(action, role="approver", relation="decides-as-official") for action in DECIDING),
        *(Allow(action, role="employee", relation=relation) for action in READING for relation in STANDING),
        Allow("set-organisation-result", role="approver"),
        *(Allow(action, role="hr") for action in IMPORTING),
        Allow("read-unit-scores", role="employee", relation="of-unit"),
        *(Allow("close-improvement-item", role=role) for role in ("hr", "approver")),
        *(Allow("list-improvement-items", role=role) for role in ("employee", "hr", "approver", "auditor")),
        *(Allow(action, role=role) for action in (*READING, *LISTING, "read-text") for role in ("hr", "approver", "auditor")),
    ),
    relations={
        "assessor": is_assessor,
        "assessor-of-period": is_assessor_of_period,
        "assessor-superior": is_assessors_superior,
        "has-delivered": has_delivered,
        "decides": decides,
        "decides-as-official": decides_as_official,
        "of-unit": is_of_the_unit,
    },
    barred=lambda actor, knowledge: out_of_office(knowledge, actor.id, LIFE),
)
