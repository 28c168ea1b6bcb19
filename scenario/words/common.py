"""What every part of the report says: terms, and heads of tables."""

from __future__ import annotations

from collections.abc import Mapping

SAID: Mapping[str, tuple[str, str]] = {
    "since": ("sejak {day}", "since {day}"),
    "until": ("{since} sampai {until}", "{since} to {until}"),
    "person": ("pegawai", "person"),
    "name": ("nama", "name"),
    "unit": ("unit", "unit"),
    "people": ("pegawai", "people"),
    "period": ("periode", "period"),
    "answers": ("jawaban", "answers"),
    "total": ("jumlah", "sum"),
    "kind": ("jenis", "kind"),
    "number": ("no.", "no."),
    "yes": ("ya", "yes"),
    "no": ("tidak", "no"),
}
