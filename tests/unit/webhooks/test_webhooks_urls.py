"""One spelling for one place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.errors import LookalikeError, ValidationError, WebhookRefused
from lookalike.webhooks.urls import Receiver, receiver


@pytest.mark.parametrize(
    ("url", "normal", "host"),
    [
        ("https://example.com", "https://example.com/", "example.com"),
        ("HTTPS://EXAMPLE.com:443/A?b=C", "https://example.com/A?b=C", "example.com"),
        ("https://example.com.:8443/a", "https://example.com:8443/a", "example.com"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/", "xn--bcher-kva.example"),
        ("https://8.8.8.8/", "https://8.8.8.8/", "8.8.8.8"),
        ("https://[2606:4700:0::1111]:443/", "https://[2606:4700::1111]/", "2606:4700::1111"),
    ],
)
def test_urls_are_brought_to_one_spelling(url: str, normal: str, host: str) -> None:
    """Case, default port, trailing dot, international names and IPv6 spellings are evened out."""
    assert Receiver(normal, host) == receiver(url, allow_http=False)


@pytest.mark.parametrize(
    "url",
    [
        "https://",
        "https:///path",
        "https://@example.com/",
        "https://a:b@example.com/",
        "https://example.com/#",
        "https://example.com:/",
        "https://example.com:0/",
        "https://example.com:x/",
        "https://exa mple.com/",
        "https://example.com/\n",
        "https://example.com/é",
        "https://example.com%2f@evil/",
        "https://example.com\\evil/",
        "https://[::1/",
        "https://[fe80::1%25eth0]/",
        "https://[1.2.3.4]/",
        "https://a_b.example/",
        "https://-a.example/",
        "https://①②⑦.0.0.1/",
        "https://127.0.0.1./",
    ],
)
def test_what_is_no_good_url_is_refused(url: str) -> None:
    """Two meanings, hidden parts, odd hosts: ValidationError at field url."""
    with pytest.raises(ValidationError) as caught:
        receiver(url, allow_http=False)

    assert ["url"] == [field for field, _ in caught.value.fields]


def test_http_needs_the_setting() -> None:
    """http is refused unless allowed; other schemes always."""
    assert "http://example.com/" == receiver("http://example.com:80", allow_http=True).url
    for url, allow in [("http://example.com/", False), ("ftp://example.com/", True), ("example.com", True), ("", True)]:
        with pytest.raises(WebhookRefused):
            receiver(url, allow_http=allow)


@given(st.text(max_size=40), st.booleans())
def test_normal_form_is_normal(rest: str, http: bool) -> None:
    """Whatever is taken is taken again unchanged; whatever is not is one of our errors."""
    try:
        first = receiver(f"https://{rest}", allow_http=http)
    except LookalikeError:
        return

    assert first == receiver(first.url, allow_http=http)
