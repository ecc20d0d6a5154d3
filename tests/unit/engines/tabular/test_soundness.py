"""Model files with one value changed: refused, or drawn from to an end. Kernels check no bounds."""

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
from lookalike.data.streams import stream
from lookalike.engines.tabular import Model, Synthesizer
from lookalike.engines.tabular.file import pack, unpack
from lookalike.engines.tabular.model import KIND
from lookalike.engines.tabular.splits import FEATURE, LEFT, THRESHOLD
from lookalike.errors import LookalikeError, ModelFileError
from lookalike.tables import given as given_data
from lookalike.tables import typed

EDGES = (
    0,
    1,
    -1,
    -2,
    -3,
    2,
    7,
    8,
    9,
    10,
    100,
    255,
    256,
    257,
    65_535,
    2**20 - 1,
    2**20,
    2**28,
    2**31 - 1,
    -(2**31),
    2**62,
)
ROWS = 300


def everything(n: int = 700) -> pl.DataFrame:
    """Copies, cells missing together, sums of several columns, categories, a lookup, keys, dates, an order."""
    rng = np.random.default_rng(3)
    a, b, kind = rng.normal(0, 1, n).round(3), rng.normal(0, 1, n).round(3), rng.integers(0, 30, n)
    missing = pl.Series(rng.random(n) < 0.2)
    return pl.DataFrame(
        {
            "a": a,
            "b": b,
            "copied": np.where(rng.random(n) < 0.4, a, rng.normal(0, 1, n).round(3)),
            "kind": [f"l{x}" for x in kind],
            "group": [f"g{x // 7}" for x in kind],
            "both": (a + b + rng.normal(0, 0.3, n)).round(3),
            "flag": rng.random(n) < 1 / (1 + np.exp(-2 * a)),
            "count": rng.poisson(3, n) + (kind > 15) * 5,
            "size": [["s", "m", "l"][x % 3] for x in kind],
            "day": pl.Series(rng.integers(18_000, 19_000, n)).cast(pl.Date),
            "key": [f"AB-{i:05d}" for i in range(n)],
            "number": np.arange(n) + 1_000,
        }
    ).with_columns(pl.when(~missing).then("count").alias("count"), pl.when(~missing).then("day").alias("day"))


@cache
def model(quality: str) -> Model:
    columns = {"size": {"type": "ordered", "levels": ["s", "m", "l"]}}
    synthesizer = TabularSynthesizer(seed=1, columns=columns, quality=quality)
    table, metadata, _ = typed(given_data(everything(), synthesizer.parameters), synthesizer.parameters)
    plan = Synthesizer(synthesizer.parameters).prepare(table, metadata, seed=1)
    return plan.join([plan.fit_group(group) for group in range(plan.n_groups)])


