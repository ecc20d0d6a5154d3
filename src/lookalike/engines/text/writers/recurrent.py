"""A small recurrent network, trained on these texts alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lookalike.engines import Kept
from lookalike.engines.tabular.file import named, pack, part, unpack
from lookalike.engines.text import drawing, vocabulary
from lookalike.engines.text.attributes import Attributes
from lookalike.engines.text.network import Shape, Weights, sound, steps_left
from lookalike.engines.text.threads import single
from lookalike.engines.text.training import Corpus, State, Training
from lookalike.engines.text.vocabulary import Encoded, Vocabulary
from lookalike.engines.text.writing import Arrays, Asked, Given

KIND = "text training"
WIDTH, HIDDEN = 96, 192
MOST_WORDS = 20_000  # left of a text; more are told as so many
SPARE, PER_WORD = 20, 2  # tokens that a text may have: so many a word, and some


@dataclass(frozen=True, eq=False)
class Recurrent:
    """See `Writer`."""

    vocabulary: Vocabulary
    attributes: Attributes
    weights: Weights
    how: drawing.How

    def write(self, asked: Asked, rng: np.random.Generator) -> list[str]:
        """See `Writer.write`."""
        most = PER_WORD * asked.words + SPARE
        wanted = drawing.Wanted(self.attributes.kinds(asked.frame), self.attributes.untold, asked.words, most)
        with single():
            drawn = drawing.draw(self.weights, self.vocabulary.begins, wanted, self.how, rng)
        return [self.vocabulary.decode(tokens.tolist(), rng) for tokens in drawn]

    def state(self) -> tuple[dict[str, Any], Arrays]:
        """See `Writer.state`."""
        header, arrays = self.vocabulary.state()
        return {"vocabulary": header, "how": vars(self.how)}, {
            **named("vocabulary.", arrays),
            **named("w.", self.weights),
        }


def learn(given: Given, kept: Kept) -> Recurrent:
    """See `Backend.learn`: training goes on from the last whole epoch that is kept."""
    words, encoded = vocabulary.learn(given.texts, given.floor, given.seed)
    training = _training(given, words, encoded)
    state = _load_state(kept.load()) or training.begin()
    with single():
        while state.n_steps < training.n_steps:
            state = training.epoch(state)
            kept.save(_state(state))
    return Recurrent(words, given.attributes, state.weights, drawing.How())


def load(header: Mapping[str, Any], arrays: Arrays, attributes: Attributes) -> Recurrent:
    """See `Backend.load`."""
    words = Vocabulary.load(header["vocabulary"], part(arrays, "vocabulary."))
    weights = part(arrays, "w.")
    if not sound(weights, _shape(len(words), attributes)):
        raise ValueError("weights")
    return Recurrent(words, attributes, weights, drawing.How(**header["how"]))


def _training(given: Given, words: Vocabulary, encoded: Encoded) -> Training:
    kinds, untold = given.attributes.kinds(given.about.frame), given.attributes.untold
    corpus = Corpus(encoded.ids, encoded.ends, words.begins, kinds, untold)
    return Training(corpus, _shape(len(words), given.attributes), given.budget_s, given.seed)


def _shape(n_tokens: int, attributes: Attributes) -> Shape:
    n_left = int(steps_left(np.array([MOST_WORDS]))[0]) + 1
    return Shape(n_tokens, attributes.n_kinds, n_left, WIDTH, HIDDEN)


def _state(state: State) -> bytes:
    parts = {"weights": state.weights, "first": state.first, "second": state.second}
    arrays = {f"{part}.{name}": array for part, own in parts.items() for name, array in own.items()}
    return pack(KIND, {"n_steps": state.n_steps, "n_epochs": state.n_epochs}, arrays)


def _load_state(value: bytes | None) -> State | None:
    if value is None:
        return None
    header, arrays = unpack(KIND, value)
    weights, first, second = (part(arrays, f"{name}.") for name in ("weights", "first", "second"))
    return State(weights, first, second, int(header["n_steps"]), int(header["n_epochs"]))
