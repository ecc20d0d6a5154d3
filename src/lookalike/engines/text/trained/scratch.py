"""Learning and writing with the small decoder, from nothing but the texts of a column."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from lookalike.engines import Kept
from lookalike.engines.tabular.file import named, part
from lookalike.engines.text import drawing, vocabulary
from lookalike.engines.text.attributes import Attributes
from lookalike.engines.text.trained.alike import alike, begin
from lookalike.engines.text.trained.letters import Letters
from lookalike.engines.text.trained.shape import LARGE, SMALL, Shape, sound
from lookalike.engines.text.vocabulary import Encoded, Vocabulary
from lookalike.engines.text.writing import Arrays, Asked, Given

SPARE = 20  # tokens that a text may have besides so many a word
PER_WORD = {Vocabulary: 2, Letters: 8}

Bools = npt.NDArray[np.bool_]
Ids = npt.NDArray[Any]
Tokens = Vocabulary | Letters


@dataclass(frozen=True, eq=False)
class Scratch:
    """See `Writer`."""

    tokens: Tokens
    attributes: Attributes
    shape: Shape
    weights: Arrays
    how: drawing.How

    def write(self, asked: Asked, rng: np.random.Generator) -> list[str]:
        """See `Writer.write`."""
        most = PER_WORD[type(self.tokens)] * asked.words + SPARE
        wanted = drawing.Wanted(self.attributes.kinds(asked.frame), self.attributes.untold, asked.words, most)
        with alike():
            from lookalike.engines.text.trained.decoding import draw

            drawn = draw(
                self._network, lambda before, tokens: begins(self.tokens, before, tokens), wanted, self.how, rng
            )
        return [self.tokens.decode(tokens.tolist(), rng) for tokens in drawn]

    def state(self) -> tuple[dict[str, Any], Arrays]:
        """See `Writer.state`."""
        told, known = self.tokens.state() if isinstance(self.tokens, Vocabulary) else (None, {})
        size = [self.shape.n_layers, self.shape.width]
        header = {"of": "scratch", "vocabulary": told, "size": size, "how": vars(self.how)}
        return header, {**named("vocabulary.", known), **named("w.", self.weights)}

    @cached_property
    def _network(self) -> Any:
        from lookalike.engines.text.trained.decoder import Decoder
        from lookalike.engines.text.trained.training import put

        network = Decoder(self.shape)
        put(network, self.weights)
        return network.eval()


def learn(given: Given, kept: Kept) -> Scratch:
    """See `Backend.learn`; with a `dp_epsilon` of bytes, so that no vocabulary tells which words there are."""
    epochs, epsilon = given.settings.get("epochs"), given.settings.get("dp_epsilon")
    tokens, encoded = _tokens(given, private=epsilon is not None)
    shape = Shape(len(tokens), given.attributes.n_kinds, *(LARGE if given.high else SMALL))
    with alike():
        from lookalike.engines.text.trained.decoder import Decoder
        from lookalike.engines.text.trained.decoding import Stretches
        from lookalike.engines.text.trained.training import Plan, train

        begin(given.seed, "weights")
        kinds, untold = given.attributes.kinds(given.about.frame), given.attributes.untold
        task = Stretches(Decoder(shape), shape, encoded, _begun(tokens, encoded), (kinds, untold))
        weights = train(task, Plan(epochs, epsilon, given.budget_s, given.seed), kept)
    return Scratch(tokens, given.attributes, shape, weights, drawing.How())


def load(header: Mapping[str, Any], arrays: Arrays, attributes: Attributes) -> Scratch:
    """See `Backend.load`."""
    told = header["vocabulary"]
    tokens = Letters() if told is None else Vocabulary.load(told, part(arrays, "vocabulary."))
    weights = part(arrays, "w.")
    n_layers, width = map(int, header["size"])
    shape = Shape(len(tokens), attributes.n_kinds, n_layers, width)
    if not sound(weights, shape):
        raise ValueError("weights")
    return Scratch(tokens, attributes, shape, weights, drawing.How(**header["how"]))


def begins(tokens: Tokens, before: Ids, after: Ids) -> Bools:
    """Whether each token begins a word, given the one before it."""
    return tokens.begins[after] if isinstance(tokens, Vocabulary) else tokens.begins(before, after)


def _tokens(given: Given, *, private: bool) -> tuple[Tokens, Encoded]:
    if private:
        letters = Letters()
        return letters, letters.encode(given.texts)
    return vocabulary.learn(given.texts, given.floor, given.seed)


def _begun(tokens: Tokens, encoded: Encoded) -> Bools:
    """Of each token of all texts whether it begins a word."""
    before = np.roll(encoded.ids, 1)
    starts = np.concatenate([[0], encoded.ends[:-1]])
    before[starts[starts < len(before)]] = vocabulary.END
    return begins(tokens, before, encoded.ids)
