"""Identity: bearer tokens (JWT, RS256), and what they say of the caller."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from shared.http.policy import Actor

REQUIRED = ("iss", "aud", "exp", "iat", "sub", "agency", "roles", "client")
AGENCY = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
PERSON = re.compile(r"(?!.*[0-9]{16})[a-z0-9][a-z0-9-]{0,39}")
"""A person's code, as events name who acted: never a name, an address or a NIP."""


class Unauthenticated(Exception):
    """No token, or none that counts here. `given`: whether there was one."""

    def __init__(self, expected: str, found: str, *, given: bool) -> None:
        super().__init__(f"expected {expected}, found {found}")
        self.expected, self.found, self.given = expected, found, given


@dataclass(frozen=True)
class Identity:
    """How tokens are checked: who signs them, for whom they are, with which public key (PEM), and by which clock they expire.

    `now` is the machine's clock: a token belongs to the machine that signed it, also while a year is played.
    """

    issuer: str
    audience: str
    public_key: str
    now: Callable[[], datetime]
    leeway: timedelta = timedelta(seconds=30)

    def actor(self, authorization: str | None) -> Actor:
        """The caller behind an ``Authorization`` header. Unauthenticated says what was expected."""
        if not authorization:
            raise Unauthenticated("a bearer token in the Authorization header", "no such header", given=False)
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthenticated("Authorization: Bearer <token>", f"the scheme {scheme[:20]!r}", given=False)
        return _actor(self._claims(token.strip()))

    def _claims(self, token: str) -> dict[str, Any]:
        try:
            claims = _verified(token, self.public_key, self.issuer, self.audience)
        except jwt.MissingRequiredClaimError as missing:
            raise _refused(f"the claims {', '.join(REQUIRED)}", f"none named {missing.claim}") from None
        except jwt.InvalidIssuerError:
            raise _refused(f"a token issued by {self.issuer}", "another issuer") from None
        except jwt.InvalidAudienceError:
            raise _refused(f"a token for {self.audience}", "another audience") from None
        except (jwt.PyJWTError, ValueError):
            raise _refused("a token signed (RS256) by this system's issuer", "a malformed one, or another signature") from None
        moment = self.now().timestamp()
        if not all(_is_number(claims[name]) for name in ("exp", "iat")) or not _is_number(claims.get("nbf", 0)):
            raise _refused("exp, iat and nbf in seconds", "another form")
        if claims["exp"] + self.leeway.total_seconds() <= moment:
            raise _refused("a token that still holds", "one that has expired")
        if max(claims["iat"], claims.get("nbf", 0)) - self.leeway.total_seconds() > moment:
            raise _refused("a token that holds already", "one from the future")
        return claims


@lru_cache(maxsize=4096)
def _verified(token: str, public_key: str, issuer: str, audience: str) -> dict[str, Any]:
    """The claims of a token with a good signature. That stays so, and is remembered; whether the token still holds is asked each time."""
    # The library would read the time itself; the caller compares it instead.
    options = {"require": list(REQUIRED), "verify_exp": False, "verify_iat": False, "verify_nbf": False}
    return jwt.decode(token, _key(public_key), algorithms=["RS256"], issuer=issuer, audience=audience, options=options)


@lru_cache(maxsize=16)
def _key(pem: str) -> Any:
    """The key, read once: reading takes longer than checking a signature."""
    return load_pem_public_key(pem.encode())


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _refused(expected: str, found: str) -> Unauthenticated:
    return Unauthenticated(expected, found, given=True)


def _actor(claims: dict[str, Any]) -> Actor:
    roles = claims["roles"]
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise _refused("roles as a list of words", "another form")
    for name in ("sub", "client", "agency"):
        if not isinstance(claims[name], str) or not 0 < len(claims[name]) <= 100 or not claims[name].isprintable():
            raise _refused(f"{name} as a text of 1 to 100 characters", "another form")
    if not AGENCY.fullmatch(claims["agency"]):
        raise _refused("agency as a code of small letters, digits and hyphens", "another form")
    if not PERSON.fullmatch(claims["sub"]):
        raise _refused("sub as a person's code of at most 40 small letters, digits and hyphens, no name and no NIP", "another form")
    return Actor(id=claims["sub"], agency=claims["agency"], roles=frozenset(roles), client=claims["client"])


def sign_token(
    private_key: str,
    *,
    issuer: str,
    audience: str,
    sub: str,
    agency: str,
    roles: Iterable[str],
    now: datetime,
    client: str = "merit",
    lifetime: timedelta = timedelta(hours=1),
) -> str:
    """A token for `sub`, valid from `now` (the clock that checks it). `private_key` is an RSA key in PEM."""
    claims = {
        "iss": issuer,
        "aud": audience,
        "sub": sub,
        "agency": agency,
        "roles": sorted(roles),
        "client": client,
        "iat": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
    }
    return jwt.encode(claims, private_key, algorithm="RS256")
