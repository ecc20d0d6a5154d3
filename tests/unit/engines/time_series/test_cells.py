"""Cells of any kind through the public doors, as values and as context, and the rules that hold between them."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from lookalike import TimeSeriesModel, TimeSeriesSynthesizer

N, ROWS = 40, 14
FIRST = ("Anna", "Beat", "Carla", "David", "Eva", "Felix", "Gina", "Hans")
LAST = ("Meier", "Huber", "Keller", "Weber", "Graf", "Frei", "Lang", "Roth", "Vogel", "Kunz")


def base(n: int = N, rows: int = ROWS, seed: int = 1) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    key = np.repeat(np.arange(n), rows)
    return pl.DataFrame(
        {
            "who": [f"k{k:03d}" for k in key],
            "day": pl.Series(19_000 + np.tile(np.arange(rows), n) + key % 9).cast(pl.Date),
            "x": rng.normal(size=n * rows).cumsum().round(2),
        }
    )


def fitted(table: pl.DataFrame, **told: Any) -> TimeSeriesModel:
    return TimeSeriesSynthesizer(seed=1, sequence_key="who", sequence_index="day", **told).fit(table)


def drawn(table: pl.DataFrame, n: int = 60, **told: Any) -> pl.DataFrame:
    frame: pl.DataFrame = fitted(table, **told).sample(n_sequences=n)

    assert table.schema == frame.schema
    return frame


@pytest.fixture(scope="module")
def ruled() -> tuple[pl.DataFrame, pl.DataFrame]:
    """A table with counters, sums, an order, a dependency and ranges, and what is drawn of it."""
    rng = np.random.default_rng(2)
    table = base()
    a, b = rng.integers(0, 50, table.height), rng.integers(0, 50, table.height)
    kind = rng.integers(0, 8, table.height)
    table = table.with_columns(
        pl.Series("up", rng.integers(0, 20, table.height)),
        pl.Series("down", -rng.random(table.height).round(3)),
        pl.Series("a", a),
        pl.Series("b", b),
        pl.Series("sum", a + b),
        pl.Series("kind", [f"kind{k}" for k in kind]),
        pl.Series("group", [f"group{k // 3}" for k in kind]),
    ).with_columns(pl.col("up").cum_sum().over("who"), pl.col("down").cum_sum().over("who").round(3))
    return table, drawn(table)


def change(frame: pl.DataFrame, name: str) -> pl.Series:
    return frame.select(pl.col(name).diff().over("who")).to_series().drop_nulls()


def test_counters_never_fall(ruled: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    """A number that never falls within train's sequences never falls; one that never rises never rises."""
    _, frame = ruled

    assert change(frame, "up").min() >= 0  # type: ignore[operator]
    assert change(frame, "down").max() <= 0  # type: ignore[operator]


