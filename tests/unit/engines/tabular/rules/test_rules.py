"""Rules, declared and found: every drawn row obeys, and a model's file tells them again."""

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.data.asking import Asking
from lookalike.data.breaches import refuse_broken
from lookalike.data.inference import infer
from lookalike.data.parameters import TabularParameters, checked
from lookalike.engines.tabular import Model, Synthesizer
from lookalike.engines.tabular.promise import promise
from lookalike.errors import ConditionsUnreachable, InputRefused, ModelFileError


def model_of(frame: pl.DataFrame, *rules: dict[str, Any], **more: Any) -> Model:
    """A model of a table that keeps the rules."""
    table, metadata = infer(frame, textual=False)
    parameters = checked(TabularParameters, {"constraints": list(rules), **more})
    refuse_broken(table, metadata, parameters.constraints)
    plan = Synthesizer(parameters).prepare(table, metadata, seed=1)
    return plan.join([plan.fit_group(group) for group in range(plan.n_groups)])


def drawn(frame: pl.DataFrame, *rules: dict[str, Any], n_rows: int = 500) -> pl.DataFrame:
    """Rows of a model that keeps the rules; they and those of its file are checked."""
    model = model_of(frame, *rules)
    out = model.draw(n_rows, seed=2, block=3)
    refuse_broken(out, model.metadata, checked(TabularParameters, {"constraints": list(rules)}).constraints)

    kept = promise(model.layout)

    assert {} == kept.broken(out)
    assert not any(rows.any() for rows in kept.breaches(out).values())
    assert out.equals(Model.from_bytes(model.to_bytes()).draw(n_rows, seed=2, block=3))
    assert (n_rows, frame.schema) == (out.height, out.schema)
    return out


DTYPES = [pl.Int8(), pl.UInt16(), pl.Int64(), pl.Float32(), pl.Float64(), pl.Decimal(12, 2)]
GAPS = st.sampled_from(["", "a", "b", "c", "abc"])


def hhmm(minutes: np.ndarray) -> np.ndarray:
    return minutes // 60 * 100 + minutes % 60


def with_gaps(frame: pl.DataFrame, gaps: Iterable[str], rng: np.random.Generator) -> pl.DataFrame:
    """Some cells of some columns missing."""
    kept = {name: pl.Series(rng.random(frame.height) < 0.8) for name in gaps}
    return frame.with_columns(pl.when(mask).then(name).alias(name) for name, mask in kept.items())


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31), st.sampled_from(DTYPES), st.sampled_from(DTYPES), GAPS)
def test_sums_hold_in_every_row(seed: int, term: pl.DataType, total: pl.DataType, gaps: str) -> None:
    """Declared terms of any numeric dtypes add up in every drawn row, whatever cells are missing."""
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 50, 200), rng.integers(0, 60, 200)
    frame = pl.DataFrame({"a": a, "b": b, "c": a + b}).cast({"a": term, "b": total, "c": total})
    out = drawn(with_gaps(frame, gaps, rng), {"type": "sum", "columns": ["a", "b"], "equals": "c"})
    whole = out.drop_nulls().cast(pl.Float64)

    assert (whole["a"] + whole["b"]).equals(whole["c"])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31), GAPS, st.integers(1, 3))
def test_sums_of_cents_hold_in_every_row(seed: int, gaps: str, n_decimals: int) -> None:
    """Floats with so many decimals add up on their grid, and the total keeps its decimals."""
    rng = np.random.default_rng(seed)
    a, b = rng.normal(50, 20, 200).round(n_decimals), rng.gamma(2, 30, 200).round(n_decimals)
    frame = pl.DataFrame({"a": a, "b": b, "c": (a + b).round(n_decimals)})
    out = drawn(with_gaps(frame, gaps, rng), {"type": "sum", "columns": ["a", "b"], "equals": "c"})

    assert out["c"].drop_nulls().equals(out["c"].drop_nulls().round(n_decimals))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31), GAPS, st.sampled_from(["less", "less_equal"]), st.booleans())
