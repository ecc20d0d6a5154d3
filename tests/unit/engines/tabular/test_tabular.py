"""The tabular engine from table to rows."""

import json
import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.data.parameters import TabularParameters
from lookalike.engines.tabular import Model, Plan, Synthesizer
from lookalike.errors import InputRefused, ModelFileError, UsageError


def metadata_of(table: pl.DataFrame) -> Metadata:
    def kind(dtype: pl.DataType) -> ColumnType:
        if dtype.is_integer():
            return ColumnType.INTEGER
        return ColumnType.DECIMAL if dtype.is_numeric() else ColumnType.CATEGORICAL

    types = {pl.Boolean(): ColumnType.BOOLEAN, pl.Null(): ColumnType.EMPTY, pl.Date(): ColumnType.DATE}
    return Metadata(tuple(Column(n, types.get(d, kind(d)), d) for n, d in table.schema.items()))


def plan_of(table: pl.DataFrame, seed: int = 1, **parameters: object) -> Plan:
    chosen = TabularParameters.model_validate(parameters)
    return Synthesizer(chosen).prepare(table, metadata_of(table), seed=seed)


def model_of(table: pl.DataFrame, seed: int = 1, **parameters: object) -> Model:
    plan = plan_of(table, seed, **parameters)
    return plan.join([plan.fit_group(group) for group in range(plan.n_groups)])


def mixed(n: int = 600) -> pl.DataFrame:
    rng = np.random.default_rng(7)
    city = rng.integers(0, 8, n)
    height = rng.normal(170, 10, n).round(1)
    return pl.DataFrame(
        {
            "city": [f"city {c}" for c in city],
            "country": [f"country {c // 3}" for c in city],
            "height": height,
            "weight": height - 100 + rng.normal(0, 3, n),
            "code": city * 10,
            "visits": rng.poisson(3, n),
            "member": rng.random(n) < 0.3,
            "joined": pl.Series(rng.integers(18_000, 19_000, n)).cast(pl.Date),
            "id": [f"P{i:06d}" for i in range(n)],
            "nothing": pl.Series([None] * n, dtype=pl.Null),
            "same": ["x"] * n,
        }
    ).with_columns(pl.when(pl.col("height") > 165).then("weight"))


@pytest.fixture(scope="module")
def model() -> Model:
    return model_of(mixed())


def test_columns_and_dtypes_are_those_of_train(model: Model) -> None:
    """A draw has as many rows as asked for, and train's columns in order with train's dtypes."""
    out = model.draw(1_000, seed=1, block=0)

    assert (mixed().schema, 1_000) == (out.schema, out.height)


def test_codes_are_those_that_rows_are_told_from(model: Model) -> None:
    """A block's codes give as many rows, each city's code one city and back: the rows of `draw`, not yet decoded."""
    codes = model.draw_codes(1_000, seed=1, block=0).codes
    cities = model.draw(1_000, seed=1, block=0)["city"]
    row = next(r for r in codes if len(set(zip(r.tolist(), cities, strict=True))) == cities.n_unique())

    assert (1_000, 8) == (codes.shape[1], len(set(row.tolist())))


def test_levels_are_of_train(model: Model) -> None:
    """Every drawn category is one of train."""
    out = model.draw(2_000, seed=1, block=0)

    assert set(mixed()["city"]) >= set(out["city"])


def test_dependencies_hold(model: Model) -> None:
    """What one column determines in train it determines in every drawn row."""
    out, train = model.draw(2_000, seed=1, block=0), mixed()

    assert set(train.select("city", "country", "code").iter_rows()) >= set(
        out.select("city", "country", "code").iter_rows()
    )


def test_relations_between_numbers_are_learnt(model: Model) -> None:
    """The correlation of two numbers comes out as it went in."""
    out = model.draw(5_000, seed=1, block=0).drop_nulls("weight")
    train = mixed().drop_nulls("weight")
    wanted, found = (float(t.select(pl.corr("height", "weight")).item()) for t in (train, out))

    assert abs(wanted - found) < 0.03


