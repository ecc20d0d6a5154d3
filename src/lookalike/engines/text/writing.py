"""The door of a backend: texts to learn from, texts to be written, and who learns and writes."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.clock import Clock
from lookalike.completing import Complete
from lookalike.engines import Kept
from lookalike.engines.text.attributes import Attributes

Arrays = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Asked:
    """
    Texts to be written.

    Attributes:
        frame: The columns that attributes are of, a row a text.
        words: How long each is to be, 1 or more.
    """

    frame: pl.DataFrame
    words: npt.NDArray[np.int64]

    def take(self, rows: npt.NDArray[np.int64]) -> "Asked":
        """Those of these numbers, any of them several times."""
        return Asked(self.frame[rows], self.words[rows])


@dataclass(frozen=True, eq=False)
class Given:
    """
    Texts to learn from, masked, none empty, with what each is about.

    Attributes:
        about: Like what will be asked.
        floor: Records that a word, a character or a run of words must be in to be learnt as it is.
        budget_s: Seconds of a processor that learning may take, told in steps.
        high: Whether quality counts more than time.
        settings: What the parameters tell of the backend, JSON; nothing of it is told to the others.
    """

    texts: tuple[str, ...]
    about: Asked
    attributes: Attributes
    floor: int
    budget_s: float
    high: bool
    seed: int
    settings: Mapping[str, Any] = field(default_factory=dict)


TEXTS = "\0texts"  # of the column of texts in a kept frame: no table has one of this name


def given_state(given: Given) -> tuple[dict[str, Any], dict[str, Any]]:
    """JSON and arrays from which `load_given` makes the same."""
    told: dict[str, Any] = {"attributes": given.attributes.state(), "settings": dict(given.settings)}
    told |= {"floor": given.floor, "budget_s": given.budget_s, "high": given.high, "seed": given.seed}
    stream = io.BytesIO()
    given.about.frame.with_columns(pl.Series(TEXTS, given.texts, pl.String)).write_ipc(stream)
    return told, {"frame": np.frombuffer(stream.getvalue(), np.uint8), "words": given.about.words}


def load_given(told: Mapping[str, Any], arrays: Arrays) -> Given:
    """The texts of a state; a ValueError, KeyError or PolarsError if it is none."""
    frame = pl.read_ipc(io.BytesIO(arrays["frame"].tobytes()))
    about, known = Asked(frame.drop(TEXTS), arrays["words"]), Attributes.load(told["attributes"])
    how = (told["floor"], told["budget_s"], told["high"], told["seed"], told["settings"])
    return Given(tuple(frame[TEXTS].to_list()), about, known, *how)


@dataclass(frozen=True, eq=False)
class Help:
    """
    What some backends need from outside to write a block.

    Attributes:
        complete: The language model that was asked for.
        kept: Where is kept what it wrote of the block already, by the name of the column.
        share: Of the whole output that the block is, which has that share of any budget.
    """

    complete: Complete
    kept: Callable[[str], Kept]
    clock: Clock
    share: float

    def part_of(self, budget: int | None) -> int | None:
        """The block's part of a budget of the whole output."""
        return None if budget is None else int(budget * self.share)


class Writer(Protocol):
    """What a backend learnt."""

    def write(self, asked: Asked, rng: np.random.Generator) -> list[str]:
        """A text for each row, masked as the learnt ones were; some may be empty or show what they may not."""

    def state(self) -> tuple[dict[str, Any], Arrays]:
        """JSON and arrays from which the backend's `load` makes the same."""


class Backend(Protocol):
    """What a part exports."""

    def learn(self, given: Given, kept: Kept) -> Writer:
        """Learn; what `kept` holds of an earlier try need not be done again."""

    def load(self, header: Mapping[str, Any], arrays: Arrays, attributes: Attributes) -> Writer:
        """The writer of a state; a ValueError or KeyError if it is none."""
