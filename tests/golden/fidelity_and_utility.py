"""
Writes fidelity_and_utility.json: what SDMetrics, SciPy and scikit-learn find on tables made here.

    python tests/golden/fidelity_and_utility.py

Needs sdmetrics, scikit-learn, scipy, lightgbm, pandas and numpy, which the tests themselves do not.
"""

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

MODEL = {"n_estimators": 200, "learning_rate": 0.05, "n_jobs": 1, "random_state": 0, "verbose": -1}
NUMBERS = ["x", "y", "z"]


def table(seed: int, dependence: float) -> pd.DataFrame:
    """
    4,000 rows: y leans on x by `dependence`, so do the level c and whether y and z are missing together; one level in
    500 is rare and grows rarer with less dependence.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    x = rng.gamma(2.0, size=4_000)
    y = dependence * x + rng.normal(size=4_000)
    z = rng.integers(0, 7, 4_000) + np.floor(dependence * x)
    c = np.array(["low", "middle", "high"])[np.digitize(dependence * x + rng.normal(size=4_000), [1.0, 2.0])]
    c = np.where(rng.random(4_000) < 0.002 + 0.006 * dependence, "rare", c)
    y_gone, z_gone = rng.random((2, 4_000)) < 0.1
    z_gone = np.where(rng.random(4_000) < dependence, y_gone, z_gone)
    frame = pd.DataFrame({"x": x.round(3), "y": y.round(3), "z": z, "c": c})
    return frame.assign(y=frame["y"].mask(y_gone), z=frame["z"].mask(z_gone))


def correlations(real: pd.DataFrame, other: pd.DataFrame) -> float:
    from sdmetrics.column_pairs import CorrelationSimilarity

    pairs = [list(pair) for pair in combinations(NUMBERS, 2)]
    scores = [CorrelationSimilarity.compute(real[p], other[p], coefficient="Spearman") for p in pairs]
    return float(np.mean([1 - score for score in scores]))


def cells(real: pd.Series, other: pd.Series) -> pd.Series:
    """Cells of `other`: levels as they are, numbers by the deciles of `real`, or whole if they have ten values."""
    if real.dtype == object:
        return other.astype(str)
    values = np.sort(real.dropna().unique())
    if len(values) > 10:
        values = np.unique(np.quantile(real.dropna(), np.arange(1, 10) / 10, method="lower"))
    at = np.searchsorted(values, other, "left") + np.searchsorted(values, other, "right")
    return pd.Series(np.where(other.isna(), -1, at)).astype(str)


def information(real: pd.DataFrame, other: pd.DataFrame) -> float:
    from sklearn.metrics import normalized_mutual_info_score

    cut = [{c: cells(real[c], t[c]) for c in real} for t in (real, other)]
    told = [[normalized_mutual_info_score(t[a], t[b]) for a, b in combinations(real, 2)] for t in cut]
    return float(np.abs(np.diff(told, axis=0)).mean())


def patterns(real: pd.DataFrame, other: pd.DataFrame) -> float:
    shares = [t.isna().value_counts(normalize=True) for t in (real, other)]
    return float(shares[0].sub(shares[1], fill_value=0).abs().sum() / 2)


def rare_levels(real: pd.DataFrame, other: pd.DataFrame) -> float:
    from scipy.spatial.distance import braycurtis

    shares = [t["c"].value_counts(normalize=True) for t in (real, other)]
    rare = shares[0].index[shares[0] < 0.01]
    return float(braycurtis(*(share.reindex(rare, fill_value=0) for share in shares)))


def c2st(real: pd.DataFrame, other: pd.DataFrame) -> float:
    from lightgbm import LGBMClassifier
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    rows = pd.concat([real, other], ignore_index=True).astype({"c": "category"})
    side = np.repeat([0, 1], [len(real), len(other)])
    splits = StratifiedKFold(5, shuffle=True, random_state=0)
    scores = cross_val_predict(LGBMClassifier(**MODEL), rows, side, cv=splits, method="predict_proba")
    return float(roc_auc_score(side, scores[:, 1]))


def tstr(learnt: pd.DataFrame, test: pd.DataFrame, target: str) -> float:
    from lightgbm import LGBMClassifier, LGBMRegressor
    from sklearn.metrics import r2_score, roc_auc_score

    (x, y), (test_x, test_y) = (_split(rows, target) for rows in (learnt, test))
    if target == "c":
        model = LGBMClassifier(**MODEL).fit(x, y)
        scores = model.predict_proba(test_x)
        return float(np.mean([roc_auc_score(test_y == k, s) for k, s in zip(model.classes_, scores.T, strict=True)]))
    return float(max(r2_score(test_y, LGBMRegressor(**MODEL).fit(x, y).predict(test_x)), 0))


def _split(rows: pd.DataFrame, target: str) -> tuple[pd.DataFrame, pd.Series]:
    there = rows.dropna(subset=target)
    typed = there.assign(c=pd.Categorical(there["c"], categories=["high", "low", "middle", "rare"]))
    return typed.drop(columns=target), there[target]


def main() -> None:
    train, holdout = table(1, 1.0), table(2, 1.0)
    found: dict[str, dict[str, object]] = {}
    for dependence in (1.0, 0.7, 0.0):
        synthetic = table(3, dependence)
        found[str(dependence)] = {
            "correlations": correlations(train, synthetic),
            "mutual_information": information(train, synthetic),
            "missing_patterns": patterns(train, synthetic),
            "rare_levels": rare_levels(train, synthetic),
            "c2st_train": c2st(train, synthetic),
        }
        if dependence:  # from no dependence nothing is learnt but chance, which each learns in its own way
            found[str(dependence)] |= {
                "tstr": {target: tstr(synthetic, holdout, target) for target in ("c", "y")},
                "trtr": {target: tstr(train, holdout, target) for target in ("c", "y")},
            }
    Path(__file__).with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
