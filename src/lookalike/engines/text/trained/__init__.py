"""
Transformers trained with torch, which is an extra: only the rooms in here import it, and only when they are used.

A small decoder from scratch (`scratch`), or low-rank changes to the attention of a model that lies in a folder
(`adapted`); either with differential privacy (`private`) or without.
"""

from collections.abc import Mapping
from math import log
from typing import Any

SCRATCH = "scratch"
_OPEN = (
    "Not covered are the columns beside the texts with their levels, how long texts are, which spans are masked and "
    "how made-up values are written, and the lists by which texts are refused after they are written: these are of the "
    "real records. Covered is one record of this column; a person with several has less, and each further column of "
    "texts costs as much again. The noise is drawn anew in each fit, so that a seed gives the same texts of the same "
    "model only."
)


def promise(settings: Mapping[str, Any], n_texts: int, kept: str) -> str:
    """
    What the report says of texts that a transformer writes, learnt from so many.

    Args:
        settings: `data.parameters.TransformerParameters` as JSON, or nothing.
        kept: What no text shows, a sentence without its end.
    """
    ours = settings.get("model_dir", SCRATCH) == SCRATCH
    how = "a small transformer trained on these alone" if ours else "a language model of a folder, trained on these"
    epsilon = settings.get("dp_epsilon")
    if epsilon is None:
        return f"texts are written by {how}. {kept}; in other words it can be shown: this is no differential privacy."
    return (
        f"texts are written by {how} with DP-SGD: its weights are ({epsilon:g}, {delta(n_texts):.2g})-differentially "
        f"private for one record more or less, by the accountant of Renyi divergences, Poisson sampling. {kept}. "
        f"{_OPEN}"
    )


def delta(n_texts: int) -> float:
    """The delta of differential privacy: 1 / (n log n), so that it is less than one record's share."""
    n = max(n_texts, 3)
    return 1 / (n * log(n))
