"""Functional dependencies: found when they are there, not when they only seem so."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.engines.tabular.relations import Levels, determines, find_dependencies, is_shadow


def levels(numbers: list[int], *, ordered: bool = False, exact: bool = True) -> Levels:
    return Levels(np.array(numbers, np.int32), max(numbers, default=0) + 1, exact, ordered)


def test_an_earlier_column_determines_a_later_one() -> None:
    """The later column is derived, by the lookup of train."""
    ((found,), _) = find_dependencies([levels([0, 1, 2, 3] * 50), levels([1, 0, 1, 0] * 50)])

    assert (found.column, found.determinant, found.lookup.tolist()) == (1, 0, [1, 0, 1, 0])


def test_a_later_column_of_more_levels_determines_an_earlier_one() -> None:
    """The earlier one is looked up, and drawn as well, since the later one comes too late to be its clue."""
    columns = [levels([1, 0, 1, 0] * 50), levels([0, 1, 2, 3] * 50)]
    ((found,), _) = find_dependencies(columns)

    assert (found.column, found.determinant, found.lookup.tolist()) == (0, 1, [1, 0, 1, 0])
    assert is_shadow(found, columns[1], columns[0])


def test_an_earlier_determinant_is_taken_before_a_later_one() -> None:
    """A column that stands between its two determinants is looked up by the earlier one."""
    ((first, _), _) = find_dependencies(
        [levels([0, 1, 2, 3] * 50), levels([1, 0, 1, 0] * 50), levels([3, 2, 1, 0] * 50)]
    )

    assert (1, 0) == (first.column, first.determinant)


def test_what_is_asked_for_is_not_looked_up_by_a_later_column() -> None:
    """It has to be drawn first, as it is asked for; so it is checked."""
    assert find_dependencies([levels([1, 0, 1, 0] * 50), levels([0, 1, 2, 3] * 50)], [0]) == ((), ((1, 0),))


@pytest.mark.parametrize(
    ("dependent", "ordered", "clue"),
    [
        (lambda k: k % 7, True, True),  # no range of the number tells it
        (lambda k: k // 100, True, False),  # the number tells it as well as it does itself
        (lambda k: k // 100, False, True),  # names beyond what a byte can tell say nothing
        (lambda k: k // 2, False, False),  # nor does a column of as many levels
    ],
)
def test_columns_looked_up_by_many_levels_are_drawn_too(
    dependent: Callable[[int], int], ordered: bool, clue: bool
) -> None:
    """A determinant of more levels than bins tells others less than the column it determines, if that has few."""
    determinant = levels([*range(600)] * 4, ordered=ordered)
    column = levels([dependent(k) for k in range(600)] * 4)
    ((found,), _) = find_dependencies([determinant, column])

    assert is_shadow(found, determinant, column) is clue


def test_of_a_pair_the_number_is_kept() -> None:
    """When both determine each other the text is derived from the number, wherever it stands."""
    ((found,), _) = find_dependencies([levels([2, 0, 1] * 50), levels([0, 1, 2] * 50, ordered=True)])

    assert (found.column, found.determinant) == (0, 1)


def test_few_rows_prove_nothing() -> None:
    """A relation that chance would bring about is not believed."""
    assert not determines(levels(list(range(50))), levels([0, 1] * 25))
    assert not determines(levels([0, 1] * 500), levels([0] * 999 + [0]))


def test_columns_that_take_no_part_are_passed_over() -> None:
    """None stands for a column without levels."""
    assert find_dependencies([None, levels([0, 1] * 50)]) == ((), ())


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=200))
def test_found_dependencies_hold(rows: list[tuple[int, int]]) -> None:
    """What is found is true of every row, and no determinant is derived itself."""
    columns = [levels([a for a, _ in rows]), levels([a // 2 for a, _ in rows]), levels([b for _, b in rows])]
    found, _ = find_dependencies(columns)

    assert set() == {d.column for d in found} & {d.determinant for d in found}
    for d in found:
        np.testing.assert_array_equal(d.lookup[columns[d.determinant].numbers], columns[d.column].numbers)
