"""
All kernels compiled ahead: a small made-up table is learnt and drawn in every way that calls one.

numba keeps what it compiled in ``__pycache__`` beside the source, or where that cannot be written in the user's cache
folder (``NUMBA_CACHE_DIR`` names another); so this takes a quarter of a minute once an install, and a second or two
afterwards.
"""

import numpy as np
import polars as pl

from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.data.parameters import TabularParameters
from lookalike.data.streams import stream
from lookalike.engines.tabular import Model, Synthesizer

N_ROWS = 1_000  # enough for splits, lines, directions and copies to be found in it
WAYS = (
    TabularParameters(),
    TabularParameters(privacy="private", quality="high", conditions=({"level": "a"},)),
)


def warm() -> None:
    """Compile all kernels, or load them where that was done before."""
    table, metadata = _table()
    for parameters in WAYS:
        plan = Synthesizer(parameters).prepare(table, metadata, seed=0)
        model = plan.join([plan.fit_group(group) for group in range(plan.n_groups)])
        Model.from_bytes(model.to_bytes()).draw(N_ROWS, seed=0, block=0)


def _table() -> tuple[pl.DataFrame, Metadata]:
    """Numbers that lean on each other, one of them copied in part, missing cells, few levels and many."""
    rng = stream(0, "warming")
    number = rng.normal(size=N_ROWS)
    other, level = number + rng.normal(size=N_ROWS), rng.integers(0, 4, N_ROWS)
    table = pl.DataFrame(
        {
            "level": pl.Series(list("abcd")).gather(level),
            "number": number,
            "other": np.where(number + level > 1, other, number),
            "sum": number + other + level,
            "flag": (number + other + level > 1).tolist(),
            "many": (40 * rng.random(N_ROWS)).astype(int) + level,
        }
    )
    shown = pl.Series(rng.random(N_ROWS) > 0.1)
    table = table.with_columns(pl.when(shown).then(pl.col(name)).alias(name) for name in ("other", "many"))
    types = dict.fromkeys(table.columns, ColumnType.DECIMAL) | {
        "level": ColumnType.CATEGORICAL,
        "flag": ColumnType.BOOLEAN,
        "many": ColumnType.INTEGER,
    }
    return table, Metadata(tuple(Column(name, types[name], dtype) for name, dtype in table.schema.items()))
