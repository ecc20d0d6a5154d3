"""`lookalike keys`."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet, InvalidToken

from lookalike.access.keys import secret_keys
from lookalike.access.secret_box import SecretBox
from lookalike.cli.main import main
from lookalike.ledger.database import open_engine, upgrade
from lookalike.ledger.webhooks import SqlWebhookStore
from lookalike.webhooks import EventType, Webhook
from somebody import SOMEBODY


def test_secrets_are_sealed_with_a_new_key(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The new key alone opens all that was sealed, what no key opens is left, and who runs meanwhile goes on."""
    monkeypatch.setenv("LOOKALIKE_DATABASE", database_url)
    engine, keys = open_engine(database_url), tmp_path / "home" / "keys"
    upgrade(engine)
    running, store = SecretBox(lambda: secret_keys(keys)), SqlWebhookStore(engine)
    events, now = (EventType.FAILED,), datetime.now(UTC)
    store.register(
        Webhook("a", "ada", "https://a/", events, running.seal("one"), running.seal("{}"), now), 20, SOMEBODY
    )
    store.register(Webhook("b", "ada", "https://b/", events, b"of another key", None, now), 20, SOMEBODY)

    assert 0 == main(["keys", "rotate", "--home", str(tmp_path / "home")])
    assert "2 webhooks" in capfd.readouterr().out
    webhook, other = store.list("ada", None)
    newest, former = (Fernet(line) for line in (keys / "secrets.keys").read_bytes().split())
    assert [b"one", b"{}"] == [newest.decrypt(sealed) for sealed in (webhook.secret, webhook.headers or b"")]
    with pytest.raises(InvalidToken):
        former.decrypt(webhook.secret)
    assert ("one", b"of another key") == (running.open(webhook.secret), other.secret)
    engine.dispose()
