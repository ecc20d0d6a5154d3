"""A message is believed if it is signed with the secret, unchanged, and of now; else not."""

import base64
import json
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from lookalike.client import WebhookInvalid
from lookalike.client.webhooks import verify
from lookalike.webhooks.signature import signed_headers

BODY = b'{"type": "job.completed", "data": {}}'
SECRET = "a secret of some length"
events = st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3)
plain = st.text(st.characters(min_codepoint=33, exclude_categories=["Cs"]), min_size=16, max_size=64).filter(
    lambda secret: not secret.startswith("whsec_")
)
coded = st.binary(min_size=12, max_size=64).map(lambda key: "whsec_" + base64.b64encode(key).decode())


def now() -> int:
    return int(time.time())


@given(events, coded)
def test_what_others_sign_is_believed(event: dict[str, str], secret: str) -> None:
    """A message signed by the reference implementation gives its event."""
    body = json.dumps(event).encode()
    moment = datetime.now(UTC)
    signature = Webhook(secret).sign("msg", moment, body.decode())
    headers = {"Webhook-Id": "msg", "WEBHOOK-TIMESTAMP": str(int(moment.timestamp())), "webhook-signature": signature}

    assert event == verify(body, headers, secret)


@given(events, st.one_of(plain, coded), st.one_of(plain, coded))
def test_what_the_service_signs_is_believed(event: dict[str, str], secret: str, former: str) -> None:
    """So is what our own sender signs, with either of two secrets while they rotate."""
    body = json.dumps(event).encode()
    headers = signed_headers("id", now(), body, [secret, former])

    assert event == verify(body, headers, secret) == verify(body, headers, former)


@given(st.data())
def test_a_changed_byte_is_not_believed(data: st.DataObject) -> None:
    """Whichever byte of body, id, time or signature is another, it is refused."""
    headers = signed_headers("some-id", now(), BODY, [SECRET])
    name = data.draw(st.sampled_from(["body", *headers]))
    text = BODY.decode() if name == "body" else headers[name]
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.characters(min_codepoint=32, max_codepoint=126).filter(lambda c: c != text[place]))
    changed = text[:place] + letter + text[place + 1 :]
    body = changed.encode() if name == "body" else BODY
    with pytest.raises(WebhookInvalid):
        verify(body, headers if name == "body" else {**headers, name: changed}, SECRET)


@pytest.mark.parametrize(("age_s", "tolerance_s"), [(310, 300), (-310, 300), (20, 10)])
def test_what_somebody_kept(age_s: int, tolerance_s: int) -> None:
    """Too old or too new is refused, as far as one wants."""
    headers = signed_headers("id", now() - age_s, BODY, [SECRET])
    with pytest.raises(WebhookInvalid, match="not of now"):
        verify(BODY, headers, SECRET, tolerance_s=tolerance_s)

    assert verify(BODY, headers, SECRET, tolerance_s=1_000)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
@pytest.mark.parametrize("told", [None, "", "٣", "x", "1" * 400, "\ud800", "v1,", "v2,abc v1,é"])
def test_headers_of_strangers(name: str, told: str | None) -> None:
    """A header that lacks, or holds anything at all, is refused and no other error."""
    headers = signed_headers("id", now(), BODY, [SECRET])
    changed = {key: value for key, value in {**headers, name: told}.items() if value is not None}
    with pytest.raises(WebhookInvalid):
        verify(BODY, changed, SECRET)


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"[" * 100_000])
def test_bodies_that_are_no_event(body: bytes) -> None:
    """Rightly signed, but no JSON object: refused."""
    with pytest.raises(WebhookInvalid, match="JSON"):
        verify(body, signed_headers("id", now(), body, [SECRET]), SECRET)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_*", "whsec_é"])
def test_secrets_that_are_none(secret: str) -> None:
    """With nothing anybody could sign: such a secret verifies nothing."""
    with pytest.raises(WebhookInvalid, match="secret"):
        verify(BODY, signed_headers("id", now(), BODY, [SECRET]), secret)
