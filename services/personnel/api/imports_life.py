"""Imports of how service goes on: ends, interruptions and first days back, and what is taken back because it was entered wrongly."""

from __future__ import annotations

from collections.abc import Sequence

from services.personnel.api.imports import EDGE, EDUCATION, PERSON, Row, imports
from services.personnel.api.kinds import END, INTERRUPTION
from services.personnel.api.naming import BY_NIP, persons
from services.personnel.domain.away import interruptions_among, resumptions_among
from services.personnel.domain.employee import EMPLOYEE, EndEmployment, InterruptService, ResumeService
from services.personnel.domain.entries import WithdrawEntry
from services.personnel.domain.talent import POTENTIAL, WithdrawPotential
from services.personnel.events import (
    EducationRecorded,
    EducationWithdrawn,
    EmploymentEnded,
    EmploymentEndRevoked,
    PositionAssigned,
    PositionWithdrawn,
    PotentialAssessed,
    PotentialWithdrawn,
    RankHeld,
    RankWithdrawn,
    ReportingLineSet,
    ReportingLineWithdrawn,
    ServiceInterrupted,
    ServiceResumed,
)
from shared.flow.declared import Dispatch
from shared.http.acting import RequestWork
from shared.http.importing import About, Column, Source, Stands, day, importing, one_of, yes_no
from shared.kernel.refusal import Refused

ENTRY = one_of(
    {
        "jabatan": "position",
        "pangkat": "rank",
        "atasan penilai": "reporting-line",
        "pendidikan": "education",
        "potensi": "potential",
    }
)


@imports.route("/imports/ends", methods=["POST"])
@importing(
    "import-ends",
    columns=(
        *PERSON,
        Column("Jenis", "kind", END),
        Column("Sejak", "since", day),
        Column("SK", "document", EDGE.cell("document")),
    ),
    about=(About(("employee",)),),
    resolve=persons(BY_NIP),
    replaces=(Stands(EmploymentEnded, ("since",), EmploymentEndRevoked),),
)
def import_ends(work: RequestWork, row: Row, source: Source) -> Dispatch:
    """Record the ends of service of many people: Sejak is the first day outside service (TMT). Open cases are withdrawn on that day.

    Jenis: pensiun, mengundurkan diri, diberhentikan, meninggal, kontrak berakhir, pindah instansi.
    """
    return Dispatch(EMPLOYEE, EndEmployment(row["employee"], row["kind"], row["since"], row["document"]))


@imports.route("/imports/interruptions", methods=["POST"])
@importing(
    "import-interruptions",
    columns=(
        *PERSON,
        Column("Jenis", "kind", INTERRUPTION),
        Column("Sejak", "since", day),
        Column("Sampai", "until", day, required=False),
        Column("SK", "document", EDGE.cell("document")),
    ),
    about=(About(("employee", "since")),),
    resolve=persons(BY_NIP),
    replaces=(Stands(ServiceInterrupted, among=interruptions_among),),
)
def import_interruptions(work: RequestWork, row: Row, source: Source) -> Dispatch:
    """Record leave of some length, suspensions and study from Sejak to Sampai, both inside; an open one has no Sampai.

    Jenis: pemberhentian sementara, cltn, cuti besar, cuti sakit, cuti melahirkan, tugas belajar.
    """
    return Dispatch(EMPLOYEE, InterruptService(row["employee"], row["kind"], row["since"], row["until"], row["document"]))


@imports.route("/imports/resumptions", methods=["POST"])
@importing(
    "import-resumptions",
    columns=(
        *PERSON,
        Column("Aktif Kembali", "since", day),
        Column("SK", "document", EDGE.cell("document")),
    ),
    about=(About(("employee",)),),
    resolve=persons(BY_NIP),
    replaces=(Stands(ServiceResumed, among=resumptions_among),),
)
def import_resumptions(work: RequestWork, row: Row, source: Source) -> Dispatch:
    """Record who is back: Aktif Kembali is the first day at work again.

    A file says of each person one day; a person who was away twice stands in two files.
    """
    return Dispatch(EMPLOYEE, ResumeService(row["employee"], row["since"], row["document"]))


def entries_named(work: RequestWork, rows: Sequence[Row]) -> Sequence[Row | Refused]:
    """Whom the rows are about, and each entry by nothing but what names it; Refused (422) for a row without that."""
    return [row if isinstance(row, Refused) else _entry_named(row) for row in persons(BY_NIP)(work, rows)]


def _entry_named(row: Row) -> Row | Refused:
    of_education = row["entry"] == "education"
    name, head = ("education", "Pendidikan") if of_education else ("since", "Berlaku Sejak")
    if row[name] is None:
        expected = f"a value in the column {head}"
        return Refused("entry-unnamed", status=422, expected=expected, found="an empty cell", remedy="name the entry")
    left_out = {"since": None, "acting": False} if of_education else {"education": None}
    return row | left_out | ({} if row["entry"] == "position" else {"acting": False})


@imports.route("/imports/withdrawals", methods=["POST"])
@importing(
    "import-withdrawals",
    columns=(
        *PERSON,
        Column("Jenis", "entry", ENTRY),
        Column("Berlaku Sejak", "since", day, required=False),
        Column("Plt", "acting", yes_no, required=False, default=False),
        Column("Pendidikan", "education", EDUCATION, required=False),
        Column("SK", "document", EDGE.cell("document")),
    ),
    about=(About(("employee", "entry", "since", "acting", "education")),),
    resolve=entries_named,
    # What was entered for the same day after a withdrawal is its correction.
    replaces=(
        Stands(PositionWithdrawn, ("since", "acting"), PositionAssigned),
        Stands(RankWithdrawn, ("since",), RankHeld),
        Stands(ReportingLineWithdrawn, ("since",), ReportingLineSet),
        Stands(EducationWithdrawn, ("education",), EducationRecorded),
        Stands(PotentialWithdrawn, ("on",), PotentialAssessed),
    ),
)
def import_withdrawals(work: RequestWork, row: Row, source: Source) -> Dispatch:
    """Take back posts, ranks, reporting lines and potentials that were entered wrongly, each by the day on which it began, and education;
    what is right stands in a file of its own. What stood before them holds again, and pay and rights follow.

    Jenis: jabatan (of an acting one Plt is ya), pangkat, atasan penilai, potensi, each with Berlaku Sejak; pendidikan, with Pendidikan.
    """
    if row["entry"] == "potential":
        return Dispatch(POTENTIAL, WithdrawPotential(row["employee"], row["since"], row["document"]))
    return Dispatch(EMPLOYEE, WithdrawEntry(row["employee"], row["entry"], row["since"], row["acting"], row["document"], row["education"]))
