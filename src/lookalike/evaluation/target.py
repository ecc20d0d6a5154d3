"""Which column models are to predict, and as what."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from lookalike.data.metadata import ColumnType
from lookalike.errors import MetadataError
from lookalike.evaluation.comparison import TRAIN, Comparison, Rows
from lookalike.evaluation.encoding import EncodedColumn, Vector

MAX_CLASSES = 20  # each is a model of its own
MIN_SHARE = 0.02  # of train: a class of fewer rows, if nobody asks for it, makes a figure of chance
MANY_VALUES = 20  # a number that has no more of them is a code, or a count of little

BEYOND = 1e15  # of train's largest number: what is larger still is taken for that, whose squares can be added up

_NUMBERS = frozenset({ColumnType.INTEGER, ColumnType.DECIMAL})
_CLASSES = frozenset({ColumnType.BOOLEAN, ColumnType.CATEGORICAL, ColumnType.ORDERED})


@dataclass(frozen=True, eq=False)
class Target:
    """
    The column to predict.

    Attributes:
        classes: The codes or numbers that are classes, sorted; None where numbers are predicted.
        chosen: By the caller.
    """

    column: EncodedColumn
    classes: Vector | None
    chosen: bool

    def truth(self, rows: Rows) -> Vector:
        """
        What the rows' target is, NaN where it is missing or of no class: the number of the class; or the number, over
        train's largest and less train's mean, so that a few digits tell numbers apart.
        """
        values = rows.numbers(self.column)
        if self.classes is not None:
            place = np.minimum(np.searchsorted(self.classes, values), len(self.classes) - 1)
            return np.where(self.classes[place] == values, place, np.nan)
        train = self.column.tables[TRAIN].astype(np.float64)
        largest = max(float(np.nanmax(np.abs(train))), np.finfo(np.float64).tiny)
        with np.errstate(over="ignore"):
            scaled = np.clip(values / largest, -BEYOND, BEYOND)
        return scaled - float(np.nanmean(train / largest))

    @property
    def n_models(self) -> int:
        """One for each class, but one for two of them, and for numbers."""
        return 1 if self.classes is None or len(self.classes) == 2 else len(self.classes)

    @property
    def n_classes(self) -> int:
        """How many classes there are, 0 where numbers are predicted."""
        return 0 if self.classes is None else len(self.classes)

    @property
    def task(self) -> Literal["classification", "regression"]:
        return "regression" if self.classes is None else "classification"


def target_of(comparison: Comparison) -> Target | None:
    """
    The column that the caller chose; else the rightmost one that could well be it, or None if there is none.

    Chosen, a column of levels has 2 to 20 of them in train, and is predicted as classes; so is a number with two
    values. Any other number is predicted as such. Inferred, it is the rightmost column of levels of which none is had
    by less than 2 % of the train rows, as class labels mostly stand last; else the rightmost number, no time or place,
    with over 20 values.

    Raises:
        MetadataError: the column chosen cannot be predicted.
    """
    if comparison.target is not None:
        column = next(c for c in comparison.columns if c.column.name == comparison.target)
        return Target(column, _chosen(column), chosen=True) if comparison.n_rows[TRAIN] else None
    for column in reversed(comparison.columns):
        values, shares = _values(column)
        if column.column.type in _CLASSES and 2 <= len(values) <= MAX_CLASSES and shares.min() >= MIN_SHARE:
            return Target(column, values, chosen=False)
    for column in reversed(comparison.columns):
        if column.column.type in _NUMBERS and len(_values(column)[0]) > MANY_VALUES:
            return Target(column, None, chosen=False)
    return None


def _chosen(column: EncodedColumn) -> Vector | None:
    values, _ = _values(column)
    told = f"The target '{column.column.name}'"
    if len(values) < 2:
        raise MetadataError(f"{told} does not vary.", hint="Choose a column that varies.")
    if column.is_number:
        return values if len(values) == 2 else None
    if len(values) > MAX_CLASSES:
        raise MetadataError(
            f"{told} has {len(values):,} levels; at most {MAX_CLASSES} can be told apart.",
            hint="Choose a number, or a column of fewer levels.",
        )
    return values


def _values(column: EncodedColumn) -> tuple[Vector, Vector]:
    """What stands in the rows learnt from, sorted, without missing cells, and the share of each."""
    cells = column.tables[TRAIN].astype(np.float64)
    there = cells[~np.isnan(cells)] if column.is_number else cells[cells >= 0]
    values, counts = np.unique(there, return_counts=True)
    return values, counts / max(len(there), 1)
