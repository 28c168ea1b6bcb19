"""The vault: who an employee id is. Names, NIP and contact lie here alone, can be corrected and erased, and every look is logged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson

from services.personnel.domain.nip import check_nip
from shared.kernel.refusal import Malformed, Refused
from shared.store.database import Transaction


@dataclass(frozen=True)
class Identity:
    """A person. `contact` holds what the agency needs to reach him (email, phone …)."""

    employee: str
    nip: str
    name: str
    contact: Mapping[str, str] = field(default_factory=dict)


def keep(tx: Transaction, identity: Identity, kind: str) -> tuple[str, ...]:
    """Keep a person's identity, or correct name and contact; returns which of the two stood otherwise.

    Refused (422) for an invalid NIP (Perka BKN 22/2007), and (409) when the NIP is another's, the code stands for another NIP, or the
    person was forgotten: an old file must not bring him back.
    """
    nip = nip_of(identity.nip, kind)
    many: _Many | None = tx.memo.get(_MANY)
    many = many if many and identity.employee in many.named else None
    rows = many.about(identity.employee, nip) if many else _about(tx, [identity.employee], [nip])
    for employee, known, erased, _, _ in rows:
        if employee != identity.employee:
            raise _taken("a NIP that belongs to one employee", f"the NIP of {employee} given for {identity.employee}")
        if erased is not None:
            raise _taken("a person who was not forgotten", f"{employee}, erased on {tx.zone.local_date(erased)}")
        if known != nip:
            raise _taken(f"the NIP that {employee} was registered with", "another NIP")
    if many:
        many.put(identity.employee, nip, identity)
    else:
        _write(tx, {identity.employee: (nip, identity)})
    if not rows:
        return ()
    stood = {"name": rows[0][3], "contact": rows[0][4] if identity.contact else None}
    now = {"name": identity.name, "contact": dict(identity.contact) or None}
    # A contact that nobody knew is no correction of one.
    return tuple(name for name, value in now.items() if stood[name] != value and not (name == "contact" and not stood[name]))


_MANY = "vault, many"


class _Many:
    """The rows about many people, as they stand after what was kept of them here."""

    def __init__(self, named: Iterable[str], rows: Iterable[tuple[Any, ...]]) -> None:
        self.named = frozenset(named)
        self.of_employee: dict[str, tuple[Any, ...]] = {row[0]: row for row in rows}
        self.of_nip = {row[1]: row[0] for row in self.of_employee.values()}
        self.kept: dict[str, tuple[str, Identity]] = {}

    def about(self, employee: str, nip: str) -> list[tuple[Any, ...]]:
        found = {one for one in (employee, self.of_nip.get(nip)) if one in self.of_employee}
        return [self.of_employee[one] for one in sorted(found, key=employee.__ne__)]

    def put(self, employee: str, nip: str, identity: Identity) -> None:
        before = self.of_employee.get(employee)
        contact = dict(identity.contact) or (before[4] if before else None)
        self.of_employee[employee] = (employee, nip, None, identity.name, contact)
        self.of_nip[nip] = employee
        self.kept[employee] = (nip, Identity(employee, nip, identity.name, contact or {}))


@contextmanager
def together(tx: Transaction, people: Iterable[tuple[str, str]]) -> Iterator[None]:
    """Within, :func:`keep` about these people (employee, NIP in digits) costs no statement: they are read before, and written after."""
    employees, nips = zip(*people, strict=True) if (people := list(people)) else ((), ())
    many = tx.memo[_MANY] = _Many(employees, _about(tx, employees, nips))
    try:
        yield
        _write(tx, many.kept)
    finally:
        del tx.memo[_MANY]


def _about(tx: Transaction, employees: Sequence[str], nips: Sequence[str]) -> list[tuple[Any, ...]]:
    return tx.execute(
        "select employee, nip, erased, name, contact from vault where agency = %s and (employee = any(%s) or nip = any(%s))",
        (tx.agency_id, list(employees), list(nips)),
    ).fetchall()


def _write(tx: Transaction, kept: Mapping[str, tuple[str, Identity]]) -> None:
    if not kept:
        return
    contacts = [orjson.dumps(dict(one.contact)).decode() if one.contact else None for _, one in kept.values()]
    tx.execute(
        "insert into vault (agency, employee, nip, name, contact) select %s, employee, nip, name, contact::jsonb"
        " from unnest(%s::text[], %s::text[], %s::text[], %s::text[]) as kept (employee, nip, name, contact)"
        " on conflict (agency, employee) do update set name = excluded.name, contact = coalesce(excluded.contact, vault.contact)",
        (tx.agency_id, list(kept), [nip for nip, _ in kept.values()], [one.name for _, one in kept.values()], contacts),
    )


def correct_nip(tx: Transaction, employee: str, nip: Any, kind: str, actor: str, document: str) -> bool:
    """Put the right NIP in place of a wrong one; False when it stands already. Refused as :func:`keep`. That it was done is logged."""
    number = nip_of(nip if isinstance(nip, str) else "", kind)
    taken = tx.execute("select employee from vault where agency = %s and nip = %s", (tx.agency_id, number)).fetchone()
    if taken is not None and taken[0] != employee:
        raise _taken("a NIP that belongs to one employee", f"the NIP of {taken[0]} given for {employee}")
    done = tx.execute(
        "update vault set nip = %s where agency = %s and employee = %s and erased is null and nip <> %s returning 1",
        (number, tx.agency_id, employee, number),
    ).fetchone()
    if done is None and taken is None:
        raise _taken("a person who was not forgotten", f"{employee}, who was")
    if done is not None:
        tx.execute(
            "insert into vault_access (agency, employee, actor, purpose, at) values (%s, %s, %s, %s, %s)",
            (tx.agency_id, employee, actor, f"NIP corrected by {document}", tx.now),
        )
    return done is not None


def _taken(expected: str, found: str) -> Refused:
    return Refused("identity-taken", expected=expected, found=found, remedy="correct the NIP, or choose another employee code")


def nip_of(text: str, kind: str) -> str:
    """The NIP's 18 digits; Refused (422) says what is wrong without repeating the number."""
    try:
        return check_nip(text, kind)
    except Malformed as malformed:
        raise malformed.refused("nip", "correct the NIP") from None


