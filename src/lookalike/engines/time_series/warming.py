"""All kernels of steps compiled ahead, or loaded: a few small made-up sequences are learnt and drawn."""

import numpy as np
import polars as pl

from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.data.parameters import TimeSeriesParameters
from lookalike.data.streams import stream
from lookalike.engines.time_series import Model, Synthesizer

N_SEQUENCES, N_ROWS = 40, 12  # of each sequence
TYPES = {
    "key": ColumnType.ID,
    "time": ColumnType.INTEGER,
    "number": ColumnType.DECIMAL,
    "level": ColumnType.CATEGORICAL,
}


def warm() -> None:
    """Compile all kernels, or load them where that was done before."""
    rng = stream(0, "warming")
    key = np.repeat(np.arange(N_SEQUENCES), N_ROWS)
    walk = rng.normal(size=key.size).cumsum()
    table = pl.DataFrame(
        {
            "key": [f"k{number:03d}" for number in key],
            "time": np.tile(np.arange(N_ROWS), N_SEQUENCES),
            "number": walk,
            "level": pl.Series(list("abcd")).gather(np.digitize(walk % 4, [1, 2, 3])),
        }
    )
    metadata = Metadata(tuple(Column(name, TYPES[name], dtype) for name, dtype in table.schema.items()))
    parameters = TimeSeriesParameters(sequence_key=("key",), sequence_index="time", context_columns=())
    plan = Synthesizer(parameters).prepare(table, metadata, seed=0)
    model = plan.join([plan.fit_group(group) for group in range(plan.n_groups)])
    Model.from_bytes(model.to_bytes()).draw(N_ROWS, seed=0, block=0, total=N_ROWS)
