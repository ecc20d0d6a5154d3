"""TabularARGN over sequences, an autoregressive network, as mostlyai-engine has it."""

from typing import Any

from bench.peers.mostlyai_engine import needs as needs  # the same venv
from bench.peers.sequences import Roles

MINUTES = 3.0  # of training: hours would do it good, and are more than a benchmark is waited for
title = f"TabularARGN, sequential, {MINUTES:g} min of training"
_ENCODINGS = {
    "category": "TABULAR_CATEGORICAL",
    "boolean": "TABULAR_CATEGORICAL",
    "integer": "TABULAR_NUMERIC_AUTO",
    "decimal": "TABULAR_NUMERIC_AUTO",
}


def make(roles: Roles) -> Any:
    """The synthesizer, on the processor, and the index."""
    from mostlyai.engine import TabularARGN  # type: ignore[import-not-found]

    encodings = {name: _ENCODINGS[kind] for name, kind in roles.kinds.items() if name != roles.key}
    if roles.kinds[roles.index] == "category":  # moments held as text
        encodings[roles.index] = "TABULAR_DATETIME_RELATIVE"
    synthesizer = TabularARGN(
        tgt_context_key=roles.key, tgt_encoding_types=encodings, max_training_time=MINUTES, device="cpu"
    )
    return synthesizer, roles


def fit(made: Any, train: Any) -> Any:
    """Splitting, analysing and encoding are part of it; rows are given in order."""
    import pandas as pd

    synthesizer, roles = made
    if roles.kinds[roles.index] == "category":
        train[roles.index] = pd.to_datetime(train[roles.index])
    return synthesizer.fit(train.sort_values([roles.key, roles.index], kind="stable", ignore_index=True))


def sample(fitted: Any, n_sequences: int) -> Any:
    """New sequences, with keys of their own."""
    return fitted.sample(n_samples=n_sequences, device="cpu")
