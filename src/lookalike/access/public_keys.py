"""Public keys and what they can verify: JSON Web Key Sets (RFC 7517), of which only what is for signatures is kept."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import jwt

KEYS_MAX = 100
RSA_MIN_BITS = 2048  # NIST SP 800-131A
ALGORITHMS: Mapping[tuple[str, str | None], Collection[str]] = {  # by kind and curve (RFC 7518, RFC 8037)
    ("RSA", None): ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    ("EC", "P-256"): ("ES256",),
    ("EC", "P-384"): ("ES384",),
    ("EC", "P-521"): ("ES512",),
    ("OKP", "Ed25519"): ("EdDSA",),
}
_PUBLIC = ("kty", "crv", "x", "y", "n", "e")  # of a key; a private one that somebody publishes is read as a public one


class NoKeySet(ValueError):
    """The text is not a key set; the message says so and quotes nothing."""


@dataclass(frozen=True)
class PublicKey:
    """A key, as the library that verifies takes it, and the algorithms it is good for."""

    key: Any
    algorithms: frozenset[str]


class PublicKeys(Protocol):
    """Where keys are found."""

    def find(self, kid: str) -> PublicKey:
        """
        The key of that id.

        Raises:
            Unauthorized: there is none.
        """


def read(text: bytes) -> dict[str, PublicKey]:
    """
    The keys of a set by their `kid`; those that are not for us, or not strong enough, are left out.

    Raises:
        NoKeySet: not JSON, no list of keys, or more than 100.
    """
    try:
        keys = json.loads(text)["keys"]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise NoKeySet("what stands there is no JSON Web Key Set") from None
    if not isinstance(keys, list) or len(keys) > KEYS_MAX:
        raise NoKeySet(f"the key set is no list of at most {KEYS_MAX} keys")
    named = [(jwk.get("kid"), jwk) for jwk in keys if isinstance(jwk, dict)]
    found = {kid: _public_key(jwk) for kid, jwk in named if isinstance(kid, str) and kid}
    return {kid: key for kid, key in found.items() if key is not None}


def _public_key(jwk: Mapping[str, Any]) -> PublicKey | None:
    algorithms = _algorithms(jwk)
    if not algorithms:
        return None
    try:
        key = jwt.PyJWK({name: jwk[name] for name in _PUBLIC if name in jwk}, min(algorithms)).key
    except (jwt.PyJWTError, ValueError, TypeError, LookupError):
        return None
    weak = jwk["kty"] == "RSA" and key.key_size < RSA_MIN_BITS
    return None if weak else PublicKey(key, algorithms)


def _algorithms(jwk: Mapping[str, Any]) -> frozenset[str]:
    """What the key may verify: nothing if it is not meant for that."""
    operations = jwk.get("key_ops", ["verify"])
    if jwk.get("use", "sig") != "sig" or not isinstance(operations, list) or "verify" not in operations:
        return frozenset()
    kind, only = jwk.get("kty"), jwk.get("alg")
    curve = None if kind == "RSA" else jwk.get("crv")
    can = next((names for of, names in ALGORITHMS.items() if of == (kind, curve)), ())
    return frozenset(name for name in can if only is None or name == only)
