"""All kernels of texts compiled ahead, or loaded: a few tokens are counted, told apart and drawn."""

import numpy as np

from lookalike.data.streams import stream
from lookalike.engines.text import drawing, ngram
from lookalike.engines.text.counting import Corpus

N_TOKENS, N_TEXTS, LENGTH, N_KINDS = 5, 8, 6, 2


def warm() -> None:
    """Compile all kernels, or load them where that was done before."""
    rng = stream(0, "warming")
    logits = rng.normal(size=(N_TEXTS, N_TOKENS)).astype(np.float32)
    drawing.pick(logits, 1.0, 0.9, rng.random((N_TEXTS, drawing.TRIES)))
    ids = rng.integers(0, N_TOKENS, N_TEXTS * LENGTH).astype(np.int32)
    ends = np.arange(1, N_TEXTS + 1) * LENGTH
    kinds = (np.arange(N_TEXTS) % N_KINDS).astype(np.int32)
    model = ngram.fit(Corpus(ids, ends, kinds, N_TOKENS, N_KINDS), floor=1)
    model.write(kinds, np.full(N_TEXTS, LENGTH, np.int32), rng)
