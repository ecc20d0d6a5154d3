"""A recurrent network of three million weights, trained on these texts alone, as mostlyai-engine has it."""

from typing import Any

from bench.peers.mostlyai_engine import needs as needs  # the same venv
from bench.peers.texts import TextRoles

MINUTES = 2.0  # of training: twice what ours takes by default
title = f"LSTMFromScratch-3m, {MINUTES:g} min of training"


def make(roles: TextRoles) -> Any:
    """The synthesizer, on the processor."""
    from mostlyai.engine import LanguageModel  # type: ignore[import-not-found]

    encodings = {roles.text: "LANGUAGE_TEXT", roles.label: "LANGUAGE_CATEGORICAL"}
    model = "MOSTLY_AI/LSTMFromScratch-3m"
    return LanguageModel(tgt_encoding_types=encodings, model=model, max_training_time=MINUTES, device="cpu")


def fit(made: Any, train: Any) -> Any:
    """Splitting, analysing and encoding are part of it."""
    return made.fit(train)


def sample(fitted: Any, n_rows: int) -> Any:
    """New texts."""
    return fitted.sample(n_samples=n_rows, device="cpu")
