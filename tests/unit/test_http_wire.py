"""The wire and the tokens: strict on the way in, exact on the way out."""

import base64
import hashlib
import hmac
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.http.identity import Identity, Unauthenticated, sign_token
from shared.http.paging import cursor, key_of
from shared.http.wire import BadJson, check_json, dumps, plain
from tests.support.web import MACHINE_NOW, key_pair

IDENTITY = Identity("merit", "merit", key_pair()[1], lambda: MACHINE_NOW)
CLAIMS = {"iss": "merit", "aud": "merit", "sub": "m1", "agency": "mulyorejo", "roles": ["employee"], "client": "web"}
TIMES = {"iat": int(MACHINE_NOW.timestamp()), "exp": int(MACHINE_NOW.timestamp()) + 60}


def signed(**changes) -> str:
    claims = {name: value for name, value in (CLAIMS | TIMES | changes).items() if value is not None}
    return "Bearer " + jwt.encode(claims, key_pair()[0], algorithm="RS256")


def test_a_token_says_who_acts():
    said = {"issuer": "merit", "audience": "merit", "sub": "m1", "agency": "mulyorejo", "roles": ["hr", "employee"]}
    token = sign_token(key_pair()[0], now=MACHINE_NOW, **said)
    actor = IDENTITY.actor(f"Bearer {token}")
    assert (actor.id, actor.agency, actor.roles, actor.client) == ("m1", "mulyorejo", frozenset({"hr", "employee"}), "merit")


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "agency", "roles", "client", "iat", "exp"])
def test_every_claim_is_needed(name):
    with pytest.raises(Unauthenticated):
        IDENTITY.actor(signed(**{name: None}))


STRANGE = {"roles": [1], "sub": "m\n1", "agency": "Mulyo Rejo", "client": 7, "exp": True, "nbf": 2**40}


@pytest.mark.parametrize("changes", [{name: value} for name, value in STRANGE.items()] + [{"roles": "hr"}, {"sub": ""}])
def test_claims_in_another_form(changes):
    with pytest.raises(Unauthenticated):
        IDENTITY.actor(signed(**changes))


def test_a_token_ends_with_its_leeway():
    token = signed()
    for seconds, holds in ((89, True), (90, False)):
        later = Identity("merit", "merit", key_pair()[1], lambda seconds=seconds: MACHINE_NOW + timedelta(seconds=seconds))
        if holds:
            assert later.actor(token).id == "m1"
        else:
            with pytest.raises(Unauthenticated, match="expired"):
                later.actor(token)


def test_a_token_signed_with_the_public_key_as_a_secret():
    """The public key is known to everybody; taken as an HMAC secret it must not count."""
    head, body = (base64.urlsafe_b64encode(dumps(part)).rstrip(b"=") for part in ({"alg": "HS256", "typ": "JWT"}, CLAIMS | TIMES))
    seal = hmac.new(key_pair()[1].encode(), head + b"." + body, hashlib.sha256).digest()
    token = b".".join([head, body, base64.urlsafe_b64encode(seal).rstrip(b"=")]).decode()
    with pytest.raises(Unauthenticated):
        IDENTITY.actor(f"Bearer {token}")


@pytest.mark.parametrize("header", [None, "", "Basic abc", "Bearer", "Bearer  "])
def test_no_token(header):
    with pytest.raises(Unauthenticated) as raised:
        IDENTITY.actor(header)
    assert not raised.value.given


def test_exact_numbers_and_moments_leave_as_text():
    assert plain([Fraction(1, 9), Decimal("0.20"), {"b", "a"}]) == ["1/9", "0.20", ["a", "b"]]
    assert plain([date(2026, 4, 30), datetime(2026, 4, 30, tzinfo=UTC)]) == ["2026-04-30", "2026-04-30T00:00:00Z"]
    with pytest.raises(TypeError):
        dumps({"a": object()})


REFUSED = [b"{", b'{"a": NaN}', b'{"a\\u0000": 1}', b'["\\u0000"]', b"9223372036854775808", b"[" * 999, b"[" * 40 + b"]" * 40, b"\xff"]


@pytest.mark.parametrize("raw", REFUSED)
def test_json_that_is_refused(raw):
    with pytest.raises(BadJson):
        check_json(raw)


SCALARS = st.none() | st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1)


@given(st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text("ab"), inner)))
def test_all_other_json_passes(value):
    check_json(dumps(value))


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_a_cursor_leads_back_to_its_key(key):
    assert key_of(cursor(key)) == key
