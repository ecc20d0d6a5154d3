"""One attempt at a delivery: what is sent, and what its answer means."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from lookalike.net.retry_after import retry_after_s
from lookalike.net.sender import Answer, NoAnswer
from lookalike.webhooks.outbox import DeliveryStatus, Outcome, Parcel
from lookalike.webhooks.schedule import delay_s
from lookalike.webhooks.signature import signed_headers

GONE = 410
KEPT_BYTES = 1_024  # of an answer
AGENT = "Lookalike"


def body(kind: str, created_at: str, data: Mapping[str, Any]) -> bytes:
    """What is sent, the same bytes at each attempt."""
    message = {"type": kind, "timestamp": created_at, "data": data}
    return json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def headers(parcel: Parcel, sent: bytes, now: datetime, opened: Callable[[bytes], str]) -> dict[str, str]:
    """
    Those of the customer and those that sign it.

    Args:
        now: Time of this attempt.
        opened: Gives the text of a ciphertext.
    """
    secrets = [opened(sealed) for sealed in (parcel.secret, parcel.former_secret) if sealed is not None]
    own: dict[str, str] = {} if parcel.headers is None else json.loads(opened(parcel.headers))
    agent = {} if "user-agent" in map(str.lower, own) else {"User-Agent": AGENT}
    return {**agent, **own, **signed_headers(parcel.event_id, int(now.timestamp()), sent, secrets)}


def outcome(
    parcel: Parcel, said: Answer | NoAnswer, latency_ms: int, now: datetime, draw: Callable[[], float]
) -> Outcome:
    """What an answer, or none, means for a delivery; `draw` gives numbers in [0, 1)."""
    code = said.status if isinstance(said, Answer) else None
    well, gone = code is not None and 200 <= code < 300, code == GONE
    asked = retry_after_s(said.retry_after, now) if isinstance(said, Answer) else None
    again = None if well or gone else delay_s(parcel.attempts + 1, asked, draw)
    status = DeliveryStatus.DELIVERED if well else DeliveryStatus.FAILED if again is None else DeliveryStatus.PENDING
    return Outcome(
        delivery_id=parcel.delivery_id,
        status=status,
        delay_s=again,
        gone=gone,
        code=code,
        latency_ms=latency_ms,
        answer=_text(said.body) if isinstance(said, Answer) else None,
        problem=None if isinstance(said, Answer) else str(said),
    )


def _text(answer: bytes) -> str:
    """The beginning of an answer; databases take no NUL."""
    return answer[:KEPT_BYTES].decode(errors="replace").replace("\0", "\ufffd")
