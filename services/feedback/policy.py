"""Who may do what in feedback: role × action × relation. What is not here is denied."""

from __future__ import annotations

from services.feedback.heard import ReportingLineSet
from shared.http.policy import Actor, Allow, Policy
from shared.kernel.facts import Knowledge


def is_self(actor: Actor, subject: str, knowledge: Knowledge) -> bool:
    return actor.id == subject


def is_assessor(actor: Actor, subject: str, knowledge: Knowledge) -> bool:
    """The assessor (pejabat penilai) in the reporting line in force."""
    held = [fact for fact in knowledge.facts(ReportingLineSet, subject) if fact.effective <= knowledge.now]
    return bool(held) and actor.id == held[-1].event.assessor and actor.id != subject


# `kiosk`: the agency's counter client, through which citizens speak. `complaint-officer`: pengelola pengaduan.
POLICY = Policy(
    allow=(
        # Who counts as a peer is decided by the domain, which can say what to do instead.
        Allow("give-process-feedback", role="employee"),
        Allow("give-peer-feedback", role="employee"),
        Allow("publish-feedback", role="hr"),
        *(Allow("read-process-feedback", role=role) for role in ("employee", "hr", "approver", "auditor")),
        *(Allow("read-peer-feedback", role="employee", relation=relation) for relation in ("self", "assessor")),
        *(Allow("read-peer-feedback", role=role) for role in ("hr", "approver", "auditor")),
        # Remarks are in people's own words, by which a colleague may know them: only those who publish read them, once that is done.
        Allow("read-remarks", role="hr"),
        Allow("open-peer-round", role="hr"),
        Allow("read-peer-rounds", role="hr"),
        Allow("read-own-peer-rounds", role="employee"),
        Allow("answer-survey", role="kiosk"),
        Allow("import-survey-answers", role="hr"),
        Allow("publish-survey", role="hr"),
        *(Allow("read-survey", role=role) for role in ("employee", "hr", "approver", "auditor", "complaint-officer", "kiosk")),
        Allow("file-complaint", role="kiosk"),
        # Whoever holds the receipt code is the one who complained; nobody else learns anything there.
        Allow("follow-complaint", role="kiosk"),
        *(Allow("list-complaints", role=role) for role in ("complaint-officer", "hr", "approver", "auditor")),
        *(Allow("read-complaint", role=role) for role in ("complaint-officer", "approver", "auditor")),
        Allow("resolve-complaint", role="complaint-officer"),
    ),
    relations={"self": is_self, "assessor": is_assessor},
)
