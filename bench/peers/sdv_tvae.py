"""TVAE, a variational autoencoder, as SDV has it."""

from typing import Any

from bench.measuring.sdv import NEEDS, TABLE, metadata
from bench.peers import Kinds

title = "TVAE (SDV)"
needs = NEEDS


def make(kinds: Kinds) -> Any:
    """The synthesizer."""
    from sdv.single_table import TVAESynthesizer  # type: ignore[import-not-found]

    return TVAESynthesizer(metadata(kinds))


def fit(made: Any, train: Any) -> Any:
    """It is fitted in place."""
    made.fit({TABLE: train})
    return made


def sample(fitted: Any, n_rows: int) -> Any:
    """New rows."""
    return fitted.sample(num_rows=n_rows)[TABLE]
