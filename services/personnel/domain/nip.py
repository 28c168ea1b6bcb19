"""NIP: the civil servant's number, 18 digits (Perka BKN 22/2007). Personal data: it belongs in the vault, never in an event."""

from __future__ import annotations

import re
from datetime import date

from shared.kernel.refusal import Malformed


def check_nip(nip: str, kind: str = "PNS") -> str:
    """Return the digits of a valid NIP; Malformed says what was expected and found, without the number.

    ``YYYYMMDD`` birth, ``YYYYMM`` appointment as CPNS, sex 1 or 2, serial from 001. For a PPPK the appointment's
    digits 13–14 need not be a month. There is no check digit.
    """
    digits = re.sub("[ .]", "", nip)
    if not re.fullmatch(r"[0-9]{18}", digits):
        raise Malformed("18 digits", f"{len(digits)} characters")
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        raise Malformed("a real date of birth in digits 1–8 (YYYYMMDD)", "none") from None
    year, number = int(digits[8:12]), int(digits[12:14])
    if kind != "PPPK" and not 1 <= number <= 12:
        raise Malformed("a month 01–12 in digits 13–14", digits[12:14])
    if year - born.year < 16:
        raise Malformed("an appointment (digits 9–14) at least 16 years after birth")
    if digits[14] not in "12":
        raise Malformed("sex 1 or 2 in digit 15", digits[14])
    if digits[15:] == "000":
        raise Malformed("a serial number from 001 in digits 16–18", "000")
    return digits
