"""What an explanation says beside its steps: the amounts on top, the differences, and where the reasons begin."""

from __future__ import annotations

from collections.abc import Mapping

SAID: Mapping[str, tuple[str, str]] = {
    "explained": ("{person}, TPP {month}: {amounts}", "{person}, allowance of {month}: {amounts}"),
    "amount-posted": ("dibayarkan {amount}", "posted {amount}"),
    "amount-due": ("seharusnya kini {amount}", "due as known now {amount}"),
    "amount-paid": ("diterima beserta selisih bulan lain {amount}", "received with differences of other months {amount}"),
    "supplementary": ("{month} (susulan {number})", "{month} (supplementary run {number})"),
    "not-yet": ("belum dapat dihitung, karena tidak ada: {lacking}", "cannot be calculated yet, missing: {lacking}"),
    "difference": ("selisih {amount} karena {cause}: {paid}", "a difference of {amount} because of {cause}: {paid}"),
    "difference-paid": ("{amount} bersama {run}", "{amount} with {run}"),
    "difference-repaid": ("{amount} dikembalikan sendiri", "{amount} given back in person"),
    "difference-open": ("belum dibayar", "not paid yet"),
    "within": ("di dalamnya {amount} untuk {month}", "of it {amount} for {month}"),
    "chain": (
        "Dari rupiah kembali ke sasaran (waktu dicatat, peristiwanya dalam kurung siku):",
        "From the rupiah back to the target (when it was recorded; its event in brackets):",
    ),
}
