"""Who calls: a token's signature is checked once, whether it still holds each time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from shared.http.identity import Identity, Unauthenticated, sign_token

START = datetime(2026, 1, 5, 2, tzinfo=UTC)


def keys() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


def token(private: str, **changes: str) -> str:
    said = {"issuer": "merit", "audience": "merit", "sub": "m1", "agency": "aa", "roles": ["employee"], "now": START} | changes
    return "Bearer " + sign_token(private, **said)


def test_a_token_that_was_good_is_refused_once_it_has_expired():
    private, public = keys()
    moment = [START]
    identity, given = Identity("merit", "merit", public, lambda: moment[0]), token(private)
    assert identity.actor(given).id == identity.actor(given).id == "m1"
    moment[0] = START + timedelta(hours=2)
    with pytest.raises(Unauthenticated, match="expired"):
        identity.actor(given)


def test_a_token_that_was_good_for_one_identity_is_not_good_for_another():
    private, public = keys()
    given = token(private)
    Identity("merit", "merit", public, lambda: START).actor(given)
    for other in (("another", "merit", public), ("merit", "another", public), ("merit", "merit", keys()[1]), ("merit", "merit", "no key")):
        with pytest.raises(Unauthenticated):
            Identity(*other, lambda: START).actor(given)
