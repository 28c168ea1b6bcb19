"""Who may do what in feedback: role × action × relation. What is not here is denied."""

from __future__ import annotations

from services.feedback.heard import LIFE, ReportingLineSet, ReportingLineWithdrawn
from services.feedback.known import assesses_on
from shared.http.policy import Actor, Allow, Policy
from shared.kernel.employment import out_of_office
from shared.kernel.facts import Knowledge
from shared.kernel.leading import led_within, lines_of
from shared.kernel.periods import Period


def is_assessor(actor: Actor, subject: str, period: Period | None, knowledge: Knowledge) -> bool:
    """The assessor (pejabat penilai) in force today, who leads, and who was it on a day of the period, by whichever rule he assesses it."""
    if period is None:
        return assesses_on(knowledge, actor.id, subject, knowledge.today)
    lines = lines_of(knowledge, ReportingLineSet, ReportingLineWithdrawn, subject)
    return led_within(knowledge, actor.id, subject, lines, period, LIFE)


# `kiosk`: the agency's counter client, through which citizens speak. `complaint-officer`: pengelola pengaduan.
POLICY = Policy(
    allow=(
        # Who counts as a peer is decided by the domain, which can say what to do instead.
        Allow("give-process-feedback", role="employee"),
        Allow("give-peer-feedback", role="employee", own=True),
        # Of oneself neither: that is for the official.
        *(Allow(action, role=role) for action in ("open-peer-round", "publish-feedback") for role in ("hr", "approver")),
        *(Allow("read-process-feedback", role=role) for role in ("employee", "hr", "approver", "auditor")),
        *(Allow("read-peer-feedback", role="employee", relation=relation) for relation in ("self", "assessor")),
        *(Allow("read-peer-feedback", role=role) for role in ("hr", "approver", "auditor")),
        # Remarks are in people's own words, by which a colleague may know them: only those who publish read them, once that is done.
        Allow("read-remarks", role="hr"),
        Allow("read-peer-rounds", role="hr"),
        Allow("read-own-peer-rounds", role="employee"),
        Allow("answer-survey", role="kiosk"),
        Allow("import-survey-answers", role="hr"),
        Allow("publish-survey", role="hr"),
        *(Allow("read-survey", role=role) for role in ("employee", "hr", "approver", "auditor", "complaint-officer", "kiosk")),
        Allow("file-complaint", role="kiosk"),
        # The holder of the receipt code is the one who complained; nobody else learns anything there.
        Allow("follow-complaint", role="kiosk"),
        *(Allow("list-complaints", role=role) for role in ("complaint-officer", "hr", "approver", "auditor")),
        *(Allow("read-complaint", role=role) for role in ("complaint-officer", "approver", "auditor")),
        *(Allow(action, role="complaint-officer") for action in ("resolve-complaint", "pass-complaint", "ask-citizen")),
    ),
    relations={"assessor": is_assessor},
    barred=lambda actor, knowledge: out_of_office(knowledge, actor.id, LIFE),
)
