"""The report's words in Indonesian (first) and English, and how each language writes amounts, dates and predicates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
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

    def date(self, text: str) -> str:
        """An ISO date in words."""
        year, month, day = text.split("-")
        return f"{int(day)} {self.months[int(month) - 1]} {year}"

    def last_day(self, moment: str, zone: ZoneInfo) -> str:
        """The last day that ends at `moment`, the first one too late."""
        return self.day((datetime.fromisoformat(moment) - timedelta(microseconds=1)).isoformat(), zone)

    def number(self, exact: str) -> str:
        """An exact number as text, for reading: a decimal as it is, a fraction with two decimals."""
        if "/" in exact:
            return self.hundredths(int((Fraction(exact) * 200 + 1) // 2))
        return exact.replace(".", self.decimal)

    def month(self, text: str, last: str = "") -> str:
        """``2026-04`` in words, or a span of months of one year."""
        year, _, number = text.partition("-")
        span = f"–{self.months[int(last[-2:]) - 1]}" if last and last != text else ""
        return f"{self.months[int(number) - 1]}{span} {year}"

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
        "people": "pegawai",
        "guide": "pedoman",
        "fits": "sesuai",
        "strays": "{predicates} {found} dari {of}, pedoman {comparison}",
        "<=": "paling banyak {percent} %",
        ">=": "paling sedikit {percent} %",
        "=": "{percent} %",
        ">": "harus ada",
        "reported": "Yang tidak sesuai dilaporkan saja; tidak ada predikat yang digeser.",
        "objection-term": "bicarakan hasilnya dengan pejabat penilai; tanyakan kepada atasannya apakah ada kekeliruan yang perlu "
        "dibetulkan dengan dasar hukumnya; tanyakan kepada SDM apakah upaya administratif (PP 79/2021) terbuka",
        "by-predicate": "predikat {predicate}",
        "by-score": "{item} {found}",
        "unpaid": "{person} tidak dibayar di sini, karena tidak ada: {missing}.",
        "objections": "Keberatan (PP 30/2019 Pasal 59)",
        "filed": "{person} atas {period}: hasil disampaikan {delivered}, keberatan diajukan {filed}, keputusan paling lambat {due}.",
        "argued": "Alasan: {text}",
        "overdue": "Peringatan: tanggal itu lewat tanpa keputusan; dilaporkan, tidak menggugurkan.",
        "granted": "Dikabulkan {decided} ({document}): {before} menjadi {after}.",
        "rejected": "Ditolak {decided} ({document}): tetap {after}.",
        "reasons": "Pertimbangan: {text}",
        "refused": "{person} atas {period}: tidak diterima karena terlambat. Hari terakhir {due}, masuk {found}; hasil tetap {after}.",
        "remedy": "Yang masih dapat dilakukan: {text}",
        "process": "Penilaian pegawai atas prosesnya (1–4, rata-rata yang diumumkan)",
        "answers": "jawaban",
        "development": "Pengembangan yang lahir dari hasil penilaian (usulan dengan alasan, diputuskan pejabat)",
        "proposed": "{person}: {kind} {programme} ({period}), {status}{document}, karena {reasons}.",
        "step": "{day}: langkah pendampingan dicatat",
        "closed": "ditutup: {outcome}",
        "allowances": "TPP dibayarkan per bulan (rupiah, sebelum pajak dan iuran)",
        "total": "jumlah",
        "run-total": "semua",
        "changes": "Mengapa sebuah bulan berbeda",
        "below": "{person} {month}: {amount}; {lines}.",
        "line-performance": "kinerja {amount} (predikat {predicate} {period} membayar {percent} %)",
        "line-discipline": "disiplin {amount} (nilai {percent})",
        "adjusted": "{person} {month}: dibayar {paid}, di dalamnya {amount} selisih.",
        "adjustment": "{amount} untuk {month}: {lines_from} menjadi {due}, karena {cause}.",
        "next": "Selanjutnya",
        "explain": "jelaskan satu jumlah sampai ke targetnya:  ./merit explain {employee} {month}",
        "explain-url": "atau  GET {url}",
        "data": "laporan ini sebagai data:  ./merit scenario report --json",
        "tail": "peristiwa yang lewat:  ./merit tail",
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
        "position": "jabatan definitif",
        "attendance": "kehadiran",
        "predicate": "predikat",
        "basic": "besaran dasar kelas jabatan",
        "rule": "aturan yang berlaku",
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
        "people": "people",
        "guide": "guide",
        "fits": "fits",
        "strays": "{predicates} {found} of {of}, guide {comparison}",
        "<=": "at most {percent} %",
        ">=": "at least {percent} %",
        "=": "{percent} %",
        ">": "some",
        "reported": "What strays is reported; nobody's predicate is moved.",
        "objection-term": "talk the result through with the assessor; ask his superior whether a mistake calls for a correction with "
        "its legal basis; ask HR whether an administrative remedy (PP 79/2021) is open",
        "by-predicate": "predicate {predicate}",
        "by-score": "{item} {found}",
        "unpaid": "{person} is not paid here, for want of: {missing}.",
        "objections": "Objections (PP 30/2019 art. 59)",
        "filed": "{person} on {period}: delivered {delivered}, filed {filed}, to be decided by {due}.",
        "argued": "Arguments: {text}",
        "overdue": "Warning: that day passed without a decision; it is reported, nothing is forfeited.",
        "granted": "Granted {decided} ({document}): {before} becomes {after}.",
        "rejected": "Rejected {decided} ({document}): {after} stays.",
        "reasons": "Reasons: {text}",
        "refused": "{person} on {period}: refused as too late. The last day was {due}, it came {found}; {after} stays.",
        "remedy": "What else can be done: {text}",
        "process": "What staff think of the process (1–4, the means as published)",
        "answers": "answers",
        "development": "What followed from the appraisals (proposals with reasons, decided by an official)",
        "proposed": "{person}: {kind} {programme} ({period}), {status}{document}, because of {reasons}.",
        "step": "{day}: a step was recorded",
        "closed": "closed: {outcome}",
        "allowances": "Allowance paid each month (rupiah, before tax and contributions)",
        "total": "sum",
        "run-total": "all",
        "changes": "Why a month differs",
        "below": "{person} {month}: {amount}; {lines}.",
        "line-performance": "performance {amount} (predicate {predicate} of {period} pays {percent} %)",
        "line-discipline": "discipline {amount} ({percent} points)",
        "adjusted": "{person} {month}: paid {paid}, of it {amount} adjustments.",
        "adjustment": "{amount} for {month}: {lines_from} became {due}, because of {cause}.",
        "next": "Next",
        "explain": "explain an amount down to its target:  ./merit explain {employee} {month}",
        "explain-url": "or  GET {url}",
        "data": "this report as data:  ./merit scenario report --json",
        "tail": "the events as they pass:  ./merit tail",
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
        "position": "a post that is not an acting one",
        "basic": "the basic amount of the job class",
        "rule": "rules in force",
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
