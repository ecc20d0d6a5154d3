"""Training: steps by a budget, the same whatever interrupts it, and it learns."""

import numpy as np
import pytest

from lookalike.engines.text.network import Shape
from lookalike.engines.text.training import LONGEST, MOST_EPOCHS, Corpus, State, Training

N_TOKENS = 12


def corpus(lengths: list[int], seed: int = 1) -> Corpus:
    """Texts in which each token follows from the one before and from the kind of text."""
    rng = np.random.Generator(np.random.Philox(seed))
    kinds = rng.integers(0, 2, len(lengths))
    ids = [1 + (np.arange(n) * (1 + k) + k) % (N_TOKENS - 1) for n, k in zip(lengths, kinds, strict=True)]
    ends = np.cumsum(lengths)
    begins = np.array([False, *[True] * (N_TOKENS - 1)])
    return Corpus(np.concatenate(ids).astype(np.int32), ends, begins, kinds[:, None], np.array([2]))


def training(budget_s: float, lengths: list[int] | None = None) -> Training:
    return Training(corpus(lengths or [5, 9, 14] * 60), Shape(N_TOKENS, 3, 80, 16, 24), budget_s, 1)


def trained(of: Training, state: State | None = None) -> State:
    state = state or of.begin()
    while state.n_steps < of.n_steps:
        state = of.epoch(state)
    return state


def test_a_budget_is_told_in_steps() -> None:
    """Twice the budget is twice the steps, up to so many epochs; there is one step at least."""
    one, two = training(0.0005).n_steps, training(0.001).n_steps

    assert 2 * one == pytest.approx(two, abs=2)
    assert MOST_EPOCHS * training(1).per_epoch == training(10_000).n_steps
    assert 1 == training(1e-12).n_steps


def test_training_goes_on_from_any_epoch() -> None:
    """Training that goes on from a kept state ends with the same weights."""
    of = training(0.002)
    whole = trained(of)
    begun = of.epoch(of.begin())
    weights, first, second = ({k: v.copy() for k, v in p.items()} for p in (begun.weights, begun.first, begun.second))
    kept = State(weights, first, second, begun.n_steps, begun.n_epochs)
    again = trained(training(0.002), kept)

    assert of.n_steps == whole.n_steps == again.n_steps > of.per_epoch
    assert all(np.array_equal(whole.weights[name], again.weights[name]) for name in whole.weights)


def test_a_text_longer_than_one_go_is_learnt() -> None:
    """Texts of many thousand tokens are gone through in stretches; weights stay finite."""
    state = trained(training(0.01, [5 * LONGEST, 3, 1, 0]))

    assert all(np.isfinite(w).all() for w in state.weights.values())


def test_training_ends_whatever_an_epoch_has() -> None:
    """Texts of many lengths, whose epochs have more batches or fewer, are trained on to the last step."""
    of = training(0.2, np.random.Generator(np.random.Philox(2)).integers(1, 200, 900).tolist())
    sizes = {len(of._numbers(epoch)) for epoch in range(8)}

    assert len(sizes) > 1
    assert of.n_steps == trained(of).n_steps
