"""Seasons of rows and periods of the calendar."""

import numpy as np

from lookalike.engines.time_series.features import Rows
from lookalike.engines.time_series.seasons import CYCLES, SEASON_MAX, find_periods, find_seasons


def rows(values: np.ndarray) -> Rows:
    modes = np.zeros(values.shape, np.int64)
    return Rows(values, modes, modes, np.arange(len(values), dtype=np.float64), values.cumsum(axis=0))


def wave(n: int, season: int) -> np.ndarray:
    noise = np.random.default_rng(1).normal(0, 0.1, n)
    return np.sin(2 * np.pi * np.arange(n) / season)[:, None] + noise[:, None]


NUMERIC = np.ones(1, np.bool_)


def test_a_series_that_repeats_itself_has_a_season() -> None:
    """Of the natural seasons those are found after which the numbers are alike."""
    n = 240

    assert (24,) == find_seasons(rows(wave(n, 24)), np.array([n]), NUMERIC, (24, 168), 1.0)


def test_noise_has_no_season() -> None:
    """Numbers without memory have no season, and neither has a constant."""
    noise = np.random.default_rng(2).normal(size=(240, 1))

    assert () == find_seasons(rows(noise), np.array([240]), NUMERIC, (24,), 1.0)
    assert () == find_seasons(rows(np.ones((240, 1))), np.array([240]), NUMERIC, (24,), 1.0)


def test_seasons_are_counted_in_rows() -> None:
    """A season is told in rows: two ticks a row make it half as long; it must be a whole number of steps."""
    assert (12,) == find_seasons(rows(wave(240, 12)), np.array([240]), NUMERIC, (24,), 2.0)
    assert () == find_seasons(rows(wave(240, 5)), np.array([240]), NUMERIC, (24,), 5.0)


def test_short_sequences_have_no_seasons() -> None:
    """What is not there twice in most sequences, or is too long to look back at, is no season."""
    values = wave(240, 24)

    assert () == find_seasons(rows(values), np.full(6, 40), NUMERIC, (24,), 1.0)
    assert () == find_seasons(rows(wave(2_000, 500)), np.array([2_000]), NUMERIC, (SEASON_MAX + 100,), 1.0)


def test_a_row_is_held_against_its_own_sequence() -> None:
    """Seasons do not reach over the end of a sequence into the one before."""
    values = np.concatenate([wave(60, 12), wave(60, 12) * 0 + np.random.default_rng(3).normal(size=(60, 1))])

    assert (12,) == find_seasons(rows(values), np.array([60, 60]), NUMERIC, (12,), 1.0)


def test_a_period_is_there_often_enough() -> None:
    """Periods are told that are longer than a step and of which all times together span some."""
    ticks = np.arange(CYCLES * 24 + 1, dtype=np.float64)

    assert (24.0,) == find_periods(ticks, np.array([len(ticks)]), (1, 24, 168), 1.0)
    assert () == find_periods(ticks[:-2], np.array([len(ticks) - 2]), (24,), 1.0)
    assert () == find_periods(np.zeros(0), np.zeros(0), (24,), 1.0)
