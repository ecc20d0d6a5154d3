import numpy as np

from lookalike.evaluation.sequences.panel import Kind, Layout, Panel
from lookalike.evaluation.sequences.windows import TOP_LEVELS, nearest, of_units, space


def _panel(values: np.ndarray, n_codes: tuple[int, ...], lengths: list[int]) -> Panel:
    layout = Layout(tuple(f"c{j}" for j in range(len(n_codes))), n_codes, len(n_codes))
    return Panel(layout, values, None, np.array(lengths), np.zeros(len(lengths), np.int64))


def test_nearest_is_that_of_all_pairs(monkeypatch) -> None:
    """The distance to the closest reference, in blocks as in one; a copy is at exactly 0."""
    rng = np.random.default_rng(1)
    queries, references = (rng.normal(size=(n, 5)).astype(np.float32) for n in (30, 70))
    references[3] = queries[4]
    every = np.sqrt(((queries[:, None] - references[None]) ** 2).sum(axis=2)).min(axis=1)
    monkeypatch.setattr("lookalike.evaluation.sequences.windows.BLOCK", 16)
    found = nearest(queries, references)

    assert 0 == found[4]
    np.testing.assert_allclose(found, every, rtol=1e-5)


def test_levels_that_differ_are_one_apart() -> None:
    """Two windows that differ in one level of four cells are a half apart, whichever levels; rare ones are alike."""
    values = np.array([[0.0, 0], [1, 0], [0, 0], [1, 40], [0, 50], [1, 60]])
    panel = _panel(values, (0, 70), [2, 2, 2])
    points = space(Kind.PANEL, panel).points(panel, panel.first)

    np.testing.assert_allclose(0.5, np.linalg.norm(points[0] - points[1]), rtol=1e-6)
    assert TOP_LEVELS < 40
    np.testing.assert_allclose(np.sqrt(0.25), np.linalg.norm(points[1] - points[2]), rtol=1e-6)


def test_a_series_moved_up_is_the_same() -> None:
    """Windows of a series are compared by their differences."""
    values = np.random.default_rng(1).normal(size=(60, 2))
    train, moved = _panel(values, (0, 0), [60]), _panel(values + 5, (0, 0), [60])
    found = space(Kind.SERIES, train)

    assert 0 == nearest(found.points(moved, moved.first), found.points(train, train.first))[0]


def test_windows_are_as_long_as_short_sequences_allow() -> None:
    """A quarter of the sequences may be too short for a window, which has two to six rows."""
    lengths = [1, 3, 4, 5, 6, 7, 8, 9]
    panel = _panel(np.zeros((sum(lengths), 1)), (0,), lengths)

    assert 3 == space(Kind.PANEL, panel).length


def test_many_windows_of_few_units_tell_little() -> None:
    """The interval of a share is that of as many units, not windows."""
    few, many = (of_units(0.5, np.repeat(np.arange(n), 1_000 // n)) for n in (10, 1_000))

    assert few[1] - few[0] > 5 * (many[1] - many[0])
