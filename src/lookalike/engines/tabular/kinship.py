"""Cells that go with another column's cell of the same row: missing together, or copied from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SOURCES_MAX = 2  # a column copies from


@dataclass(frozen=True)
class Tie:
    """
    Where `leader` is missing, `column` is too.

    Attributes:
        bin: Of the leader's missing cells.
        code: Of the column's missing cells.
    """

    column: int
    leader: int
    bin: int
    code: int


@dataclass(frozen=True)
class Copy:
    """Some cells of `column` are those of `source` in the same row."""

    column: int
    source: int


@dataclass(frozen=True)
class Kinship:
    """All ties and copies, by column numbers. A column has one tie at most; leader and source come before it."""

    ties: tuple[Tie, ...] = ()
    copies: tuple[Copy, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "ties": [list(vars(t).values()) for t in self.ties],
            "copies": [[c.column, c.source] for c in self.copies],
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "Kinship":
        return Kinship(tuple(Tie(*t) for t in value["ties"]), tuple(Copy(*c) for c in value["copies"]))

    def tie(self, column: int) -> Tie | None:
        return next((t for t in self.ties if t.column == column), None)

    def sources(self, column: int) -> list[int]:
        """In the order of the codes of copied cells."""
        return [c.source for c in self.copies if c.column == column]
