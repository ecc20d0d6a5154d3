"""`lookalike webhooks`: try out what a service sends."""

import threading

import click

from lookalike.clock import SystemClock
from lookalike.errors import SettingsError, UsageError


@click.group(short_help="Try out what a service sends.")
def command() -> None:
    """Try out what a service sends."""


@command.command(short_help="Print and verify what arrives.")
@click.option("--port", type=click.IntRange(0, 65_535), default=9000, show_default=True, help="0 for any free one.")
@click.option("--secret", required=True, help="The one that the webhook is registered with.")
def listen(port: int, secret: str) -> None:
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
            click.echo(_line(found.message or {}, found.webhook_id, found.refused))

    try:
        with listening(port, secret, SystemClock(), heard) as url:
            click.echo(url)
            threading.Event().wait()
    except OSError as error:
        raise SettingsError(f"Cannot listen on port {port}: {error.strerror or 'it failed'}.") from None


def _line(message: dict[str, object], webhook_id: str, refused: str | None) -> str:
    """What came, and whether to believe it; control characters of strangers are not printed."""
    data = message.get("data")
    of = data if isinstance(data, dict) else {}
    words = [
        message.get("type", "?"),
        of.get("job_id", "-"),
        of.get("sequence", "-"),
        of.get("status", "-"),
        webhook_id,
    ]
    told = "verified" if refused is None else f"not verified: {refused}"
    return "  ".join([*(repr(str(word)[:64])[1:-1] for word in words), told])
