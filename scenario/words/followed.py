"""What the report says of personnel, in Indonesian and English beside each other."""

from __future__ import annotations

from collections.abc import Mapping

SAID: Mapping[str, tuple[str, str]] = {
    "development": (
        "Pengembangan yang lahir dari hasil penilaian (usulan dengan alasan, diputuskan pejabat)",
        "What followed from the appraisals (proposals with reasons, decided by an official)",
    ),
    "entered": ("hasilnya masuk penilaian {period}", "its result stands in the appraisal of {period}"),
    "took-part": ("{person}: mengikuti {programme}, {ended}.", "{person}: took part in {programme}, {ended}."),
    "term": ("berlangsung {since} sampai {until}", "runs from {since} to {until}"),
    "term-ended": (
        "hari terakhirnya lewat; diingatkan, hasilnya diputuskan pejabat",
        "its last day has passed; a reminder was given, an official decides the outcome",
    ),
    "points": ("nilai {points}", "{points} points"),
    "promotions": (
        "Kenaikan pangkat (usulan dengan syaratnya, diputuskan pejabat)",
        "Promotions in rank (proposals with their conditions, decided by an official)",
    ),
    "listed": ("Belum dapat diusulkan, kurang {missing}: {people}.", "Not yet to be proposed, missing {missing}: {people}."),
    "posts": (
        "Jabatan yang lowong (peringkat dengan alasan, diputuskan pejabat)",
        "Vacant posts (a ranking with reasons, decided by an official)",
    ),
    "strategic": (", strategis", ", strategic"),
    "place": ("urutan", "place"),
    "why": ("alasan", "reasons"),
    "excluded": ("{person} tidak lolos pemeriksaan rekam jejak: {reasons}.", "{person} fails the check of the record: {reasons}."),
    "proposed": (
        "{person} {name}: {kind} {programme} (hasil {period}), karena {reasons}. {decided}",
        "{person} {name}: {kind} {programme} (result of {period}), because of {reasons}. {decided}",
    ),
    "decided": ("{status} {day} oleh {by} ({document}).", "{status} {day} by {by} ({document})."),
    "undecided": ("{status}.", "{status}."),
    "took-post": ("menjadi {post} sejak {since}", "became {post} on {since}"),
    "mentors": ("membimbing {unit} sejak {since}", "mentors {unit} since {since}"),
    "step": ("{day}: {what}", "{day}: {what}"),
    "step-taken": ("langkah dicatat", "a step was recorded"),
    "closed": ("ditutup: {outcome}", "closed: {outcome}"),
    "running": ("masih berjalan pada akhir tahun", "still running at the year's end"),
    "nothing-followed": ("Tidak ada usulan dari hasil tahun ini.", "No proposal came from this year's results."),
    "promotion": (
        "{person} {name}: {from_} ke {to}, {status}; syarat terpenuhi: {met}.",
        "{person} {name}: {from_} to {to}, {status}; conditions met: {met}.",
    ),
    "vacancy": (
        "{post} di {unit}, kelas {job_class}{strategic}, diumumkan {day}; kriteria: {criteria}.",
        "{post} in {unit}, class {job_class}{strategic}, opened {day}; criteria: {criteria}.",
    ),
    "before-seniors": (
        "{person} diusulkan sebelum {senior}, yang lebih lama bekerja (sejak {since}): kriteria pertama yang membedakan: {criterion}.",
        "{person} was proposed before {senior}, who has served longer (since {since}): the first criterion that differs: {criterion}.",
    ),
    "filled": (
        "Dipilih oleh {by}: {person} {name}, sejak {since} ({document}).",
        "Chosen by {by}: {person} {name}, from {since} ({document}).",
    ),
}
