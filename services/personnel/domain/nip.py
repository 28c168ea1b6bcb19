"""NIP: the civil servant's number, 18 digits (Perka BKN 22/2007). Personal data: it belongs in the vault, never in an event."""

from __future__ import annotations

import re
from datetime import date


def check_nip(nip: str, kind: str = "PNS") -> str:
    """Return the digits of a valid NIP; ValueError says what was expected and found.

    ``YYYYMMDD`` birth, ``YYYYMM`` appointment as CPNS, sex 1 or 2, serial from 001. For a PPPK the appointment's
    digits 13–14 need not be a month. There is no check digit.
    """
    digits = re.sub("[ .]", "", nip)
    if not re.fullmatch(r"[0-9]{18}", digits):
        raise ValueError(f"expected 18 digits, found {len(digits)} characters")
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        raise ValueError("expected a real date of birth in digits 1–8 (YYYYMMDD), found none") from None
    year, number = int(digits[8:12]), int(digits[12:14])
    if kind != "PPPK" and not 1 <= number <= 12:
        raise ValueError("expected a month 01–12 in digits 13–14, found " + digits[12:14])
    if year - born.year < 16:
        raise ValueError("expected an appointment (digits 9–14) at least 16 years after birth")
    if digits[14] not in "12":
        raise ValueError(f"expected sex 1 or 2 in digit 15, found {digits[14]}")
    if digits[15:] == "000":
        raise ValueError("expected a serial number from 001 in digits 16–18, found 000")
    return digits
