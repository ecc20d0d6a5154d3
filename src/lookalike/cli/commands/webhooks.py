"""`lookalike webhooks`: try out what a service sends."""

import json
import threading
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from lookalike.clock import SystemClock
from lookalike.errors import SettingsError, UsageError

if TYPE_CHECKING:
    from lookalike.webhooks.listener import Heard


@click.group(short_help="Try out what a service sends.")
def command() -> None:
    """Try out what a service sends."""


@command.command(short_help="Print and verify what arrives.")
@click.option("--port", type=click.IntRange(0, 65_535), default=9000, show_default=True, help="0 for any free one.")
@click.option("--secret", required=True, help="The one that the webhook is registered with.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line.")
def listen(port: int, secret: str, as_json: bool) -> None:
    """
    Listen on 127.0.0.1, print the URL to register, then a line for each message that arrives, until stopped.

    The service must be allowed to send here: webhooks.allow = ["127.0.0.1"] and webhooks.allow_http = true.
    """
    from lookalike.webhooks import signing_secret
    from lookalike.webhooks.listener import Heard, listening

    wrong = signing_secret.problem(secret)
    if wrong is not None:
        raise UsageError(f"--secret {wrong}.")
    printing = threading.Lock()

    def heard(found: Heard) -> None:
        with printing:
            click.echo(json.dumps(asdict(found)) if as_json else _line(found))

    try:
        with listening(port, secret, SystemClock(), heard) as url:
            click.echo(json.dumps({"url": url}) if as_json else url)
            threading.Event().wait()
    except OSError as error:
        raise SettingsError(f"Cannot listen on port {port}: {error.strerror or 'it failed'}.") from None


def _line(found: "Heard") -> str:
    """What came, and whether to believe it; control characters of strangers are not printed."""
    message: dict[str, Any] = found.message or {}
    data = message.get("data")
    of = data if isinstance(data, dict) else {}
    words = [
        message.get("type", "?"),
        of.get("job_id", "-"),
        of.get("sequence", "-"),
        of.get("status", "-"),
        found.webhook_id,
    ]
    told = "verified" if found.refused is None else f"not verified: {found.refused}"
    return "  ".join([*(repr(str(word)[:64])[1:-1] for word in words), told])
