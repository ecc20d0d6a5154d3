"""A table of sequences with all that an engine meets, and what is learnt of it."""

from functools import cache

import numpy as np
import polars as pl

from lookalike import TimeSeriesSynthesizer
from lookalike.data.parameters import TimeSeriesParameters
from lookalike.data.sequences.roles import find_roles, typed_roles
from lookalike.engines.time_series import Model, Plan, Synthesizer
from lookalike.tables import given, typed

N = 50  # sequences


def everything() -> pl.DataFrame:
    """Irregular times, numbers with spikes, gaps and repeats, levels that tell others, context, codes, counters."""
    rng = np.random.default_rng(3)
    lengths = rng.integers(6, 14, N)
    n = int(lengths.sum())
    key, kind = np.repeat(np.arange(N), lengths), rng.integers(0, 12, n)
    walk = rng.normal(size=n).cumsum().round(3)
    return pl.DataFrame(
        {
            "who": [f"K{k:04d}" for k in key],
            "at": pl.Series(rng.integers(1, 5, n)).cum_sum().cast(pl.Int64),
            "sex": [("f", "m", "x")[k % 3] for k in key],
            "age": key % 17 + 20,
            "x": np.where(rng.random(n) < 0.2, 0.0, walk),
            "y": pl.Series(np.where(rng.random(n) < 0.5, np.repeat(walk[::2], 2)[:n], walk)),
            "up": rng.integers(0, 30, n),
            "kind": [f"l{x}" for x in kind],
            "group": [f"g{x // 4}" for x in kind],
            "code": [f"AB-{i:05d}" for i in range(n)],
            "few": rng.integers(0, 4, n),
        }
    ).with_columns(pl.col("up").cum_sum().over("who"), pl.when(pl.Series(rng.random(n) > 0.1)).then("few").alias("few"))


@cache
def plan() -> Plan:
    parameters = TimeSeriesSynthesizer(seed=1, sequence_key="who", sequence_index="at").parameters
    assert isinstance(parameters, TimeSeriesParameters)
    table, metadata, _ = typed(given(everything(), parameters), parameters)
    roles = find_roles(table, metadata, parameters)
    told = {"sequence_key": roles.key, "sequence_index": roles.index, "context_columns": roles.context}
    return Synthesizer(parameters.model_copy(update=told)).prepare(table, typed_roles(metadata, roles, table), seed=1)


@cache
def model() -> Model:
    return plan().join([plan().fit_group(group) for group in range(plan().n_groups)])
