"""Sequences that run side by side keep to levels of their own; stretches of one series do not."""

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from lookalike import TimeSeriesSynthesizer
from lookalike.data.parameters import TimeSeriesParameters
from lookalike.data.sequences.roles import find_roles
from lookalike.engines.time_series import Model, Synthesizer
from lookalike.engines.time_series.levels import LEVEL
from lookalike.engines.time_series.making import make_plan
from lookalike.errors import LookalikeError
from lookalike.tables import given, typed

N, ROWS = 50, 60
Array = npt.NDArray[np.float64]


def noise(n: int = N, rows: int = ROWS, seed: int = 1) -> Array:
    """A walk that is drawn back to 0, of a deviation of about 1, for each sequence."""
    rng = np.random.default_rng(seed)
    told = np.zeros((n, rows))
    for t in range(1, rows):
        told[:, t] = 0.8 * told[:, t - 1] + 0.6 * rng.normal(size=n)
    return told


def panel(values: Array, *, apart: int = 0) -> pl.DataFrame:
    """Sequences that begin so many days apart."""
    n, rows = values.shape
    key, day = np.repeat(np.arange(n), rows), np.tile(np.arange(rows), n)
    return pl.DataFrame(
        {
            "city": [f"c{k:02d}" for k in key],
            "day": pl.Series(18_000 + day + apart * key).cast(pl.Date),
            "x": values.ravel().round(2),
        }
    )


def clues(table: pl.DataFrame) -> list[str]:
    parameters = TimeSeriesParameters(sequence_key=("city",), sequence_index="day")
    cells, metadata, _ = typed(given(table, parameters), parameters)
    roles = find_roles(cells, metadata, parameters)
    told = parameters.model_copy(update={"context_columns": roles.context})
    return [clue.name for clue in make_plan(cells, metadata, told, 1).layout.clues]


LEVELS = np.random.default_rng(2).normal(0, 10, (N, 1))


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (panel(LEVELS + noise()), [LEVEL + "x"]),
        (panel(LEVELS + noise(), apart=7), [LEVEL + "x"]),
        (panel(LEVELS + noise(), apart=ROWS), []),
        (panel(noise()), []),
        (panel(LEVELS + noise(rows=10)), []),
        (panel(np.sort(np.abs(LEVELS + 10 * noise()), axis=1)), []),
    ],
    ids=["side by side", "customers one after the other", "stretches of a series", "alike", "short", "a counter"],
)
def test_where_sequences_have_levels(table: pl.DataFrame, expected: list[str]) -> None:
    """Steps see the level of a number that differs between long sequences of which several run at a time."""
    assert expected == [name for name in clues(table) if name.startswith(LEVEL)]


@pytest.mark.parametrize("n", [N, 20])
def test_sequences_stay_at_their_levels(n: int) -> None:
    """However long, a drawn sequence is as near its mean as real ones are, and means differ as real ones do."""
    table = panel(LEVELS[:n] + noise(n))
    found = TimeSeriesSynthesizer(seed=1, sequence_key="city", sequence_index="day").fit(table).sample(n_sequences=150)
    of = [frame.group_by("city").agg(mean=pl.col("x").mean(), within=pl.col("x").std()) for frame in (table, found)]

    assert table.columns == found.columns
    assert 0.7 < float(of[1]["within"].mean()) / float(of[0]["within"].mean()) < 1.6
    assert 0.7 < float(of[1]["mean"].std()) / float(of[0]["mean"].std()) < 1.4


def test_sequences_that_begin_late_come_to_their_levels() -> None:
    """Where a number is missing at first, and so says nothing of its level, it spreads no wider than real ones do."""
    n, rng = 25, np.random.default_rng(1)
    late = np.arange(ROWS)[None, :] < rng.integers(0, ROWS // 2, (n, 1))
    values = pl.Series(np.where(late, np.nan, LEVELS[:n] + noise(n)).ravel().round(2), nan_to_null=True)
    table = panel(noise(n)).with_columns(values.alias("x"))
    found = TimeSeriesSynthesizer(seed=1, sequence_key="city", sequence_index="day").fit(table).sample(n_sequences=150)
    within = [float(frame.group_by("city").agg(pl.col("x").std())["x"].mean()) for frame in (table, found)]

    assert 0.8 < within[1] / within[0] < 1.2


def test_a_level_that_is_missing_in_some_sequences() -> None:
    """A number that some sequences never have, and one that others have late: rows come out all the same."""
    table = panel(LEVELS + noise()).with_columns(
        x=pl.when(pl.col("city") < "c10").then(None).when(pl.col("day").rank("dense") < 20).then(None).otherwise("x")
    )
    found = TimeSeriesSynthesizer(seed=1, sequence_key="city", sequence_index="day").fit(table).sample(n_sequences=40)

    assert 40 * ROWS == found.height
    assert abs(found["x"].null_count() / found.height - table["x"].null_count() / table.height) < 0.15


def test_names_of_levels_are_refused() -> None:
    """A column whose name begins as that of a level does is refused by its number, not taken for one."""
    table = panel(noise()).rename({"x": LEVEL + "x"})

    with pytest.raises(LookalikeError, match="Column 3"):
        TimeSeriesSynthesizer(seed=1, sequence_key="city", sequence_index="day").fit(table)


def test_what_knows_of_levels_can_be_kept() -> None:
    """A plan and a model of sequences that stay at their levels are the same once they were bytes."""
    parameters = TimeSeriesParameters(sequence_key=("city",), sequence_index="day")
    cells, metadata, _ = typed(given(panel(LEVELS + noise()), parameters), parameters)
    synthesizer = Synthesizer(parameters.model_copy(update={"context_columns": ()}))
    plan = synthesizer.prepare(cells, metadata, seed=1)
    model = plan.join(plan.fit_group(group) for group in range(plan.n_groups))

    assert [LEVEL + "x"] == [clue.name for clue in plan.layout.clues]
    assert plan.to_bytes() == synthesizer.load_plan(plan.to_bytes()).to_bytes()
    assert model.to_bytes() == Model.from_bytes(model.to_bytes()).to_bytes()
