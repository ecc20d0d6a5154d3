"""Secrets of customers at rest: sealed with the service's own keys (Fernet: AES-128-CBC and HMAC-SHA256)."""

from collections.abc import Callable, Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from lookalike.errors import InternalError


class SecretBox:
    """
    Seals texts and opens them again; the first key seals, every key opens.

    Args:
        load: Reads the keys; asked again when a text was sealed with a key that is not known yet: they were rotated.
    """

    def __init__(self, load: Callable[[], Sequence[Fernet]]) -> None:
        self._load = load
        self._keys = MultiFernet(load())

    def seal(self, text: str) -> bytes:
        """What may be stored: no two seals of a text are alike."""
        return self._keys.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """
        The text that was sealed.

        Raises:
            InternalError: sealed with a key that is gone, or damaged.
        """
        try:
            return self._keys.decrypt(sealed).decode()
        except InvalidToken:
            self._keys = MultiFernet(self._load())
        try:
            return self._keys.decrypt(sealed).decode()
        except InvalidToken:
            raise InternalError(
                "A stored secret cannot be opened.", hint="Restore keys/secrets.keys, or register the webhook again."
            ) from None
