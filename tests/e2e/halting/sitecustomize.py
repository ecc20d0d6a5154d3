"""
Meets the child of a job at an exact point of its way and lets something happen to it there.

Python imports this file at its start when its folder is on PYTHONPATH; `halts.Halts` puts a copy there, with a folder
for each planned job beside it, named by the job's output path. `plan.json` in it says what is to happen where:

    {"points": [["fit", 0], ["generate", 0.6], ["copy", 2]], "act": "wait", "again": false, "size_bytes": 0}

A point is a word and how much of it: a stage and its share (0: once it is `processing`; 1: all of it is done and that
not said yet), ``done`` (nothing is left to do but say so), ``kept`` and how often this attempt has kept how far the
fitting of a group came, or ``copy``, ``write``, ``create`` and the how-manieth call of it in `publish`. Each is met by
the first attempt that comes to it, or, `again`, by every one. What was met is told by files beside the plan.
"""

import fcntl
import json
import os
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

HERE = Path(__file__).parent
CALLS = ("copy", "write", "create")


class _Halt:
    """What is planned for the job of this process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._plan: dict[str, Any] = json.loads((folder / "plan.json").read_text("utf-8"))
        self._called = dict.fromkeys(CALLS, 0)
        self._n_kept = 0
        self._in_publish = False
        self._alone = (folder / "alone").open("w")
        try:
            fcntl.flock(self._alone, fcntl.LOCK_EX | fcntl.LOCK_NB)  # held until the process is gone
        except OSError:
            (folder / "crowded").touch()
        (folder / f"attempt-{os.getpid()}").touch()

    def tells(self, value: dict[str, Any]) -> None:
        """A message is about to be said."""
        if value["type"] == "done":
            self.meet("done", 0)
        elif value["type"] == "stage" and value["status"] == "completed":
            self.meet(value["stage"], 1)

    def told(self, value: dict[str, Any]) -> None:
        """A message was said."""
        if value["type"] == "stage" and value["status"] == "processing":
            self._in_publish = value["stage"] == "publish"
            self.meet(value["stage"], 0)
        elif value["type"] == "progress":
            self.meet(value["stage"], value["share"])

    def call(self, word: str) -> None:
        """A bucket is about to be asked."""
        if self._in_publish:
            self._called[word] += 1
            self.meet(word, self._called[word])

    def kept(self) -> None:
        """How far the fitting of a group came was kept."""
        self._n_kept += 1
        (self._folder / f"kept-{os.getpid()}-{self._n_kept}").touch()
        self.meet("kept", self._n_kept)

    def meet(self, word: str, amount: float) -> None:
        for number, (planned, least) in enumerate(self._plan["points"]):
            if planned == word and least <= amount and (self._plan["again"] or not self._was_met(number)):
                (self._folder / f"reached-{number}-{os.getpid()}").touch()
                self._act(number)
                return

    def _was_met(self, number: int) -> bool:
        return any(self._folder.glob(f"reached-{number}-*"))

    def _act(self, number: int) -> None:
        if self._plan["act"] == "die":
            os._exit(9)
        if self._plan["act"] == "take":
            self._taken = b"x" * self._plan["size_bytes"]
        while not (self._folder / f"go-{number}").exists():
            time.sleep(0.005)


def _arrange() -> None:
    from lookalike.storage.folders import FolderBucket
    from lookalike.wiring import child

    halts: list[_Halt] = []
    do, say = child._do, child._Pipe._say

    def planned_do(hello: Any, *rest: Any) -> Any:
        folder = HERE / quote(hello["work"]["request"]["output_path"], safe="")
        halts.extend([_Halt(folder)] if folder.exists() else [])
        _keep_told(halts)
        return do(hello, *rest)

    def planned_say(pipe: Any, value: Any) -> None:
        for halt in halts:
            halt.tells(value)
        say(pipe, value)
        for halt in halts:
            halt.told(value)

    child._do, child._Pipe._say = planned_do, planned_say  # type: ignore[method-assign]
    for word in CALLS:
        setattr(FolderBucket, word, _counted(word, getattr(FolderBucket, word), halts))


def _keep_told(halts: list[_Halt]) -> None:
    from lookalike.pipeline.artefacts import KeptArtefact

    save = KeptArtefact.save

    def told_save(kept: Any, value: bytes) -> None:
        save(kept, value)
        for halt in halts:
            halt.kept()

    KeptArtefact.save = told_save  # type: ignore[method-assign]


def _counted(word: str, act: Any, halts: list[_Halt]) -> Any:
    def counted(*args: Any) -> Any:
        for halt in halts:
            halt.call(word)
        return act(*args)

    return counted


sys.modules["pandas"] = None  # type: ignore[assignment]  # as in `lean`
match sys.orig_argv[-2:]:
    case [_, "child"]:
        _arrange()
    case ["child", "ahead"]:
        os._exit(0)  # a service that is started for a moment need not keep one ready
