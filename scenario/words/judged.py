"""What the report says of appraisals, in Indonesian and English beside each other."""

from __future__ import annotations

from collections.abc import Mapping

SAID: Mapping[str, tuple[str, str]] = {
    "predicates": ("Predikat kinerja yang final", "Final predicates"),
    "objection-term": (
        "bicarakan hasilnya dengan pejabat penilai; tanyakan kepada atasannya apakah ada kekeliruan yang perlu "
        "dibetulkan dengan dasar hukumnya; tanyakan kepada SDM apakah upaya administratif (PP 79/2021) terbuka",
        "talk the result through with the assessor; ask his superior whether a mistake calls for a correction with its "
        "legal basis; ask HR whether an administrative remedy (PP 79/2021) is open",
    ),
    "objections": ("Keberatan (PP 30/2019 Pasal 59)", "Objections (PP 30/2019 art. 59)"),
    "argued": ("Alasan: {text}", "Arguments: {text}"),
    "overdue": (
        "Peringatan: tanggal itu lewat tanpa keputusan; dilaporkan, tidak menggugurkan.",
        "Warning: that day passed without a decision; it is reported, nothing is forfeited.",
    ),
    "reasons": ("Pertimbangan: {text}", "Reasons: {text}"),
    "refused": (
        "{person} atas {period}: tidak diterima karena terlambat. Hari terakhir {due}, masuk {found}; hasil tetap {after}.",
        "{person} on {period}: refused as too late. The last day was {due}, it came {found}; {after} stays.",
    ),
    "remedy": ("Yang masih dapat dilakukan: {text}", "What else can be done: {text}"),
    "corrections": ("Pembetulan sesudah final", "Corrections after finality"),
    "corrected": (
        "{person} atas {period}: {before} dibetulkan menjadi {after} pada {day} oleh {by}, berdasarkan {basis} "
        "({document}); pegawai didengar lebih dahulu pada {heard}.",
        "{person} on {period}: {before} was corrected to {after} on {day} by {by}, on the basis of {basis} "
        "({document}); the person was heard before, on {heard}.",
    ),
    "predicates-key": (
        "SB Sangat Baik, B Baik, BP Butuh Perbaikan, C Cukup, K Kurang, SK Sangat Kurang; ? belum final; i diimpor dari sistem lama, "
        "d diterima dengan diam, k diputus atas keberatan, p dibetulkan; tanpa tanda: diterima pegawai.",
        "SB very good, B good, BP needs improvement, C fair, K poor, SK very poor; ? not final yet; i imported from the old system, "
        "d accepted by silence, k decided on an objection, p corrected; no mark: accepted by the employee.",
    ),
    "moved": ("Yang berubah dari periode sebelumnya, dan sebabnya:", "What changed from the period before, and why:"),
    "moved-rated": (
        "{person} {period}: {before} menjadi {after}; hasil kerja {result}{reached}, perilaku {behaviour}.",
        "{person} {period}: {before} becomes {after}; results {result}{reached}, behaviour {behaviour}.",
    ),
    "moved-scored": (
        "{person} {period}: {before} menjadi {after}; nilai {score}.",
        "{person} {period}: {before} becomes {after}; score {score}.",
    ),
    "moved-reached": (" (capaian {percent} %)", " ({percent} % achieved)"),
    "reports": (
        "Laporan capaian {period} dari pegawainya sendiri: {count} dari {of}.",
        "Achievement reports of {period} by the people themselves: {count} of {of}.",
    ),
    "measured": ("Capaian bulanan dan kendala", "Monthly progress and obstacles"),
    "figures": (
        "{figures} angka capaian bulanan dari {people} pegawai tercatat untuk sasaran masing-masing.",
        "{figures} monthly figures of {people} people were recorded for their targets.",
    ),
    "obstacles": ("{count} di antaranya menyebut kendala, seperti:", "{count} of them name an obstacle, such as:"),
    "obstacle": ("{person}, {month}, “{target}”: {text}", "{person}, {month}, “{target}”: {text}"),
    "more-obstacles": ("… dan {count} lagi dalam rencana masing-masing.", "… and {count} more in each one's plan."),
    "filed": (
        "{person} atas {period}: hasil disampaikan {delivered}, keberatan diajukan {filed}, keputusan paling lambat {due}.",
        "{person} on {period}: delivered {delivered}, filed {filed}, to be decided by {due}.",
    ),
    "against": ("Yang dipersoalkan: {items}; bukti dilampirkan: {count}.", "Against: {items}; evidence added: {count}."),
    "granted": (
        "Dikabulkan {decided} oleh {by} ({document}): {before} menjadi {after}.",
        "Granted {decided} by {by} ({document}): {before} becomes {after}.",
    ),
    "rejected": (
        "Ditolak {decided} oleh {by} ({document}): tetap {after}.",
        "Rejected {decided} by {by} ({document}): {after} stays.",
    ),
    "never-lower": (
        "Menurut aturan di sini keberatan tidak dapat menurunkan predikat (PP 30/2019 Pasal 59 hanya: dapat mengubah).",
        "By the rules here an objection cannot lower a predicate (PP 30/2019 art. 59 only says: may change).",
    ),
}
