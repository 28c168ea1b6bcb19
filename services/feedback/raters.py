"""Who gave an answer is a pseudonym: the same person gives the same one, and only who has the service's secret could tell whose it is."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import replace

from shared.http.acting import RequestWork
from shared.kernel.ids import random_id


def keyed(secret: str, agency: str, *about: str) -> bytes:
    """HMAC-SHA256 over the agency and what it is about."""
    return hmac.new(secret.encode(), "\n".join(("feedback", agency, *about)).encode(), hashlib.sha256).digest()


def pseudonym(secret: str, agency: str, *about: str) -> str:
    """40 hexadecimal digits of HMAC-SHA256 over agency, what the answer is about, and the person.

    It is keyed, not only hashed: an agency's few employee ids are tried in no time, so a plain digest (or one with a salt that lies in
    the same database) hides nobody. The secret stands in the process's settings and in no database. It differs for every period and
    every employee concerned, so the answers of one person cannot be put side by side. Who changes the secret lets people answer again.
    """
    return keyed(secret, agency, *about).hex()[:40]


def rater_of(work: RequestWork, *about: str) -> str:
    """The caller's pseudonym for what the answer is about. From here on the request acts under it: the event names no one else, and
    bears a correlation and a trace that no log of requests knows.
    """
    return _acting_as(work, "rater", pseudonym(_secret(work), work.actor.agency, *about, work.actor.id))


def case_of(work: RequestWork, unit: str, service: str, token: str) -> str:
    """The pseudonym of a case: its token leads to a citizen in the unit's register, and is kept nowhere here."""
    return pseudonym(_secret(work), work.actor.agency, "case", unit, service, token)


def citizen_of(work: RequestWork, unit: str, service: str, token: str) -> str:
    """As :func:`case_of`; the request then acts under it, as a colleague's does under :func:`rater_of`."""
    return _acting_as(work, "case", case_of(work, unit, service, token))


def complaint_id(work: RequestWork) -> str:
    """A new complaint's id: for a request repeated with its Idempotency-Key the same, else a new one at random."""
    about = ("key", work.actor.client, work.actor.id, work.key) if work.key else ("random", str(random_id()))
    return f"k-{keyed(_secret(work), work.actor.agency, 'complaint', *about).hex()[:14]}"


def receipt_code(work: RequestWork, complaint: str) -> str:
    """What the citizen follows the complaint with: 80 bits as four groups of letters and digits. It can be made again from the secret, so
    it is kept nowhere.
    """
    letters = base64.b32encode(keyed(_secret(work), work.actor.agency, "receipt", complaint)[:10]).decode()
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))


def receipt_digest(agency: str, complaint: str, code: str) -> str:
    """SHA-256 of a code as somebody typed it: small letters, spaces and hyphens do not matter. 80 bits are too many to be tried."""
    typed = "".join((code.upper() if code.isascii() else code).replace("-", " ").split())
    return hashlib.sha256("\n".join(("receipt", agency, complaint, typed)).encode()).hexdigest()


def _acting_as(work: RequestWork, what: str, name: str) -> str:
    work.meta = replace(work.meta, actor=f"{what}:{name}", correlation=str(random_id()), traceparent=None)
    return name


def _secret(work: RequestWork) -> str:
    """ValueError where the process was given none: what is derived from nothing hides nobody."""
    if not work.here.secret:
        raise ValueError("expected the secret from which pseudonyms are derived, found none; set MERIT_SECRET")
    return work.here.secret
