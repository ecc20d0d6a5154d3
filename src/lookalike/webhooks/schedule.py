"""When a delivery that failed is tried again."""

from collections.abc import Callable
from datetime import timedelta

from lookalike.net.retry_after import WAIT_MAX_S

# seconds from one attempt to the next; after the last one a delivery is given up
DELAYS_S = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
JITTER = 0.2  # at most so much of the delay is added, so that what failed together does not come back together
GIVE_UP_AFTER = timedelta(days=5)  # a webhook that only failed for so long is disabled


def delay_s(attempts: int, asked_s: float | None, draw: Callable[[], float]) -> float | None:
    """
    Seconds until the next attempt, None if there is none.

    Args:
        attempts: How many have failed, 1 or more.
        asked_s: What the receiver asked for; it may put us off for longer than the schedule, not for less.
        draw: A number in [0, 1), for the jitter.
    """
    if attempts > len(DELAYS_S):
        return None
    planned = DELAYS_S[attempts - 1] * (1 + JITTER * draw())
    return max(planned, min(asked_s or 0.0, WAIT_MAX_S))