@cache
def parts(quality: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and arrays of the model's file."""
    return unpack(KIND, model(quality).to_bytes())


def values(dtype: Any) -> st.SearchStrategy[Any]:
    """Any value of a dtype, and often one at which something changes its meaning."""
    if dtype.kind == "f":
        return st.floats(width=32) | st.sampled_from([5.3, -5.3, 1e30, -1e30])
    least, most = np.iinfo(dtype).min, np.iinfo(dtype).max
    return st.sampled_from([e for e in EDGES if least <= e <= most]) | st.integers(int(least), int(most))


def test_the_model_has_all_there_is_to_damage() -> None:
    """The model under test has ties, copies, clues, masks, lookups and a refiner: else the tests below say little."""
    layout, chain, refiner = model("high").layout, model("high").chain, model("high").refiner
    found = (layout.kinship.ties, layout.kinship.copies, layout.derived, chain.clue_columns, chain.masks, refiner.masks)

    assert [True] * len(found) == [len(part) > 0 for part in found]


def ends(quality: str, arrays: dict[str, Any], told: dict[str, Any]) -> bool:
    """Whether a model of the arrays is refused, or draws rows in its own dtypes, or says that it cannot."""
    header, whole = parts(quality)
    try:
        damaged = Model.from_bytes(pack(KIND, header, whole | arrays))
        asked = damaged.asked(checked(Asking, told))
        rows = np.arange(ROWS, dtype=np.uint64)
        frame, stay = asked.candidates(stream(1, "test"), 1, rows, asked.wishes(ROWS))
    except LookalikeError:
        return True
    dtypes = [column.dtype for column in model(quality).metadata.columns]
    return (frame.dtypes, frame.height, stay.shape) == (dtypes, ROWS, (ROWS,))


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_changed_value_is_refused_or_harmless(data: st.DataObject) -> None:
    """Whatever value of whatever array is changed, reading raises ModelFileError or drawing ends as it should."""
    quality = data.draw(st.sampled_from(["standard", "high"]))
    arrays = {name: array for name, array in parts(quality)[1].items() if array.size}
    name = data.draw(st.sampled_from(sorted(arrays)))
    array = arrays[name].copy()
    array.flat[data.draw(st.integers(0, array.size - 1))] = data.draw(values(array.dtype))
    told: dict[str, Any] = data.draw(
        st.sampled_from([{}, {"conditions": {"flag": True}}, {"conditions": [{"day": None}, {"both": 0.5}]}])
    )

    assert ends(quality, {name: array}, told)


DAMAGES: list[tuple[str, tuple[int, ...], float]] = [
    ("chain.nodes", (THRESHOLD,), 300),
    ("chain.nodes", (THRESHOLD,), 2**20),
    ("chain.nodes", (THRESHOLD,), -(2**20)),
    ("chain.nodes", (FEATURE,), 99),
    ("chain.nodes", (LEFT,), 0),
    ("chain.nodes", (LEFT,), 2**30),
    ("chain.donor_at", (1,), 5),
    ("chain.bounds", (0, 1), 9),
    ("chain.clue_row", (-1,), 99),
    ("chain.codes", (0,), 10**6),
    ("chain.regressors", (0, 0), 99),
    ("chain.coefficients", (0, 0), np.nan),
    ("chain.clue_tables", (0, 0, 0), 1e30),
    ("refiner.nodes", (THRESHOLD,), 300),
    ("refiner.nodes", (FEATURE,), 99),
    ("refiner.nodes", (LEFT,), 0),
    ("refiner.tree_at", (1,), 10**6),
    ("refiner.round_at", (1,), 0),
    ("refiner.tops", (0,), np.inf),
    ("column.0.n_rows", (0,), -1),
    ("column.0.n_rows", (0,), 2**30),
    ("column.0.values", (0,), np.nan),
    ("column.9.values", (0,), -(2**31) - 1),  # no day of a date
]


@pytest.mark.parametrize(("name", "place", "value"), DAMAGES, ids=str)
def test_what_would_lead_outside_is_refused(name: str, place: tuple[int, ...], value: float) -> None:
    """Values by which a kernel would read outside of its arrays, or never end, are refused on reading."""
    header, arrays = parts("high")
    array = arrays[name].copy()
    split = (int(np.argmax(array[:, FEATURE] >= 0)),) if name.endswith("nodes") else ()
    array[*split, *place] = value
    with pytest.raises(ModelFileError):
        Model.from_bytes(pack(KIND, header, arrays | {name: array}))


@pytest.mark.parametrize("name", ["chain.nodes", "chain.clue_bins", "refiner.masks", "refiner.values"])
def test_parts_of_another_form_are_refused(name: str) -> None:
    """An array that is not there, has another dtype or another shape is refused."""
    header, arrays = parts("high")
    array = arrays[name]
    for other in (array.astype(np.float32), array.ravel()[:-1], array[None], array[:0]):
        with pytest.raises(ModelFileError):
            Model.from_bytes(pack(KIND, header, arrays | {name: other}))
    with pytest.raises(ModelFileError):
        Model.from_bytes(pack(KIND, header, {key: value for key, value in arrays.items() if key != name}))
