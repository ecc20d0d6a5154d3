"""Sequences through the public doors: as many rows as asked for, the same ones each time, keys of their own."""

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from lookalike import TimeSeriesModel, TimeSeriesSynthesizer
from lookalike.data.parameters import TimeSeriesParameters
from lookalike.data.sequences.roles import find_roles, typed_roles
from lookalike.engines import BLOCK_ROWS
from lookalike.engines.time_series import Model, Plan, Synthesizer
from lookalike.engines.time_series.plan import load_plan
from lookalike.errors import ConditionsUnreachable, InputInvalid, ModelFileError, ValidationError
from lookalike.tables import given, typed

N, ROWS = 40, 12


def visits(n: int = N, seed: int = 1) -> pl.DataFrame:
    """Sequences of 8 to 16 days, with a number, a level, an e-mail address, a code and a context."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(8, 17, n)
    key = np.repeat(np.arange(n), lengths)
    within = np.concatenate([np.arange(length) for length in lengths])
    walk = np.concatenate([rng.normal(size=length).cumsum() for length in lengths]).round(3)
    return pl.DataFrame(
        {
            "who": [f"P-{k * 7 + 1000}" for k in key],
            "day": pl.Series(19_000 + key * 3 + within).cast(pl.Date),
            "sex": [("f", "m")[k % 2] for k in key],
            "x": walk,
            "count": pl.Series(np.abs(walk * 3).astype(np.int64)).cast(pl.UInt8),
            "level": [("low", "mid", "high")[int(v > 0) + int(v > 1.5)] for v in walk],
            "mail": [f"row{i}@example.org" for i in range(len(key))],
            "code": [f"AB-{i:05d}" for i in range(len(key))],
        }
    )


TOLD: dict[str, Any] = {"sequence_key": "who", "sequence_index": "day"}


def planned(table: pl.DataFrame, seed: int = 1, **told: Any) -> Plan:
    parameters = TimeSeriesSynthesizer(seed=seed, **told).parameters
    assert isinstance(parameters, TimeSeriesParameters)
    frame, metadata, _ = typed(given(table, parameters), parameters)
    roles = find_roles(frame, metadata, parameters)
    told_roles = {"sequence_key": roles.key, "sequence_index": roles.index, "context_columns": roles.context}
    return Synthesizer(parameters.model_copy(update=told_roles)).prepare(
        frame, typed_roles(metadata, roles, frame), seed=seed
    )


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    return visits()


@pytest.fixture(scope="module")
def model(table: pl.DataFrame) -> TimeSeriesModel:
    return TimeSeriesSynthesizer(seed=1, **TOLD).fit(table)


@pytest.fixture(scope="module")
def plan(table: pl.DataFrame) -> Plan:
    return planned(table, **TOLD)


@pytest.fixture(scope="module")
def engine(plan: Plan) -> Model:
    return plan.join([plan.fit_group(group) for group in range(plan.n_groups)])


@pytest.fixture(scope="module")
def drawn(model: TimeSeriesModel) -> pl.DataFrame:
    frame: pl.DataFrame = model.sample(n_sequences=150)
    return frame


def heights(frame: pl.DataFrame) -> list[int]:
    return frame.group_by("who", maintain_order=True).len()["len"].to_list()


@pytest.mark.parametrize("n_rows", [1, 7, 500, 3_000])
def test_rows_are_as_many_as_asked_for(model: TimeSeriesModel, n_rows: int) -> None:
    """A sample of so many rows has exactly so many."""
    assert n_rows == model.sample(n_rows).height


def test_sequences_are_as_many_as_asked_for(model: TimeSeriesModel, drawn: pl.DataFrame) -> None:
    """So many sequences are so many runs of rows of one key, and more of them begin with the same ones."""
    assert 150 == len(heights(drawn)) == drawn["who"].rle_id().n_unique()
    assert drawn["who"].n_unique() == 150


def test_sequences_are_as_long_as_those_of_train(table: pl.DataFrame, drawn: pl.DataFrame) -> None:
    """No sequence is longer than train's longest one, and the mean length is near train's."""
    assert max(heights(drawn)) <= max(heights(table))
    np.testing.assert_allclose(np.mean(heights(table)), np.mean(heights(drawn)), rtol=0.15)


@pytest.mark.parametrize(("length", "least", "most"), [(5, 5, 5), ([3, 6], 3, 6), ([20, 30], 20, 30), (1, 1, 1)])
def test_lengths_are_as_asked_for(model: TimeSeriesModel, length: Any, least: int, most: int) -> None:
    """Every sequence is as long as asked for, also where train's are shorter."""
    found = heights(model.sample(n_sequences=60, sequence_length=length))

    assert 60 == len(found)
    assert least <= min(found)
    assert max(found) <= most


