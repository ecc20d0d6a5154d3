"""
What others offer: a file a peer, found by its name, run by the interpreter of a venv of its own.

A peer is told the types of the columns where its interface asks for them, and has its defaults otherwise. It never
imports Lookalike. What it needs is imported within `make`, so that its file can be read without it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Kind = Literal["category", "boolean", "integer", "decimal"]
Kinds = Mapping[str, Kind]  # by column, in the table's order


@dataclass(frozen=True)
class Needs:
    """
    What a peer's venv holds.

    Attributes:
        venv: Name of the venv; peers of the same needs share it.
        steps: What pip is asked for, one call after the other.
        unwanted: Packages that come along and are removed again.
        packages: Those whose versions are told.
    """

    venv: str
    steps: tuple[tuple[str, ...], ...]
    unwanted: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()


class Peer(Protocol):
    """What a peer's file exports. Tables are pandas frames."""

    title: str
    needs: Needs

    def make(self, kinds: Kinds) -> Any:
        """What can be fitted. Neither this nor the imports in it are measured."""

    def fit(self, made: Any, train: Any) -> Any:
        """What was learnt, from which `sample` draws."""

    def sample(self, fitted: Any, n_rows: int) -> Any:
        """New rows as a frame."""
