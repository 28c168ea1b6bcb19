"""Imports of what agencies keep in spreadsheets: targets, monthly figures of registries, predicates of earlier periods."""

from __future__ import annotations

import re
from typing import Any

from services.appraisal.api.reading import appraised_since, closed_months, draft_of, reporting_in
from services.appraisal.domain.appraisal import APPRAISAL, ImportAppraisal
from services.appraisal.domain.plan import PLAN, RecordProgress
from services.appraisal.domain.quadrant import predicate_of
from services.appraisal.domain.targets import DRAFT
from services.appraisal.events import ProgressRecorded, TargetDrafted, TargetWithdrawn
from services.appraisal.heard import STANDING
from services.appraisal.known import employment_of, must_be_registered
from shared.flow.declared import Dispatch
from shared.http.acting import RequestWork
from shared.http.blueprint import Blueprint
from shared.http.forms import Edge
from shared.http.importing import About, Column, Source, Stands, code, decimal, importing, month, one_of, period, reading, text
from shared.kernel.decimals import plain
from shared.kernel.money import exact, exact_text
from shared.kernel.refusal import Malformed

imports = Blueprint("imports", __name__, url_prefix="/v1", description="Imports (CSV, XLSX), with a dry run and an error per row.")

EDGE = Edge("appraisal")
ABOUT_ONE = reading("employee", heard=STANDING)
FRACTION = re.compile(r"[0-9]{1,6}/[1-9][0-9]{0,5}")
ASPECTS = {"Kuantitas": "quantity", "Kualitas": "quality", "Waktu": "time", "Biaya": "cost"}
DIRECTIONS = {"lebih tinggi": "higher", "lebih rendah": "lower"}


AGGREGATES = {"rata-rata": "mean", "jumlah": "sum", "terakhir": "last"}


def share(cell: str) -> str:
    """A weight in percent: 25, 14,5 or 100/7."""
    try:
        found = exact(cell if FRACTION.fullmatch(cell) else decimal(cell))
    except Malformed:
        found = None
    if found is None or not 0 < found <= 100:
        raise Malformed("a weight over 0 up to 100 percent, such as 25, 14,5 or 100/7", repr(cell[:60]))
    return exact_text(found)


def months(cell: str) -> tuple[str, ...]:
    """Months such as 2026-06, several with commas or semicolons between them."""
    return tuple(sorted(str(month(one.strip())) for one in re.split("[,;]", cell)))


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
        Column("Bobot", "exact_weight", share, required=False),
        Column("Rekap", "aggregate", one_of(AGGREGATES), required=False),
        Column("Bulan Ukur", "months", months, required=False, default=()),
    ),
    about=(About(("employee", "year", "target_id")),),
    replaces=(Stands(TargetDrafted, ("target_id",), TargetWithdrawn),),
    together=ABOUT_ONE,
)
def import_targets(work: RequestWork, row: dict[str, Any], source: Source) -> Dispatch:
    """Draft targets for many people; each superior still has to approve the plan.

    By HR. A row that says what stands already changes nothing. Weights are summed at the approval: a plan may come in several files.
    Without Bobot in any row of a plan its targets weigh the same. Bulan Ukur: the months in which the target is measured, such as the one
    in which it is due; empty: as the rules say.
    """
    must_be_registered(work.knowledge, row["employee"])
    said = {name: value for name, value in row.items() if name not in ("employee", "year")}
    said |= {"value": plain(row["value"]), "weight": None, "months": row["months"]}
    return Dispatch(DRAFT, draft_of(work, row["employee"], str(row["year"]), said))


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
    about=(About(("employee", "year", "target_id", "month")),),
    replaces=(Stands(ProgressRecorded, ("target_id", "month")),),
    together=ABOUT_ONE,
)
def import_achievements(work: RequestWork, row: dict[str, Any], source: Source) -> Dispatch:
    """Record monthly figures of a registry as progress; the file's SHA-256 is the evidence of every row.

    By HR. The same file again changes nothing; a later file replaces the months that it names, until their appraisal is delivered.
    """
    must_be_registered(work.knowledge, row["employee"])
    reported = str(row["month"])
    measurement, not_asked = reporting_in(work, reported)
    command = RecordProgress(
        row["employee"],
        str(row["year"]),
        row["target_id"],
        reported,
        plain(row["value"]),
        (source.digest,),
        None,
        work.today,
        closed_months(work, row["employee"], reported),
        measurement,
        service=employment_of(work.knowledge, row["employee"]),
        not_asked=not_asked,
    )
    return Dispatch(PLAN, command)


@imports.route("/imports/earlier-predicates", methods=["POST"])
@importing(
    "import-earlier-predicates",
    columns=(
        Column("Kode Pegawai", "employee", code),
        Column("Periode", "period", period),
        Column("Predikat", "predicate", predicate),
        Column("Sistem Asal", "source_system", EDGE.cell("source_system")),
    ),
    about=(About(("employee", "period")),),
    together=ABOUT_ONE,
)
def import_earlier_predicates(work: RequestWork, row: dict[str, Any], source: Source) -> Dispatch:
    """Take over final predicates of periods before Merit, with the file and row that they came from.

    By HR. A period of which anything is known already is that row's error (period-already-appraised), and so is one that Merit itself
    appraises (period-of-merit): one with a day of the person's service here, from the agency's first own rules, plans or deliveries on, or
    in a year for which he has a plan here.
    """
    must_be_registered(work.knowledge, row["employee"])
    employee, of = row["employee"], row["period"]
    command = ImportAppraisal(
        employee,
        str(of),
        row["predicate"],
        row["source_system"],
        source.digest,
        source.row,
        work.today,
        appraised_since(work),
        work.state(PLAN, employee, str(of.year)).approved,
        service=employment_of(work.knowledge, employee),
    )
    return Dispatch(APPRAISAL, command)
