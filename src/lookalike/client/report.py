"""A report on what a job made."""

import json
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from lookalike.errors import UsageError

HEIGHT_PX = 800


@dataclass(frozen=True)
class Report:
    """
    How synthetic rows compare with real ones.

    Args:
        html: A page that needs nothing else.
        json: The same for programs.
    """

    html: str
    json: dict[str, Any]

    def __repr__(self) -> str:
        return f"<Report: {self.verdict}>"

    @property
    def figures(self) -> dict[str, dict[str, Any]]:
        """By name what was measured: `value`, beside it the `floor` of fresh real rows."""
        found: dict[str, dict[str, Any]] = self.json["figures"]
        return found

    @property
    def verdict(self) -> str:
        """What the figures say, in a sentence."""
        return str(self.json["verdict"]["sentence"])

    def save(self, path: str | Path) -> None:
        """
        Write it, as its suffix says: .html or .json.

        Raises:
            UsageError: another suffix.
        """
        match Path(path).suffix:
            case ".html":
                Path(path).write_text(self.html, "utf-8")
            case ".json":
                Path(path).write_text(json.dumps(self.json, indent=2), "utf-8")
            case other:
                raise UsageError(f"A report is not written as '{other}'.", hint="Name it .html or .json.")

    def _repr_html_(self) -> str:
        """The page in a frame of its own, which may run nothing and reach nothing of the notebook."""
        style = f"width: 100%; height: {HEIGHT_PX}px; border: 0"
        return f'<iframe sandbox srcdoc="{escape(self.html)}" style="{style}"></iframe>'
