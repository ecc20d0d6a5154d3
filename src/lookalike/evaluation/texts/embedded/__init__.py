"""
How near synthetic texts are to real ones as a language model sees them; only with the extra ``lookalike[embeddings]``.

Parts as in `evaluation.texts`.
"""