def test_orders_hold_in_every_row(seed: int, gaps: str, kind: str, dates: bool) -> None:
    """Declared orders of numbers and of dates hold in every drawn row."""
    rng = np.random.default_rng(seed)
    a = rng.integers(0, 100, 200)
    frame = pl.DataFrame({"a": a, "b": a + rng.integers(1, 20, 200), "c": rng.integers(0, 3, 200)})
    frame = frame.with_columns(pl.col("a", "b").cast(pl.Int32).cast(pl.Date)) if dates else frame
    whole = drawn(with_gaps(frame, gaps, rng), {"type": kind, "columns": ["a", "b"]}).drop_nulls(["a", "b"])

    assert (whole["a"] < whole["b"] if kind == "less" else whole["a"] <= whole["b"]).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31), GAPS, st.sampled_from(["number", "text", "mixed"]))
def test_equal_columns_are_equal_in_every_row(seed: int, gaps: str, kind: str) -> None:
    """Declared copies are copies, of numbers, of texts, and of dtypes that differ."""
    rng = np.random.default_rng(seed)
    a = pl.Series("a", rng.integers(0, 40, 200))
    a = a.cast(pl.String) if kind == "text" else a
    b = a.cast(pl.Float64).alias("b") if kind == "mixed" else a.alias("b")
    frame = pl.DataFrame([a, b, pl.Series("c", rng.integers(0, 3, 200))])
    whole = drawn(with_gaps(frame, gaps, rng), {"type": "equal", "columns": ["a", "b"]}).drop_nulls(["a", "b"])

    assert whole["a"].cast(frame.schema["b"]).equals(whole["b"])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31), GAPS, st.sampled_from(["levels", "numbers", "ids"]), st.sampled_from(["text", "number"]))
def test_dependents_follow_in_every_row(seed: int, gaps: str, determinant: str, dependent: str) -> None:
    """Rows that agree on a declared determinant agree on the dependent, be it levels, continuous numbers or made up."""
    rng = np.random.default_rng(seed)
    a = rng.integers(0, 6, 200)
    b = rng.integers(0, 5, 200)
    if determinant == "numbers":
        b = rng.normal(0, 1, 200).round(6)
    names = [f"P-{n:04d}" for n in rng.permutation(9_000)[:100]] * 2
    told = names if determinant == "ids" else b
    c = [int(sha256(f"{x} {y}".encode()).hexdigest()[0], 16) // 4 for x, y in zip(a, told, strict=True)]
    frame = pl.DataFrame({"a": a, "b": told, "c": [f"t{x}" for x in c] if dependent == "text" else c})
    rule = {"type": "fd", "determinant": ["a", "b"], "dependent": "c"}
    whole = drawn(with_gaps(frame, gaps, rng), rule).drop_nulls()

    assert whole.select("a", "b").n_unique() == whole.select("a", "b", "c").n_unique()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31), GAPS)
def test_combinations_are_those_seen_often(seed: int, gaps: str) -> None:
    """Drawn combinations are those that stand in at least so many rows, where nothing is missing."""
    rng = np.random.default_rng(seed)
    a = rng.integers(0, 4, 300)
    frame = pl.DataFrame({"a": a, "b": (a + rng.choice([0, 1, 2], 300, p=[0.8, 0.17, 0.03])) % 4, "c": a % 2})
    frame = with_gaps(frame, gaps, rng)
    out = drawn(frame, {"type": "combination", "columns": ["a", "b"]})
    allowed = frame.drop_nulls(["a", "b"]).group_by("a", "b").len().filter(pl.col("len") >= 5)

    assert set(allowed.select("a", "b").iter_rows()) >= set(out.drop_nulls(["a", "b"]).select("a", "b").iter_rows())


def test_texts_match_and_numbers_stay_in_range() -> None:
    """Made-up texts that do not match are drawn again; so are numbers that a sum would take out of a range."""
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, 50, 300), rng.integers(0, 50, 300)
    frame = pl.DataFrame(
        {"id": [f"{x:06x}-{n:03d}" for n, x in enumerate(rng.integers(16, 2**24, 300))], "a": a, "b": b}
    )
    frame = frame.with_columns(c=pl.col("a") + pl.col("b")).filter(pl.col("c") < 60)
    out = drawn(
        frame,
        {"type": "regex", "column": "id", "pattern": "[0-9a-f]{6}-[0-9]{3}"},
        {"type": "sum", "columns": ["a", "b"], "equals": "c"},
        {"type": "range", "column": "c", "max": 59.5},
    )

    assert out["id"].str.contains("^[0-9a-f]{6}-[0-9]{3}$").all()
    assert (out["a"] + out["b"]).equals(out["c"])
    assert (out["c"] < 60).all()


