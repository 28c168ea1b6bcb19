"""Whom the rows of a file name: by NIP, by code, or by both. Asked for all rows at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.personnel import vault
from shared.http.acting import RequestWork
from shared.http.importing import Resolve
from shared.kernel.refusal import Refused

Row = dict[str, Any]
Named = tuple[str, str | None, str, str]
"""The member with the code, the one with the NIP (if rows may have it), and the heads of both columns."""

BY_NIP: Named = ("employee", "nip", "Kode Pegawai", "NIP")
BY_CODE: Named = ("employee", None, "Kode Pegawai", "NIP")
SUPERIOR: Named = ("superior", "superior_nip", "Kode Atasan Penilai", "NIP Atasan Penilai")
OPTIONAL = ("superior",)


def persons(*named: Named) -> Resolve:
    """Put the code of everybody whom a row names in the place of code and NIP; Refused (404) for who is unknown, without the NIP."""

    def resolve(work: RequestWork, rows: Sequence[Row]) -> Sequence[Row | Refused]:
        nips = {row[nip] for row in rows for _, nip, _, _ in named if nip and row[nip] is not None}
        codes = {row[code] for row in rows for code, _, _, _ in named if row[code] is not None}
        by_nip = vault.employees_by_nips(work.tx, nips)
        known = vault.known(work.tx, codes) | set(by_nip.values())
        return [_resolved(row, named, by_nip, known) for row in rows]

    return resolve


def _resolved(row: Row, named: Sequence[Named], by_nip: Mapping[str, str], known: set[str]) -> Row | Refused:
    found = dict(row)
    for code, nip, code_head, nip_head in named:
        number = row[nip] if nip else None
        if number is None and row[code] is None and code in OPTIONAL:
            continue
        person = by_nip.get(number) if number is not None else row[code]
        if person is None or row[code] not in (None, person) or person not in known:
            return _unknown(number, row[code], person, nip_head, code_head)
        found |= {code: person} | ({nip: None} if nip else {})
    return found


def _unknown(nip: str | None, code: str | None, person: str | None, nip_head: str, code_head: str) -> Refused:
    if nip is None and code is None:
        told = "both cells empty"
    elif person is not None and code not in (None, person):
        told = f"the NIP of {person} beside the code {code}"
    else:
        told = f"nobody with this NIP (it ends in {nip[-3:]})" if nip is not None else f"nobody with the code {code}"
    return Refused(
        "unknown-employee",
        expected=f"a registered person in the column {nip_head} or {code_head}",
        found=told,
        remedy="import the person first, or correct the cell",
        status=404,
    )
