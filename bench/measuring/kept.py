"""The shelf on which a peer's result on a table is kept, so that it need not be measured again."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.measuring.results import Score, Scores


@dataclass(frozen=True)
class Shelf:
    """
    Where the results of one peer on one table are.

    `cost.json` and `rows.parquet` come from the peer's process, `peer.log` is what it said. `kept.json` says what they
    hold good for and, where the peer did not end, why; it is written last. `scores.json` has the judge's title beside
    its scores.
    """

    folder: Path

    def good_for(self, key: Mapping[str, Any]) -> bool:
        """Whether there is a result, and of just this table, machine and version."""
        return bool(self._read("kept.json").get("key") == key)

    def failed(self) -> str | None:
        """Why the peer did not end."""
        reason = self._read("kept.json")["failed"]
        return None if reason is None else str(reason)

    def date(self) -> str:
        """When it was measured."""
        return str(self._read("kept.json")["date"])

    def keep(self, key: Mapping[str, Any], failed: str | None) -> None:
        """Say that the result is complete."""
        today = datetime.now(UTC).date().isoformat()
        self._write("kept.json", {"key": key, "date": today, "failed": failed})

    def scores(self, judge: str) -> Scores | None:
        """What this judge said, if it was asked already."""
        told = self._read("scores.json")
        if told.get("judge") != judge:
            return None
        return {title: Score(**score) for title, score in told["scores"].items()}

    def keep_scores(self, judge: str, scores: Scores) -> None:
        """Keep what a judge said."""
        self._write("scores.json", {"judge": judge, "scores": {title: asdict(s) for title, s in scores.items()}})

    def _read(self, name: str) -> dict[str, Any]:
        path = self.folder / name
        value = json.loads(path.read_text("utf-8")) if path.exists() else {}
        return value if isinstance(value, dict) else {}

    def _write(self, name: str, value: dict[str, Any]) -> None:
        (self.folder / name).write_text(json.dumps(value, indent=1), "utf-8")
