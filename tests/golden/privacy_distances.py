"""
Writes privacy_distances.json: what SciPy and scikit-learn find on tables made here.

    python tests/golden/privacy_distances.py

Needs scikit-learn, SciPy, pandas and numpy; the tests themselves do without scikit-learn.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd

N = 400


def table(seed: int) -> pd.DataFrame:
    """Rows of two numbers that go together, and a level that goes with them."""
    rng = np.random.Generator(np.random.PCG64(seed))
    x = rng.gamma(2.0, size=N)
    y = x + rng.normal(size=N)
    return pd.DataFrame({"x": x.round(3), "y": y.round(3), "c": np.where(x + rng.normal(size=N) > 2, "high", "low")})


def blurred(share: float) -> pd.DataFrame:
    """The rows learnt from, `share` of them replaced by new ones."""
    rows, fresh = table(1), table(3)
    return pd.concat([fresh.head(int(share * N)), rows.tail(N - int(share * N))], ignore_index=True)


def points(rows: pd.DataFrame, real: pd.DataFrame) -> np.ndarray:
    """Ranks of numbers among real ones; levels as two columns, so that two that differ are 1 apart."""
    from scipy.stats import percentileofscore

    ranks = [percentileofscore(real[c], rows[c], kind="mean") / 100 for c in ("x", "y")]
    levels = [0.5 * (rows["c"] == level) for level in ("high", "low")]
    return np.stack([*ranks, *levels], axis=1)


def found(share: float) -> dict[str, float]:
    from sklearn.metrics import roc_auc_score
    from sklearn.neighbors import NearestNeighbors

    tables = table(1), table(2), blurred(share)
    real = pd.concat(tables[:2], ignore_index=True)
    train, holdout, synthetic = (points(t, real) for t in tables)
    by_train, by_synthetic = (NearestNeighbors(n_neighbors=2, p=1).fit(p) for p in (train, synthetic))
    near, fresh = (by_train.kneighbors(p)[0] for p in (synthetic, holdout))
    reach = np.concatenate([by_synthetic.kneighbors(p)[0][:, 0] for p in (train, holdout)])
    return {
        "dcr": float(np.median(near[:, 0]) / np.median(fresh[:, 0])),
        "nndr": float(np.median(near[:, 0] / near[:, 1])),
        "nndr_floor": float(np.median(fresh[:, 0] / fresh[:, 1])),
        "membership": float(roc_auc_score(np.repeat([1, 0], N), -reach)),
    }


def main() -> None:
    told = {str(share): found(share) for share in (1.0, 0.7, 0.3)}
    Path(__file__).with_suffix(".json").write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
