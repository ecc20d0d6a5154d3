"""What is asked of rows, from parameters to rows: it holds exactly, or the asking fails in so many words."""

from datetime import date, time, timedelta
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike import TabularSynthesizer
from lookalike.data.asking import Asking
from lookalike.data.parameters import checked
from lookalike.engines.tabular import Model, Synthesizer
from lookalike.errors import ConditionsUnreachable, InputInvalid
from lookalike.tables import given as given_data
from lookalike.tables import typed

GAP = 0.02
TOLD = {"size": {"type": "ordered", "levels": ["s", "m", "l"]}, "word": {"type": "categorical"}}
VALUES: dict[str, tuple[Any, Any]] = {
    "whole": (123, 123),
    "few": (3, 3),
    "decimal": (51.25, 51.25),
    "word": ("c3", "c3"),
    "flag": (True, True),
    "day": ("2021-05-05", date(2021, 5, 5)),
    "clock": ("12:30:00", time(12, 30)),
    "span": ("PT1H", timedelta(hours=1)),
    "size": ("m", "m"),
    "level": ("l", "l"),
    "same": ("k", "k"),
    "land": ("L1", "L1"),
    "sum": (500, 500),
}
HOLED = ("whole", "few", "decimal", "flag", "day", "at", "clock", "span", "size", "level")


def mixed(n: int = 600) -> pl.DataFrame:
    """A column of each type, one that another determines, one that two others add up to, one that never changes."""
    rng = np.random.default_rng(5)
    word, first, second = rng.integers(0, 9, n), rng.integers(0, 500, n), rng.integers(0, 500, n)
    size = np.array(["s", "m", "l"])
    table = pl.DataFrame(
        {
            "whole": rng.integers(0, 900, n),
            "few": rng.integers(0, 5, n),
            "decimal": rng.normal(50, 5, n).round(2),
            "word": [f"c{i}" for i in word],
            "flag": rng.random(n) < 0.3,
            "day": pl.Series(rng.integers(18_000, 19_500, n)).cast(pl.Date),
            "at": pl.Series(rng.integers(0, 10**6, n) * 60_000_000).cast(pl.Datetime("us", "Europe/Berlin")),
            "clock": pl.Series(rng.integers(0, 86_400, n) * 10**9).cast(pl.Time),
            "span": pl.Series(rng.integers(0, 10**5, n) * 10**6).cast(pl.Duration("us")),
            "size": size[rng.integers(0, 3, n)],
            "level": pl.Series(size[word % 3], dtype=pl.Enum(size)),
            "same": ["k"] * n,
            "land": [f"L{i // 3}" for i in word],
            "first": first,
            "second": second,
            "sum": first + second,
        }
    )
    holes = [pl.when(pl.Series(rng.random(n) > 0.1)).then(pl.col(name)).alias(name) for name in HOLED]
    return table.with_columns(holes)


def model_of(table: pl.DataFrame, **parameters: Any) -> Model:
    synthesizer = TabularSynthesizer(seed=1, columns=TOLD if "size" in table.columns else {}, **parameters)
    frame, metadata, _ = typed(given_data(table, synthesizer.parameters), synthesizer.parameters)
    plan = Synthesizer(synthesizer.parameters).prepare(frame, metadata, seed=1)
    return plan.join([plan.fit_group(group) for group in range(plan.n_groups)])


def wish(**told: Any) -> Asking:
    return checked(Asking, told)


@cache
def free_model() -> Model:
    """Fitted without wishes, so that anything may be asked of it later."""
    return model_of(mixed())


@pytest.fixture
def free() -> Model:
    return free_model()


@pytest.mark.parametrize("name", VALUES)
def test_a_cell_of_any_type_can_be_asked_for(free: Model, name: str) -> None:
    """A value told in JSON stands in every row, whether the model was fitted knowing it or is asked later."""
    told, wanted = VALUES[name]
    for model in (model_of(mixed(), conditions={name: told}), free.asked(wish(conditions={name: told}))):
        assert {wanted} == set(model.draw(150, seed=1, block=0)[name])


def test_a_moment_with_its_offset_can_be_asked_for(free: Model) -> None:
    """A moment told with an offset is the same moment in the column's own zone."""
    out = free.asked(wish(conditions={"at": "1970-06-05T12:00:00+02:00"})).draw(50, seed=1, block=0)["at"]

    assert {"1970-06-05 10:00"} == set(out.dt.convert_time_zone("UTC").dt.strftime("%Y-%m-%d %H:%M"))
    assert mixed()["at"].dtype == out.dtype


