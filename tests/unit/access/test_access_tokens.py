"""Tokens: what is issued verifies, everything else is refused with a reason."""

import base64
import json
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lookalike.access import Principal
from lookalike.access.claims import Names
from lookalike.access.keys import token_key
from lookalike.access.tokens import OURS, Issuer, OwnKey, Reader
from lookalike.clock import ManualClock
from lookalike.errors import Unauthorized

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ALICE = Principal("acme", "alice", frozenset({"jobs:read"}), frozenset({"p1", "p2"}))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def tokens(tmp_path: Path, clock: ManualClock) -> Issuer:
    return Issuer(token_key(tmp_path / "keys"), Names(), clock, secrets.randbits)


def verified(tokens: Issuer, token: str) -> Principal:
    return Reader(Names(), frozenset({OURS}), OwnKey(tokens.key), tokens.clock).verify(token)


def signed(tokens: Issuer, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A token with our key; None takes a claim or header away."""
    now = int(NOW.timestamp())
    whole = {"iss": "lookalike", "aud": "lookalike", "sub": "a", "customer_id": "c", "iat": now, "exp": now + 60}
    whole = {name: value for name, value in {**whole, **claims}.items() if value is not None}
    headers = {"typ": "at+jwt", "kid": tokens.key.kid, **(header or {})}
    return jwt.encode(whole, tokens.key.private, algorithm="EdDSA", headers=headers)


def refusal(tokens: Issuer, token: str) -> str:
    with pytest.raises(Unauthorized) as caught:
        verified(tokens, token)

    assert len(token) < 8 or token not in str(caught.value)
    return caught.value.message


def test_what_is_issued_verifies(tokens: Issuer) -> None:
    """Customer, person, scopes and projects come back; without limits they come back as None."""
    free = Principal("acme", "bob")

    assert ALICE == verified(tokens, tokens.issue(ALICE, lifetime=timedelta(minutes=1)))
    assert free == verified(tokens, tokens.issue(free, lifetime=timedelta(minutes=1)))


def test_an_issued_token_is_a_jwt_access_token(tokens: Issuer) -> None:
    """Header typ at+jwt, EdDSA and kid; all claims of RFC 9068 that we name."""
    token = tokens.issue(ALICE, lifetime=timedelta(minutes=1))
    claims = jwt.decode(token, options={"verify_signature": False})

    assert {"typ": "at+jwt", "alg": "EdDSA", "kid": tokens.key.kid} == jwt.get_unverified_header(token)
    assert {"iss", "aud", "sub", "customer_id", "projects", "scope", "iat", "exp", "jti"} == set(claims)
    assert 60 == claims["exp"] - claims["iat"]


def test_a_token_expires_by_our_clock(tokens: Issuer, clock: ManualClock) -> None:
    """Good one second before the end, refused at the end."""
    token = tokens.issue(ALICE, lifetime=timedelta(seconds=60))
    clock.advance(59)

    assert ALICE == verified(tokens, token)

    clock.advance(1)

    assert "expired" in refusal(tokens, token)


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"exp": None}, "'exp'"),
        ({"iss": None}, "'iss'"),
        ({"aud": None}, "'aud'"),
        ({"sub": None}, "'sub'"),
        ({"customer_id": None}, "'customer_id'"),
        ({"iss": "other"}, "issuer"),
        ({"aud": "other"}, "audience"),
        ({"aud": ["other"]}, "audience"),
        ({"exp": "soon"}, "'exp'"),
        ({"exp": True}, "'exp'"),
        ({"exp": float("inf")}, "'exp'"),
        ({"nbf": NOW.timestamp() + 1}, "not good yet"),
        ({"nbf": "x"}, "'nbf'"),
        ({"sub": ""}, "'sub'"),
        ({"customer_id": 7}, "'customer_id'"),
        ({"customer_id": "a\nb"}, "'customer_id'"),
        ({"customer_id": "a" * 256}, "'customer_id'"),
        ({"scope": ["jobs:read"]}, "'scope'"),
        ({"projects": "p1"}, "'projects'"),
        ({"projects": [1]}, "'projects'"),
    ],
)
def test_wrong_claims_are_refused_by_name(tokens: Issuer, claims: dict[str, Any], reason: str) -> None:
    """A claim that is missing, wrong or of the wrong type is named in the refusal."""
    assert reason in refusal(tokens, signed(tokens, **claims))


@pytest.mark.parametrize(
    "header", [{"typ": "JWT"}, {"typ": None}, {"kid": "other"}, {"crit": ["x"], "x": 1}, {"kid": ""}]
)
def test_wrong_headers_are_refused(tokens: Issuer, header: dict[str, Any]) -> None:
    """Another type, another key's id, a critical extension: refused."""
    assert refusal(tokens, signed(tokens, header))


def test_other_algorithms_are_refused(tokens: Issuer) -> None:
    """`none`, and HMAC with our public key as its secret, are refused."""
    header = {"typ": "at+jwt", "kid": tokens.key.kid}
    public = tokens.key.public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    claims = jwt.decode(signed(tokens), options={"verify_signature": False})

    assert "EdDSA" in refusal(tokens, jwt.encode(claims, public, algorithm="HS256", headers=header))
    assert "EdDSA" in refusal(tokens, jwt.encode(claims, None, algorithm="none", headers=header))


def test_another_key_is_refused(tokens: Issuer) -> None:
    """A signature by another key under our key's id is refused."""
    claims = jwt.decode(signed(tokens), options={"verify_signature": False})
    header = {"typ": "at+jwt", "kid": tokens.key.kid}
    forged = jwt.encode(claims, Ed25519PrivateKey.generate(), algorithm="EdDSA", headers=header)

    assert "signature" in refusal(tokens, forged)


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "é.b.c", "x" * 9000, "e30.e30.", "null.null.null"])
def test_what_is_no_token_is_refused(tokens: Issuer, token: str) -> None:
    """Nonsense of any length is refused, not raised about otherwise."""
    assert refusal(tokens, token)


def test_a_header_nested_too_deep_is_refused(tokens: Issuer) -> None:
    """A header that overflows the parser's stack is refused."""
    deep = base64.urlsafe_b64encode(b"[" * 5000).rstrip(b"=").decode()

    assert "not a JWT" in refusal(tokens, f"{deep}.e30.e30")


def test_a_changed_payload_is_refused(tokens: Issuer) -> None:
    """A claim changed after signing is refused."""
    head, body, signature = signed(tokens).split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    changed = base64.urlsafe_b64encode(json.dumps({**claims, "customer_id": "b"}).encode()).rstrip(b"=").decode()

    assert "signature" in refusal(tokens, f"{head}.{changed}.{signature}")
