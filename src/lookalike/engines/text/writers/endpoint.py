"""A language model somewhere else: nothing is learnt, real texts are kept to be shown to it and to judge by."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lookalike.engines import Kept
from lookalike.engines.text.attributes import Attributes
from lookalike.engines.text.endpoint import How, endpoint_writer
from lookalike.engines.text.evolution.evolved import Evolved, load_evolved
from lookalike.engines.text.guarding import Guard
from lookalike.engines.text.writing import Arrays, Asked, Given, Help, given_state, load_given
from lookalike.errors import EndpointFailed


@dataclass(frozen=True, eq=False)
class Shown:
    """See `Writer`; it writes with help only."""

    given: Given

    def write(self, asked: Asked, rng: np.random.Generator) -> list[str]:
        """Nothing: only a job has a language model at hand."""
        raise EndpointFailed("No language model is at hand.", hint="Have a service write these texts.")

    def written(self, column: str, asked: Asked, guard: Guard, outside: Help, rng: np.random.Generator) -> list[str]:
        """
        A text for each row, none of which shows what it may not.

        Raises:
            EndpointFailed, EndpointAway, EndpointBudget: as `EndpointWriter.write` raises.
        """
        told = self.given.settings
        limits = (outside.part_of(told["max_requests"]), outside.part_of(told["max_tokens"]))
        how = How(column, told["examples"], *limits)
        writer = endpoint_writer(self.given, guard, how, outside.clock)
        return writer.write(asked, outside.complete, rng, outside.kept(column))

    def state(self) -> tuple[dict[str, Any], Arrays]:
        """See `Writer.state`: the real texts, masked, are in it."""
        return given_state(self.given)


def learn(given: Given, kept: Kept) -> Shown:
    """See `Backend.learn`."""
    return Shown(given)


def load(header: Mapping[str, Any], arrays: Arrays, attributes: Attributes) -> Shown | Evolved:
    """See `Backend.load`."""
    if "votes" in arrays:
        return load_evolved(header, arrays, attributes)
    given = load_given(header, arrays)
    if not {"examples", "max_requests", "max_tokens"} <= given.settings.keys():
        raise ValueError("settings")
    return Shown(given)