def test_made_up_cells_differ_also_in_longer_sequences(model: TimeSeriesModel) -> None:
    """No code and no address stands twice, though sequences are longer than any of train's."""
    frame = model.sample(n_sequences=60, sequence_length=40)

    assert [2_400] * 3 == [frame.height, frame["code"].n_unique(), frame["mail"].n_unique()]


def test_sequences_start_when_told(model: TimeSeriesModel) -> None:
    """With a start all sequences begin at that time and go on from there day by day."""
    frame = model.sample(n_sequences=20, start="2031-05-06")

    assert [date(2031, 5, 6)] * 20 == frame.group_by("who", maintain_order=True).first()["day"].to_list()
    assert {1} == set(frame.select(pl.col("day").diff().over("who").dt.total_days()).to_series().drop_nulls())


def test_the_same_seed_gives_the_same_rows(model: TimeSeriesModel, table: pl.DataFrame, drawn: pl.DataFrame) -> None:
    """The same seed gives equal frames, also of a model fitted again; another seed others."""
    again = TimeSeriesSynthesizer(seed=1, **TOLD).fit(table)

    assert drawn.equals(model.sample(n_sequences=150, seed=1))
    assert drawn.equals(again.sample(n_sequences=150))
    assert not drawn.equals(model.sample(n_sequences=150, seed=2))


def test_types_are_those_of_train(table: pl.DataFrame, drawn: pl.DataFrame) -> None:
    """Columns have the names and dtypes of train's, in their order, and no cell is missing where train has none."""
    assert table.schema == drawn.schema
    assert 0 == sum(drawn.null_count().row(0))


def test_keys_are_new_and_look_like_the_old(table: pl.DataFrame, drawn: pl.DataFrame) -> None:
    """Keys have the form of train's, and none is one of them; where there are too few of the form, one more digit."""
    assert drawn["who"].str.contains(r"^P-[0-9]{4,5}$").all()
    assert set() == set(drawn["who"]) & set(table["who"])


def test_made_up_cells_are_none_of_train(table: pl.DataFrame, drawn: pl.DataFrame) -> None:
    """Addresses and codes of rows are none of train's."""
    assert set() == set(drawn["mail"]) & set(table["mail"])
    assert set() == set(drawn["code"]) & set(table["code"])


def test_context_stays_within_a_sequence(drawn: pl.DataFrame) -> None:
    """A context column is the same in all rows of a sequence, and both of its levels are drawn."""
    assert {1} == set(drawn.group_by("who").agg(pl.col("sex").n_unique())["sex"])
    assert {"f", "m"} == set(drawn["sex"])


def test_what_was_asked_in_fitting_is_the_default(table: pl.DataFrame) -> None:
    """Wishes told to the synthesizer hold for samples, and None asks for nothing of the kind."""
    model = TimeSeriesSynthesizer(seed=1, **TOLD, sequence_length=4, start="2031-05-06").fit(table)

    assert {4} == set(heights(model.sample(n_sequences=30)))
    assert {4} != set(heights(model.sample(n_sequences=30, sequence_length=None)))


@pytest.mark.parametrize("condition", [{"sex": "m"}, [{"sex": "f"}, {"sex": "m"}]])
def test_conditions_on_context_hold(model: TimeSeriesModel, condition: Any) -> None:
    """Every sequence has what a condition asks of its context; several share the sequences among them."""
    frame = model.sample(n_sequences=40, conditions=condition)
    sexes = frame.group_by("who").first()["sex"].to_list()
    expected = [40] if isinstance(condition, dict) else [20, 20]

    assert expected == [sexes.count(sex) for sex in (["m"] if len(expected) == 1 else ["f", "m"])]


def test_too_many_rows_are_refused(model: TimeSeriesModel) -> None:
    """Sequences that have more rows than they may have are an error."""
    with pytest.raises(ConditionsUnreachable):
        model.sample(10, n_sequences=30)


