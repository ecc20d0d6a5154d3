"""Headers and secrets a customer may give."""

import pytest

from lookalike.webhooks import headers, signing_secret


@pytest.mark.parametrize("name", ["Host", "Content-Length", "webhook-signature", "TE", "Transfer-Encoding", "Upgrade"])
def test_what_the_sender_sets_is_refused(name: str) -> None:
    """The connection's own headers and those of the delivery are not the customer's."""
    assert [(f"headers.{name}", "is set by the sender itself")] == list(headers.problems({name: "x"}))


@pytest.mark.parametrize("value", ["a\r\nb", "a\nb", "\0", "é", " a", "a ", "a" * 4097, "\x7f"])
def test_values_are_printable_ascii(value: str) -> None:
    """No line ends, no control characters, no padding, no other script."""
    assert ["headers.X"] == [field for field, _ in headers.problems({"X": value})]


def test_good_headers_have_no_problems() -> None:
    """Tokens with printable values, an empty one among them."""
    assert [] == list(headers.problems({"X-A": "a b\tc", "Authorization": "Bearer x", "X-Empty": ""}))


def test_credentials_are_masked() -> None:
    """Values of headers that may carry credentials are starred, others shown."""
    given = {"Authorization": "s", "X-Api-Key": "s", "Cookie": "s", "x-auth-token": "s", "X-Team": "blue"}

    assert {"X-Team": "blue"} == {name: v for name, v in headers.masked(given).items() if v != headers.MASK}


@pytest.mark.parametrize(
    ("secret", "good"),
    [
        ("s" * 15, False),
        ("s" * 16, True),
        ("é" * 256, True),
        ("s" * 257, False),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", True),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", False),
        ("whsec_not base64 at all", False),
        ("whsec_          ", False),
    ],
)
def test_secrets_have_a_length_and_an_alphabet(secret: str, good: bool) -> None:
    """16 to 256 characters; after whsec_ base64."""
    assert good is (signing_secret.problem(secret) is None)