def test_sums_and_orders_hold(ruled: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    """A sum is the sum in every row, and none of its parts is above it."""
    _, frame = ruled

    assert (frame["a"] + frame["b"] == frame["sum"]).all()
    assert (frame["a"] <= frame["sum"]).all()


def test_dependencies_hold(ruled: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    """Pairs of a level and the one that it determines are train's."""
    table, frame = ruled
    pairs = set(table.select("kind", "group").rows())

    assert set(frame.select("kind", "group").rows()) <= pairs


@pytest.mark.parametrize("name", ["x", "up", "down", "a", "b", "sum"])
def test_numbers_stay_in_their_ranges(ruled: tuple[pl.DataFrame, pl.DataFrame], name: str) -> None:
    """No number is below train's least or above its greatest one."""
    table, frame = ruled

    assert table[name].min() <= frame[name].min()  # type: ignore[operator]
    assert frame[name].max() <= table[name].max()  # type: ignore[operator]


def test_the_promise_of_a_model_is_kept(ruled: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    """What a model promises holds of train and of what it draws, and a row that breaks it is found."""
    from lookalike.engines.time_series import load_promise

    table, frame = ruled
    promise = load_promise(fitted(table)._model.to_bytes())
    broken = frame.with_columns(pl.when(pl.int_range(pl.len()) == 5).then(-5).otherwise("up").alias("up"))

    assert {"up": 1, "down": -1} == dict(promise.monotone)
    assert {} == promise.broken(table)
    assert {} == promise.broken(frame)
    assert ["rising of 'up'"] == [title for title in promise.broken(broken) if "rising" in title]


def test_declared_constraints_hold() -> None:
    """An order and a sum that are declared hold in all rows."""
    rng = np.random.default_rng(3)
    table = base().with_columns(
        pl.Series("low", rng.integers(0, 50, N * ROWS)), pl.Series("more", rng.integers(0, 50, N * ROWS))
    )
    table = table.with_columns((pl.col("low") + pl.col("more")).alias("high"))
    table = table.with_columns(pl.min_horizontal("low", "more").alias("least"))
    rules = [
        {"type": "less_equal", "columns": ["least", "more"]},
        {"type": "sum", "columns": ["low", "more"], "equals": "high"},
    ]
    frame = drawn(table, constraints=rules)

    assert (frame["least"] <= frame["more"]).all()
    assert (frame["low"] + frame["more"] == frame["high"]).all()


def test_no_note_tells_of_a_rule_that_is_not_kept() -> None:
    """A number that another number determines is drawn by itself, and no note says that it is looked up."""
    a = np.random.default_rng(2).integers(0, 50, N * ROWS)
    model = fitted(base().with_columns(pl.Series("a", a), pl.Series("least", np.minimum(a, 20))))

    assert not any("looked up" in note for note in model.notes)


def kinds() -> pl.DataFrame:
    """Booleans, rare levels, nothing at all, constants, codes, addresses, names, each as values and as context."""
    rng = np.random.default_rng(4)
    table = base()
    n, key = table.height, np.repeat(np.arange(N), ROWS)
    names = [f"{FIRST[i % 8]} {LAST[i % 10]}" for i in range(n)]
    level = np.array([f"l{k}" for k in rng.integers(0, 4, n)], dtype=object)
    level[[100, 300]] = "rare"
    return table.with_columns(
        pl.Series("flag", rng.random(n) < 0.4),
        pl.Series("level", list(level)),
        pl.Series("nothing", [None] * n, dtype=pl.String),
        pl.Series("same", ["always"] * n),
        pl.Series("seven", [7] * n),
        pl.Series("code", [f"AB-{i:05d}" for i in range(n)]),
        pl.Series("mail", [f"row{i}@example.org" for i in range(n)]),
        pl.Series("name", names),
        pl.Series("own_mail", [f"person{k}@example.org" for k in key]),
        pl.Series("own_name", [f"{FIRST[k % 8]} {LAST[k // 8]}" for k in key]),
        pl.Series("own_code", [f"X{k * 37 + 10_000}" for k in key]),
        pl.Series("own_flag", key % 3 == 0),
    )


@pytest.fixture(scope="module")
def mixed() -> tuple[pl.DataFrame, pl.DataFrame]:
    table = kinds()
    return table, drawn(table)


def test_rare_levels_are_never_shown(mixed: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    """A level of too few rows is never drawn, all others are."""
    _, frame = mixed

    assert {"l0", "l1", "l2", "l3"} == set(frame["level"])


def test_what_never_changes_stays(mixed: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    """A column without cells has none, and a constant is one."""
    _, frame = mixed

    assert [{None}, {"always"}, {7}] == [set(frame[name]) for name in ("nothing", "same", "seven")]


def test_booleans_are_as_frequent(mixed: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    """Booleans of rows are true about as often as train's, those of context the same in all rows of a sequence."""
    table, frame = mixed

    np.testing.assert_allclose(table["flag"].mean(), frame["flag"].mean(), atol=0.1)
    assert {1} == set(frame.group_by("who").agg(pl.col("own_flag").n_unique())["own_flag"])


@pytest.mark.parametrize("name", ["who", "code", "mail", "own_mail", "own_code"])
def test_what_tells_people_is_made_up(mixed: tuple[pl.DataFrame, pl.DataFrame], name: str) -> None:
    """Keys, codes and addresses are none of train's, as values and as context."""
    table, frame = mixed

    assert set() == set(table[name]) & set(frame[name])
    assert 0 == frame[name].null_count()


@pytest.mark.parametrize("name", ["own_mail", "own_name", "own_code"])
def test_made_up_context_stays_within_a_sequence(mixed: tuple[pl.DataFrame, pl.DataFrame], name: str) -> None:
    """What is made up of a sequence is the same in all its rows, and not that of every other one."""
    _, frame = mixed

    assert {1} == set(frame.group_by("who").agg(pl.col(name).n_unique())[name])
    assert frame[name].n_unique() > 30


def test_nothing_is_missing_where_train_has_all(mixed: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    """No cell is missing in columns where none of train's is."""
    table, frame = mixed
    whole = [name for name in table.columns if not table[name].null_count()]

    assert 0 == sum(frame.select(whole).null_count().row(0))


def test_missing_stretches_are_drawn() -> None:
    """Where cells are missing for some rows in a row, they are so in the output, about as often and as long."""
    rng = np.random.default_rng(5)
    table = base(rows=20)
    hidden = np.zeros(table.height, np.bool_)
    for sequence in range(N):
        start = sequence * 20 + rng.integers(2, 10)
        hidden[start : start + 6] = sequence % 2 == 0
    table = table.with_columns(pl.when(~pl.Series(hidden)).then("x").alias("x"))
    frame = drawn(table, 200)
    lengths = frame.select(pl.struct("who", pl.col("x").is_null()).rle()).to_series().struct.field("len")
    missing = frame.select(pl.struct("who", gone=pl.col("x").is_null()).rle().struct.unnest())

    np.testing.assert_allclose(table["x"].is_null().mean(), frame["x"].is_null().mean(), atol=0.08)
    assert lengths.filter(missing["value"].struct.field("gone")).mean() > 3  # type: ignore[operator]


NARROW: list[tuple[str, pl.Series]] = [
    ("number", pl.Series(np.random.default_rng(6).normal(size=N * ROWS))),
    ("flag", pl.Series(np.arange(N * ROWS) % 3 == 0)),
    ("level", pl.Series([f"l{i % 5}" for i in range(N * ROWS)])),
    ("mail", pl.Series([f"row{i}@example.org" for i in range(N * ROWS)])),
    ("not a number", pl.Series([float("nan"), None] * (N * ROWS // 2), dtype=pl.Float64)),
    ("infinite", pl.Series([float("inf"), 1.0, 2.0, float("-inf")] * (N * ROWS // 4))),
    ("duration", pl.Series(np.arange(N * ROWS) % 97).cast(pl.Duration("ms"))),
    ("time", (pl.Series(np.arange(N * ROWS) % 97) * 1_000_000_000).cast(pl.Time)),
    ("decimal", (pl.Series(np.arange(N * ROWS) % 97)).cast(pl.Decimal(10, 2))),
    ("categories", pl.Series([f"l{i % 5}" for i in range(N * ROWS)]).cast(pl.Categorical)),
    ("enum", pl.Series([f"l{i % 5}" for i in range(N * ROWS)]).cast(pl.Enum([f"l{i}" for i in range(6)]))),
]


@pytest.mark.parametrize("cells", [cells for _, cells in NARROW], ids=[name for name, _ in NARROW])
def test_one_column_is_enough(cells: pl.Series) -> None:
    """A table with a key, an index and a column of any kind is learnt and drawn, in its dtypes."""
    frame = drawn(base().drop("x").with_columns(cells.alias("only")), 20)

    assert 20 == frame["who"].n_unique()


def test_wide_tables_stay_wide() -> None:
    """With a row a sequence the output has the same columns and dtypes, a row a sequence, and keys of its own."""
    rng = np.random.default_rng(7)
    walk = rng.normal(size=(60, 12)).cumsum(axis=1).round(2)
    table = pl.DataFrame({"who": [f"k{n:03d}" for n in range(60)], "sex": ["f", "m", "m"] * 20})
    table = table.with_columns(*(pl.Series(f"w{step}", walk[:, step]) for step in range(12)))
    model = TimeSeriesSynthesizer(seed=1, layout="wide").fit(table)
    frame = model.sample(100)

    assert table.schema == frame.schema
    assert 100 == frame.height
    assert 0 == sum(frame.null_count().row(0))
    assert set() == set(table["who"]) & set(frame["who"])
    assert {"f", "m"} == set(frame["sex"])


def test_several_keys_tell_sequences_apart() -> None:
    """Of a key of two columns every pair is one sequence."""
    table = base().with_columns(pl.Series("site", [f"s{k // 10}" for k in np.repeat(np.arange(N), ROWS)]))
    model = TimeSeriesSynthesizer(seed=1, sequence_key=["site", "who"], sequence_index="day").fit(table)
    frame = model.sample(n_sequences=30)

    assert table.schema == frame.schema
    assert 30 == frame.select("site", "who").n_unique()


def test_sequences_of_all_sizes_change_by_their_share() -> None:
    """Where changes grow with the level, small sequences change little and great ones much, as those of train do."""
    rng = np.random.default_rng(6)
    growth = np.cumsum(rng.normal(0.01, 0.02, (60, ROWS)), axis=1)
    table = base(60).with_columns(
        pl.Series("size", (10.0 ** rng.uniform(2, 7, 60)[:, None] * np.exp(growth)).round().ravel().astype(np.int64))
    )
    found = drawn(table, 200)
    rates = [frame.select((pl.col("size") / pl.col("size").shift()).log().over("who")) for frame in (table, found)]
    spread = [float(rate.to_series().drop_nulls().std()) for rate in rates]

    assert 0.75 < spread[1] / spread[0] < 1.3
    for low, high in ((0, 10_000), (10_000, 1_000_000), (1_000_000, 10**9)):
        part = found.filter(pl.col("size").first().over("who").is_between(low, high))
        rate = part.select((pl.col("size") / pl.col("size").shift()).log().over("who")).to_series().drop_nulls()
        assert 0.5 < float(rate.std()) / spread[0] < 2.0


def test_more_columns_than_rows_of_a_sequence() -> None:
    """Thirty columns that walk, in thirty short sequences: as far in one step as those of train, and no further."""
    rng = np.random.default_rng(7)
    table = base(30, 6)
    walks = {f"w{j}": rng.normal(0, 1, (30, 6)).cumsum(axis=1) + rng.normal(0, 5, (30, 1)) for j in range(30)}
    table = table.with_columns(pl.Series(name, walk.round(2).ravel()) for name, walk in walks.items())
    found = drawn(table, 100)
    spread = [[float(change(frame, name).std()) for name in walks] for frame in (table, found)]

    assert 0.8 < np.mean(spread[1]) / np.mean(spread[0]) < 1.3
