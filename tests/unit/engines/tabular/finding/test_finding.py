"""Equal columns, sums, clock times, orders and combinations: found where they are, not where they only seem so."""

import json
import os
from datetime import date
from itertools import combinations, permutations
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.data.inference import infer
from lookalike.data.metadata import Metadata
from lookalike.data.parameters import TabularParameters
from lookalike.engines.tabular.finding.clocks import find_clock_sums
from lookalike.engines.tabular.finding.combinations import Category, find_combinations
from lookalike.engines.tabular.finding.equals import find_equals
from lookalike.engines.tabular.finding.orders import find_orders
from lookalike.engines.tabular.finding.sums import find_sums
from lookalike.engines.tabular.rules.relating import Related, relate
from lookalike.transforms.choose import fit


def typed(**columns: object) -> tuple[pl.DataFrame, Metadata, list[str]]:
    """A table, its metadata and its columns."""
    frame, metadata = infer(pl.DataFrame(columns), textual=False)
    return frame, metadata, list(frame.columns)


def related(frame: pl.DataFrame) -> Related:
    table, metadata = infer(frame, textual=False)
    fitted = [fit(table[c.name], c, min_level_rows=5, seed=1) for c in metadata.columns]
    return relate(table, metadata, fitted, TabularParameters())


def hhmm(minutes: np.ndarray) -> np.ndarray:
    return minutes // 60 * 100 + minutes % 60


def test_equal_columns_repeat_the_first() -> None:
    """Each column that repeats an earlier one is found, missing cells and all; one different cell is enough."""
    a = [None if n % 7 == 0 else n * 13 % 50 for n in range(100)]
    frame, metadata, names = typed(a=a, b=a, c=[*a[:-1], 51], d=[str(x) for x in a], e=[str(x) for x in a])

    assert [("a", "b"), ("d", "e")] == [rule.columns for rule in find_equals(frame, metadata, names)]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31), st.integers(3, 6), st.sampled_from(["int", "float", "nulls"]))
def test_sums_are_those_of_the_naive_twin(seed: int, n_terms: int, kind: str) -> None:
    """Of columns some of which are sums of others those sums of two and three are found that a search of all finds."""
    rng = np.random.default_rng(seed)
    columns = [rng.integers(-50, 50, 200) for _ in range(n_terms)]
    columns += [columns[0] + columns[1], columns[0] + columns[1] + columns[2]]
    order = rng.permutation(len(columns))
    columns = [columns[n] for n in order]
    cells = {f"c{n}": column / 4 if kind == "float" else column for n, column in enumerate(columns)}
    frame, metadata, names = typed(**cells)
    if kind == "nulls":
        frame = frame.with_columns(pl.when(pl.Series(rng.random(200) > 0.2)).then("c1").alias("c1"))
    wanted = {
        (frozenset(terms), total)
        for size in (2, 3)
        for terms in combinations(range(len(columns)), size)
        for total in set(range(len(columns))) - set(terms)
        if (sum(columns[n] for n in terms) == columns[total]).all()
    }
    found = find_sums(frame, metadata, names)

    assert wanted == {(frozenset(int(c[1:]) for c in r.columns), int(r.equals[1:])) for r in found}


def test_runs_of_columns_add_up() -> None:
    """A total of many columns side by side is found, and dates that are so many days after others."""
    rng = np.random.default_rng(1)
    months = {f"m{n}": rng.poisson(5, 300) for n in range(12)}
    start = rng.integers(15_000, 18_000, 300)
    frame, metadata, names = typed(
        **months,
        year=sum(months.values()),
        start=pl.Series(start).cast(pl.Date),
        days=(days := rng.integers(0, 60, 300)),
        end=pl.Series(start + days).cast(pl.Date),
    )
    found = {(rule.columns, rule.equals) for rule in find_sums(frame, metadata, names)}

    assert {(tuple(months), "year"), (("start", "days"), "end")} == found


def test_clock_times_are_found_past_midnight() -> None:
    """Of three columns two of which are times written HHMM the later time is found as the other plus minutes."""
    rng = np.random.default_rng(1)
    start, took = rng.integers(0, 1440, 500), rng.integers(0, 300, 500)
    frame, metadata, names = typed(
        a=hhmm(start), took=took, b=hhmm((start + took) % 1440), other=rng.integers(0, 59, 500)
    )
    found = [(r.clock, r.minutes, r.equals) for r in find_clock_sums(frame, metadata, names)]

    assert [("a", "took", "b")] == found


@pytest.mark.parametrize("gap", [None, float("nan")])
def test_clock_times_held_as_floats_are_found(gap: float | None) -> None:
    """Whole numbers with gaps often come as floats; halves of a minute are no clock sum."""
    rng = np.random.default_rng(1)
    start, took = rng.integers(0, 1440, 500), rng.integers(0, 300, 500)
    end = [gap if n % 9 == 0 else float(x) for n, x in enumerate(hhmm((start + took) % 1440))]
    frame, metadata, names = typed(a=hhmm(start) * 1.0, took=took * 1.0, b=end)
    halves = frame.with_columns(pl.col("took") + 0.5)

    assert ["b"] == [rule.equals for rule in find_clock_sums(frame, metadata, names)]
    assert [] == find_clock_sums(halves, metadata, names)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31))
