"""Plans for the children of jobs: where they are to be met, and what is to happen to them there."""

import fcntl
import json
import os
import shutil
import time
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psutil

PATIENCE_S = 60
Point = tuple[str, float]

# The whole way of a job, at most three points at a time: so often it may be restarted. Rows are drawn first (half of
# `generate`), then three parts written; `copy` 2 puts the second of them in its place, `create` 1 the manifest.
EARLY: tuple[Point, ...] = (("ingest", 0), ("profile", 0), ("fit", 0))
MIDDLE: tuple[Point, ...] = (("generate", 0), ("generate", 0.6), ("evaluate", 0))
LATE: tuple[Point, ...] = (("publish", 0), ("copy", 2), ("create", 1))
LAST: tuple[Point, ...] = (("write", 2), ("publish", 1), ("done", 0))  # the first report; the manifest stands; the end
POINTS = {"early": EARLY, "middle": MIDDLE, "late": LATE, "last": LAST}


class Halts:
    """The folder that goes first on PYTHONPATH of a service; see `halting/sitecustomize.py`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        shutil.copy(Path(__file__).with_name("halting") / "sitecustomize.py", folder)
        self._folder = folder

    @property
    def env(self) -> dict[str, str]:
        """What a service is to be started with."""
        path = [str(self._folder), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        return {"PYTHONPATH": os.pathsep.join(path)}

    def plan(
        self, output_path: str, *points: Point, act: str = "wait", again: bool = False, size_bytes: int = 0
    ) -> None:
        """What will happen to the job with this output path: it will wait, take memory and wait, or die."""
        folder = self._of(output_path)
        folder.mkdir()
        value = {"points": points, "act": act, "again": again, "size_bytes": size_bytes}
        (folder / "plan.json").write_text(json.dumps(value), "utf-8")

    def reach(self, output_path: str, number: int = 0, patience_s: float = PATIENCE_S) -> psutil.Process:
        """The child that waits at the point of that number; an error if none comes there."""
        deadline = time.monotonic() + patience_s
        while not (met := self.met(output_path, number)):
            assert time.monotonic() < deadline, f"{output_path} never came to point {number}"
            time.sleep(0.005)
        return psutil.Process(met[-1])

    def go(self, output_path: str, number: int = 0) -> None:
        """Let it go on from there."""
        (self._of(output_path) / f"go-{number}").touch()

    def met(self, output_path: str, number: int = 0) -> list[int]:
        """Ids of the processes that came to the point of that number."""
        return [int(path.name.split("-")[2]) for path in self._of(output_path).glob(f"reached-{number}-*")]

    def attempts(self, output_path: str) -> int:
        """How many children the job has had."""
        return len(list(self._of(output_path).glob("attempt-*")))

    def kept(self, output_path: str) -> list[int]:
        """How often each child of the job has kept how far the fitting of a group came, in no order."""
        pids = [path.name.split("-")[1] for path in self._of(output_path).glob("kept-*")]
        return [pids.count(pid) for pid in dict.fromkeys(pids)]

    def crowded(self, output_path: str) -> bool:
        """Whether two children of the job ever lived at the same time."""
        return (self._of(output_path) / "crowded").exists()

    def crowd(self, output_path: str) -> IO[str]:
        """Seem to be a child of the job until this is closed."""
        alone = (self._of(output_path) / "alone").open("w")
        fcntl.flock(alone, fcntl.LOCK_EX)
        return alone

    def _of(self, output_path: str) -> Path:
        return self._folder / quote(output_path, safe="")