def test_rules_feed_each_other() -> None:
    """What one rule computes another needs, in whatever order they are declared; contradictory wishes go round."""
    rng = np.random.default_rng(1)
    a, b, c = (rng.integers(0, 30, 300) for _ in range(3))
    frame = pl.DataFrame(
        {"all": a + b + c, "twice": a + b + c, "ab": a + b, "a": a, "b": b, "c": c, "band": (a + b) // 10}
    )
    out = drawn(
        frame,
        {"type": "fd", "determinant": ["ab"], "dependent": "band"},
        {"type": "equal", "columns": ["twice", "all"]},
        {"type": "equal", "columns": ["all", "twice"]},
        {"type": "sum", "columns": ["ab", "c"], "equals": "all"},
        {"type": "sum", "columns": ["a", "b"], "equals": "ab"},
        {"type": "less_equal", "columns": ["a", "ab"]},
    )

    assert (out["a"] + out["b"] + out["c"]).equals(out["all"])
    assert out["twice"].equals(out["all"])
    assert out.select("ab").n_unique() == out.select("ab", "band").n_unique()


def test_found_rules_hold_in_every_row() -> None:
    """Sums, clock times, copies, orders, dependencies and combinations that train keeps hold in every drawn row."""
    rng = np.random.default_rng(1)
    n = 5_000
    start, took = rng.integers(0, 1440, n), rng.integers(0, 200, n)
    frame = pl.DataFrame(
        {
            "from": rng.integers(0, 3, n),
            "to": rng.integers(0, 20, n),
            "start": start // 60 * 100 + start % 60,
            "took": took,
            "end": (start + took) % 1440 // 60 * 100 + (start + took) % 60,
            "net": (net := rng.normal(50, 20, n).round(2)),
            "tax": (tax := rng.gamma(2, 10, n).round(2)),
            "gross": (net + tax).round(2),
            "again": net,
        }
    )
    frame = frame.with_columns(
        far=(pl.col("from") * 17 + pl.col("to") * 5) % 13, kind=pl.col("from") + pl.col("to") % 2
    )
    missing = pl.Series(rng.random(n) < 0.1)
    frame = frame.with_columns(pl.when(~missing).then(name).alias(name) for name in ("took", "end"))
    model = model_of(frame)
    found = {held.rule.type for held in model.layout.rules.held}
    drawn(frame, n_rows=5_000)

    assert {"fd", "equal", "sum", "clock_sum"} <= found
    assert {"far", "again", "gross"} <= model.layout.rules.computed


def test_found_rules_hold_where_gaps_differ() -> None:
    """A total that is missing in other rows than its terms is drawn, last, and computed over where all are there."""
    rng = np.random.default_rng(1)
    n = 3_000
    start, took = rng.integers(0, 1440, n), rng.integers(0, 200, n)
    net, tax = rng.integers(0, 900, n), rng.integers(0, 90, n)
    clock = {"start": hhmm(start), "took": took, "end": hhmm((start + took) % 1440)}
    frame = with_gaps(
        pl.DataFrame({**clock, "net": net, "gross": net + tax, "tax": tax, "last": rng.normal(0, 1, n)}),
        ["took", "end", "gross", "tax"],
        rng,
    )
    layout = model_of(frame).layout
    held = [held.rule.type for held in layout.rules.held]
    over = {step.column for step in layout.rules.steps}
    out = drawn(frame, n_rows=5_000)
    whole = out.drop_nulls()

    assert ["clock_sum", "sum"] == held
    assert over == {layout.metadata.names[number] for number in layout.chain[-2:]}
    assert (whole["net"] + whole["tax"] == whole["gross"]).all()
    assert 0.75 < out["gross"].is_not_null().mean() < 0.85


def test_dates_keep_their_parts() -> None:
    """What a later column determines is looked up by it, though it stands before it: parts of a date agree with it."""
    rng = np.random.default_rng(1)
    day = pl.Series(np.datetime64("2023-01-01", "D") + rng.integers(0, 365, 4_000))
    frame = pl.DataFrame(
        {"month": day.dt.month(), "weekday": day.dt.weekday(), "x": rng.normal(0, 1, 4_000), "day": day}
    )
    out = drawn(frame, n_rows=5_000)

    assert out["month"].equals(out["day"].dt.month())
    assert out["weekday"].equals(out["day"].dt.weekday())
    assert out["weekday"].n_unique() == 7
    for model in (model_of(frame, conditions={"month": 7}), model_of(frame).asked(Asking(conditions={"month": 7}))):
        assert {7} == set(model.draw(500, seed=1, block=0)["day"].dt.month())


def test_rare_dependents_are_not_told() -> None:
    """A text that stands in fewer rows than may be shown does not come back through a dependency."""
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, 3, 4_000), rng.integers(0, 7, 4_000)
    c = [f"t{x * y % 4}" for x, y in zip(a, b, strict=True)]
    frame = pl.DataFrame({"a": a, "b": b, "c": c})
    rare = pl.DataFrame({"a": [7, 7], "b": [8, 8], "c": ["rare", "rare"]})
    out = drawn(pl.concat([frame, rare]), {"type": "fd", "determinant": ["a", "b"], "dependent": "c"}, n_rows=20_000)

    assert "rare" not in set(out["c"])


