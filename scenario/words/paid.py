"""What the report says of pay and of where to look next, in Indonesian and English beside each other."""

from __future__ import annotations

from collections.abc import Mapping

SAID: Mapping[str, tuple[str, str]] = {
    "run-total": ("semua", "all"),
    "next": ("Selanjutnya", "Next"),
    "allowances": (
        "TPP yang dibayarkan tiap bulan (ribuan rupiah, dibulatkan; sebelum pajak dan iuran)",
        "Allowance paid each month (thousands of rupiah, rounded; before tax and contributions)",
    ),
    "sum-rupiah": ("setahun, rupiah", "the year, rupiah"),
    "with-adjustments": ("* di dalamnya selisih bulan lain, lihat di bawah.", "* with differences of other months, see below."),
    "unpaid": (
        "{person} {name} tidak dibayar di sini, karena tidak ada: {missing}.",
        "{person} {name} is not paid here. Missing: {missing}.",
    ),
    "explain-any": ("Satu jumlah dijelaskan sampai ke sasarannya dengan:  {command}", "An amount explained down to its target:  {command}"),
    "explain": ("satu jumlah dan sebabnya:", "an amount and its reasons:"),
    "explain-lang": ("dalam bahasa Inggris:", "in Indonesian:"),
    "explain-url": ("lewat HTTP:", "over HTTP:"),
    "described": ("semua rute tiap layanan:", "all routes of each service:"),
    "data": ("laporan ini sebagai data:", "this report as data:"),
    "tail": ("peristiwa yang lewat:", "the events as they pass:"),
}
