"""Dependencies of several columns against a search of every set."""

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.engines.tabular.finding.agreeing import strike_out
from lookalike.engines.tabular.finding.dependencies import Part, find_composites


def part(name: str, levels: np.ndarray, *, determines: bool = True, depends: bool = True) -> Part:
    return Part(name, levels.astype(np.int32), determines, depends)


def naive_strike_out(rows: list[list[int]], members: list[int]) -> list[bool]:
    """Columns that are the same wherever the members are."""
    n_columns = len(rows[0])
    agrees = [True] * n_columns
    for a, b in combinations(rows, 2):
        if all(a[m] == b[m] for m in members):
            agrees = [ok and a[c] == b[c] for c, ok in enumerate(agrees)]
    return agrees


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_the_kernel_strikes_what_a_comparison_of_all_pairs_strikes(data: st.DataObject) -> None:
    """The kernel leaves the columns that its slow twin leaves, and counts repeated rows as a set does."""
    n_columns = data.draw(st.integers(2, 5))
    row = st.lists(st.integers(0, 3), min_size=n_columns, max_size=n_columns)
    rows = data.draw(st.lists(row, min_size=1, max_size=40))
    members = data.draw(st.lists(st.integers(0, n_columns - 1), min_size=1, max_size=3, unique=True))
    agrees = np.ones(n_columns, bool)
    slots = np.empty(128, np.int64)
    repeats = strike_out(np.array(rows, np.int32), np.array(members, np.int64), agrees, slots)

    assert naive_strike_out(rows, members) == agrees.tolist()
    assert repeats == len(rows) - len({tuple(row[m] for m in members) for row in rows})


def test_a_column_that_two_determine_is_found() -> None:
    """Two columns that determine a third are found, and neither a third one too many nor one that does it alone."""
    rng = np.random.default_rng(1)
    a, b, c = (rng.integers(0, k, 5_000) for k in (4, 9, 5))
    table = rng.permutation(36)
    found = find_composites(
        [part("a", a), part("c", c), part("b", b), part("both", table[a * 9 + b]), part("b2", b * 2)]
    )

    assert [(("a", "b"), "both")] == [(rule.determinant, rule.dependent) for rule in found]


def test_a_column_that_three_determine_is_found() -> None:
    """Three columns that determine a fourth together are found as three."""
    rng = np.random.default_rng(2)
    a, b, c = (rng.integers(0, k, 8_000) for k in (4, 5, 6))
    (found,) = find_composites([part("a", a), part("b", b), part("c", c), part("all", (a + b + c) % 7)])

    assert ("a", "b", "c") == found.determinant


def test_determinants_far_apart_are_found() -> None:
    """In a table of twenty columns any two of them are looked at, the first and the last but one, too."""
    rng = np.random.default_rng(5)
    others = [part(f"c{n}", rng.integers(0, 50, 5_000), depends=False) for n in range(17)]
    a, b = (rng.integers(0, k, 5_000) for k in (4, 9))
    found = find_composites([part("a", a), *others, part("b", b), part("both", rng.permutation(36)[a * 9 + b])])

    assert [(("a", "b"), "both")] == [(rule.determinant, rule.dependent) for rule in found]


def test_one_exception_is_enough() -> None:
    """A rule that a single row breaks is not found."""
    rng = np.random.default_rng(3)
    a, b = (rng.integers(0, k, 5_000) for k in (4, 9))
    c = a * 9 + b
    c[4_999] = (c[4_999] + 1) % 36

    assert [] == find_composites([part("a", a), part("b", b), part("c", c)])


def test_rules_that_leave_many_rows_unknown_are_not_found() -> None:
    """A determinant of which fresh rows are often new is left alone: too many drawn rows would have to go."""
    rng = np.random.default_rng(4)
    a, b = (rng.integers(0, k, 5_000) for k in (50, 60))
    c = (a * 7 + b * 3) % 11

    assert [] == find_composites([part("a", a), part("b", b), part("c", c)])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31), st.lists(st.integers(1, 12), min_size=1, max_size=6), st.sampled_from([30, 300, 4_000]))
def test_independent_columns_have_no_dependency(seed: int, sizes: list[int], n_rows: int) -> None:
    """Among columns that have nothing to do with each other nothing is found."""
    rng = np.random.default_rng(seed)

    assert [] == find_composites([part(f"c{n}", rng.integers(0, size, n_rows)) for n, size in enumerate(sizes)])
