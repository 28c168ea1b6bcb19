"""How periods are written, in Indonesian and English beside each other."""

from __future__ import annotations

from collections.abc import Mapping

SAID: Mapping[str, tuple[str, str]] = {
    "year": ("tahun {year}", "{year}"),
    "quarter": ("triwulan {number} {year}", "Q{digit} {year}"),
    "quarter-short": ("TW {number} {year}", "Q{digit} {year}"),
}