def digits(nip: str) -> str:
    """A NIP without the spaces and dots that it may be written with."""
    return "".join(one for one in nip if one not in " .")


def employees_by_nips(tx: Transaction, nips: Iterable[str]) -> Mapping[str, str]:
    """NIP as given (digits, spaces and dots allowed) → employee id, of those known. It shows nothing new, so it is not logged."""
    plain = {nip: digits(nip) for nip in nips}
    rows = tx.execute("select nip, employee from vault where agency = %s and nip = any(%s)", (tx.agency_id, list(plain.values())))
    found = dict(rows.fetchall()) if plain else {}
    return {nip: found[number] for nip, number in plain.items() if number in found}


def known(tx: Transaction, employees: Iterable[str]) -> set[str]:
    """Those of these ids that were ever given out; an erased person's id stays so."""
    rows = tx.execute("select employee from vault where agency = %s and employee = any(%s)", (tx.agency_id, list(employees)))
    return {row[0] for row in rows.fetchall()}


def is_known(tx: Transaction, employee: str) -> bool:
    """Whether the id was ever given out."""
    return employee in known(tx, [employee])


def look(tx: Transaction, employees: Sequence[str], actor: str, purpose: str) -> Mapping[str, Identity]:
    """The identities of these employees, those not erased; that `actor` saw them is logged in the same transaction."""
    if not employees:
        return {}
    rows = tx.execute(
        "select employee, nip, name, contact from vault where agency = %s and employee = any(%s) and erased is null",
        (tx.agency_id, list(employees)),
    ).fetchall()
    tx.execute(
        "insert into vault_access (agency, employee, actor, purpose, at) select %s, unnest(%s::text[]), %s, %s, %s",
        (tx.agency_id, [row[0] for row in rows], actor, purpose, tx.now),
    )
    return {row[0]: Identity(row[0], row[1], row[2], row[3] or {}) for row in rows}


def looks(tx: Transaction, employee: str) -> Sequence[dict[str, Any]]:
    """Who looked at the employee's identity, when and what for, oldest first."""
    rows = tx.execute(
        "select actor, purpose, at from vault_access where agency = %s and employee = %s order by id", (tx.agency_id, employee)
    ).fetchall()
    return [{"actor": actor, "purpose": purpose, "at": at.isoformat()} for actor, purpose, at in rows]


def erase(tx: Transaction, employee: str) -> bool:
    """Forget who the employee is (UU 27/2022: erasure); the id stays, so that events keep their subject. False when unknown or done."""
    done = tx.execute(
        "update vault set nip = null, name = null, contact = null, erased = %s where agency = %s and employee = %s and erased is null",
        (tx.now, tx.agency_id, employee),
    )
    return done.rowcount == 1


def name_unit(tx: Transaction, unit: str, name: str) -> tuple[str, ...]:
    """Keep or change what a unit is called; names are words, so they are in no event. Returns ``("name",)`` when it had another."""
    stood = unit_names(tx, [unit]).get(unit)
    tx.execute(
        "insert into unit_names (agency, unit, name) values (%s, %s, %s) on conflict (agency, unit) do update set name = excluded.name",
        (tx.agency_id, unit, name),
    )
    return () if stood in (None, name) else ("name",)


def unit_names(tx: Transaction, units: Sequence[str]) -> Mapping[str, str]:
    """The names of these units."""
    rows = tx.execute("select unit, name from unit_names where agency = %s and unit = any(%s)", (tx.agency_id, list(units))).fetchall()
    return dict(rows)
