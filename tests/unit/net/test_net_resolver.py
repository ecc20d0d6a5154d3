"""Names to addresses."""

import pytest

from lookalike.net.resolver import resolve


def test_localhost_resolves() -> None:
    """Every machine knows localhost."""
    assert {"127.0.0.1", "::1"} & set(resolve("localhost"))


@pytest.mark.parametrize("host", ["a" * 64 + ".invalid", "nowhere.invalid", "a..b"])
def test_what_does_not_resolve_is_an_oserror(host: str) -> None:
    """A name that is none, whatever the system says of it, is an OSError."""
    with pytest.raises(OSError):
        resolve(host)
