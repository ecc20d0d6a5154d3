"""When to ask again, and how long to wait before."""

import random

import httpx

from lookalike.client.errors import PASSING

TRIES = 5
FIRST_S, MOST_S = 0.25, 8.0
TOLD_MOST_S = 60.0  # a service that wants to be left alone for longer is not waited for


def wait_s(answer: httpx.Response | None, n_tried: int) -> float | None:
    """
    Seconds to wait after a try that failed, None if another one would be in vain.

    Args:
        answer: None if there was none.
        n_tried: At least 1.
    """
    if answer is not None and answer.status_code not in PASSING:
        return None
    told = None if answer is None else _told_s(answer)
    if told is not None:
        return told if told <= TOLD_MOST_S else None
    ceiling = min(MOST_S, FIRST_S * 2 ** (n_tried - 1))
    return random.uniform(ceiling / 2, ceiling)  # noqa: S311  so that those who failed together come back one by one


def _told_s(answer: httpx.Response) -> float | None:
    told = answer.headers.get("Retry-After", "")
    return float(told) if told.isascii() and told.isdigit() else None