def test_marginals_are_those_of_train() -> None:
    """In a draw of train's size each category of the first column comes as often as in train."""
    train = mixed()
    out = model_of(train).draw(train.height, seed=1, block=0)

    assert train["city"].value_counts().sort("city").equals(out["city"].value_counts().sort("city"))


def test_same_seed_same_rows(model: Model) -> None:
    """A block depends on seed and number only, not on what was drawn before."""
    first = model.draw(500, seed=4, block=2)
    model.draw(500, seed=9, block=0)

    assert first.equals(model.draw(500, seed=4, block=2))
    assert not first.equals(model.draw(500, seed=4, block=3))
    assert not first.equals(model.draw(500, seed=5, block=2))


def test_made_up_cells_differ_between_blocks(model: Model) -> None:
    """Identifiers of different blocks never meet, nor do they meet train's."""
    ids = [*model.draw(900, seed=4, block=0)["id"], *model.draw(900, seed=4, block=1)["id"]]

    assert len(set(ids)) == 1_800
    assert set() == set(ids) & set(mixed()["id"])


def test_bytes_are_the_same_and_draw_the_same(model: Model) -> None:
    """Fitting twice gives the same bytes; a model read back draws the same rows and writes the same bytes."""
    value = model.to_bytes()
    again = Model.from_bytes(value)

    assert value == model_of(mixed()).to_bytes()
    assert value == again.to_bytes()
    assert again.draw(300, seed=2, block=1).equals(model.draw(300, seed=2, block=1))
    assert (model.metadata, model.notes) == (again.metadata, again.notes)


def test_plan_comes_back() -> None:
    """A plan read back fits the same groups."""
    plan = plan_of(mixed())
    again = Synthesizer(TabularParameters()).load_plan(plan.to_bytes())

    assert [plan.fit_group(g) for g in range(plan.n_groups)] == [again.fit_group(g) for g in range(again.n_groups)]
    assert plan.to_bytes() == again.to_bytes()


