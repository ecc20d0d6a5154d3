"""Sequential CART, as py-synthpop has it."""

from typing import Any

from bench.peers import Kinds, Needs

title = "py-synthpop"
needs = Needs(
    venv="synthpop",
    steps=(("pandas<2", "numpy<2", "scikit-learn", "scipy", "pyarrow<20", "py-synthpop==0.1.2"),),  # it names none
    packages=("py-synthpop", "scikit-learn", "pandas"),
)
_DTYPES = {"category": "category", "boolean": "category", "integer": "int", "decimal": "float"}


def make(kinds: Kinds) -> Any:
    """The synthesizer and the dtypes it must be told."""
    from synthpop import Synthpop  # type: ignore[import-not-found]

    return Synthpop(), {name: _DTYPES[kind] for name, kind in kinds.items()}


def fit(made: Any, train: Any) -> Any:
    """It wants each column stored as the dtype that it is told."""
    synthesizer, dtypes = made
    synthesizer.fit(train.astype(dtypes), dtypes)
    return synthesizer


def sample(fitted: Any, n_rows: int) -> Any:
    """New rows; categories are stored as such."""
    return fitted.generate(n_rows)