def test_orders_are_those_of_the_naive_twin(seed: int) -> None:
    """Every order that holds and is no consequence of two others is found, if ranges overlap."""
    rng = np.random.default_rng(seed)
    a = rng.normal(0, 1, 4_000).round(3)
    b = (a + rng.gamma(1, 1, 4_000)).round(3)
    columns = {"a": a, "b": b, "c": (b + rng.gamma(1, 1, 4_000)).round(3), "d": rng.normal(1, 1, 4_000).round(3)}
    frame, metadata, names = typed(**columns)
    holds = {(x, y) for x, y in permutations(columns, 2) if (columns[x] <= columns[y]).all()}
    wanted = {(x, y) for x, y in holds if not any((x, m) in holds and (m, y) in holds for m in columns)}

    assert wanted == {rule.columns for rule in find_orders(frame, metadata, names)}
    assert {("a", "b"), ("b", "c")} == wanted


def test_orders_that_chance_would_keep_are_not_found() -> None:
    """Ranges that do not overlap need no rule, nor do few rows prove one; one exception is enough."""
    rng = np.random.default_rng(1)
    a = rng.random(5_000)
    frame, metadata, names = typed(a=a, far=a + 2, near=np.where(np.arange(5_000) == 4_321, a - 0.1, a + 0.1))

    assert [] == find_orders(frame, metadata, names)
    assert [] == find_orders(*typed(a=a[:500], b=a[:500] + 0.1))


def test_strict_orders_are_told_from_others() -> None:
    """Whole numbers that are never the same are below each other; those that may be are not above."""
    rng = np.random.default_rng(1)
    a, more = rng.integers(0, 20, 4_000), rng.integers(0, 5, 4_000)
    frame, metadata, names = typed(a=a, b=a + more, c=a + more + 1)
    found = {(rule.type, *rule.columns) for rule in find_orders(frame, metadata, names)}

    assert {("less_equal", "a", "b"), ("less", "b", "c")} == found


def category(name: str, levels: np.ndarray, n_levels: int) -> Category:
    return Category(name, levels.astype(np.int32), n_levels)


def test_combinations_that_never_stand_are_found() -> None:
    """Two categories of which only some stand together make a rule; two that go together by chance do not."""
    rng = np.random.default_rng(1)
    a, c = rng.integers(0, 4, 6_000), rng.integers(0, 6, 6_000)
    b = (a + rng.integers(0, 2, 6_000)) % 4
    found = find_combinations([category("a", a, 4), category("b", b, 4), category("c", c, 6)], 5)

    assert [("a", "b")] == [rule.columns for rule in found]


def test_combinations_with_a_long_tail_are_not_found() -> None:
    """Where fresh rows would often show a combination that is rare here, nothing is forbidden."""
    rng = np.random.default_rng(1)
    a = rng.integers(0, 4, 6_000)
    b = np.where(rng.random(6_000) < 0.01, rng.integers(0, 100, 6_000), a)

    assert [] == find_combinations([category("a", a, 4), category("b", b, 100)], 5)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31), st.sampled_from([20, 60, 400, 5_000]), st.integers(2, 8))
def test_independent_columns_have_no_rules(seed: int, n_rows: int, n_columns: int) -> None:
    """In a table of columns that have nothing to do with each other no rule of any kind is found."""
    rng = np.random.default_rng(seed)
    kinds = (
        lambda: rng.integers(0, rng.integers(2, 200), n_rows),
        lambda: rng.normal(0, 10, n_rows).round(int(rng.integers(0, 3))),
        lambda: rng.integers(0, rng.integers(2, 8), n_rows).astype(str),
        lambda: hhmm(rng.integers(0, 1440, n_rows)),
        lambda: pl.Series(rng.integers(10_000, 10_400, n_rows)).cast(pl.Date),
        lambda: rng.poisson(0.05, n_rows),
    )
    found = related(pl.DataFrame({f"c{n}": kinds[int(rng.integers(0, 6))]() for n in range(n_columns)}))

    assert [] == [held.rule.title for held in found.rules.held]


def test_every_found_rule_is_told() -> None:
    """There is a sentence for each rule found, and one for those beyond ten of a kind."""
    rng = np.random.default_rng(1)
    base = rng.integers(0, 50, 500)
    many = related(pl.DataFrame({f"c{n}": base for n in range(20)}))
    few = related(pl.DataFrame({"a": base, "b": (b := rng.integers(0, 50, 500)), "c": base + b}))

    assert ("Columns 'a' + 'b' add up to 'c'; one of them is computed.",) == few.notes
    assert 11 == len(many.notes)
    assert "And 9 more rules of the type equal were found and are kept." == many.notes[-1]


def test_dates_and_numbers_are_not_mixed() -> None:
    """A date is no number to be compared with."""
    rng = np.random.default_rng(1)
    days = rng.integers(0, 5_000, 4_000)
    frame, metadata, names = typed(n=days - rng.integers(0, 5, 4_000), day=pl.Series(days).cast(pl.Date))

    assert date(1970, 1, 1) <= frame["day"].min()
    assert [] == find_orders(frame, metadata, names)


TABLES = sorted(Path(os.environ.get("LOOKALIKE_DATA", "nowhere")).glob("tabular/*"))


@pytest.mark.skipif(not TABLES, reason="needs LOOKALIKE_DATA")
@pytest.mark.parametrize("folder", TABLES, ids=lambda folder: folder.name)
def test_found_rules_hold_for_fresh_rows(folder: Path) -> None:
    """Of real rows that were not learnt from no more than one in a thousand breaks a rule that was found."""
    categories = json.loads((folder / "meta.json").read_text("utf-8"))["categorical"]
    for texts in ([], categories):
        train, fresh = (
            pl.read_parquet(folder / f"{part}.parquet").with_columns(pl.col(texts).cast(pl.String))
            for part in ("train", "holdout")
        )
        found = related(train)
        shares = {held.rule.title: held.broken(fresh, found.rules.metadata).mean() for held in found.rules.held}

        assert {} == {title: share for title, share in shares.items() if share > 0.001}