def test_a_moment_without_an_offset_is_of_the_columns_zone(free: Model) -> None:
    """A moment told without an offset is what the clocks of the column's zone show."""
    out = free.asked(wish(conditions={"at": "1970-06-05T12:00:00"})).draw(50, seed=1, block=0)["at"]

    assert {"1970-06-05 12:00"} == set(out.dt.strftime("%Y-%m-%d %H:%M"))


def test_a_decimal_is_not_rounded() -> None:
    """A value of more decimals than the column has is refused, and never asked for rounded."""
    table = pl.DataFrame({"price": [n * 37 % 900 for n in range(300)]}).select(
        pl.col("price").cast(pl.Decimal(10, 2)) / 4
    )
    model = model_of(table.with_columns(pl.col("price").cast(pl.Decimal(10, 2))))

    assert {"12.25"} == set(
        model.asked(wish(conditions={"price": 12.25})).draw(9, seed=1, block=0)["price"].cast(pl.String)
    )
    with pytest.raises(InputInvalid):
        model.asked(wish(conditions={"price": 12.345})).wishes(9)


@pytest.mark.parametrize("name", HOLED)
def test_missing_can_be_asked_for(free: Model, name: str) -> None:
    """null asks for a missing cell, where the column has any."""
    out = free.asked(wish(conditions={name: None})).draw(60, seed=1, block=0)

    assert 60 == out[name].null_count()


NOT_TO_BE_HAD = [
    ("word", "c99"),
    ("word", None),
    ("whole", 10**6),
    ("first", None),
    ("same", "j"),
    ("same", None),
    ("land", "L9"),
    ("size", "xl"),
    ("day", "1800-01-01"),
    ("decimal", -1e9),
]


@pytest.mark.parametrize(("name", "value"), NOT_TO_BE_HAD)
def test_cells_that_cannot_be_had_are_refused_at_once(free: Model, name: str, value: Any) -> None:
    """A value that is not in the input, or out of range, is told as found and asked before anything is drawn."""
    with pytest.raises(ConditionsUnreachable, match=f"Of 70 rows .* column '{name}' .* 0 can be found"):
        free.asked(wish(conditions={name: value})).wishes(70)


@pytest.mark.parametrize(
    ("name", "value"),
    [("whole", "many"), ("whole", 2.5), ("day", "soon"), ("day", "1970-06-05T05:00:00"), ("flag", 7), ("decimal", "x")],
)
def test_cells_of_another_type_are_refused(free: Model, name: str, value: Any) -> None:
    """A value that the column's type cannot mean is refused by the column's name, without the value."""
    with pytest.raises(InputInvalid, match=f"column '{name}'") as raised:
        free.asked(wish(conditions={name: value})).wishes(10)

    assert not isinstance(value, str) or value not in str(raised.value)


@pytest.mark.parametrize(
    "told",
    [
        {"conditions": {"word": "c1"}, "rebalance": {"word": {"c1": 0.5}}},
        {"fairness": {"target": "flag", "protected": ["word", "word"]}},
        {"fairness": {"target": "flag", "protected": ["flag"]}},
        {"impute": ["nobody"]},
        {"conditions": {"nobody": 1}},
    ],
)
def test_wishes_that_do_not_fit_are_refused(free: Model, told: dict[str, Any]) -> None:
    """A column asked for twice, or that is not there, is refused."""
    with pytest.raises(InputInvalid):
        free.asked(wish(**told))


def test_more_conditions_than_rows_are_refused(free: Model) -> None:
    """Each condition has at least a row, or the asking fails."""
    with pytest.raises(InputInvalid, match="3 conditions for 2 rows"):
        free.asked(wish(conditions=[{"few": n} for n in range(3)])).wishes(2)


def test_conditions_against_a_rule_end() -> None:
    """Conditions that a rule forbids end, after bounded work, in an error that says what was found and asked."""
    table = pl.DataFrame({"low": [1, 2, 3] * 40, "high": [4, 5, 6] * 40})
    rule = {"type": "less", "columns": ["low", "high"]}
    model = model_of(
        table.vstack(table.select(low=pl.col("high"), high=pl.col("high") + 3)),
        constraints=[rule],
        conditions={"low": 6, "high": 4},
    )
    with pytest.raises(ConditionsUnreachable, match="Of 20 rows only 0 could be found"):
        model.draw(20, seed=1, block=0)


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 9), st.integers(0, 300), st.data())
def test_conditions_share_rows_out_in_order(n: int, more: int, data: st.DataObject) -> None:
    """Each condition gets as many rows as any other, give or take one, in their order."""
    words = data.draw(st.lists(st.sampled_from([f"c{i}" for i in range(9)]), min_size=n, max_size=n, unique=True))
    model = free_model().asked(wish(conditions=[{"word": word} for word in words]))
    found = model.draw(n + more, seed=1, block=0)["word"].to_list()
    runs = [word for place, word in enumerate(found) if place == 0 or found[place - 1] != word]
    counts = [found.count(word) for word in words]

    assert words == runs
    assert max(counts) - min(counts) <= 1


