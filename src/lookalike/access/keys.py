"""The service's own keys: files in ``keys/``, made on first use, readable by their owner only."""

import os
import tempfile
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from lookalike.errors import SettingsError

TOKEN_KEY = "token.pem"  # noqa: S105  a file name
SECRET_KEYS = "secrets.keys"  # noqa: S105  a file name


@dataclass(frozen=True, repr=False)
class TokenKey:
    """The Ed25519 pair tokens are signed with; `kid` is the RFC 7638 thumbprint of its public half."""

    private: Ed25519PrivateKey
    public: Ed25519PublicKey
    kid: str


def token_key(folder: Path) -> TokenKey:
    """
    The key pair of a ``keys/`` folder, made if there is none; processes that start at once get the same one.

    Raises:
        SettingsError: the file is not an Ed25519 key, or cannot be read or made.
    """
    pem = _kept(folder / TOKEN_KEY, _new_token_key)
    try:
        private = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):
        private = None
    if not isinstance(private, Ed25519PrivateKey):
        raise SettingsError(
            f"keys/{TOKEN_KEY} is not an Ed25519 key.", hint="Restore it, or delete it to get a new one."
        )
    return TokenKey(private, private.public_key(), _thumbprint(private.public_key()))


def secret_keys(folder: Path) -> tuple[Fernet, ...]:
    """
    The keys secrets are sealed with, one a line of the file: the first seals, all open (so keys can be rotated).

    Raises:
        SettingsError: a line that is no Fernet key, no line at all, or a file that cannot be read or made.
    """
    lines = _kept(folder / SECRET_KEYS, lambda: Fernet.generate_key() + b"\n").split()
    try:
        keys = tuple(Fernet(line) for line in lines)
    except ValueError:
        keys = ()
    if not keys:
        raise SettingsError(f"keys/{SECRET_KEYS} holds a line that is no key, or none.", hint="Restore the file.")
    return keys


def secret_keys_mark(folder: Path) -> str:
    """
    What homes with the same keys have in common, and keep when keys are rotated: a digest of the oldest key.

    Raises:
        SettingsError: see `secret_keys`.
    """
    secret_keys(folder)
    return sha256(_kept(folder / SECRET_KEYS, bytes).split()[-1]).hexdigest()


def rotate_secret_keys(folder: Path) -> tuple[Fernet, ...]:
    """
    All keys, a new one before the others, written to the file; the others stay, since copies of the database need them.

    Raises:
        SettingsError: see `secret_keys`.
    """
    known = secret_keys(folder)
    path, key = folder / SECRET_KEYS, Fernet.generate_key()
    try:
        _replace(path, key + b"\n" + path.read_bytes())
    except OSError as error:
        raise _unusable(path, error) from None
    return (Fernet(key), *known)


def _kept(path: Path, make: Callable[[], bytes]) -> bytes:
    try:
        if not path.exists():
            _publish(path, make())
        return path.read_bytes()
    except OSError as error:
        raise _unusable(path, error) from None


def _unusable(path: Path, error: OSError) -> SettingsError:
    reason = error.strerror or "it failed"
    return SettingsError(f"keys/{path.name} cannot be read or made: {reason}.", hint="Check the home folder's owner.")


def _publish(path: Path, value: bytes) -> None:
    """Linking a finished file is all or nothing, and the second of two who race finds the first one's."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = _draft(path, value)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(draft)


def _replace(path: Path, value: bytes) -> None:
    """Who reads meanwhile finds the old file or the new one, whole."""
    os.replace(_draft(path, value), path)


def _draft(path: Path, value: bytes) -> str:
    """A file beside `path` that is on the disk."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".")  # mode 0600
    with os.fdopen(handle, "wb") as file:
        file.write(value)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _new_token_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _thumbprint(key: Ed25519PublicKey) -> str:
    x = _base64url(key.public_bytes(Encoding.Raw, PublicFormat.Raw))
    return _base64url(sha256(f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'.encode()).digest())


def _base64url(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
