"""Trees grown, joined, and gone down: the leaf of the kernel is the one that a plain descent finds."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.engines.time_series.features import BIN_MAX
from lookalike.engines.time_series.forest import Forest, find_leaf, has_codes, is_sound, join, load_trees, tree_arrays
from lookalike.engines.time_series.growing import (
    BINS,
    NONE,
    Tree,
    bin_features,
    grow_codes,
    grow_residuals,
)
from lookalike.engines.time_series.settings import Dial

DIAL = Dial(0.0, 5, 3)
N, WIDTH = 400, 5
ORDERED = np.array([True, True, False, True, False])
USED = np.arange(WIDTH, dtype=np.int32)
ALL = np.arange(N, dtype=np.int32)


def features(seed: int = 1, n: int = N) -> np.ndarray:
    rng = np.random.default_rng(seed)
    told = rng.normal(size=(n, WIDTH))
    told[:, 1] = rng.integers(0, 4, n)
    told[:, 2] = rng.integers(0, 20, n)
    told[:, 4] = rng.integers(0, 400, n)
    return told


TOLD = features()
CODES = ((TOLD[:, 0] > 0) + 2 * (TOLD[:, 2] % 3 == 0)).astype(np.int64)
RESIDUALS = TOLD[:, 0] + np.random.default_rng(2).normal(0, 0.1, N) * (TOLD[:, 2] + 1)
OF_CODES = grow_codes(bin_features(TOLD, ORDERED), USED, ALL, CODES, DIAL, 5)
OF_NUMBERS = grow_residuals(bin_features(TOLD, ORDERED), USED, ALL, RESIDUALS, DIAL, 6)
FOREST = join([OF_CODES, OF_NUMBERS])


def descend(tree: Tree, row: np.ndarray) -> int:
    """The leaf of a row, by plain steps."""
    node = 0
    while tree.nodes[node, 0] != NONE:
        feature, left, mask = (int(x) for x in tree.nodes[node])
        if mask == NONE:
            goes_left = row[feature] <= tree.cuts[node]
        else:
            code = min(int(row[feature]), BIN_MAX)
            goes_left = bool(tree.masks[mask][code // 8] >> (code % 8) & 1)
        node = left if goes_left else left + 1
    return node


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_leaf_is_that_of_a_plain_descent(seed: int) -> None:
    """In a forest of several groups of trees each row ends in the leaf, and meets the donors, of its own tree."""
    row = features(seed, 1)[0]
    for group, trees in enumerate((OF_CODES, OF_NUMBERS)):
        for number, tree in enumerate(trees):
            expected = descend(tree, row)
            found = find_leaf(FOREST, row, FOREST.roots[group, number])
            start, end = tree.leaves[expected]

            assert FOREST.roots[group, number] + expected == found
            donors = FOREST.donors[slice(*FOREST.leaves[found])]
            np.testing.assert_array_equal(tree.donors[start:end], donors)


@pytest.mark.parametrize("odd", [-1.0, -1e300, 1e300, np.nan, np.inf, -np.inf])
def test_an_odd_number_ends_in_a_leaf(odd: float) -> None:
    """Numbers that no row of train had, and no numbers, end in some leaf."""
    for root in FOREST.roots.ravel():
        leaf = find_leaf(FOREST, np.full(WIDTH, odd), root)

        assert FOREST.nodes[leaf, 0] == NONE


@pytest.mark.parametrize("trees", [OF_CODES, OF_NUMBERS], ids=["codes", "numbers"])
def test_rows_stand_in_the_leaves_they_end_in(trees: list[Tree]) -> None:
    """The donors of a leaf are the targets of the rows that go down to it, and all leaves have enough."""
    target = CODES if trees is OF_CODES else RESIDUALS
    for tree in trees:
        leaf = np.array([descend(tree, row) for row in TOLD])
        for node in np.flatnonzero(tree.nodes[:, 0] == NONE):
            start, end = tree.leaves[node]

            np.testing.assert_array_equal(np.sort(target[leaf == node]), np.sort(tree.donors[start:end]))
            assert end - start >= DIAL.min_leaf


def test_numbers_ascend_within_leaves() -> None:
    """Residuals are in order within each leaf, so that neighbours are alike."""
    for tree in OF_NUMBERS:
        for start, end in tree.leaves[tree.nodes[:, 0] == NONE]:
            assert (np.diff(tree.donors[start:end]) >= 0).all()


def test_the_same_seed_grows_the_same_trees() -> None:
    """Trees depend on data and seed only; those of one column differ from each other."""
    again = grow_codes(bin_features(TOLD, ORDERED), USED, ALL, CODES, DIAL, 5)
    first = [tree.nodes.tolist() for tree in OF_CODES]

    assert first == [tree.nodes.tolist() for tree in again]
    assert first[0] != first[1]


def test_trees_look_only_at_what_is_used() -> None:
    """Features that a column may not look at split no node."""
    trees = grow_codes(bin_features(TOLD, ORDERED), np.array([1, 3], np.int32), ALL, CODES, DIAL, 5)
    seen = {int(feature) for tree in trees for feature in tree.nodes[:, 0] if feature != NONE}

    assert seen <= {1, 3}


def test_bins_are_values_or_of_equal_frequency() -> None:
    """Few values have a bin each; many are cut at ranks; a value belongs to the bin whose upper edge it is."""
    binned = bin_features(np.column_stack([TOLD[:, 1], np.arange(N) / 7.0]), np.array([True, True]))

    assert TOLD[:, 1].astype(np.uint8).tolist() == binned.bins[0].tolist()
    assert binned.n_bins[1] <= BINS
    assert np.bincount(binned.bins[1]).max() <= 3


def test_codes_beyond_the_last_bin_look_the_same() -> None:
    """Codes from the last bin on are one bin, in growing as in drawing."""
    binned = bin_features(np.array([[float(BIN_MAX - 1)], [float(BIN_MAX)], [399.0]]), np.array([False]))

    assert [BIN_MAX - 1, BIN_MAX, BIN_MAX] == binned.bins[0].tolist()


def test_trees_are_loaded_as_they_were_stored() -> None:
    """Trees come back from their arrays; one too many is a KeyError."""
    loaded = load_trees(tree_arrays(OF_CODES), len(OF_CODES))

    for expected, found in zip(OF_CODES, loaded, strict=True):
        for name, array in vars(expected).items():
            np.testing.assert_array_equal(array, getattr(found, name))
    with pytest.raises(KeyError):
        load_trees(tree_arrays(OF_CODES), len(OF_CODES) + 1)


def test_a_grown_forest_is_sound() -> None:
    """What was grown and joined is sound, and its donors are codes where codes were told; no trees are sound too."""
    assert is_sound(FOREST, 2, WIDTH)
    assert [True, False] == [has_codes(FOREST, group, 4) for group in (0, 1)]
    assert not has_codes(FOREST, 0, 3)
    assert is_sound(join([]), 0, WIDTH)


def test_trees_that_share_nodes_are_not_sound() -> None:
    """A tree that goes on in another one, or a forest without trees or of fewer features, is not sound."""
    nodes = FOREST.nodes.copy()
    nodes[0, 1] = FOREST.roots[0, 1] + 1
    broken: list[Forest] = [
        FOREST._replace(nodes=nodes),
        FOREST._replace(roots=FOREST.roots[:, :0]),
        FOREST._replace(roots=FOREST.roots[:, ::-1].copy()),
        FOREST._replace(donors=FOREST.donors[:-1]),
    ]

    assert [False] * 4 == [is_sound(forest, 2, WIDTH) for forest in broken]
    assert not is_sound(FOREST, 2, 2)
    assert not is_sound(FOREST, 3, WIDTH)


def test_joining_leaves_trees_as_they_are() -> None:
    """Joining trees does not change them."""
    tree = replace(OF_CODES[0], nodes=OF_CODES[0].nodes.copy())
    join([[tree], [tree]])

    np.testing.assert_array_equal(OF_CODES[0].nodes, tree.nodes)
