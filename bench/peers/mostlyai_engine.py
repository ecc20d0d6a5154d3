"""TabularARGN, an autoregressive network, as mostlyai-engine has it."""

from typing import Any

from bench.peers import Kinds, Needs

title = "TabularARGN"
needs = Needs(
    venv="mostlyai",
    steps=(("torch==2.13.0",), ("mostlyai-engine==2.7.3",)),
    unwanted=("torchvision", "torchaudio"),  # of another build than torch they break the import
    packages=("mostlyai-engine", "torch"),
)
_ENCODINGS = {
    "category": "TABULAR_CATEGORICAL",
    "boolean": "TABULAR_CATEGORICAL",
    "integer": "TABULAR_NUMERIC_AUTO",
    "decimal": "TABULAR_NUMERIC_AUTO",
}


def make(kinds: Kinds) -> Any:
    """The synthesizer, on the processor."""
    from mostlyai.engine import TabularARGN  # type: ignore[import-not-found]

    encodings = {name: _ENCODINGS[kind] for name, kind in kinds.items()}
    return TabularARGN(tgt_encoding_types=encodings, device="cpu")


def fit(made: Any, train: Any) -> Any:
    """Splitting, analysing and encoding are part of it."""
    return made.fit(train)


def sample(fitted: Any, n_rows: int) -> Any:
    """New rows."""
    return fitted.sample(n_samples=n_rows, device="cpu")
