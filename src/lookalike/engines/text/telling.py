"""What the report says of a column of texts: who writes it and what that promises, what was found in it."""

from collections.abc import Mapping
from typing import Any

from lookalike.engines.text.guarding import COMMON, SPAN
from lookalike.engines.text.kinds import Kinds
from lookalike.engines.text.masking import describe
from lookalike.engines.text.trained import promise

_NO_PROOF = "What a text says of somebody in other words can be shown: this is no differential privacy."
_WRITTEN = {
    "recurrent": "by a small network trained on these alone: plausible sentences, weaker where one has to follow from "
    "another",
    "ngram": "from counted runs of words: plausible for a clause, seldom for a sentence",
    "endpoint": "by a language model that the service asks: what that knows from elsewhere may be in them",
}


def notes(name: str, kinds: Kinds, how: tuple[str, Mapping[str, Any]], n_texts: int, floor: int) -> tuple[str, ...]:
    """
    Sentences about a column.

    Args:
        how: The backend, and what it is told.
        floor: Records that a word must be in to be shown.
    """
    backend, settings = how
    told = (
        promise(settings, n_texts, _kept(backend, floor))
        if backend == "transformer"
        else f"texts are written {_WRITTEN[backend]}. {_kept(backend, floor)}. {_NO_PROOF}"
    )
    return (f"Column '{name}': {told}", *(f"Column '{name}': {sentence}" for sentence in describe(kinds)))


def _kept(backend: str, floor: int) -> str:
    """What no text shows; a language model knows rare words without having seen any record."""
    words = f"a word of fewer than {floor} records" + (" that the model was shown" if backend == "endpoint" else "")
    return (
        f"No text shows {words}, {SPAN} words in a row of fewer than {floor + 1}, or all that a text of fewer than "
        f"{COMMON} says"
    )
