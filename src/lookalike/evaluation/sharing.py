"""What several figures share is worked out once, also where they are measured side by side."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar, cast

Found = TypeVar("Found")


@dataclass(frozen=True)
class Once:
    """Values by what finds them; who asks while one is being found waits for it."""

    _found: dict[Hashable, Any] = field(default_factory=dict)
    _locks: dict[Hashable, Lock] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, find: Callable[[], Found], key: Hashable) -> Found:
        """What `find` gives, called the first time only that `key` is asked for; again if it raised."""
        with self._lock:
            lock = self._locks.setdefault(key, Lock())
        with lock:
            if key not in self._found:
                self._found[key] = find()
            return cast(Found, self._found[key])
