"""Rows that are not learnt from, because a table has so many: of keys and what tells of people, none may come out."""

from dataclasses import replace

import numpy as np
import polars as pl

from lookalike.data.metadata import Column
from lookalike.transforms import Numbers
from lookalike.transforms.choose import Fitted
from lookalike.transforms.format import LENGTH_MAX
from lookalike.transforms.key_numbers import KeyNumbers, fit_key_numbers
from lookalike.transforms.made_up import MadeUp
from lookalike.transforms.words import digests

PIECE_ROWS = 1_000_000  # digested at a time: texts take a hundred times the room of their digests


def knowing_all(fitted: Fitted, series: pl.Series, column: Column) -> Fitted:
    """What was fitted to some cells of a column; if it makes cells up, none of `series`, all of them, will come out."""
    match fitted.transform:
        case KeyNumbers(has_missing=has_missing):
            whole, _ = fit_key_numbers(series, column)
            return replace(fitted, transform=replace(whole, has_missing=has_missing))
        case MadeUp() as made_up:
            return replace(fitted, transform=replace(made_up, known=_digests(series)))
    return fitted


def _digests(series: pl.Series) -> Numbers:
    """Sorted sealed digests of all texts, each once."""
    starts = range(0, len(series), PIECE_ROWS)
    pieces = (series.slice(start, PIECE_ROWS).drop_nulls().unique().cast(pl.String) for start in starts)
    return np.unique(np.concatenate([digests(piece, LENGTH_MAX) for piece in pieces]))
