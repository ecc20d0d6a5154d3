"""CTGAN, an adversarial network, as SDV has it."""

from typing import Any

from bench.measuring.sdv import NEEDS, TABLE, metadata
from bench.peers import Kinds

title = "CTGAN (SDV)"
needs = NEEDS


def make(kinds: Kinds) -> Any:
    """The synthesizer."""
    from sdv.single_table import CTGANSynthesizer  # type: ignore[import-not-found]

    return CTGANSynthesizer(metadata(kinds))


def fit(made: Any, train: Any) -> Any:
    """It is fitted in place."""
    made.fit({TABLE: train})
    return made


def sample(fitted: Any, n_rows: int) -> Any:
    """New rows."""
    return fitted.sample(num_rows=n_rows)[TABLE]
