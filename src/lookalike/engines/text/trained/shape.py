"""How large the small transformer is, known without torch: a model file is looked at by it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lookalike.engines.text.network import steps_left

PLACES = 512  # steps that are gone through in one go
HEADS = 4
SMALL, LARGE = (3, 128), (4, 192)  # layers and width; the large one for `quality: high`
MOST_WORDS = 20_000  # left of a text; more are told as so many


@dataclass(frozen=True)
class Shape:
    """
    How large a network is.

    Attributes:
        n_kinds: Rows of the table of attributes, all attributes one after the other.
    """

    n_tokens: int
    n_kinds: int
    n_layers: int
    width: int

    @property
    def n_left(self) -> int:
        """Steps of what is left of a text."""
        return int(steps_left(np.array([MOST_WORDS]))[0]) + 1

    @property
    def flops(self) -> float:
        """Operations of one token in training, matrix products only."""
        return 6.0 * (12 * self.n_layers * self.width**2 + self.n_tokens * self.width)

    @property
    def sizes(self) -> dict[str, tuple[int, ...]]:
        """The shape of each weight by name."""
        d = self.width
        found: dict[str, tuple[int, ...]] = {
            "tokens.weight": (self.n_tokens, d),
            "places.weight": (PLACES, d),
            "kinds.weight": (self.n_kinds, d),
            "left.weight": (self.n_left, d),
            "out.bias": (self.n_tokens,),
        } | _norm("norm", d)
        for number in range(self.n_layers):
            layer = f"layers.{number}"
            found |= _norm(f"{layer}.norm_look", d) | _norm(f"{layer}.norm_think", d)
            found |= _linear(f"{layer}.look", d, 3 * d) | _linear(f"{layer}.seen", d, d)
            found |= _linear(f"{layer}.up", d, 4 * d) | _linear(f"{layer}.down", 4 * d, d)
        return found


def sound(weights: Mapping[str, Any], shape: Shape) -> bool:
    """Whether some arrays are the weights of a network of this shape, all of them finite."""
    if (shape.n_layers, shape.width) not in (SMALL, LARGE):
        return False
    given = {name: array.shape for name, array in weights.items() if array.dtype == np.float32}
    same = given == shape.sizes and len(given) == len(weights)
    return same and all(np.isfinite(array).all() for array in weights.values())


def _norm(name: str, d: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (d,), f"{name}.bias": (d,)}


def _linear(name: str, d_in: int, d_out: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (d_out, d_in), f"{name}.bias": (d_out,)}