def test_damaged_bytes_are_refused(model: Model) -> None:
    """A byte changed anywhere, a cut, or something else altogether raises ModelFileError."""
    value = model.to_bytes()
    for place in (0, 9, 20, 100, len(value) // 2, len(value) - 1):
        with pytest.raises(ModelFileError):
            Model.from_bytes(value[:place] + bytes([value[place] ^ 1]) + value[place + 1 :])
    for other in (b"", value[:-1], value[:50], b"PAR1" * 30, plan_of(mixed()).to_bytes()):
        with pytest.raises(ModelFileError):
            Model.from_bytes(other)


@pytest.mark.parametrize("n_rows", [0, 65_537])
def test_a_block_has_its_size(model: Model, n_rows: int) -> None:
    """No rows, or more than a block holds, is a wrong use."""
    with pytest.raises(UsageError):
        model.draw(n_rows, seed=1, block=0)


ODD_TABLES = {
    "one column": pl.DataFrame({"a": np.arange(50) ** 2}),
    "one level": pl.DataFrame({"a": ["x"] * 20}),
    "all null": pl.DataFrame({"a": pl.Series([None] * 30, dtype=pl.Int64), "b": pl.Series([None] * 30)}),
    "twenty rows": mixed(20),
    "constants and one": pl.DataFrame({"a": [1] * 40, "b": [0.5, None] * 20, "c": ["z"] * 40}),
    "only identifiers": pl.DataFrame({"a": [f"{i:08d}" for i in range(60)]}),
    "nan and infinity": pl.DataFrame({"a": [float("nan"), float("inf"), 1.5, None] * 20, "b": np.arange(80) / 7}),
    "one row": pl.DataFrame({"a": [1], "b": ["x"]}),
    "two thousand levels": pl.DataFrame({"a": [f"l{i % 2000}" for i in range(12_000)], "b": np.arange(12_000) % 7}),
}


@pytest.mark.parametrize("name", ODD_TABLES)
def test_odd_tables(name: str) -> None:
    """Tables at the edge of sense are fitted, kept, and drawn from in their own dtypes."""
    table = ODD_TABLES[name]
    out = Model.from_bytes(model_of(table).to_bytes()).draw(100, seed=1, block=0)

    assert (table.schema, 100) == (out.schema, out.height)


@pytest.mark.parametrize("table", [pl.DataFrame(), pl.DataFrame({"a": pl.Series([], dtype=pl.Int64)})])
def test_nothing_is_refused(table: pl.DataFrame) -> None:
    """A table without rows or columns cannot be learnt from."""
    with pytest.raises(InputRefused):
        plan_of(table)


def test_rare_levels_are_never_drawn() -> None:
    """A level in fewer than `min_level_rows` rows does not come out, nor does it stand in the model's bytes."""
    table = pl.DataFrame({"a": ["often"] * 60 + ["hidden"] * 4 + ["seen"] * 6, "b": np.arange(70)})
    model = model_of(table)

    assert {"often", "seen"} == set(model.draw(5_000, seed=1, block=0)["a"])
    assert b"hidden" not in model.to_bytes()


@pytest.mark.parametrize("parameters", [{}, {"quality": "high"}, {"privacy": "private"}])
@pytest.mark.parametrize("other", [["x"] * 60, [None] * 60, [f"p{n}@example.org" for n in range(60)]])
def test_tables_of_which_nothing_is_drawn(other: list[str | None], parameters: dict[str, str]) -> None:
    """A table of constants, gaps and made-up cells, of which nothing is drawn, has rows too, however asked."""
    out = model_of(pl.DataFrame({"a": [1] * 60, "b": other}), **parameters).draw(100, seed=1, block=0)

    assert (100, {1}) == (out.height, set(out["a"]))


def test_fit_rows_limits_what_is_learnt_from() -> None:
    """With `fit_rows` fewer rows are learnt from, and a note says so."""
    model = model_of(mixed(), fit_rows=100)

    assert any("100 of 600 rows" in note for note in model.notes)


def test_wide_tables_see_some_columns() -> None:
    """A table of more columns than a tree may see is fitted, and a copy far to the left is still found."""
    rng = np.random.default_rng(1)
    columns = {f"c{i}": rng.standard_normal(300).round(2) for i in range(230)}
    model = model_of(pl.DataFrame(columns | {"copy": columns["c3"] + 0.001 * rng.standard_normal(300)}))
    out = model.draw(500, seed=1, block=0)

    assert float(out.select(pl.corr("c3", "copy")).item()) > 0.8


def test_groups_cover_the_chain() -> None:
    """A table of much work has several groups, and they make the model that one group would."""
    rng = np.random.default_rng(1)
    n = 200_000
    table = pl.DataFrame({f"c{i}": rng.integers(0, 4, n) for i in range(12)})
    plan = plan_of(table)

    assert plan.n_groups > 1
    assert len(plan.join([plan.fit_group(g) for g in range(plan.n_groups)]).layout.chain) == 12


DATA = os.environ.get("LOOKALIKE_DATA")


@pytest.mark.skipif(DATA is None, reason="needs LOOKALIKE_DATA")
def test_real_table() -> None:
    """On a real table the share of the target in each group of a strong clue is train's, within sampling error."""
    folder = Path(str(DATA)) / "tabular" / "adult"
    train = pl.read_parquet(folder / "train.parquet")
    target = json.loads((folder / "meta.json").read_text())["target"]
    out = model_of(train).draw(train.height, seed=1, block=0)
    top = train[target].value_counts(sort=True)[target][1]

    def shares(table: pl.DataFrame) -> pl.DataFrame:
        return table.group_by("sex").agg((pl.col(target) == top).mean().alias("share")).sort("sex")

    assert abs(shares(train)["share"] - shares(out)["share"]).max() < 0.02  # type: ignore[operator]
