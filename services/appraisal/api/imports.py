"""Imports of what agencies keep in spreadsheets: targets, monthly figures of registries, predicates of earlier periods."""

from __future__ import annotations

from typing import Any

from services.appraisal.api.reading import closed_months, draft_of, reporting_in
from services.appraisal.domain.appraisal import APPRAISAL, ImportAppraisal
from services.appraisal.domain.plan import PLAN, RecordProgress
from services.appraisal.domain.quadrant import predicate_of
from services.appraisal.domain.targets import DRAFT
from services.appraisal.known import employment_of, must_be_registered
from shared.flow.declared import Do
from shared.http.acting import Ask
from shared.http.blueprint import Blueprint
from shared.http.forms import Edge
from shared.http.importing import Column, Source, code, decimal, importing, integer, month, one_of, period, text
from shared.kernel.decimals import plain

imports = Blueprint("imports", __name__, url_prefix="/v1", description="Imports (CSV, XLSX), with a dry run and an error per row.")

EDGE = Edge("appraisal")
ASPECTS = {"Kuantitas": "quantity", "Kualitas": "quality", "Waktu": "time", "Biaya": "cost"}
DIRECTIONS = {"lebih tinggi": "higher", "lebih rendah": "lower"}


def predicate(cell: str) -> Any:
    """Sangat Baik, Baik, Butuh Perbaikan (PP 30/2019: Cukup), Kurang or Sangat Kurang."""
    return predicate_of(cell)


@imports.route("/imports/targets", methods=["POST"])
@importing(
    "import-targets",
    columns=(
        Column("Kode Pegawai", "employee", code),
        Column("Tahun", "year", period),
        Column("Kode Sasaran", "target_id", code),
        Column("Aspek", "aspect", one_of(ASPECTS)),
        Column("Indikator", "indicator", code),
        Column("Uraian", "what", text, required=False),
        Column("Satuan", "unit", EDGE.cell("TargetSet.unit")),
        Column("Arah", "direction", one_of(DIRECTIONS)),
        Column("Target", "value", decimal),
        Column("Bobot", "weight", integer),
    ),
)
def import_targets(ask: Ask, row: dict[str, Any], source: Source) -> Do:
    """Draft targets for many people; each superior still has to approve the plan.

    By HR. A row that says what stands already changes nothing. Weights are summed at the approval: a plan may come in several files.
    """
    must_be_registered(ask.knowledge, row["employee"])
    said = {name: value for name, value in row.items() if name not in ("employee", "year")}
    return Do(DRAFT, draft_of(ask, row["employee"], str(row["year"]), said | {"value": plain(row["value"])}))


@imports.route("/imports/achievements", methods=["POST"])
@importing(
    "import-achievements",
    columns=(
        Column("Kode Pegawai", "employee", code),
        Column("Tahun", "year", period),
        Column("Kode Sasaran", "target_id", code),
        Column("Bulan", "month", month),
        Column("Realisasi", "value", decimal),
    ),
)
def import_achievements(ask: Ask, row: dict[str, Any], source: Source) -> Do:
    """Record monthly figures of a registry as progress; the file's SHA-256 is the evidence of every row.

    By HR. The same file again changes nothing; a later file replaces the months that it names, until their appraisal is delivered.
    """
    must_be_registered(ask.knowledge, row["employee"])
    reported = str(row["month"])
    measurement, not_asked = reporting_in(ask, reported)
    command = RecordProgress(
        row["employee"],
        str(row["year"]),
        row["target_id"],
        reported,
        plain(row["value"]),
        (source.digest,),
        None,
        ask.today,
        closed_months(ask, row["employee"], reported),
        measurement,
        service=employment_of(ask.knowledge, row["employee"]),
        not_asked=not_asked,
    )
    return Do(PLAN, command)


@imports.route("/imports/earlier-predicates", methods=["POST"])
@importing(
    "import-earlier-predicates",
    columns=(
        Column("Kode Pegawai", "employee", code),
        Column("Periode", "period", period),
        Column("Predikat", "predicate", predicate),
        Column("Sistem Asal", "source_system", EDGE.cell("source_system")),
    ),
)
def import_earlier_predicates(ask: Ask, row: dict[str, Any], source: Source) -> Do:
    """Take over final predicates of periods before Merit, with the file and row that they came from.

    By HR. A period of which anything is known already is that row's error (period-already-appraised).
    """
    must_be_registered(ask.knowledge, row["employee"])
    command = ImportAppraisal(
        row["employee"], str(row["period"]), row["predicate"], row["source_system"], source.digest, source.row, ask.today
    )
    return Do(APPRAISAL, command)
