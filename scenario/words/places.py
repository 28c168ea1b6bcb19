"""Words for the names that the played places give themselves: conditions of their rules, programmes, services and posts."""

from __future__ import annotations

from collections.abc import Mapping

CONDITIONS = {
    "condition:communication-strength": ("komunikasi", "communication"),
    "condition:team-efficiency": ("efisiensi tim", "the team's efficiency"),
    "condition:good-performer": ("predikat", "predicate"),
    "condition:behaviour-below": ("perilaku", "behaviour"),
    "condition:poor-result": ("predikat", "predicate"),
    "condition:result-below": ("predikat", "predicate"),
    "condition:guidance-not-reached": ("pembinaan", "guidance"),
    "condition:communication-gap": ("komunikasi", "communication"),
    "condition:excellent-year": ("predikat", "predicate"),
    "condition:new-way": ("predikat", "predicate"),
    "condition:service-time-missed": ("waktu akta kelahiran terhadap target", "time to the birth certificate against its target"),
    "condition:service-time-gap": ("waktu akta kelahiran terhadap target", "time to the birth certificate against its target"),
    "condition:counter-time-gap": ("waktu loket terhadap target", "time at the counter against its target"),
    "condition:verification-time-gap": ("waktu verifikasi terhadap target", "time of verification against its target"),
    "condition:entry-time-gap": ("waktu perekaman terhadap target", "time of entry against its target"),
    "condition:printing-time-gap": ("waktu pencetakan terhadap target", "time of printing against its target"),
}
"""What the places' own rules ask after, as the subject of a reason."""

NAMED = {
    "public-relations": ("hubungan masyarakat", "in public relations"),
    "team-mentor": ("bagi timnya", "of the own team"),
    "study-place": ("untuk melanjutkan pendidikan", "for further education"),
    "pelatihan-komunikasi": ("komunikasi", "in communication"),
    "pelatihan-intensif-akta": ("intensif akta kelahiran", "(intensive) on birth certificates"),
    "pembinaan-kinerja": ("kinerja", "in performance"),
    "perbaikan-kinerja": ("kinerja (PP 30/2019 Pasal 56–58)", "in performance (PP 30/2019 art. 56–58)"),
    "programme:performance": ("kinerja", "in performance"),
    "program-imunisasi": ("program imunisasi kejar", "the catch-up immunisation programme"),
    "juru-bicara-dinas": ("juru bicara dinas", "spokesperson of the agency (juru bicara dinas)"),
    "imunisasi": ("imunisasi", "immunisation"),
    "lampu-jalan": ("lampu jalan", "street lamps"),
    "akta-kelahiran": ("akta kelahiran", "birth certificates"),
    "surat-pengantar": ("surat pengantar", "letters of introduction"),
    "kabid-kesmas": ("kepala bidang kesehatan masyarakat", "head of community health (kepala bidang kesehatan masyarakat)"),
    "sekretaris-dinkes": ("sekretaris dinas kesehatan", "secretary of the health agency (sekretaris dinas kesehatan)"),
    "kabid-p2p": ("kepala bidang pencegahan dan pengendalian penyakit", "head of disease control (kepala bidang P2P)"),
    "kabid-komunikasi-publik": ("kepala bidang komunikasi publik", "head of public communication (kepala bidang komunikasi publik)"),
    "kabid-perizinan": ("kepala bidang perizinan", "head of permits (kepala bidang perizinan)"),
}
"""Names that a place gives itself: programmes, services and some posts. One that is not here is shown as its name reads."""

PLACES: Mapping[str, tuple[str, str]] = {**CONDITIONS, **NAMED}
