"""Files of sequences with one value changed: refused, or drawn from to an end. Kernels check no bounds."""

import json
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.engines.tabular.file import pack, unpack
from lookalike.engines.time_series import Model, load_promise
from lookalike.engines.time_series.model import KIND
from lookalike.engines.time_series.plan import PLAN_KIND, load_plan
from lookalike.errors import LookalikeError, ModelFileError
from stepped import model, plan

EDGES = (0, 1, -1, -2, 2, 3, 5, 7, 8, 100, 254, 255, 256, 65_535, 2**20, 2**31 - 1, -(2**31), 2**40, 2**62)


@cache
def parts() -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and arrays of the model's file."""
    return unpack(KIND, model().to_bytes())


def values(dtype: Any) -> st.SearchStrategy[Any]:
    """Any value of a dtype, and often one at which something changes its meaning."""
    if dtype.kind == "f":
        return st.floats() | st.sampled_from([5.3, -5.3, 1e30, -1e30, 1e300, *map(float, EDGES)])
    least, most = np.iinfo(dtype).min, np.iinfo(dtype).max
    return st.sampled_from([e for e in EDGES if least <= e <= most]) | st.integers(int(least), int(most))


def ends(header: dict[str, Any], arrays: dict[str, Any]) -> bool:
    """Whether a model of the parts is refused, or draws rows in its own dtypes, or says that it cannot."""
    try:
        damaged = Model.from_bytes(pack(KIND, header, arrays))
        frame = damaged._sequences(np.arange(30), 1, 300)
    except LookalikeError:
        return True
    return frame.columns == list(damaged.layout.metadata.names)


