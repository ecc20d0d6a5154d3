"""How well attacks on rows learnt from succeed, beside the same attacks on rows that nobody learnt from."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import hypot
from typing import Any

import numpy as np

from lookalike.evaluation.crowds import Crowds, affordable
from lookalike.evaluation.encoding import Vector
from lookalike.evaluation.intervals import Interval, auc_error, of_error, of_share
from lookalike.evaluation.neighbours import Points
from lookalike.evaluation.ranking import auc

MAX_CONTROLS = 1_500  # held-back rows attacked
MAX_VICTIMS = 3_000  # train rows attacked
MAX_REPEATS = 10


@dataclass(frozen=True)
class ToldApart:
    """Mean area under the curve over `repeats` parts of the train rows, each of `n` rows against as many held back."""

    auc: float
    interval: Interval
    n: int
    repeats: int

    def details(self) -> Mapping[str, Any]:
        return {"n_targets": self.n, "repeats": self.repeats}


@dataclass(frozen=True)
class Risk:
    """
    What the synthetic rows add to an attack's success.

    Attributes:
        value: Of the attacks that fail on held-back rows, the share that succeed on train rows; 0 if that is none.
        train: Share of attacks on train rows that succeed.
        control: The same on held-back rows, which the attacker can do without anything leaking.
    """

    value: float
    interval: Interval
    train: float
    control: float

    def details(self) -> Mapping[str, Any]:
        return {"train": self.train, "control": self.control}


def victims(crowd: Crowds, holdout: Points, references: Points) -> tuple[Points, Points, int]:
    """Train rows and rows of `holdout` to attack, in whole parts (see `told_apart`), and how many references."""
    n = min(len(holdout), len(crowd.train), MAX_CONTROLS)
    n_train = min(len(crowd.train), MAX_REPEATS * n, MAX_VICTIMS)
    wanted, m = affordable(n + n_train, len(references), len(crowd.columns))
    n = min(n, max(1, wanted // 2))
    return crowd.train[: min(n_train, wanted - n) // n * n], holdout[:n], m


def told_apart(members: Vector, others: Vector) -> ToldApart:
    """How well scores tell members, the higher ones, from others; members in parts as many as the others."""
    n = len(others)
    areas = [auc(others, part) for part in members.reshape(-1, n)]
    mean = float(np.mean(areas))
    return ToldApart(mean, of_error(mean, auc_error(mean, n, len(members))), n, len(areas))


def risk(train: Vector, control: Vector) -> Risk:
    """
    Risk of attacks on train rows and on held-back ones.

    The interval follows from Wilson's of the two shares by propagation of errors; it is cut at 0, as the value is.

    Args:
        train, control: How far each attack succeeded, in ``[0, 1]``; at least one of either.

    Source: Giomi et al., "A unified framework for quantifying privacy risk in synthetic data", PoPETs 2023.
    """
    share, base = float(train.mean()), float(control.mean())
    if base >= 1:
        return Risk(0.0, (0.0, 1.0), share, base)
    raw = (share - base) / (1 - base)
    half = hypot(_half(train) / (1 - base), _half(control) * (1 - share) / (1 - base) ** 2)
    low, high = (min(max(x, 0.0), 1.0) for x in (raw - half, raw + half))
    return Risk(max(raw, 0.0), (low, high), share, base)


def _half(successes: Vector) -> float:
    """
    Half the width of the interval of a share.

    Attacks of many tries each, some of which succeed, vary less than single ones and count for more.

    Source: effective sample size, Kish, "Survey Sampling", 1965.
    """
    share, spread = float(successes.mean()), float(successes.var())
    n = len(successes) * (share * (1 - share) / spread if spread else 1.0)
    low, high = of_share(share * n, n)
    return (high - low) / 2
