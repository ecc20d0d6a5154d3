"""Stores beyond this machine: their options sorted for obstore, and how long they are waited for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from obstore.store import from_url

CONNECT_S = 5.0  # a lost SYN is sent again after 1 and 3 s
SILENCE_S = 30.0  # no byte for so long, 8 MB of an upload included, and the request is given up
REQUEST_S = 600.0  # the copy of 5 GB, the most S3 copies at once, may take minutes, in which it sends blanks
AGAIN_S = 60.0  # outlasts a restart or a throttling; longer, and a job hangs on a bucket that is gone

GLANCE_S = 1.25  # somebody waits for the answer, and /health gives up at 2 s
GLANCE_AGAIN_S = 0.5

_MAX_RETRIES = 1_000  # the time decides: obstore's ten are over after 3 s, if each is refused at once
_PAUSE_S = 0.1  # before the first retry
_PAUSE_GROWTH = 4  # obstore draws from the least pause to so many times the last: by its own 2 they would not grow
_PAUSES = 12  # so many at least: the longest is 5 s of the 60

_CLIENT = frozenset(
    [
        *("allow_http", "allow_invalid_certificates", "root_certificate", "default_content_type", "user_agent"),
        *("connect_timeout", "read_timeout", "timeout", "pool_idle_timeout", "pool_max_idle_per_host"),
        *("http1_only", "http2_only", "http2_keep_alive_interval", "http2_keep_alive_timeout"),
        *("http2_keep_alive_while_idle", "proxy_url", "proxy_ca_certificate", "proxy_excludes", "randomize_addresses"),
    ]
)
_PREFIX = re.compile(r"(aws|azure|google)_")
_SECONDS = re.compile(r"(\d+(?:\.\d+)?) ?s")


@dataclass(frozen=True)
class Remote:
    """An obstore store; what failed may be tried again until `again_s` after the first try."""

    store: Any
    again_s: float


def connect(url: str, options: Mapping[str, str], *, hasty: bool = False) -> Remote:
    """
    The store at a URL. Nothing is sent yet.

    Args:
        options: What obstore knows for the store and its HTTP client, and ``retry_timeout`` in seconds, as in ``60s``.
            Those on waiting win over ours.
        hasty: Within 2 s there is an answer or an error, whatever the options say.

    Raises:
        Exception: obstore's, if the URL or an option means nothing to it; its words may quote credentials.
    """
    config, client, again_s = _sorted(options)
    options_of_client: Any = {**_waiting(CONNECT_S, SILENCE_S, REQUEST_S), **client}
    if hasty:
        options_of_client |= _waiting(GLANCE_S, GLANCE_S, GLANCE_S)
        again_s = GLANCE_AGAIN_S
    store = from_url(url, client_options=options_of_client, retry_config=_retrying(again_s), **config)
    return Remote(store, again_s)


def _sorted(options: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any], float]:
    """Options of the store, options of its client, seconds of trying again."""
    config: dict[str, Any] = {}
    client: dict[str, Any] = {}
    again_s = AGAIN_S
    for key, value in options.items():
        name = _PREFIX.sub("", key.lower(), count=1)
        if name == "retry_timeout":
            again_s = _seconds(value)
        elif name in _CLIENT:
            client[name] = value
        else:
            config[key] = value
    return config, client, again_s


def _seconds(text: str) -> float:
    found = _SECONDS.fullmatch(text)
    if not found:
        raise ValueError("retry_timeout is not a number of seconds such as '60s'")
    return float(found[1])


def _waiting(connect_s: float, silence_s: float, request_s: float) -> Any:
    return {"connect_timeout": f"{connect_s}s", "read_timeout": f"{silence_s}s", "timeout": f"{request_s}s"}


def _retrying(again_s: float) -> Any:
    least, most = timedelta(seconds=_PAUSE_S), timedelta(seconds=max(_PAUSE_S, again_s / _PAUSES))
    backoff = {"init_backoff": least, "max_backoff": most, "base": _PAUSE_GROWTH}
    return {"max_retries": _MAX_RETRIES, "retry_timeout": timedelta(seconds=again_s), "backoff": backoff}
