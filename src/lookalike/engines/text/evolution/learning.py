"""A column of texts evolved with a language model at hand."""

import numpy as np
import polars as pl

from lookalike.engines import Kept
from lookalike.engines.text.attributes import Attributes
from lookalike.engines.text.evolution import RELEASES
from lookalike.engines.text.evolution.accounting import account
from lookalike.engines.text.evolution.asking import Asking, Label
from lookalike.engines.text.evolution.evolved import Evolved, labels_of
from lookalike.engines.text.evolution.evolving import Evolution, Private
from lookalike.engines.text.evolution.telling import Telling
from lookalike.engines.text.paid import paid
from lookalike.engines.text.prompting import Framing
from lookalike.engines.text.showing import described
from lookalike.engines.text.spending import Spending
from lookalike.engines.text.writing import Asked, Given, Help


def evolves(given: Given) -> bool:
    """Whether texts are to be written with differential privacy by a model that is shown none."""
    return "secret" in given.settings


def evolve(column: str, given: Given, outside: Help, kept: Kept) -> Evolved:
    """
    What records vote for.

    Args:
        given: Real records as they are; the settings have also the `secret` of the noise, and of the population to
            begin with the `labels` and the `words`.
        kept: Answers of an earlier try, after which it goes on.

    Raises:
        EndpointBudget, EndpointFailed, EndpointAway: as `EndpointWriter.write` raises.
    """
    told = given.settings
    telling = Telling(account(told["dp_epsilon"], len(given.texts), RELEASES), told["secret"])
    framing = Framing(column, tuple(a.name for a in given.attributes.columns), lines=False)
    about = _about(given.attributes)
    evolution = Evolution(framing, telling, about, np.array(told["labels"]), np.array(told["words"]))
    answers = paid(evolution.whose, kept, outside.clock)
    asking = Asking(framing, Spending(outside.complete, answers, told["max_requests"], told["max_tokens"]))
    private = Private(given.texts, labels_of(given.attributes, given.about))
    population, votes = evolution.run(private, asking)
    limits = _left(told["max_requests"], answers.n_requests), _left(told["max_tokens"], answers.n_tokens)
    return Evolved(given.attributes, about, population, votes, limits)


def _about(attributes: Attributes) -> tuple[Label, ...]:
    """What is told of each label: of those that are none of the levels nothing."""
    if not attributes.columns:
        return ((),)
    own = attributes.columns[0]
    levels = Asked(pl.DataFrame({own.name: own.levels}), np.ones(len(own.levels), np.int64))
    return (*(record.about for _, record in described(levels, (own.name,), np.arange(len(own.levels)))), ())


def _left(limit: int | None, spent: int) -> int | None:
    return None if limit is None else max(0, limit - spent)
