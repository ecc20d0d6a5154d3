"""The supervisors of the storm: processes that are killed, frozen and drained, and what is left of them."""

import os
import random
import secrets
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

import psutil

from lookalike.settings import Settings

DRAIN_MAX_S = 10.0
MARK = "CHAOS_MARK"


@dataclass
class Fleet:
    """
    So many supervisors on one database; whoever falls is replaced.

    Attributes:
        without: The safety that is taken away; empty for none.
        slow_drains: How long each drain took that was too long.
    """

    settings: Settings
    size: int
    without: str
    slow_drains: list[float] = field(default_factory=list)
    _up: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _frozen: dict[int, threading.Timer] = field(default_factory=dict)
    _draining: list[tuple[float, subprocess.Popen[bytes]]] = field(default_factory=list)

    def tend(self) -> None:
        """See off who has drained, start who is missing."""
        now = time.monotonic()
        for since, process in list(self._draining):
            if process.poll() is not None:
                self._draining.remove((since, process))
                if now - since > DRAIN_MAX_S:
                    self.slow_drains.append(now - since)
        while len(self._up) < self.size:
            self._up.append(self._start())

    def kill(self) -> bool:
        """kill -9 of a supervisor; its guards must end the rest."""
        process = self._any()
        if process is not None:
            process.kill()
            process.wait()
            self._up.remove(process)
        return process is not None

    def kill_all(self) -> bool:
        """kill -9 of everything at once, supervisors and the groups of their jobs."""
        if self._frozen or self._draining:
            return False
        for process in [*self.groups(), *self._up]:
            with suppress(ProcessLookupError, psutil.NoSuchProcess):
                process.kill()
        for process in self._up:
            process.wait()
        self._up.clear()
        return True

    def freeze(self, seconds: float) -> bool:
        """SIGSTOP of a supervisor, SIGCONT after so long; it counts as one of the fleet meanwhile."""
        process = self._any()
        if process is None:
            return False
        os.kill(process.pid, signal.SIGSTOP)
        self._frozen[process.pid] = threading.Timer(seconds, self._thaw, [process.pid])
        self._frozen[process.pid].start()  # nobody else may be able to: it can hold the lock of the database
        return True

    def _thaw(self, pid: int) -> None:
        os.kill(pid, signal.SIGCONT)
        del self._frozen[pid]

    def drain(self) -> bool:
        """SIGTERM of a supervisor: it hands its jobs back."""
        process = self._any()
        if process is not None:
            process.terminate()
            self._up.remove(process)
            self._draining.append((time.monotonic(), process))
        return process is not None

    def kill_in_group(self, what: str) -> bool:
        """kill -9 of a ``guard`` or a ``child`` of some job."""
        found = [process for process in self.groups() if what in _words(process)]
        if not found:
            return False
        with suppress(psutil.NoSuchProcess):
            random.choice(found).kill()
        return True

    def groups(self) -> list[psutil.Process]:
        """Guards, children and helpers that live, whoever started them."""
        return [process for process in psutil.process_iter() if self._is_of_a_group(process)]

    def close(self) -> None:
        """Drain all; afterwards no process may be left."""
        for timer in list(self._frozen.values()):
            timer.join()
        everyone = [*self._up, *(process for _, process in self._draining)]
        for process in everyone:
            process.terminate()
        for process in everyone:
            try:
                process.wait(2 * DRAIN_MAX_S)
            except subprocess.TimeoutExpired:
                self.slow_drains.append(2 * DRAIN_MAX_S)
                process.kill()
                process.wait()

    def _any(self) -> subprocess.Popen[bytes] | None:
        awake = [process for process in self._up if process.pid not in self._frozen]
        return random.choice(awake) if awake else None

    def _start(self) -> subprocess.Popen[bytes]:
        told = [self.settings.model_dump_json(), secrets.token_hex(4), self.without]
        return subprocess.Popen(
            [sys.executable, "-m", "chaos.supervise", *told],
            env={**os.environ, MARK: str(self.settings.home)},
            stderr=subprocess.DEVNULL,
        )

    def _is_of_a_group(self, process: psutil.Process) -> bool:
        try:
            ours = process.environ().get(MARK) == str(self.settings.home)
            return ours and process.status() != psutil.STATUS_ZOMBIE and "chaos.supervise" not in process.cmdline()
        except psutil.Error:
            return False


def _words(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
