"""All rules of a table: they complete drawn rows and tell which may stay."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.constraints import Unique
from lookalike.data.metadata import Metadata
from lookalike.engines.tabular.rules.held import Arrays, Held, load_held
from lookalike.engines.tabular.rules.steps import Step, load_step, ordered
from lookalike.errors import LookalikeError

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Rules:
    """
    Rules of a table.

    Attributes:
        metadata: Of the table.
        held: What every row must obey.
        steps: What is computed, each after what it needs.
    """

    metadata: Metadata
    held: tuple[Held, ...] = ()
    steps: tuple[Step, ...] = ()

    @cached_property
    def computed(self) -> frozenset[str]:
        """Names of the columns that only `complete` makes; no tree draws them."""
        return frozenset(step.column for step in self.steps if step.whole)

    @property
    def unique(self) -> tuple[tuple[str, ...], ...]:
        """Columns on which no two rows of a whole output may agree, where none of them is missing."""
        return tuple(held.rule.columns for held in self.held if isinstance(held.rule, Unique))

    def complete(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with the computed columns added, in whatever order of columns."""
        for step in self.steps:
            frame = frame.with_columns(step.computed(frame, self.held[step.held], self.metadata))
        return frame

    def kept(self, frame: pl.DataFrame) -> Mask:
        """Which rows of a complete frame obey all rules, shape ``(n,)``."""
        stay = np.ones(frame.height, bool)
        for step in self.steps:
            stay &= ~step.strays(frame, self.held[step.held], self.metadata)
        for held in self.held:
            stay &= ~held.broken(frame, self.metadata)
        return stay

    def state(self) -> tuple[dict[str, Any], Arrays]:
        """JSON and arrays from which `load_rules` makes the same rules."""
        told: list[dict[str, Any]] = []
        arrays: Arrays = {}
        for number, held in enumerate(self.held):
            own, tables = held.state()
            told.append(own)
            arrays |= {f"{number}.{name}": array for name, array in tables.items()}
        return {"held": told, "steps": [vars(step) for step in self.steps]}, arrays


def load_rules(spec: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]], metadata: Metadata) -> Rules:
    """
    The rules of a state.

    Raises:
        ValueError, KeyError, TypeError: a state that no rules told.
    """
    tables: dict[str, Arrays] = {}
    for name, array in arrays.items():
        number, _, rest = name.partition(".")
        tables.setdefault(number, {})[rest] = array
    try:
        held = tuple(load_held(told, tables.get(str(n), {}), metadata) for n, told in enumerate(spec["held"]))
        steps = tuple(load_step(told, held) for told in spec["steps"])
    except (pl.exceptions.PolarsError, AttributeError, LookalikeError):
        raise ValueError("a rule or its table") from None
    if ordered(steps, held) != steps:
        raise ValueError("order of the computed columns")
    return Rules(metadata, held, steps)