def test_what_cannot_be_kept_is_refused() -> None:
    """A combination of cells that are made up, or that stand together too seldom, ends the job with the reason."""
    n = 100
    a = np.random.default_rng(1).integers(0, 90, n)
    frame = pl.DataFrame({"id": [f"A{x:05d}" for x in range(n)], "a": a, "b": [1, 2] * 50})
    with pytest.raises(InputRefused, match="combination of 'id', 'b'"):
        model_of(frame, {"type": "combination", "columns": ["id", "b"]})
    with pytest.raises(ConditionsUnreachable, match="combination of 'a', 'b'"):
        model_of(frame, {"type": "combination", "columns": ["a", "b"]})


def rules_model() -> Model:
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, 5, 200), rng.integers(0, 4, 200)
    frame = pl.DataFrame({"a": a, "b": b, "c": [f"t{x}" for x in a * b % 3], "d": a + b, "e": a * 1.0})
    return model_of(
        frame,
        {"type": "fd", "determinant": ["a", "b"], "dependent": "c"},
        {"type": "sum", "columns": ["a", "b"], "equals": "d"},
    )


@pytest.mark.parametrize(
    "damage",
    [
        lambda rules: rules["steps"][0].update(held=9),
        lambda rules: rules["steps"][0].update(column="a"),
        lambda rules: rules["steps"][0].update(nothing=1),
        lambda rules: rules["steps"].append(rules["steps"][0]),
        lambda rules: rules["steps"][1].update(low="low"),
        lambda rules: rules["held"][0]["rule"].update(dependent="nowhere"),
        lambda rules: rules["held"][0].update(table=None),
        lambda rules: rules["held"][0]["table"].pop("value"),
        lambda rules: rules["held"][0].update(rule={"type": "less", "columns": ["a", "c"]}),
        lambda rules: rules["held"][1].update(decimals=-1),
        lambda rules: rules.pop("held"),
        lambda rules: rules["steps"].clear(),
    ],
)
def test_damaged_rules_are_refused(damage: Any) -> None:
    """A model file whose rules do not fit together is not loaded."""
    value = bytearray(rules_model().to_bytes())
    size = int.from_bytes(value[16:24], "little")
    top = json.loads(value[24 : 24 + size])
    damage(top["header"]["rules"])
    text = json.dumps(top).encode()
    text += b" " * (-(24 + len(text)) % 64)
    body = bytes(value[:16]) + len(text).to_bytes(8, "little") + text + bytes(value[24 + size : -32])
    with pytest.raises(ModelFileError, match="damaged"):
        Model.from_bytes(body + sha256(body).digest())
