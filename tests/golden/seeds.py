"""A judge with other seeds than its own: of many draws of folds and samples, chance is less than of one."""

import runpy
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

N_SEEDS = 8


def shift(by: int) -> None:
    """Make every generator and every draw of folds start from a seed so much higher."""
    import sklearn.model_selection as folds

    class Shifted(np.random.RandomState):
        def __init__(self, seed: Any = None) -> None:
            super().__init__(seed + 1_000 * by if isinstance(seed, int) and seed else seed)  # 0 cuts the data

    np.random.RandomState = Shifted
    for name in ("StratifiedKFold", "StratifiedGroupKFold"):
        kind = getattr(folds, name)

        def made(*words: Any, kind: Any = kind, **named: Any) -> Any:
            return kind(*words, **{**named, "random_state": named["random_state"] + 1_000 * by})

        setattr(folds, name, made)


def mean(found: list[Mapping[str, Mapping[str, Any]]]) -> dict[str, dict[str, Any]]:
    """The mean of each number of several results; of words the first."""
    return {name: {key: _mean([f[name][key] for f in found]) for key in figure} for name, figure in found[0].items()}


def _mean(values: list[Any]) -> Any:
    return values[0] if isinstance(values[0], str | None) else float(np.mean(values))


if __name__ == "__main__":  # python seeds.py SHIFT JUDGE.py WORDS…
    shift(int(sys.argv[1]))
    sys.argv = sys.argv[2:]
    runpy.run_path(sys.argv[0], run_name="__main__")
