"""One column of texts: what is learnt of it, and texts that show nothing they may not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.engines import Kept
from lookalike.engines.tabular.file import named, part
from lookalike.engines.text.attributes import Attributes
from lookalike.engines.text.evolution.evolved import Evolved
from lookalike.engines.text.evolution.learning import evolve, evolves
from lookalike.engines.text.filling import fill
from lookalike.engines.text.guarding import Guard
from lookalike.engines.text.kinds import Kinds
from lookalike.engines.text.kinds import load as load_kinds
from lookalike.engines.text.words import folded
from lookalike.engines.text.writers import backend
from lookalike.engines.text.writers.endpoint import Shown
from lookalike.engines.text.writing import Arrays, Asked, Given, Help, Writer
from lookalike.errors import ConditionsUnreachable, EndpointFailed

ROUNDS = 40  # in which texts that may not be shown are written again
PATIENT = 4  # of these without a text that another row has already
LOOSER = 0.05  # by how much lengths may be off, more in each round

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Learning:
    """
    A column to be learnt, what is needed to write it, and by which backend.

    Attributes:
        words: The hidden column that tells its lengths.
        notes: Sentences for the report.
    """

    name: str
    words: str
    backend: str
    given: Given
    guard: Guard
    kinds: Kinds
    notes: tuple[str, ...] = ()
    help: Help | None = None

    def learn(self, kept: Kept) -> "TextColumn":
        """
        The column, once its backend has learnt it.

        Raises:
            EndpointFailed, EndpointAway, EndpointBudget: of a language model that is asked already.
        """
        writer = self._evolved(self.help, kept) if evolves(self.given) else self._learnt(kept)
        return TextColumn(self.name, self.words, self.backend, writer, self.given.attributes, self.guard, self.kinds)

    def _learnt(self, kept: Kept) -> Writer:
        return backend(self.backend).learn(self.given, kept)

    def _evolved(self, outside: Help | None, kept: Kept) -> Writer:
        if outside is None:
            raise EndpointFailed("No language model is at hand.", hint="Have a service learn these texts.")
        return evolve(self.name, self.given, outside, kept)


@dataclass(frozen=True, eq=False)
class TextColumn:
    """A column that was learnt; see `Learning`."""

    name: str
    words: str
    backend: str
    writer: Writer
    attributes: Attributes
    guard: Guard
    kinds: Kinds
    help: Help | None = None

    def texts(self, frame: pl.DataFrame, rng: np.random.Generator) -> pl.Series:
        """
        A text for each row of attributes and lengths; missing where the length is, empty where it is 0.

        Raises:
            ConditionsUnreachable: no texts could be written that show nothing they may not; says how many were.
        """
        lengths = frame[self.words]
        rows = np.flatnonzero((lengths.fill_null(0) > 0).to_numpy())
        asked = Asked(frame, np.maximum(lengths.fill_null(0).to_numpy(), 1))
        found = np.full(frame.height, "", dtype=object)
        found[rows] = self._written(asked.take(rows), rng)
        filled = fill(found.tolist(), self.kinds, rng)
        return pl.Series(self.name, filled, pl.String).set(lengths.is_null(), None)

    def _written(self, asked: Asked, rng: np.random.Generator) -> list[str]:
        """Texts that show nothing they may not; a language model's, which are paid for, are judged as they come."""
        if isinstance(self.writer, Shown | Evolved) and self.help is not None:
            return self.writer.written(self.name, asked, self.guard, self.help, rng)
        return self._allowed(asked, rng)

    def _allowed(self, asked: Asked, rng: np.random.Generator) -> list[str]:
        n = len(asked.words)
        found, seen = [""] * n, set[tuple[str, ...]]()
        left = np.arange(n)
        if not n:
            return found
        for turn in range(ROUNDS):
            some = asked.take(left)
            spread = np.exp(rng.uniform(-LOOSER, LOOSER, len(left)) * turn)
            words = np.maximum(1, np.rint(some.words * spread)).astype(np.int64)
            written = self.writer.write(Asked(some.frame, words), rng)
            again = [
                row
                for row, text in zip(left.tolist(), written, strict=True)
                if not self._takes(found, row, text, seen, turn)
            ]
            left = np.array(again, np.int64)
            if not len(left):
                return found
        raise ConditionsUnreachable(
            f"Column '{self.name}': for {len(left):,} of {n:,} rows no text could be written that is not one of the "
            "table or shares rare words or long runs of words with one.",
            hint="Give more texts, or tell the column to be categorical.",
        )

    def _takes(self, found: list[str], row: int, text: str, seen: set[tuple[str, ...]], turn: int) -> bool:
        """Whether a text may stand in a row; if so, it does."""
        text = text.strip()
        told = folded(text)
        if not text or (told and told in seen and turn < PATIENT) or self.guard.shows(text):
            return False
        seen.add(told)
        found[row] = text
        return True

    def state(self) -> tuple[dict[str, Any], Arrays]:
        """JSON and arrays from which `load` makes the same."""
        header, arrays = self.writer.state()
        kinds, known = self.kinds.state()
        told: dict[str, Any] = {"name": self.name, "words": self.words, "backend": self.backend, "writer": header}
        told |= {"attributes": self.attributes.state(), "kinds": kinds}
        return told, {**named("writer.", arrays), **named("guard.", self.guard.arrays()), **named("kinds.", known)}

    @staticmethod
    def load(header: Mapping[str, Any], arrays: Arrays) -> "TextColumn":
        """The column of a state; a ValueError, KeyError or TypeError if it is none."""
        attributes = Attributes.load(header["attributes"])
        writer = backend(header["backend"]).load(header["writer"], part(arrays, "writer."), attributes)
        guard = Guard.load(part(arrays, "guard."))
        kinds = load_kinds(header["kinds"], part(arrays, "kinds."))
        return TextColumn(header["name"], header["words"], header["backend"], writer, attributes, guard, kinds)
