"""Who may do what in payroll: the treasurer runs, everybody reads his own, an auditor reads all."""

from __future__ import annotations

from services.payroll.heard import LIFE
from shared.http.policy import Allow, Policy
from shared.kernel.employment import out_of_office

POLICY = Policy(
    allow=(
        Allow("post-pay-run", role="treasurer"),
        Allow("read-pay-runs", role="treasurer"),
        Allow("read-pay-runs", role="auditor"),
        Allow("read-recoveries", role="treasurer"),
        Allow("read-recoveries", role="auditor"),
        Allow("record-repayment", role="treasurer"),
        Allow("list-allowances", role="treasurer"),
        Allow("list-allowances", role="auditor"),
        Allow("read-allowance", role="employee", relation="self"),
        Allow("read-allowance", role="treasurer"),
        Allow("read-allowance", role="auditor"),
    ),
    barred=lambda actor, knowledge: out_of_office(knowledge, actor.id, LIFE),
)
