"""What is written by hand to add a service, an event, a field and a deduction: the example of docs/growing.md, carried out in a copy."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

Written = Mapping[str, Callable[[str], str]]
"""Path → the file's text of what it was; of an empty text where it is new."""


def whole(text: str) -> Callable[[str], str]:
    return lambda _: text


def instead(old: str, new: str) -> Callable[[str], str]:
    """With `new` for `old`. ValueError where `old` does not stand exactly once."""

    def put(text: str) -> str:
        if text.count(old) != 1:
            raise ValueError(f"expected {old!r} once, found it {text.count(old)} times")
        return text.replace(old, new)

    return put


SERVICE: Written = {
    "services/__init__.py": instead('"personnel")', '"personnel", "leave")'),
    "services/leave/__init__.py": whole(""),
    "services/leave/service.py": whole(
        '''\
"""Leave, declared."""

from pathlib import Path

from shared.events.registry import Catalogue
from shared.process.service import Service

SERVICE = Service(name="leave", folder=Path(__file__).parent, events=Catalogue("leave"))
'''
    ),
}
EXAMPLE = {
    "specversion": "1.0",
    "id": "f534e9e1-60c2-5316-b520-9c310bbe0ca9",
    "type": "merit.leave.LeaveGranted.v1",
    "source": "/agencies/mulyorejo/leave",
    "subject": "m1",
    "time": "2026-04-02T02:00:00Z",
    "dataschema": "urn:merit:leave:LeaveGranted:v1",
    "agency": "mulyorejo",
    "stream": "leave-m1",
    "streamversion": "1",
    "partitionkey": "mulyorejo/m1",
    "sequence": "00000000000000000001",
    "correlationid": "1af20b0d-cd6c-571e-86b7-5b6bdc01d0e1",
    "hops": "0",
    "actor": "m15",
    "effectivetime": "2026-04-02T17:00:00Z",
    "datacontenttype": "application/json",
    "data": {"employee": "m1", "since": "2026-04-03", "document": "800/CUTI/2026-04"},
}
EVENT: Written = {
    "services/leave/events.py": whole(
        '''\
"""What leave publishes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shared.events.classes import EventClass
from shared.events.registry import Catalogue

EVENTS = Catalogue("leave")


@EVENTS.event(EventClass.OPEN, effective="since")
@dataclass(frozen=True)
class LeaveGranted:
    """Leave from `since` on. Stream ``leave-<employee>``, subject the employee."""

    employee: str
    since: date
    document: str
'''
    ),
    "services/leave/service.py": lambda text: instead(
        "from shared.events.registry import Catalogue", "from services.leave.events import EVENTS"
    )(instead('Catalogue("leave")', "EVENTS")(text)),
    "services/leave/contracts/LeaveGranted.v1.example.json": whole(json.dumps(EXAMPLE, indent=2) + "\n"),
}
FIELD: Written = {
    "services/leave/events.py": instead("    document: str\n", "    document: str\n    paid_percent: str | None = None\n"),
    "services/leave/contracts/forms.json": whole(
        '{"fields": {"paid_percent": {"type": "string", "pattern": "^(100|[1-9]?[0-9])$", "description": "What is paid meanwhile."}}}\n'
    ),
}
DEDUCTION: Written = {
    "services/payroll/heard.py": instead(
        "\n\nLIFE = (",
        """

@HEARD.hears("leave")
@dataclass(frozen=True)
class LeaveGranted:
    employee: str
    since: date
    paid_percent: str | None = None


LIFE = (""",
    ),
    "services/payroll/domain/rules/leave.py": whole(
        '''\
"""Leave that is paid in part: a cut on the components of the month in which it begins."""

from __future__ import annotations

from collections.abc import Iterable

from services.payroll.domain.allowance import cut_line
from services.payroll.domain.dossier import Dossier
from services.payroll.domain.rule import Case, Finding, Input, Rule, Step, Told
from services.payroll.domain.steps import step
from services.payroll.heard import LeaveGranted
from shared.kernel.facts import Fact
from shared.kernel.periods import Period, month_of


def _begun(month: Period, dossier: Dossier) -> tuple[Fact[LeaveGranted], ...]:
    found = dossier.facts(LeaveGranted)
    return tuple(fact for fact in found if month_of(fact.event.since) == month and fact.event.paid_percent is not None)


def _find(case: Case, dossier: Dossier) -> Finding:
    found = _begun(case.month, dossier)
    cuts = (cut_line(case.components, "leave", "leave-cut", 100 - int(fact.event.paid_percent)) for fact in found)
    return Finding(lines=tuple(cuts), grounds=found)


def _explain(told: Told, dossier: Dossier) -> Iterable[Step]:
    return [step("leave-granted", fact) for fact in _begun(told.month, dossier)]


LEAVE = Rule("leave", (Input.of_month(LeaveGranted, lambda event: (str(month_of(event.since)),)),), _find, _explain)
'''
    ),
    "services/payroll/domain/rules/__init__.py": lambda text: instead(", SERVICE)", ", SERVICE, LEAVE)")(
        instead(
            "from services.payroll.domain.rules.predicate",
            "from services.payroll.domain.rules.leave import LEAVE\nfrom services.payroll.domain.rules.predicate",
        )(text)
    ),
    "shared/words/codes.py": instead(
        '    "source:sanction-cut"',
        '    "source:leave-cut": ("cuti yang dibayar sebagian", "leave that is paid in part"),\n    "source:sanction-cut"',
    ),
    "shared/words/steps.py": instead(
        '    "registered": (', '    "leave-granted": ("cuti sejak {since}", "leave from {since} on"),\n    "registered": ('
    ),
}
CHANGES: Mapping[str, Written] = {"A service": SERVICE, "An event": EVENT, "A field": FIELD, "A deduction": DEDUCTION}
"""Heading of docs/growing.md → what it takes, each on what came before."""


def write(copy: Path, change: Written) -> None:
    for path, put in change.items():
        file = copy / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(put(file.read_text(encoding="utf-8") if file.exists() else ""), encoding="utf-8")
