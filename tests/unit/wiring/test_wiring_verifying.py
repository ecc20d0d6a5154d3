"""Tokens of an issuer: its keys are found, kept and found again; everything else is refused with a reason."""

import json
import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm

from lookalike.access import Verifier
from lookalike.access.issuer_keys import AGAIN_S, OLD_S, IssuerKeys
from lookalike.clock import ManualClock
from lookalike.errors import SettingsError, Unauthorized
from lookalike.settings import Auth, Settings
from lookalike.wiring import verifying
from lookalike.wiring.tokens import issuer as own_issuer
from lookalike.wiring.verifying import verifier
from own_issuer import AUDIENCE, OwnIssuer, issuing

ALGORITHMS = ("EdDSA", "ES256", "ES384", "PS256", "RS256")


@pytest.fixture
def issuer() -> Iterator[OwnIssuer]:
    with issuing() as running:
        running.add("first", "ES256")
        yield running


@pytest.fixture
def passing(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    """Time as the keys see it: it stands still unless told otherwise."""
    clock = ManualClock(datetime(2026, 3, 1, tzinfo=UTC))
    monkeypatch.setattr(verifying, "IssuerKeys", lambda fetch, _: IssuerKeys(fetch, clock))
    return clock


def of(issuer: OwnIssuer, /, **changes: Any) -> Verifier:
    auth = {"mode": "issuer", "issuer": issuer.url, "audience": AUDIENCE, **changes}
    return verifier(Settings(home=Path("/nowhere"), auth=Auth(**auth)))


def refusal(verifier: Verifier, token: str) -> str:
    with pytest.raises(Unauthorized) as caught:
        verifier.verify(token)

    assert token not in str(caught.value)
    return caught.value.message


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_each_algorithm(issuer: OwnIssuer, algorithm: str) -> None:
    """A token signed with a published key is good, whatever the algorithm, and its claims are taken."""
    issuer.add("own", algorithm)
    found = of(issuer).verify(issuer.token("own", scope="jobs:read", projects=["p"], sub="ann"))

    assert ("c", "ann", frozenset({"jobs:read"}), frozenset({"p"})) == (
        found.customer_id,
        found.subject,
        found.scopes,
        found.projects,
    )


@pytest.mark.parametrize("place", ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"])
def test_metadata_in_either_place(issuer: OwnIssuer, place: str) -> None:
    """The metadata of OpenID Connect is asked for first, then that of OAuth."""
    issuer.documents = {"/jwks": issuer.documents["/jwks"]}
    issuer.publish_metadata(place)

    assert of(issuer).verify(issuer.token("first"))


def test_the_place_of_the_keys_told(issuer: OwnIssuer) -> None:
    """With `jwks_url` no metadata is asked for."""
    issuer.documents["/elsewhere"] = issuer.documents["/jwks"]
    assert of(issuer, jwks_url=f"{issuer.url}/elsewhere").verify(issuer.token("first"))

    assert ["/elsewhere"] == issuer.asked


def test_a_rotated_key_is_found_at_once(issuer: OwnIssuer, passing: ManualClock) -> None:
    """The first token of a new key is good, and those of the former one are, until it is withdrawn and keys are old."""
    told, old = of(issuer), issuer.token("first")
    passing.advance(AGAIN_S)
    issuer.add("second", "RS256")
    assert told.verify(issuer.token("second"))
    assert told.verify(old)

    issuer.withdraw("first")
    passing.advance(OLD_S + 1)
    good(told, old)  # has the keys fetched; which ones answer it depends on how soon they come
    until(lambda: 4 == len(issuer.asked))
    until(lambda: not good(told, old))


def test_keys_are_fetched_every_five_seconds_at_most(issuer: OwnIssuer, passing: ManualClock) -> None:
    """However many tokens name keys that nobody knows, the issuer is asked once in 5 s."""
    told = of(issuer)
    unknown = [issuer.token("first", {"kid": f"{number}"}) for number in range(20)]
    counts = []
    for _ in range(3):
        passing.advance(AGAIN_S)
        for token in unknown:
            assert "key" in refusal(told, token)
        counts.append(issuer.asked.count("/jwks"))

    assert [2, 3, 4] == counts


def test_an_issuer_that_is_away(issuer: OwnIssuer, passing: ManualClock, caplog: pytest.LogCaptureFixture) -> None:
    """Known keys go on, also when they are old; an unknown one is refused at once, whether it refuses or hangs."""
    told, passed = of(issuer), []
    issuer.hangs.set()
    for hanging in (True, False):
        if not hanging:
            issuer.hangs.clear()
            issuer.documents.clear()
        passing.advance(OLD_S + 1)
        assert told.verify(issuer.token("first"))
        begun = time.monotonic()
        refusal(told, issuer.token("first", {"kid": "unknown"}))
        passed.append(time.monotonic() - begun)
        until(lambda: len(passed) <= sum("could not be fetched" in r.message for r in caplog.records), 8)

    assert max(passed) < 1.0  # far from the 5 s that a fetch may take
    assert told.verify(issuer.token("first"))


def test_an_issuer_that_comes_later(issuer: OwnIssuer, passing: ManualClock) -> None:
    """A service that starts without its issuer finds it when it is there."""
    there, issuer.documents = issuer.documents, {}
    told = of(issuer)
    refusal(told, issuer.token("first"))
    issuer.documents = there
    passing.advance(AGAIN_S)

    assert told.verify(issuer.token("first"))


@pytest.mark.parametrize(
    ("claims", "header", "reason"),
    [
        ({"iss": "https://other.example"}, {}, "issuer"),
        ({"iss": None}, {}, "'iss'"),
        ({"aud": "https://other.example"}, {}, "audience"),
        ({"exp": int(time.time()) - 1}, {}, "expired"),
        ({"nbf": 10**11}, {}, "not good yet"),
        ({"customer_id": None}, {}, "'customer_id'"),
        ({}, {"kid": None}, "name the key"),
        ({}, {"typ": "JWT"}, "at+jwt"),
        ({}, {"typ": None}, "at+jwt"),
        ({}, {"crit": ["x"], "x": 1}, "not a JWT"),
        ({"pad": "x" * 9_000}, {}, "longer"),
    ],
)
def test_what_is_refused(issuer: OwnIssuer, claims: dict[str, Any], header: dict[str, Any], reason: str) -> None:
    """Wrong, missing, early, late, too long: each with its reason."""
    assert reason in refusal(of(issuer), issuer.token("first", header, **claims))


def test_a_clock_that_is_a_little_ahead(issuer: OwnIssuer) -> None:
    """A token that is good in a few seconds by our clock is good: the issuer's may be ahead."""
    assert of(issuer).verify(issuer.token("first", nbf=int(time.time()) + 5))


def test_algorithms_are_those_of_key_and_settings(issuer: OwnIssuer) -> None:
    """None, HMAC with the public key, another algorithm than the settings', another than the key's: refused."""
    issuer.add("rsa", "RS256", alg="RS256")
    issuer.add("curve", "ES384")
    told, header = of(issuer), {"typ": "at+jwt", "kid": "rsa"}
    claims = jwt.decode(issuer.token("rsa"), options={"verify_signature": False})
    private, _ = issuer.private["rsa"]
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    # PyJWT does not sign with a key that looks like a public one
    forged = jwt.PyJWS(algorithms=["HS256"])
    forged.unregister_algorithm("HS256")
    forged.register_algorithm("HS256", _AnyKey(jwt.algorithms.HMACAlgorithm.SHA256))

    assert "not signed with" in refusal(told, jwt.encode(claims, None, algorithm="none", headers=header))
    assert "not signed with" in refusal(
        told, forged.encode(json.dumps(claims).encode(), public, algorithm="HS256", headers=header)
    )
    assert "its key" in refusal(told, jwt.encode(claims, private, algorithm="PS256", headers=header))
    assert "its key" in refusal(told, issuer.token("first", {"kid": "curve"}))
    assert "not signed with" in refusal(of(issuer, algorithms=("RS256",)), issuer.token("first"))


class _AnyKey(jwt.algorithms.HMACAlgorithm):
    """HMAC as an attacker does it."""

    def prepare_key(self, key: Any) -> bytes:
        return bytes(key)


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_keys_that_are_not_for_signatures(issuer: OwnIssuer) -> None:
    """Keys for encryption or other operations, symmetric, weak, without id or of unknown kinds are not taken."""
    weak = rsa.generate_private_key(65_537, 1024)
    issuer.private["weak"] = (weak, "RS256")
    issuer.publish({**RSAAlgorithm.to_jwk(weak.public_key(), as_dict=True), "kid": "weak"})
    issuer.add("encrypts", "RS256", use="enc")
    issuer.add("signs", "ES256", key_ops=["sign"])
    issuer.add("wrong", "ES256", crv="P-999")
    issuer.add("odd", "ES256", kty=["EC"])
    issuer.add("broken", "ES256", x="!")
    issuer.publish({"kty": "oct", "k": "c2VjcmV0", "kid": "shared"}, {"kid": 7}, {"kty": "EC"})
    issuer.documents["/jwks"] = json.dumps({"keys": [*issuer.jwks, "text", None]}).encode()
    told = of(issuer)

    assert told.verify(issuer.token("first"))
    for kid in ("weak", "encrypts", "signs", "wrong", "odd", "broken"):
        assert "not known to have" in refusal(told, issuer.token(kid))


def test_a_private_key_that_is_published(issuer: OwnIssuer) -> None:
    """It is read as the public one it contains."""
    issuer.add("own", "RS256")
    private, _ = issuer.private["own"]
    issuer.withdraw("own")
    issuer.publish({**RSAAlgorithm.to_jwk(private, as_dict=True), "kid": "own", "use": "sig", "key_ops": ["verify"]})

    assert of(issuer).verify(issuer.token("own"))


@pytest.mark.parametrize(
    "document",
    [b"", b"[]", b"{}", b'{"keys": 1}', b"\xff", b"[" * 100_000, b'{"keys": [' + b"{}," * 200 + b"{}]}", 302, 500],
)
def test_what_is_no_key_set(issuer: OwnIssuer, document: bytes | int, caplog: pytest.LogCaptureFixture) -> None:
    """Nonsense, too many keys, redirects and errors are told in the log; no key is taken."""
    issuer.documents["/jwks"] = document
    caplog.set_level(logging.WARNING)
    told = of(issuer)

    assert "not known to have" in refusal(told, issuer.token("first"))
    assert "the issuer's keys could not be fetched" in caplog.text


def test_too_long_a_document(issuer: OwnIssuer, caplog: pytest.LogCaptureFixture) -> None:
    """No more than 1 MiB is read."""
    issuer.documents["/jwks"] = b" " * 2_000_000
    of(issuer)

    assert ["the answer is longer than 1048576 bytes"] == [vars(record)["reason"] for record in caplog.records]


@pytest.mark.parametrize(
    "changes", [{"issuer": "https://other.example"}, {"jwks_uri": "http://192.0.2.1/jwks"}, {"jwks_uri": 7}]
)
def test_metadata_of_somebody_else(issuer: OwnIssuer, changes: dict[str, Any]) -> None:
    """Metadata of another issuer, or with keys that anybody on the way could change, are not believed."""
    issuer.publish_metadata(**changes)

    assert "not known to have" in refusal(of(issuer), issuer.token("first"))
    assert "/jwks" not in issuer.asked


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "lookalike"},
        {"issuer": "http://idp.example"},
        {"issuer": "https://user:password@idp.example"},
        {"issuer": "ftp://idp.example"},
        {"issuer": "https://"},
        {"issuer": "https://idp.example:99999"},
        {"jwks_url": "http://idp.example/jwks"},
    ],
)
def test_settings_that_are_not_safe(issuer: OwnIssuer, changes: dict[str, Any]) -> None:
    """Issuer and keys must be at https, or on this machine; the refusal names the setting."""
    with pytest.raises(SettingsError, match=rf"auth\.{next(iter(changes))}"):
        of(issuer, **changes)


def test_a_service_with_an_issuer_issues_nothing(tmp_path: Path) -> None:
    """Where tokens come from an issuer, none is made here."""
    auth = Auth(mode="issuer", issuer="https://idp.example")
    with pytest.raises(SettingsError, match="does not issue"):
        own_issuer(Settings(home=tmp_path, auth=auth), lambda bits: 0)


def good(verifier: Verifier, token: str) -> bool:
    try:
        verifier.verify(token)
    except Unauthorized:
        return False
    return True


def until(condition: Any, patience_s: float = 5) -> None:
    end = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
