"""An issuer's keys: kept, and fetched again when a token names one that is not known."""

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait

from lookalike.access.metadata import NoMetadata
from lookalike.access.public_keys import NoKeySet, PublicKey
from lookalike.clock import Clock
from lookalike.errors import Unauthorized, outline
from lookalike.net.fetching import NotFetched

AGAIN_S = 5.0  # from the beginning of one fetch to that of the next, whatever tokens name
WAIT_S = 0.15  # how long a token waits for a fetch: an issuer that hangs must not hold up its bearers
OLD_S = 300.0  # keys of that age are fetched again beside the work, so that those withdrawn are good no more
OURS = (NotFetched, NoMetadata, NoKeySet)  # whose messages quote nothing

log = logging.getLogger(__name__)


class IssuerKeys:
    """
    Finds a rotated key at once; while the issuer is away, the known ones go on.

    Args:
        fetch: Gives all keys, by their ids; may take its time, and fail.
    """

    def __init__(self, fetch: Callable[[], Mapping[str, PublicKey]], clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: Mapping[str, PublicKey] = {}
        self._begun_at: float | None = None
        self._fetching: Future[None] = Future()
        self._fetching.set_result(None)

    def find(self, kid: str) -> PublicKey:
        if kid not in self._keys:
            self.refresh(WAIT_S)
        elif self._age() > OLD_S:
            self.refresh(0.0)
        found = self._keys.get(kid)
        if found is None:
            raise Unauthorized(
                "The token is signed with a key that its issuer is not known to have.", hint="Get a new token."
            )
        return found

    def refresh(self, patience_s: float) -> None:
        """Have the keys fetched, unless they just were; return when they are there, or the fetch is that old."""
        with self._lock:
            if self._fetching.done() and self._age() >= AGAIN_S:
                self._begun_at, self._fetching = self._clock.monotonic(), Future()
                threading.Thread(target=self._replace, args=(self._fetching,), daemon=True, name="issuer").start()
        wait([self._fetching], timeout=max(0.0, patience_s - self._age()))

    def _age(self) -> float:
        """Seconds since the last fetch began."""
        return float("inf") if self._begun_at is None else self._clock.monotonic() - self._begun_at

    def _replace(self, fetching: "Future[None]") -> None:
        try:
            self._keys = self._fetch()
        except OURS as error:
            log.warning("the issuer's keys could not be fetched", extra={"reason": str(error)})
        except Exception as error:  # whatever it is: those we have go on
            log.warning("the issuer's keys could not be fetched", extra=outline(error))
        finally:
            fetching.set_result(None)
