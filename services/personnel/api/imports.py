"""Personnel's imports: what an agency brings from its spreadsheets, with Indonesian column heads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from services.personnel import vault
from services.personnel.api.kinds import POTENTIAL_VALUE
from services.personnel.api.naming import BY_CODE, BY_NIP, SUPERIOR, persons
from services.personnel.api.people import must_serve, service_of
from services.personnel.domain.attendance import ATTENDANCE, YEAR_ABSENCE, RecordAttendance, RecordYearAbsence
from services.personnel.domain.employee import (
    EMPLOYEE,
    AssignPosition,
    HoldRank,
    RecordEducation,
    RegisterEmployee,
    SetReportingLine,
)
from services.personnel.domain.talent import POTENTIAL, AssessPotential
from services.personnel.domain.unit import UNIT, OpenUnit
from services.personnel.events import (
    AttendanceRecorded,
    EducationRecorded,
    EducationWithdrawn,
    PositionAssigned,
    PositionWithdrawn,
    PotentialAssessed,
    PotentialWithdrawn,
    RankHeld,
    RankWithdrawn,
    ReportingLineSet,
    ReportingLineWithdrawn,
    YearAbsenceRecorded,
)
from services.personnel.tables import CEILINGS
from shared.flow.declared import Dispatch, Reads
from shared.http.acting import RequestWork
from shared.http.blueprint import Blueprint
from shared.http.forms import Edge
from shared.http.importing import (
    About,
    Column,
    Overwrites,
    Source,
    Stands,
    code,
    day,
    importing,
    integer,
    month,
    one_of,
    period,
    reading,
    text,
    yes_no,
)
from shared.kernel.refusal import Refused

imports = Blueprint(
    "personnel-imports", __name__, url_prefix="/v1", description="People, units, reporting lines and attendance from CSV and XLSX."
)

Row = dict[str, Any]

EDGE = Edge("personnel")
KIND = one_of({"PNS": "PNS", "CPNS": "CPNS", "PPPK": "PPPK"})
POSITION_KIND = one_of({"struktural": "structural", "fungsional": "functional", "pelaksana": "executing"})
EDUCATION = one_of({word.upper().replace("-", " "): word for word in CEILINGS["regular"]})


PERSON = (Column("NIP", "nip", text, required=False), Column("Kode Pegawai", "employee", code, required=False))
"""Whom a row is about: by the one or the other."""
POSITIONS = Stands(PositionAssigned, ("since", "acting"), PositionWithdrawn)
RANKS = Stands(RankHeld, ("since",), RankWithdrawn)
LINES = Stands(ReportingLineSet, ("since",), ReportingLineWithdrawn)


@imports.route("/imports/units", methods=["POST"])
@importing(
    "import-units",
    columns=(
        Column("Kode Unit", "unit", code),
        Column("Nama Unit", "name", text),
        Column("Unit Induk", "parent", code, required=False),
        Column("Jenis", "kind", code),
        Column("Berlaku Sejak", "since", day),
    ),
    about=(About(("unit",)),),
)
def import_units(work: RequestWork, row: Row, source: Source) -> list[Dispatch | Overwrites]:
    """Open units. A parent stands in an earlier row or was imported before; the head of the organisation has none."""
    if row["parent"] is not None:
        _open_unit(work, row["parent"], "Unit Induk")
    changed = vault.name_unit(work.tx, row["unit"], row["name"])
    return [Dispatch(UNIT, OpenUnit(row["unit"], row["parent"], row["kind"], row["since"])), *_words("unit", changed)]


def as_meant(work: RequestWork, rows: Sequence[Row]) -> Sequence[Row]:
    """A NIP with spaces or dots is the same without; without TMT CPNS (PPPK) service counts from the first day, as if that were written."""
    return [{**row, "nip": vault.digits(row["nip"]), "service_since": row["service_since"] or row["since"]} for row in rows]


@contextmanager
def _people_together(work: RequestWork, rows: Sequence[Row]) -> Iterator[None]:
    units: dict[str, set[str]] = {}
    for row in rows:
        units.setdefault(row["employee"], set()).add(UNIT.stream(row["unit"]))
    with work.reading_ahead(Reads(streams=units.__getitem__), list(units)), vault.together(work.tx, _identities(rows)):
        yield


def _identities(rows: Sequence[Row]) -> Iterator[tuple[str, str]]:
    return ((row["employee"], row["nip"]) for row in rows)


@imports.route("/imports/people", methods=["POST"])
@importing(
    "import-people",
    columns=(
        Column("Kode Pegawai", "employee", code),
        Column("NIP", "nip", text),
        Column("Nama", "name", text),
        Column("Jenis", "kind", KIND),
        Column("Mulai", "since", day),
        Column("Pangkat", "rank", text),
        Column("TMT Pangkat", "rank_since", day),
        Column("TMT CPNS", "service_since", day, required=False),
        Column("Jabatan", "post", code),
        Column("Kelas Jabatan", "job_class", integer),
        Column("Jenis Jabatan", "position_kind", POSITION_KIND),
        Column("Unit", "unit", code),
        Column("Plt", "acting", yes_no),
        Column("Berlaku Sejak", "position_since", day),
        Column("SK", "document", EDGE.cell("document")),
        Column("Email", "email", text, required=False),
        Column("Telepon", "phone", text, required=False),
        Column("Pendidikan", "education", EDUCATION, required=False),
    ),
    about=(
        About(("employee",), ("nip", "name", "email", "phone", "education")),
        About(("nip",), ("employee",)),
        About(("employee", "since"), ("kind", "service_since")),
        About(("employee", "rank_since"), ("rank",)),
        About(("employee", "position_since", "acting"), ("post", "job_class", "position_kind", "unit", "document")),
    ),
    resolve=as_meant,
    replaces=(POSITIONS, RANKS, Stands(EducationRecorded, withdrawn=EducationWithdrawn)),
    events_each=4,
    together=_people_together,
)
def import_people(work: RequestWork, row: Row, source: Source) -> list[Dispatch | Overwrites]:
    """Register people with rank and post; several rows of one person give several posts and ranks. Name, NIP and contact go to the vault
    and into no event. Without TMT CPNS (PPPK) service counts from the first day.
    """
    employee, since = row["employee"], row["since"]
    _open_unit(work, row["unit"], "Unit")
    contact = {name: row[name] for name in ("email", "phone") if row[name] is not None}
    changed = vault.keep(work.tx, vault.Identity(employee, row["nip"], row["name"], contact), row["kind"])
    position = AssignPosition(
        employee=employee,
        post=row["post"],
        job_class=row["job_class"],
        kind=row["position_kind"],
        unit=row["unit"],
        acting=row["acting"],
        since=row["position_since"],
        document=row["document"],
    )
    return [
        Dispatch(EMPLOYEE, RegisterEmployee(employee, row["kind"], since)),
        Dispatch(EMPLOYEE, HoldRank(employee, row["rank"], row["rank_since"], row["service_since"])),
        Dispatch(EMPLOYEE, position),
        *([Dispatch(EMPLOYEE, RecordEducation(employee, row["education"]))] if row["education"] else []),
        *_words("identity", changed),
    ]


def _words(what: str, changed: tuple[str, ...]) -> list[Overwrites]:
    return [Overwrites(what, changed)] if changed else []


@imports.route("/imports/reporting-lines", methods=["POST"])
@importing(
    "import-reporting-lines",
    columns=(
        *PERSON,
        Column("NIP Penilai", "assessor_nip", text, required=False),
        Column("Kode Penilai", "assessor", code, required=False),
        Column("NIP Atasan Penilai", "superior_nip", text, required=False),
        Column("Kode Atasan Penilai", "superior", code, required=False),
        Column("Berlaku Sejak", "since", day),
        Column("SK", "document", EDGE.cell("document")),
    ),
    about=(About(("employee", "since")),),
    resolve=persons(BY_NIP, ("assessor", "assessor_nip", "Kode Penilai", "NIP Penilai"), SUPERIOR),
    replaces=(LINES,),
    together=reading("employee", "assessor", "superior"),
)
def import_reporting_lines(work: RequestWork, row: Row, source: Source) -> Dispatch:
    """Set who appraises whom, and who stands above the assessor; persons by NIP or by code. Nobody above the assessor: leave it empty."""
    for person in (row["assessor"], *([row["superior"]] if row["superior"] is not None else [])):
        must_serve(work, person, row["since"], "a reporting line to begin")
    return Dispatch(EMPLOYEE, SetReportingLine(row["employee"], row["assessor"], row["superior"], row["since"], row["document"]))


@imports.route("/imports/attendance", methods=["POST"])
@importing(
    "import-attendance",
    columns=(
        *PERSON,
        Column("Bulan", "month", month),
        Column("Menit Terlambat", "minutes_late", integer),
        Column("Menit Pulang Cepat", "minutes_early", integer),
        Column("Hari Tidak Hadir", "days_absent", integer),
        Column("Rapat Tidak Hadir", "meetings_missed", integer),
        Column("Apel Tidak Hadir", "roll_calls_missed", integer),
        Column("Cuti Tahunan", "annual", integer, required=False, default=0),
        Column("Cuti Sakit", "sick", integer, required=False, default=0),
        Column("Cuti Lainnya", "other", integer, required=False, default=0),
        Column("Hari Tidak Hadir Berturut-turut", "days_in_row", integer, required=False),
        Column("Sementara Sampai", "provisional_until", day, required=False),
    ),
    about=(About(("employee", "month")),),
    resolve=persons(BY_NIP),
    replaces=(Stands(AttendanceRecorded, firm=lambda event: event.provisional_until is None),),
    together=reading("employee"),
)
def import_attendance(work: RequestWork, row: Row, source: Source) -> Dispatch:
    """Record a month that has ended; figures that differ from those recorded replace them as the next revision.

    Hari Tidak Hadir Berturut-turut: the most working days absent one after the other, counted from where the run began, even in the month
    before (PP 94/2021: ten in a row). A month without a day of service is refused, as are more days than were served in it. Sementara
    Sampai: the month runs, and the figures go up to this day; the whole month replaces them.
    """
    return Dispatch(
        ATTENDANCE,
        RecordAttendance(
            employee=row["employee"],
            month=str(row["month"]),
            minutes_late=row["minutes_late"],
            minutes_early=row["minutes_early"],
            days_absent=row["days_absent"],
            meetings_missed=row["meetings_missed"],
            roll_calls_missed=row["roll_calls_missed"],
            today=work.today,
            leave_days={name: row[name] for name in ("annual", "sick", "other") if row[name]},
            days_in_row=row["days_in_row"],
            provisional_until=row["provisional_until"],
            service=service_of(work, row["employee"]),
        ),
    )


@imports.route("/imports/yearly-absence", methods=["POST"])
@importing(
    "import-yearly-absence",
    columns=(
        Column("Kode Pegawai", "employee", code),
        Column("Tahun", "year", period),
        Column("Hari Tidak Hadir", "days_absent", integer),
        Column("Hari Tidak Hadir Berturut-turut", "days_in_row", integer, required=False),
    ),
    about=(About(("employee", "year")),),
    resolve=persons(BY_CODE),
    replaces=(Stands(YearAbsenceRecorded),),
    together=reading("employee"),
)
def import_yearly_absence(work: RequestWork, row: Row, source: Source) -> Dispatch:
    """Days absent without excuse in a year before Merit, as the old system had them; sanctions follow from them as proposals."""
    service = service_of(work, row["employee"])
    if not service.serves_in(row["year"]):
        raise Refused(
            "outside-service",
            status=422,
            expected=f"a year with at least one day of service, which began on {service.began}",
            found=str(row["year"]),
            remedy="leave the year out, or correct the dates of service",
        )
    said = (row["employee"], str(row["year"]), row["days_absent"], source.digest, source.row, work.today, row["days_in_row"])
    return Dispatch(YEAR_ABSENCE, RecordYearAbsence(*said))


@imports.route("/imports/potentials", methods=["POST"])
@importing(
    "import-potentials",
    columns=(
        Column("Kode Pegawai", "employee", code),
        Column("Nilai", "value", POTENTIAL_VALUE),
        Column("Sumber", "source", code),
        Column("Tanggal", "on", day),
    ),
    about=(About(("employee", "on")),),
    resolve=persons(BY_CODE),
    replaces=(Stands(PotentialAssessed, ("on",), PotentialWithdrawn),),
    together=reading("employee"),
)
def import_potentials(work: RequestWork, row: Row, source: Source) -> Dispatch:
    """What assessment centres and tests found of people's potential (PermenPANRB 3/2020)."""
    must_serve(work, row["employee"], row["on"], "an assessment")
    return Dispatch(POTENTIAL, AssessPotential(row["employee"], row["value"], row["source"], row["on"], work.today))


def _open_unit(work: RequestWork, unit: str, head: str) -> None:
    if not work.knowledge.stream(UNIT.stream(unit)):
        raise Refused(
            "unknown-unit",
            expected=f"an open unit in the column {head}",
            found=unit,
            remedy="import the unit first, above the rows that need it",
            status=404,
        )
