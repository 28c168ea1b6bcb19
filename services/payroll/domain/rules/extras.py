"""Extra lines beside the components that a predicate earns."""

from __future__ import annotations

from collections.abc import Iterable

from services.payroll.domain.allowance import extra_lines
from services.payroll.domain.dossier import Dossier
from services.payroll.domain.rule import NOTHING, Case, Chapter, Finding, Rule, Step, Told
from shared.kernel.money import exact_text


def _find(case: Case, dossier: Dossier) -> Finding:
    earned = [extra for extra in case.scheme.extras if case.gathered.said.get("predicate") in extra.when]
    if not earned:
        return NOTHING
    return Finding(lines=tuple(line for extra in earned for line in extra_lines(case.portions, extra.name, "predicate-extra", extra.share)))


def _explain(told: Told, dossier: Dossier) -> Iterable[Step]:
    finding, scheme = told.finding, told.scheme
    if told.entitled and scheme is not None:
        for extra in scheme.extras:
            if finding.predicate in extra.when:
                data = {"name": extra.name, "when_predicate": sorted(extra.when), "percent_of_base": exact_text(extra.share)}
                yield {"step": "extra", "data": {**data, "predicate": finding.predicate}}


EXTRAS = Rule("extras", (), _find, _explain, Chapter.APPRAISAL)
"""No cut touches them."""