@settings(max_examples=15, deadline=None)
@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 2_000))
def test_rebalanced_columns_are_exact(first: float, second: float, total: int) -> None:
    """Every level that rebalance names has its share of the rows rounded, in each column."""
    model = free_model().asked(wish(rebalance={"word": {"c1": first}, "few": {"3": second}}))
    out = model.draw(total, seed=2, block=0)

    assert abs(int((out["word"] == "c1").sum()) - first * total) <= 1 + 1e-3 * total
    assert abs(int((out["few"] == 3).sum()) - second * total) <= 1 + 1e-3 * total


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.sampled_from(["word", "few", "land", "size"]), min_size=1, max_size=3, unique=True),
    st.integers(1, 3_000),
)
def test_groups_have_the_same_rates(protected: list[str], total: int) -> None:
    """In the output the rates of the target differ by the gap at most between the groups of every protected column."""
    out = free_model().asked(wish(fairness={"target": "flag", "protected": protected})).draw(total, seed=3, block=0)
    for name in protected:
        for value in out["flag"].unique():
            rates = out.group_by(name).agg(pl.col("flag").eq_missing(pl.lit(value)).mean().alias("rate"))["rate"]

            assert float(rates.max() - rates.min()) <= GAP + 1e-9  # type: ignore[operator, arg-type]


def test_groups_that_lack_a_level_get_it() -> None:
    """A group without any row of a target level has as many of them in the output as the others."""
    n = 400
    table = pl.DataFrame({"group": ["a"] * (n - 8) + ["b"] * 8, "good": [True, False] * (n // 2 - 4) + [False] * 8})
    out = model_of(table, fairness={"target": "good", "protected": ["group"]}).draw(20_000, seed=1, block=0)
    rates = out.group_by("group").agg(pl.col("good").mean())

    assert {"a", "b"} == set(rates["group"])
    assert float(rates["good"].max() - rates["good"].min()) <= GAP  # type: ignore[operator, arg-type]


def test_shares_with_parity_are_exact_too() -> None:
    """A column that is rebalanced beside fairness has its shares rounded, if fairness does not name it."""
    told = wish(rebalance={"few": {"3": 0.4}}, fairness={"target": "flag", "protected": ["word"]})
    out = free_model().asked(told).draw(999, seed=1, block=0)

    assert abs(int((out["few"] == 3).sum()) - 0.4 * 999) < 1


@pytest.mark.parametrize("later", [False, True])
def test_imputed_columns_are_never_missing(free: Model, later: bool) -> None:
    """Columns to impute have no missing cell; the others have theirs; shares of an imputed column leave missing out."""
    told = {"impute": ["whole", "size", "day"], "rebalance": {"size": {"m": 0.5}}}
    model = free.asked(wish(**told)) if later else model_of(mixed(), **told)
    out = model.draw(500, seed=1, block=0)

    assert (0, 0, 0) == out.select("whole", "size", "day").null_count().row(0)
    assert out["few"].null_count() > 0
    assert 250 == (out["size"] == "m").sum()


def test_rows_do_not_depend_on_order() -> None:
    """Blocks drawn in another order, from a model read back, are the same rows; shares hold in all of them together."""
    told = {"rebalance": {"word": {"c1": 0.5}}, "fairness": {"target": "flag", "protected": ["few"]}, "impute": ["day"]}
    model = model_of(mixed(), **told)
    total, again = 70_000, Model.from_bytes(model.to_bytes())
    second = again.draw(total - 65_536, seed=9, block=1, total=total)
    first = again.draw(65_536, seed=9, block=0, total=total)

    assert first.equals(model.draw(65_536, seed=9, block=0, total=total))
    assert second.equals(model.draw(total - 65_536, seed=9, block=1, total=total))
    assert 35_000 == sum(int((part["word"] == "c1").sum()) for part in (first, second))


def test_a_table_of_conditions_leaves_empty_cells_free() -> None:
    """Each row of a table of conditions is one; its empty cells ask for nothing."""
    told = pl.DataFrame({"word": ["c1", None], "whole": ["120", "500"]})
    out = free_model().asked(wish(), told).draw(40, seed=1, block=0)

    assert ["c1"] * 20 == out["word"].head(20).to_list()
    assert [120] * 20 + [500] * 20 == out["whole"].to_list()
    assert out["word"].tail(20).n_unique() > 1
