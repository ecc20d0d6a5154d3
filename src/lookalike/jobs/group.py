"""The process group of a running job, as its supervisor holds it: guard and child, their pipes, their end."""

import os
import select
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lookalike.jobs.lines import LineReader, LineWriter
from lookalike.jobs.scratch import Scratch

LINGER_S = 1.0  # how long killed processes may take to vanish before nobody waits for them any more
ABORTED = 128 + signal.SIGABRT  # status of a guard whose child was ended by abort(3)


@dataclass(frozen=True)
class Command:
    """
    What to start for a job.

    Attributes:
        guard: Command line whose process runs `guard.main`.
        child: Command line of the child, which waits for its first line and speaks the messages of `messages`.
        env: The whole environment of both, but for a TMPDIR of their own; nothing secret.
    """

    guard: Sequence[str]
    child: Sequence[str]
    env: Mapping[str, str]

    @property
    def temporary(self) -> Path:
        """The folder for temporary files, in which each group has one of its own."""
        return Path(self.env.get("TMPDIR") or tempfile.gettempdir())


class Group:
    """
    A started group. Its processes die with the deadline, with the guard, with us, or by `kill`.

    Raises:
        StorageFailed: there is no place for its temporary files.
    """

    def __init__(self, command: Command) -> None:
        self._scratch = Scratch(command.temporary)
        try:
            self._process = subprocess.Popen(
                list(command.guard),
                env={**command.env, "TMPDIR": str(self._scratch.path)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError:  # no process can be had: nobody will need the folder
            self._scratch.remove()
            raise
        assert self._process.stdin is not None and self._process.stdout is not None  # noqa: S101, PT018
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        self.fd = self._stdout.fileno()
        self._reader = LineReader(self.fd)
        self._writer = LineWriter(self._stdin.fileno())
        self._writer.write({"argv": list(command.child)})

    @property
    def pgid(self) -> int:
        return self._process.pid

    def live(self) -> bool:
        """Whether the guard runs. It is not reaped by looking: its number must stay taken until the group is killed."""
        look = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return not self._reader.ended and os.waitid(os.P_PID, self._process.pid, look) is None

    def read(self) -> list[dict[str, Any]]:
        """The lines the child has written since; InternalError if they are no JSON objects."""
        return self._reader.read()

    def begin(self, payload: Mapping[str, Any], deadline: float) -> None:
        """Give the child its first line, job and bucket options, secrets among them, and until when it may live."""
        self._writer.write({"payload": dict(payload), "deadline": deadline})

    def extend(self, deadline: float) -> None:
        """Let the group live until the deadline."""
        self._writer.write({"deadline": deadline})

    def send(self, line: Mapping[str, Any]) -> None:
        """Give the child a line."""
        self._writer.write({"to_child": dict(line)})

    def flush(self) -> bool:
        """Send on what the pipe did not take at once; whether there is still a rest."""
        self._writer.flush()
        return self._writer.waiting

    @property
    def aborted(self) -> bool:
        """After `kill`: whether the child had ended by abort(3), as libraries do that get no memory."""
        return self._process.returncode == ABORTED

    def kill(self) -> None:
        """End every process of the group and reap the guard."""
        if self._process.returncode is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def last_lines(self) -> list[dict[str, Any]]:
        """After `kill`: the lines not read yet; returns when the last process has let go of the pipe."""
        lines = []
        while not self._reader.ended and select.select([self.fd], [], [], LINGER_S)[0]:
            lines += self._reader.read()
        return lines

    def close(self) -> None:
        """Close the pipes and delete temporary files; after `kill`."""
        self._stdin.close()
        self._stdout.close()
        self._scratch.remove()
