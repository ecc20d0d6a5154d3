"""
Writes column_shapes_and_c2st.json: what SDMetrics and scikit-learn find on tables made here.

    python tests/golden/column_shapes_and_c2st.py

Needs sdmetrics, scikit-learn, lightgbm, pandas and numpy, which the tests themselves do not.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd

COLUMNS = {"columns": {"x": {"sdtype": "numerical"}, "y": {"sdtype": "numerical"}, "c": {"sdtype": "categorical"}}}
CLASSIFIER = {"n_estimators": 200, "learning_rate": 0.05, "n_jobs": 1, "random_state": 0, "verbose": -1}


def table(seed: int, dependence: float) -> pd.DataFrame:
    """2,000 rows of two numbers and a level; y leans on x by `dependence`."""
    rng = np.random.Generator(np.random.PCG64(seed))
    x = rng.gamma(2.0, size=2_000)
    y = dependence * x + rng.normal(size=2_000)
    c = np.where(rng.random(2_000) < 1 / (1 + np.exp(dependence * (2 - x))), "high", "low")
    return pd.DataFrame({"x": x.round(3), "y": y.round(3), "c": c})


def shape_error(real: pd.DataFrame, other: pd.DataFrame) -> float:
    from sdmetrics.single_column import KSComplement, TVComplement

    kinds = {"x": KSComplement, "y": KSComplement, "c": TVComplement}
    return float(np.mean([1 - kind.compute(real[c], other[c]) for c, kind in kinds.items()]))


def c2st(real: pd.DataFrame, other: pd.DataFrame) -> float:
    from lightgbm import LGBMClassifier
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    rows = pd.concat([real, other], ignore_index=True).astype({"c": "category"})
    side = np.repeat([0, 1], [len(real), len(other)])
    splits = StratifiedKFold(5, shuffle=True, random_state=0)
    scores = cross_val_predict(LGBMClassifier(**CLASSIFIER), rows, side, cv=splits, method="predict_proba")
    return float(roc_auc_score(side, scores[:, 1]))


def main() -> None:
    train, holdout = table(1, 1.0), table(2, 1.0)
    found = {}
    for dependence in (1.0, 0.7, 0.0):
        synthetic = table(3, dependence)
        found[str(dependence)] = {"shape_error": shape_error(train, synthetic), "c2st": c2st(holdout, synthetic)}
    Path(__file__).with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