def test_the_model_has_all_there_is_to_damage() -> None:
    """The model under test has drawn times, ends, lookups, leans, atoms, masks and clues: else the tests say little."""
    layout, course, forest = model().layout, model().course, model().forest
    found = (layout.derived, course.leans, course.atoms, course.known, forest.masks, layout.clues, layout.monotone)

    assert [True] * len(found) == [len(part) > 0 for part in found]
    assert layout.timed
    assert layout.ended


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_changed_value_is_refused_or_harmless(data: st.DataObject) -> None:
    """Whatever value of whatever array is changed, reading raises ModelFileError or drawing ends as it should."""
    header, arrays = parts()
    name = data.draw(st.sampled_from(sorted(name for name, array in arrays.items() if array.size and name != "starts")))
    array = arrays[name].copy()
    array.flat[data.draw(st.integers(0, array.size - 1))] = data.draw(values(array.dtype))

    assert ends(header, arrays | {name: array})


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Ways to all plain values of JSON."""
    if isinstance(value, dict):
        return [way for name, inner in value.items() for way in paths(inner, (*path, name))]
    if isinstance(value, list):
        return [way for place, inner in enumerate(value) for way in paths(inner, (*path, place))]
    return [path]


def altered(header: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    changed = deepcopy(header)
    inner: Any = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return changed


PLAIN = st.sampled_from([None, True, "", "x", "number", [], {}, -1, 0, 1, 2, 1.5, 1e300, -1e300, 2**31, 2**62, "who"])


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_changed_field_is_refused_or_harmless(data: st.DataObject) -> None:
    """Whatever field of the header is changed, reading raises ModelFileError or drawing ends as it should."""
    header, arrays = parts()
    changed = altered(header, data.draw(st.sampled_from(paths(header))), data.draw(PLAIN))

    assert ends(json.loads(json.dumps(changed)), arrays)


def test_a_level_that_a_clue_has_twice_is_refused() -> None:
    """A cell would have two places among the levels, and its sequence two beginnings."""
    header, arrays = parts()
    [clue, *_] = [place for place, clue in enumerate(header["clues"]) if clue["levels"] is not None]
    first, *_ = header["clues"][clue]["levels"]["texts"]
    changed = altered(header, ("clues", clue, "levels", "texts", 1), first)

    with pytest.raises(ModelFileError):
        Model.from_bytes(pack(KIND, changed, arrays))


def first_of(what: Callable[[Any], Any]) -> int:
    return int(np.argmax(what(parts()[1]["forest.nodes"])))


DAMAGES: list[tuple[str, Any, float]] = [
    ("forest.roots", (0, 0), 2**40),
    ("forest.roots", (0, 0), -1),
    ("forest.nodes", lambda a: (np.argmax(a[:, 0] >= 0), 0), 9_999),
    ("forest.nodes", lambda a: (np.argmax(a[:, 0] >= 0), 1), 0),
    ("forest.nodes", lambda a: (np.argmax(a[:, 0] >= 0), 1), 2**30),
    ("forest.nodes", lambda a: (np.argmax(a[:, 2] >= 0), 2), 2**30),
    ("forest.leaves", (-1, 1), 2**40),
    ("forest.leaves", (-1, 0), -5),
    ("forest.donors", (0,), np.nan),
    ("forest.donors", (0,), np.inf),
    ("course.by_mode", (-1,), 99),
    ("course.by_number", (0,), 99),
    ("course.known_at", (1,), 2**40),
    ("course.atom_at", (-1,), 2**40),
    ("course.lean_at", (1,), -3),
    ("course.leans", (0,), 2**30),
    ("course.leans", (0,), -1),
    ("course.weights", (0,), np.nan),
    ("course.end", (0,), 99),
    ("course.end", (0,), -2),
    ("seen", (0,), 0),
    ("seen", (0,), -1),
    ("seen", (-1,), 2**62),
]


@pytest.mark.parametrize(("name", "place", "value"), DAMAGES)
def test_what_would_lead_outside_is_refused(name: str, place: Any, value: float) -> None:
    """Values by which a kernel would read outside of its arrays, or never end, are refused on reading."""
    header, arrays = parts()
    array = arrays[name].copy()
    array[place(array) if callable(place) else place] = value
    with pytest.raises(ModelFileError):
        Model.from_bytes(pack(KIND, header, arrays | {name: array}))


def test_modes_that_are_none_are_refused() -> None:
    """A donor of a mode that its column does not have is refused: it would be looked up among the values."""
    header, arrays = parts()
    group = arrays["course.by_mode"].max()
    leaf = int(arrays["forest.roots"][group, 0])
    while arrays["forest.nodes"][leaf, 0] >= 0:
        leaf = int(arrays["forest.nodes"][leaf, 1])
    for mode in (10_000.0, -1.0, 0.5):
        donors = arrays["forest.donors"].copy()
        donors[arrays["forest.leaves"][leaf, 0]] = mode
        with pytest.raises(ModelFileError):
            Model.from_bytes(pack(KIND, header, arrays | {"forest.donors": donors}))


ARRAYS = (
    "forest.roots",
    "forest.nodes",
    "forest.cuts",
    "forest.masks",
    "forest.leaves",
    "forest.donors",
    "course.by_mode",
    "course.low",
    "course.known",
    "course.atom_at",
    "course.leans",
    "course.weights",
    "course.endings",
    "course.end",
    "course.smoothing",
    "course.rising",
    "seen",
)


@pytest.mark.parametrize("name", ARRAYS)
def test_parts_of_another_form_are_refused(name: str) -> None:
    """An array that is not there, has another dtype, another shape or nothing in it is refused."""
    header, arrays = parts()
    array = arrays[name]
    for other in (array.astype(np.float32), array[None], array[:0]):
        with pytest.raises(ModelFileError):
            Model.from_bytes(pack(KIND, header, arrays | {name: other}))
    with pytest.raises(ModelFileError):
        Model.from_bytes(pack(KIND, header, {key: value for key, value in arrays.items() if key != name}))


FIELDS: list[tuple[str, Any]] = [
    ("mean", 0.0),
    ("mean", float("nan")),
    ("mean", 1e-300),
    ("mean", 1e300),
    ("seasons", [2**40]),
    ("seasons", [0]),
    ("periods", [0.0]),
    ("periods", [float("nan")]),
    ("names", ["x"]),
    ("tracks", []),
    ("metadata", None),
    ("rhythm", {}),
    ("roles", {"key": ["who"]}),
    ("seed", "x"),
    ("clues", [{"name": "none", "levels": None, "middle": 0.0}]),
]


@pytest.mark.parametrize(("name", "value"), FIELDS, ids=str)
def test_fields_that_do_not_fit_are_refused(name: str, value: Any) -> None:
    """A header whose fields cannot be, or do not belong to each other, is refused on reading."""
    header, arrays = parts()
    with pytest.raises(ModelFileError):
        Model.from_bytes(pack(KIND, header | {name: value}, arrays))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_file_cut_or_flipped_is_refused(data: st.DataObject) -> None:
    """A file that ends early, or has any byte changed, is refused as a model, a plan and a promise."""
    value = bytearray(data.draw(st.sampled_from([model().to_bytes(), plan().to_bytes()])))
    place = data.draw(st.integers(0, len(value) - 1))
    if data.draw(st.booleans()):
        value = value[:place]
    else:
        value[place] ^= data.draw(st.integers(1, 255))
    for load in (Model.from_bytes, load_plan, load_promise):
        with pytest.raises(ModelFileError):
            load(bytes(value))


def test_a_plan_of_another_form_is_refused() -> None:
    """A plan whose rows are fewer, wider or of another dtype than its lengths and columns say is refused."""
    header, arrays = unpack(PLAN_KIND, plan().to_bytes())
    changes = {
        "rows.values": arrays["rows.values"][:-1],
        "rows.modes": arrays["rows.modes"].astype(np.float64),
        "rows.ticks": arrays["rows.ticks"][None],
        "lengths": np.append(arrays["lengths"][:-1], -1),
        "context": arrays["context"][:, :0],
    }
    for name, other in changes.items():
        with pytest.raises(ModelFileError):
            load_plan(pack(PLAN_KIND, header, arrays | {name: other}))
