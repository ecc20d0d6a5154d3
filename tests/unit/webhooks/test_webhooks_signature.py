"""Signatures, as an independent verifier sees them."""

import time
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from lookalike.webhooks.signature import TOLERANCE_S, refusal, signed_headers

BODY = b'{"type":"job.completed","data":{"name":"\xc3\xa9"}}'
PLAIN, CODED = "correct horse battery staple", "whsec_" + b64encode(b"0123456789abcdef\xff").decode()


def verifier(secret: str) -> Webhook:
    """It takes keys in base64 only; a secret in plain text is its UTF-8 bytes."""
    return Webhook(secret if secret.startswith("whsec_") else b64encode(secret.encode()).decode())


@given(st.one_of(st.text(min_size=16, max_size=64), st.binary(min_size=16).map(b64encode).map(bytes.decode)))
def test_every_secret_is_one_key(text: str) -> None:
    """Texts of all scripts and base64 after its prefix: the verifier agrees."""
    secret = text if not text.startswith("whsec_") else CODED
    headers = signed_headers("id", int(time.time()), BODY, [secret])

    assert {"type": "job.completed", "data": {"name": "é"}} == verifier(secret).verify(BODY, headers)


@pytest.mark.parametrize("secret", [PLAIN, CODED])
def test_what_was_changed_is_refused(secret: str) -> None:
    """Id, time, signature and body are all signed."""
    now = int(time.time())
    headers = signed_headers("id", now, BODY, [secret])
    changes = [
        {"webhook-id": "other"},
        {"webhook-timestamp": str(now + 1)},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": headers["webhook-signature"].replace("v1,", "v1a,")},
    ]

    for body, changed in [(BODY + b" ", {}), *((BODY, change) for change in changes)]:
        with pytest.raises(WebhookVerificationError):
            verifier(secret).verify(body, {**headers, **changed})


def test_old_messages_are_refused() -> None:
    """The time of the attempt is signed, so one that is sent again an hour later is not taken."""
    with pytest.raises(WebhookVerificationError):
        verifier(PLAIN).verify(BODY, signed_headers("id", int(time.time()) - 3_600, BODY, [PLAIN]))


def test_while_a_secret_rotates_both_verify() -> None:
    """There is a signature for each secret, and who holds either is content."""
    headers = signed_headers("id", int(time.time()), BODY, [CODED, PLAIN])

    assert 2 == len(headers["webhook-signature"].split(" "))
    for secret in (CODED, PLAIN):
        verifier(secret).verify(BODY, headers)


@given(st.binary(max_size=60), st.text(min_size=16, max_size=40))
def test_our_verifier_agrees_with_the_signer(body: bytes, secret: str) -> None:
    """What was signed with the secret is believed for 5 minutes, and with no other secret or body."""
    if secret.startswith("whsec_"):
        return
    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    headers = signed_headers("id", int(now.timestamp()), body, [PLAIN, secret])

    assert refusal(headers, body, secret, now) is None
    assert refusal(headers, body, secret, now + timedelta(seconds=TOLERANCE_S)) is None
    for other in (refusal(headers, body + b"x", secret, now), refusal(headers, body, secret + "x", now)):
        assert "signature" in str(other)
    for seconds in (-TOLERANCE_S - 1, TOLERANCE_S + 1):
        assert "of now" in str(refusal(headers, body, secret, now + timedelta(seconds=seconds)))


@given(
    st.dictionaries(st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]), st.text(), max_size=3)
)
def test_nonsense_is_not_believed(headers: dict[str, str]) -> None:
    """Headers that are missing or odd are a refusal, never an error."""
    assert refusal(headers, BODY, PLAIN, datetime.now(UTC)) is not None
