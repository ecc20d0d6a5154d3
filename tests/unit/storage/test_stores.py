"""How options are sorted and how long a store beyond this machine is waited for."""

from typing import Any

import pytest

from lookalike.storage import stores
from lookalike.storage.stores import connect
from object_server import options


def waiting(store: Any) -> tuple[str, str, str, float]:
    client = store.client_options
    again_s = store.retry_config["retry_timeout"].total_seconds()
    return client["connect_timeout"], client["read_timeout"], client["timeout"], again_s


def test_options_find_their_place() -> None:
    """Options of the HTTP client are known beside those of the store, in any case and with a prefix as well."""
    store = connect(
        "s3://b", {"AWS_ALLOW_HTTP": "true", "Timeout": "7s", "aws_region": "x", "endpoint": "http://h"}
    ).store

    assert ("true", "7s") == (store.client_options["allow_http"], store.client_options["timeout"])
    assert ("x", "http://h") == (store.config["region"], store.config["endpoint"])


@pytest.mark.parametrize("url", ["s3://b", "gs://b", "az://account/b"])
def test_our_patience(url: str) -> None:
    """Without options a store is given 5 s to connect, 30 s of silence, 10 min for a request, a minute in all."""
    more = {"account_name": "account"} if url.startswith("az") else {}
    remote = connect(url, more)

    assert ("5.0s", "30.0s", "600.0s", 60.0) == waiting(remote.store)
    assert stores.AGAIN_S == remote.again_s


def test_options_win_over_our_patience() -> None:
    """What the options say of waiting is what is done."""
    given = {"connect_timeout": "1s", "read_timeout": "2s", "timeout": "3 s", "retry_timeout": "4.5s"}
    remote = connect("s3://b", options(1, **given))

    assert ("1s", "2s", "3 s", 4.5) == waiting(remote.store)
    assert 4.5 == remote.again_s


def test_a_glance_wins_over_options() -> None:
    """Who only glances at a store waits less than 2 s, whatever its options say."""
    remote = connect("s3://b", options(1, read_timeout="99s", retry_timeout="99s"), hasty=True)
    *times, again_s = waiting(remote.store)

    assert ["1.25s"] * 3 == times
    assert again_s == remote.again_s == 0.5


@pytest.mark.parametrize(
    "given", [{"retry_timeout": "soon"}, {"retry_timeout": "5m"}, {"timeout": "x"}, {"nonsense": "1"}]
)
def test_what_means_nothing_is_refused(given: dict[str, str]) -> None:
    """A time that is none, or an option nobody knows, opens nothing."""
    with pytest.raises(Exception, match=r"\w"):
        connect("s3://b", given)
