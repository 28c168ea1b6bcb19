"""The sentences of an explanation, one for each kind of step, in Indonesian and English beside each other."""

from __future__ import annotations

from collections.abc import Mapping

STEPS: Mapping[str, tuple[str, str]] = {
    "calculated": (
        "dihitung: {total} menurut {rule_set}, kelas jabatan {job_class}",
        "calculated: {total} under {rule_set}, job class {job_class}",
    ),
    "posted": (
        "dibayarkan bersama {run}: {posted}, dengan selisih bulan lain menjadi {paid}",
        "paid with {run}: {posted}, which differences of other months make {paid}",
    ),
    "posted-alone": ("dibayarkan bersama {run}: {posted}", "paid with {run}: {posted}"),
    "adjusted": (
        "dihitung ulang: {from_total} menjadi {to_total}, selisih {difference}",
        "calculated anew: {from_total} becomes {to_total}, a difference of {difference}",
    ),
    "line": (
        "komponen {name}: {base} × {share_percent} % × {percent} %{part} = {amount} ({rule}{less})",
        "component {name}: {base} × {share_percent} % × {percent} %{part} = {amount} ({rule}{less})",
    ),
    "line-part": (" × {days}/{of_days} hari, {since} sampai {until}", " × {days}/{of_days} days, {since} to {until}"),
    "gave-way": (
        "; {less} rupiah memberi jalan, agar jumlah baris tidak melebihi besaran dasar",
        "; {less} rupiah gave way, so that the lines never exceed the basic amount",
    ),
    "took-rest": (
        "; {more} rupiah sisa pembulatan, agar baris-baris menjadi jumlah seluruhnya",
        "; {more} rupiah of the rest that rounding left, so that the lines make the whole",
    ),
    "days": (
        "{since} sampai {until}: {days} dari {of_days} hari, kelas {job_class}, besaran dasar {base}, dibayar {percent} %{because}",
        "{since} to {until}: {days} of {of_days} days, class {job_class}, basic amount {base}, paid {percent} %{because}",
    ),
    "days-because": (" ({why})", " ({why})"),
    "registration-withdrawn": ("pendaftaran ditarik kembali: keliru", "the registration was withdrawn: a mistake"),
    "registered": ("pegawai {kind} sejak {since}", "{kind} employee since {since}"),
    "employment-ended": ("masa kerja berakhir mulai {since}: {kind} ({document})", "employment ended from {since} on: {kind} ({document})"),
    "end-revoked": (
        "berakhirnya masa kerja mulai {since} dibatalkan ({document})",
        "the end of employment from {since} on was undone ({document})",
    ),
    "service-interrupted": (
        "tidak aktif dari {since} sampai {until}: {kind} ({document})",
        "service interrupted from {since} to {until}: {kind} ({document})",
    ),
    "service-resumed": ("aktif kembali mulai {since} ({document})", "back at work from {since} on ({document})"),
    "confirmed": (
        "dihitung ulang dengan dasar lain: tetap {total}, predikat {predicate} {predicate_period}",
        "calculated anew on other grounds: still {total}, predicate {predicate} of {predicate_period}",
    ),
    "rule-set": (
        "aturan {rule_set}: predikat {effect}, {pay_basis} ({sources})",
        "rules {rule_set}: a predicate {effect}, {pay_basis} ({sources})",
    ),
    "position": (
        "jabatan {post}, kelas {job_class}, sejak {since} ({document})",
        "post {post}, class {job_class}, since {since} ({document})",
    ),
    "attendance": (
        "kehadiran {month}: terlambat {minutes_late} menit, pulang cepat {minutes_early} menit, tidak hadir {days_absent} hari"
        "{deductions}{provisional}",
        "attendance of {month}: minutes late {minutes_late}, minutes early {minutes_early}, days absent {days_absent}"
        "{deductions}{provisional}",
    ),
    "provisional": ("; sementara, sampai {day}", "; provisional, up to {day}"),
    "attendance-assumed": (
        "kehadiran {month} dihitung penuh karena dibayar sebelum bulan berakhir ({source})",
        "attendance of {month} counts in full, as the month is paid before it ends ({source})",
    ),
    "deductions": ("; nilai disiplin dikurangi {taken}", "; taken off the discipline points: {taken}"),
    "deduction": ("{points} ({count} {cause})", "{points} ({cause}: {count})"),
    "predicate": (
        "predikat {period}: {predicate}, membayar {percent} %{instead}",
        "predicate of {period}: {predicate}, it pays {percent} %{instead}",
    ),
    "instead": ("; {by}, karena {instead_of} tidak ada predikatnya", "; {by}, because {instead_of} has no predicate"),
    "extra": (
        "komponen tambahan {name}: {percent_of_base} % besaran dasar untuk predikat {when_predicate}",
        "extra component {name}: {percent_of_base} % of the basic amount for the predicate {when_predicate}",
    ),
    "sanction": (
        "hukuman {kind} ({level}), {effect} {percent} % dari {since} sampai {until}, dasar {basis} ({document}): {outcome}",
        "sanction {kind} ({level}), {effect} of {percent} % from {since} to {until}, on the basis of {basis} ({document}): {outcome}",
    ),
    "sanction-lifted": ("hukuman dicabut mulai {on} ({document})", "the sanction was lifted from {on} on ({document})"),
    "award": (
        "penghargaan {award} {year}: bonus {bonus}, dibayar bersama {paid_with} ({document})",
        "award {award} {year}: a bonus of {bonus}, paid with {paid_with} ({document})",
    ),
    "award-lapsed": (
        "penghargaan {award} {year}: bonus {bonus} tidak dibayar bersama {paid_with}, karena masa kerja berakhir ({document})",
        "award {award} {year}: the bonus of {bonus} is not paid with {paid_with}, as service had ended ({document})",
    ),
    "appraisal-imported": ("predikat {period} dari sistem lama: {predicate}", "predicate of {period} from the old system: {predicate}"),
    "appraisal-delivered": (
        "hasil {period} disampaikan: {judgement}; keberatan paling lambat {objection_until}",
        "result of {period} delivered: {judgement}; an objection was possible until {objection_until}",
    ),
    "delivery-withdrawn": ("penyampaian hasil {period} ditarik kembali", "the delivery of the result of {period} was withdrawn"),
    "objection-term-moved": (
        "hari kerja berubah: keberatan paling lambat {objection_until}, bukan {previous}",
        "the working days changed: an objection was possible until {objection_until}, not {previous}",
    ),
    "appraisal-accepted": ("hasil {period} diterima ({how})", "result of {period} accepted ({how})"),
    "objection": (
        "keberatan diajukan atas {items}; keputusan paling lambat {decision_due}",
        "objection filed against {items}; to be decided by {decision_due}",
    ),
    "objection-refused": (
        "keberatan terlambat: hari terakhir {due}, masuk {found}",
        "objection too late: the last day was {due}, it came {found}",
    ),
    "decision-term-moved": (
        "hari kerja berubah: keputusan paling lambat {decision_due}, bukan {previous}",
        "the working days changed: to be decided by {decision_due}, not {previous}",
    ),
    "decision-overdue": ("peringatan: keputusan belum ada sampai {due}", "warning: no decision had come by {due}"),
    "decision": (
        "keberatan {outcome} ({document}) oleh {decided_by}: {before} menjadi {after}",
        "objection {outcome} ({document}) by {decided_by}: {before} becomes {after}",
    ),
    "appraisal-finalized": ("hasil final: {judgement} ({basis})", "final result: {judgement} ({basis})"),
    "appraisal-corrected": (
        "pembetulan berdasarkan {legal_basis} ({document}): {before} menjadi {after}",
        "correction on the basis of {legal_basis} ({document}): {before} becomes {after}",
    ),
    "score": ("nilai {item} oleh {by}: {value}{achieved}", "{item} rated by {by}: {value}{achieved}"),
    "achieved": (", capaian {percent} %", ", {percent} % achieved"),
    "target": (
        "sasaran {target_id} ({aspect}): {value} {unit}, {direction}, bobot {weight} %{more}",
        "target {target_id} ({aspect}): {value} {unit}, {direction}, weight {weight} %{more}",
    ),
    "target-aggregate": (", dihitung sebagai {how}", ", counted as {how}"),
    "target-months": (", diukur pada {months}", ", measured in {months}"),
    "progress": ("realisasi {target_id}, {month}: {value}", "progress of {target_id}, {month}: {value}"),
}
