"""Learning and writing with a language model of a folder whose attention is changed a little (LoRA)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from lookalike.engines import Kept
from lookalike.engines.text import drawing
from lookalike.engines.text.attributes import Attributes
from lookalike.engines.text.trained import plain
from lookalike.engines.text.trained.alike import alike, begin
from lookalike.engines.text.trained.folder import Base, Loaded, look, read
from lookalike.engines.text.writing import Arrays, Asked, Given
from lookalike.errors import ModelFileError

SPARE, PER_WORD = 32, 4  # tokens that a text may have: so many a word, and some


@dataclass(frozen=True, eq=False)
class Adapted:
    """
    See `Writer`.

    Attributes:
        base: What the weights change; looked at again when texts are written.
    """

    base: Base
    attributes: Attributes
    weights: Arrays
    how: drawing.How

    def write(self, asked: Asked, rng: np.random.Generator) -> list[str]:
        """
        See `Writer.write`.

        Raises:
            ModelFileError: the folder is not what it was in learning.
        """
        prompts = plain.prompts(self.attributes, asked.frame, asked.words)
        most = PER_WORD * asked.words + SPARE
        with alike():
            from lookalike.engines.text.trained.prompting import write

            return list(map(plain.masked, write(self._loaded, prompts, most, self.how, rng)))

    def state(self) -> tuple[dict[str, Any], Arrays]:
        """See `Writer.state`."""
        return {"of": "adapted", "base": vars(self.base), "how": vars(self.how)}, self.weights

    @cached_property
    def _loaded(self) -> Loaded:
        from lookalike.engines.text.trained.training import put

        if look(self.base.folder) != self.base:
            raise ModelFileError(
                "The model of the folder that the texts' model changes is not the one it was learnt with.",
                hint="Put the folder back as it was, or fit again.",
            )
        loaded = read(self.base)
        put(loaded.model, self.weights)
        loaded.model.eval()
        return loaded


def learn(given: Given, kept: Kept) -> Adapted:
    """See `Backend.learn`."""
    epochs, epsilon = given.settings.get("epochs"), given.settings.get("dp_epsilon")
    base = look(str(given.settings["model_dir"]))
    prompts = plain.prompts(given.attributes, given.about.frame, given.about.words)
    with alike():
        from lookalike.engines.text.trained.prompting import Answers
        from lookalike.engines.text.trained.training import Plan, train

        begin(given.seed, "weights")
        task = Answers.of(read(base), prompts, [f" {plain.shown(text)}" for text in given.texts])
        weights = train(task, Plan(epochs, epsilon, given.budget_s, given.seed), kept)
    return Adapted(base, given.attributes, weights, drawing.How(guidance=0.0))


def load(header: Mapping[str, Any], arrays: Arrays, attributes: Attributes) -> Adapted:
    """See `Backend.load`."""
    if not arrays or any(a.dtype != np.float32 or a.ndim != 2 or not np.isfinite(a).all() for a in arrays.values()):
        raise ValueError("weights")
    base = Base(str(header["base"]["folder"]), str(header["base"]["sha256"]))
    return Adapted(base, attributes, dict(arrays), drawing.How(**header["how"]))
