"""Keys rotated: a new one in the file, and all that was sealed sealed with it."""

from collections.abc import Callable

from cryptography.fernet import InvalidToken, MultiFernet

from lookalike.access.keys import rotate_secret_keys
from lookalike.ledger import database
from lookalike.ledger.webhooks import SqlWebhookStore
from lookalike.settings import Settings
from lookalike.wiring.parts import database_url


def rotate(settings: Settings) -> int:
    """
    How many webhooks' secrets are sealed with a new key now.

    Raises:
        SettingsError: the keys or the database cannot be used.
    """

    def rotated() -> Callable[[bytes], bytes]:
        keys = MultiFernet(rotate_secret_keys(settings.home / "keys"))
        return lambda sealed: _again(keys, sealed)

    engine = database.open_engine(database_url(settings))
    try:
        database.check(engine)
        return SqlWebhookStore(engine).reseal(rotated)
    finally:
        engine.dispose()


def _again(keys: MultiFernet, sealed: bytes) -> bytes:
    """What no key opens stays as it is: its key may come back."""
    try:
        return keys.rotate(sealed)
    except InvalidToken:
        return sealed
