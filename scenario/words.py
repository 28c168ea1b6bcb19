"""The report's words in Indonesian (first) and English, and how each language writes amounts, dates and predicates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

LANGUAGES = ("id", "en")


@dataclass(frozen=True)
class Words:
    """One language. `said` are the sentences, with places for what they tell of; `codes` the words for codes in events."""

    months: tuple[str, ...]
    thousands: str
    decimal: str
    said: Mapping[str, str]
    codes: Mapping[str, str]

    def __call__(self, sentence: str, **parts: object) -> str:
        return self.said[sentence].format(**parts)

    def code(self, code: str) -> str:
        """A code in words; a code without words stands for itself."""
        return self.codes.get(code, code)

    def rupiah(self, amount: int) -> str:
        return f"{amount:,}".replace(",", self.thousands)

    def hundredths(self, number: int) -> str:
        """Hundredths as a decimal: 312 is 3,12."""
        return f"{number // 100}{self.decimal}{number % 100:02d}"

    def day(self, moment: str, zone: ZoneInfo, hour: bool = False) -> str:
        """An ISO moment as a day (and hour) where the agency is."""
        local = datetime.fromisoformat(moment).astimezone(zone)
        shown = f"{local.day} {self.months[local.month - 1]} {local.year}"
        return f"{shown} {local:%H.%M}" if hour else shown

    def month(self, text: str) -> str:
        """``2026-04`` in words."""
        year, _, number = text.partition("-")
        return f"{self.months[int(number) - 1]} {year}"

    def quarter(self, text: str) -> str:
        """``2026-Q1`` in words."""
        year, _, number = text.partition("-Q")
        return self.said["quarter"].format(number={"1": "I", "2": "II", "3": "III", "4": "IV"}[number], year=year)


INDONESIAN = Words(
    months=("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"),
    thousands=".",
    decimal=",",
    said={
        "quarter": "triwulan {number} {year}",
        "title": "{name}, tahun {year}: apa yang terjadi, dan mengapa",
        "rules": "Aturan yang berlaku",
        "since": "sejak {day}",
        "predicates": "Predikat kinerja yang final",
        "person": "pegawai",
        "name": "nama",
        "unit": "unit",
        "predicates-key": "SB Sangat Baik, B Baik, BP Butuh Perbaikan; i: diimpor, d: diterima dengan diam, k: diputus atas keberatan",
        "distribution": "Sebaran predikat di samping pedoman SE MenPANRB 3/2023 (hasil organisasi ditetapkan lebih dahulu)",
        "organisation": "organisasi",
        "fits": "sesuai",
        "strays": "{predicates} {found}/{of}, pedoman {comparison} {percent} %",
        "objections": "Keberatan (PP 30/2019 Pasal 59)",
        "filed": "{person} atas {period}: disampaikan {delivered}, diajukan {filed}, keputusan jatuh tempo {due}.",
        "argued": "  Alasan: {text}",
        "overdue": "  Peringatan: tanggal itu lewat tanpa keputusan; dilaporkan, tidak menggugurkan.",
        "granted": "  Dikabulkan {decided} ({document}): {before} menjadi {after}.",
        "rejected": "  Ditolak {decided} ({document}): tetap {after}.",
        "reasons": "  Pertimbangan: {text}",
        "refused": "{person} atas {period}: ditolak karena terlambat. Harus masuk sebelum {due}, masuk {found}; hasil tetap {after}.",
        "remedy": "  Yang masih dapat dilakukan: {text}",
        "process": "Penilaian pegawai atas prosesnya (1–4, rata-rata yang diumumkan)",
        "answers": "jawaban",
        "development": "Pengembangan yang lahir dari hasil penilaian (usulan dengan alasan, diputuskan pejabat)",
        "proposed": "{person}: {kind} {programme} ({period}), {status}{document}, karena {reasons}.",
        "step": "  {day}: langkah pendampingan dicatat",
        "closed": "  ditutup: {outcome}",
        "allowances": "TPP dibayarkan per bulan (rupiah, sebelum pajak dan iuran)",
        "total": "jumlah",
        "run-total": "semua",
        "changes": "Mengapa sebuah bulan berbeda",
        "below": "{person} {month}: {amount}; {lines}.",
        "line-performance": "kinerja {amount} (predikat {predicate} {period} membayar {percent} %)",
        "line-discipline": "disiplin {amount} (nilai {percent})",
        "adjusted": "{person} {month}: dibayar {paid}, di dalamnya {amount} selisih.",
        "adjustment": "  {amount} untuk {month}: {lines_from} menjadi {due}, karena {cause}.",
        "next": "Selanjutnya",
        "explain": "jelaskan satu jumlah sampai ke targetnya:  ./merit explain {employee} {month}",
        "explain-url": "atau  GET {url}",
        "data": "laporan ini sebagai data:  ./merit scenario report --json",
        "tail": "peristiwa yang lewat:  ./merit tail",
        "same": "Sama alasannya: {people}.",
    },
    codes={
        "sangat_baik": "Sangat Baik",
        "baik": "Baik",
        "butuh_perbaikan": "Butuh Perbaikan",
        "kurang": "Kurang",
        "sangat_kurang": "Sangat Kurang",
        "istimewa": "Istimewa",
        "clarity": "kejelasan",
        "fairness": "keadilan",
        "timeliness": "ketepatan waktu",
        "usefulness": "kegunaan",
        "approved": "disetujui",
        "rejected": "ditolak",
        "proposed": "menunggu keputusan",
        "withdrawn": "ditarik kembali",
        "role": "peran",
        "mentor": "mentor",
        "study": "tempat belajar",
        "coaching": "rencana pembinaan",
        "reached": "tercapai",
        "not_reached": "tidak tercapai",
        "above": "di atas ekspektasi",
        "as": "sesuai ekspektasi",
        "below": "di bawah ekspektasi",
        "communication-strength": "komunikasi",
        "team-efficiency": "efisiensi tim",
        "good-performer": "predikat",
        "behaviour-below": "perilaku",
        "ObjectionDecided": "keputusan atas keberatan",
        "AppraisalDelivered": "hasil penilaian disampaikan",
        "AppraisalFinalized": "hasil penilaian final",
        "AppraisalCorrected": "pembetulan hasil penilaian",
        "AttendanceRecorded": "pembetulan kehadiran",
        "PositionAssigned": "perubahan jabatan",
        "RuleSetPublished": "perubahan aturan",
    },
)

ENGLISH = Words(
    months=("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
    thousands=",",
    decimal=".",
    said={
        "quarter": "quarter {number} {year}",
        "title": "{name}, {year}: what happened, and why",
        "rules": "Rules in force",
        "since": "since {day}",
        "predicates": "Final predicates",
        "person": "person",
        "name": "name",
        "unit": "unit",
        "predicates-key": "SB very good, B good, BP needs improvement; i: imported, d: accepted by silence, k: decided on an objection",
        "distribution": "Predicates beside the guide of SE MenPANRB 3/2023 (the organisation's result comes first)",
        "organisation": "organisation",
        "fits": "fits",
        "strays": "{predicates} {found}/{of}, guide {comparison} {percent} %",
        "objections": "Objections (PP 30/2019 art. 59)",
        "filed": "{person} on {period}: delivered {delivered}, filed {filed}, decision due {due}.",
        "argued": "  Arguments: {text}",
        "overdue": "  Warning: that day passed without a decision; it is reported, nothing is forfeited.",
        "granted": "  Granted {decided} ({document}): {before} becomes {after}.",
        "rejected": "  Rejected {decided} ({document}): {after} stays.",
        "reasons": "  Reasons: {text}",
        "refused": "{person} on {period}: refused as too late. Expected before {due}, came {found}; {after} stays.",
        "remedy": "  What else can be done: {text}",
        "process": "What staff think of the process (1–4, the means as published)",
        "answers": "answers",
        "development": "What followed from the appraisals (proposals with reasons, decided by an official)",
        "proposed": "{person}: {kind} {programme} ({period}), {status}{document}, because of {reasons}.",
        "step": "  {day}: a step was recorded",
        "closed": "  closed: {outcome}",
        "allowances": "Allowance paid each month (rupiah, before tax and contributions)",
        "total": "sum",
        "run-total": "all",
        "changes": "Why a month differs",
        "below": "{person} {month}: {amount}; {lines}.",
        "line-performance": "performance {amount} (predicate {predicate} of {period} pays {percent} %)",
        "line-discipline": "discipline {amount} ({percent} points)",
        "adjusted": "{person} {month}: paid {paid}, of it {amount} adjustments.",
        "adjustment": "  {amount} for {month}: {lines_from} became {due}, because of {cause}.",
        "next": "Next",
        "explain": "explain an amount down to its target:  ./merit explain {employee} {month}",
        "explain-url": "or  GET {url}",
        "data": "this report as data:  ./merit scenario report --json",
        "tail": "the events as they pass:  ./merit tail",
        "same": "The same reason: {people}.",
    },
    codes={
        "sangat_baik": "very good",
        "baik": "good",
        "butuh_perbaikan": "needs improvement",
        "kurang": "poor",
        "sangat_kurang": "very poor",
        "istimewa": "outstanding",
        "proposed": "waiting for a decision",
        "study": "study place",
        "coaching": "coaching plan",
        "not_reached": "not reached",
        "above": "above expectation",
        "as": "as expected",
        "below": "below expectation",
        "communication-strength": "communication",
        "team-efficiency": "the team's efficiency",
        "good-performer": "predicate",
        "behaviour-below": "behaviour",
        "ObjectionDecided": "the decision on the objection",
        "AppraisalDelivered": "a delivered result",
        "AppraisalFinalized": "a final result",
        "AppraisalCorrected": "a corrected result",
        "AttendanceRecorded": "corrected attendance",
        "PositionAssigned": "a change of post",
        "RuleSetPublished": "a change of rules",
    },
)

WORDS = {"id": INDONESIAN, "en": ENGLISH}
