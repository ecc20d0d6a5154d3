"""Do synthetic rows tell one column of a person to someone who knows all others?"""

from typing import Any

import numpy as np

from lookalike.evaluation import Figure
from lookalike.evaluation.attacks import Risk, risk
from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.crowds import MIN_ROWS, Crowds, affordable, crowds, unjudged
from lookalike.evaluation.encoding import Vector
from lookalike.evaluation.neighbours import Points, closest_but_one

MEANING = (
    "How much more often the closest synthetic row tells a hidden column of a row learnt from than of a row held back: "
    "0 is no more often, 1 is always."
)
MAX_TARGETS = 1_000  # of each side; each is attacked once for every column
TOLERANCE = 0.05  # a number is guessed if a twentieth of all real values or less lies between
N_WORST = 20
COST = 3  # of such a measuring, beside one of the closest rows alone


def metric(comparison: Comparison) -> Figure:
    """
    Risk that a column can be inferred from the others; lower is better, in ``[0, 1]``.

    The guess is the cell of the synthetic row that is closest by all other columns. A level must be the same, a number
    within a twentieth of all real values. Risk is by how much guesses on train rows succeed more often than on as many
    held-back ones, over all columns; `details` lists the columns with the highest. The floor is the same with one half
    of the held-back rows in the place of the synthetic ones.

    Source: Giomi et al., "A unified framework for quantifying privacy risk in synthetic data", PoPETs 2023, with a
    tolerance by ranks.
    """
    crowd = comparison.once(crowds)
    if crowd is None:
        return unjudged("lower", MEANING)
    if len(crowd.columns) < 2:
        return Figure(None, None, "lower", MEANING, "Not judged: it takes a second column to infer one from.")
    guessed = attack(crowd)
    n = len(guessed[0])
    found, floor = (_overall(g) for g in (guessed, attack(crowd.fair)))
    details = {**found.details(), "n_targets": n, "risks": _worst(crowd, guessed)}
    return Figure(found.value, floor.value, "lower", MEANING, crowd.note, details, found.interval)


def attack(crowd: Crowds) -> list[Vector]:
    """Which cells of train rows and of as many held-back rows are guessed: 1 or 0, shape ``(targets, columns)``."""
    n = min(len(crowd.train), len(crowd.holdout), MAX_TARGETS)
    wanted, m = affordable(2 * n * COST, len(crowd.synthetic), len(crowd.columns))
    n, references = min(n, max(wanted // (2 * COST), MIN_ROWS)), crowd.synthetic[:m]
    return [_guessed(rows[:n], references) for rows in (crowd.train, crowd.holdout)]


def _guessed(targets: Points, references: Points) -> Vector:
    within = np.where(targets.numbers, int(TOLERANCE * targets.unit), 0)
    guesses = np.take_along_axis(references.cells, closest_but_one(targets, references), axis=0)
    return np.asarray(np.abs(targets.cells.astype(np.int32) - guesses) <= within, np.float64)


def _overall(guessed: list[Vector]) -> Risk:
    train, control = guessed
    return risk(train.mean(axis=1), control.mean(axis=1))


def _worst(crowd: Crowds, guessed: list[Vector]) -> list[dict[str, Any]]:
    """The columns with the highest risk, highest first."""
    train, control = (g.mean(axis=0) for g in guessed)
    order = np.argsort(-(train - control) / np.maximum(1 - control, 1e-9), kind="stable")[:N_WORST].tolist()
    risks = [risk(guessed[0][:, j], guessed[1][:, j]) for j in order]
    return [
        {"column": crowd.columns[j].column.name, "risk": r.value, **r.details()}
        for j, r in zip(order, risks, strict=True)
    ]
