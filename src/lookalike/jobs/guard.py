"""
The guard: a small process that stands between a supervisor and the child that runs a job.

It leads the process group of the job and holds an absolute deadline. When the deadline passes, or the supervisor is
gone (end of input), it kills the whole group, itself included; being another process, it can do so while the child is
deep in a C call. Its input is JSON lines:

    {"argv": [...]}                             first: what to run
    {"payload": {...}, "deadline": 123.4}       the job: the first line of the child's input, and how long it may live
    {"deadline": 124.4}                         a beat: the new deadline
    {"to_child": {...}}                         a line for the child

Before there is a job there is no deadline: a group may be started ahead.

Deadlines are readings of the monotonic clock, which all processes of a machine share. The child's output goes straight
to the supervisor. When the child has exited the guard hangs up on the rest of the group and exits with its status.
"""

import ctypes
import os
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from lookalike.clock import Clock, SystemClock
from lookalike.jobs.lines import LineReader, LineWriter

PR_SET_PDEATHSIG = 1  # prctl(2)
IN, OUT, CHILD = "in", "out", "child"
LOOK_S = 1.0  # a wait does not count the time for which the machine slept, the deadline does: look now and then


def main() -> int:
    """Guard one child until it exits, then give its exit status (128 + signal if a signal ended it)."""
    if os.getpgrp() != os.getpid():
        os.setpgid(0, 0)  # killing the group must never reach whoever started us
    _deafen()
    return _Guard(sys.stdin.fileno(), SystemClock()).run()


def _deafen() -> None:
    # Only the supervisor decides. The child inherits that these are ignored; a hang-up, which is how the guard ends
    # what the child leaves behind, it does not: a handler, other than SIG_IGN, is reset in a new program.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, lambda number, frame: None)


class _Guard:
    def __init__(self, fd: int, clock: Clock) -> None:
        self._clock = clock
        self._reader = LineReader(fd)
        self._selector = selectors.DefaultSelector()
        self._selector.register(fd, selectors.EVENT_READ, IN)
        self._deadline = float("inf")
        self._child: subprocess.Popen[bytes] | None = None
        self._writer: LineWriter | None = None
        self._awake = _wake_on_child()
        self._selector.register(self._awake, selectors.EVENT_READ, CHILD)

    def run(self) -> int:
        while True:
            for key, _ in self._selector.select(self._patience()):
                self._serve(key.data)
            if self._reader.ended or self._clock.monotonic() >= self._deadline:
                os.killpg(0, signal.SIGKILL)
            if self._child is not None and (status := self._child.poll()) is not None:
                os.killpg(0, signal.SIGHUP)
                return status if status >= 0 else 128 - status

    def _patience(self) -> float | None:
        left = self._deadline - self._clock.monotonic()
        return None if left == float("inf") else min(max(0.0, left), LOOK_S)

    def _serve(self, what: str) -> None:
        if what == IN:
            for line in self._reader.read():
                self._obey(line)
        elif what == CHILD:
            self._awake.recv(4096)
        self._send()

    def _obey(self, line: dict[str, Any]) -> None:
        if "deadline" in line:
            self._deadline = line["deadline"]
        if "argv" in line:
            self._start(line["argv"])
        for name in ("payload", "to_child"):
            if name in line and self._writer is not None:
                self._writer.write(line[name])

    def _start(self, argv: list[str]) -> None:
        self._child = subprocess.Popen(argv, stdin=subprocess.PIPE, preexec_fn=_die_with_parent())
        assert self._child.stdin is not None  # noqa: S101  a pipe was asked for
        self._writer = LineWriter(self._child.stdin.fileno())

    def _send(self) -> None:
        """Pass on what waits for the child, and listen for room in its pipe only while something waits."""
        if self._writer is None:
            return
        self._writer.flush()
        pipe = self._writer.fd
        listening = pipe in self._selector.get_map()
        if self._writer.waiting and not listening:
            self._selector.register(pipe, selectors.EVENT_WRITE, OUT)
        elif listening and not self._writer.waiting:
            self._selector.unregister(pipe)


def _wake_on_child() -> socket.socket:
    """A socket that becomes readable when a child ends."""
    reader, writer = socket.socketpair()
    reader.setblocking(False)
    writer.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(writer.detach(), warn_on_full_buffer=False)
    return reader


def _die_with_parent() -> Callable[[], None] | None:
    """On Linux: what the child does before it becomes the new program, so that the kernel kills it when we die."""
    if sys.platform != "linux":
        return None
    prctl, guard = ctypes.CDLL(None).prctl, os.getpid()

    def arrange() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != guard:  # we died before the arrangement held
            os.kill(os.getpid(), signal.SIGKILL)

    return arrange