@pytest.mark.parametrize("start", ["2031-05-06T12:00:00", "nonsense", 1e300, 1.5])
def test_a_start_that_cannot_be_is_refused(model: TimeSeriesModel, start: Any) -> None:
    """A start that no row could have is an error."""
    with pytest.raises((InputInvalid, ValidationError)):
        model.sample(n_sequences=2, start=start)


def test_blocks_alone_are_blocks_in_order(engine: Model) -> None:
    """A block drawn first by a model from bytes is the one that is drawn in its turn."""
    total = 3 * BLOCK_ROWS
    in_order = [engine.draw(engine.block_rows, seed=5, block=block, total=total) for block in range(3)]
    alone = Model.from_bytes(engine.to_bytes())

    for block in (2, 0, 1):
        assert in_order[block].equals(alone.draw(engine.block_rows, seed=5, block=block, total=total))
    assert 0 == sum(in_order[0].null_count().row(0))
    assert set() == set(in_order[0]["who"]) & set(in_order[1]["who"])


def test_groups_fitted_anywhere_make_the_same_model(plan: Plan, engine: Model) -> None:
    """Groups fitted from the bytes of the plan, in any order, make a model of the same bytes."""
    value = plan.to_bytes()
    groups = {group: load_plan(value).fit_group(group) for group in reversed(range(plan.n_groups))}
    made = load_plan(value).join([groups[group] for group in range(plan.n_groups)])

    assert value == load_plan(value).to_bytes()
    assert engine.to_bytes() == made.to_bytes()


def test_groups_of_another_column_are_refused(plan: Plan) -> None:
    """Groups in another order than the plan's are an error."""
    groups = [plan.fit_group(group) for group in range(plan.n_groups)]
    with pytest.raises(ModelFileError):
        plan.join([*groups[:-2], groups[-1], groups[-2]])


def test_a_model_from_bytes_is_the_model(engine: Model) -> None:
    """A model that was stored and loaded has the same bytes and notes, and draws the same rows."""
    loaded = Model.from_bytes(engine.to_bytes())
    first, second = (m.draw(500, seed=3, block=0, total=500) for m in (engine, loaded))

    assert engine.to_bytes() == loaded.to_bytes()
    assert engine.notes == loaded.notes
    assert first.equals(second)


@pytest.fixture(scope="module")
def series() -> TimeSeriesModel:
    rng = np.random.default_rng(4)
    n = 400
    table = pl.DataFrame({"step": np.arange(n), "x": rng.normal(size=n).cumsum(), "on": rng.random(n) < 0.3})
    return TimeSeriesSynthesizer(seed=1, sequence_key=[], sequence_index="step").fit(table)


def test_one_series_goes_on_over_blocks(series: TimeSeriesModel) -> None:
    """A series longer than a block has exactly so many rows, counts on over the end of the block, and so do changes."""
    frame = series.sample(BLOCK_ROWS + 4_464)
    jumps = frame["x"].diff().abs()

    assert 70_000 == frame.height
    assert {1} == set(frame["step"].diff().drop_nulls())
    assert jumps[BLOCK_ROWS] <= jumps.head(BLOCK_ROWS).max()  # type: ignore[operator]


def test_stretches_out_of_order_are_the_same(series: TimeSeriesModel) -> None:
    """The second stretch drawn first is the one that is drawn after the first."""
    engine, total = series._model, BLOCK_ROWS + 3_000
    blocks = [engine.draw(BLOCK_ROWS, seed=9, block=block, total=total) for block in (0, 1)]
    alone = Model.from_bytes(engine.to_bytes())

    assert blocks[1].equals(alone.draw(BLOCK_ROWS, seed=9, block=1, total=total))
    assert blocks[0].equals(alone.draw(BLOCK_ROWS, seed=9, block=0, total=total))


def test_one_series_is_a_prefix_of_a_longer_one(series: TimeSeriesModel) -> None:
    """Rows of one series do not depend on how many there are."""
    assert series.sample(1_000).head(300).equals(series.sample(300))


def test_the_one_series_asked_for_is_as_long_as_train(series: TimeSeriesModel) -> None:
    """One whole series has as many rows as train's, or as many as asked for; there are no two of them."""
    assert 400 == series.sample(n_sequences=1).height
    assert 50 == series.sample(n_sequences=1, sequence_length=50).height
    with pytest.raises(InputInvalid):
        series.sample(n_sequences=2)
