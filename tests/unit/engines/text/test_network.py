"""The recurrent network: slopes as finite differences tell them, and one step as the whole tells it."""

import numpy as np
import pytest

from lookalike.engines.text.network import (
    EXACT,
    Batch,
    Drops,
    Shape,
    Weights,
    begin,
    first_state,
    loss_and_slopes,
    sound,
    step,
    steps_left,
)

SHAPE = Shape(n_tokens=30, n_kinds=7, n_left=20, width=8, hidden=6)
STEPS, TEXTS = 7, 5


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.Generator(np.random.Philox(5))


@pytest.fixture
def weights(rng: np.random.Generator) -> Weights:
    return {name: w + 0.2 * rng.standard_normal(w.shape) for name, w in begin(SHAPE, rng).items()}


@pytest.fixture
def batch(rng: np.random.Generator) -> Batch:
    real = np.ones((STEPS, TEXTS), np.float32)
    real[-2:, 0] = 0
    shape = (STEPS, TEXTS)
    ids = [rng.integers(0, n, shape) for n in (SHAPE.n_tokens, SHAPE.n_tokens, SHAPE.n_left)]
    return Batch(*ids, rng.integers(0, SHAPE.n_kinds, (TEXTS, 2)), real)


def dropped(rng: np.random.Generator) -> Drops:
    shape = (STEPS, TEXTS, SHAPE.width)
    return Drops(rng.random(shape), rng.random(shape))


def naive_loss(w: Weights, batch: Batch) -> float:
    """The mean loss, one text and one token after the other."""

    def sigmoid(x: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-x))

    h, losses = SHAPE.hidden, []
    for i in range(TEXTS):
        told = sum(w["kinds"][k] for k in batch.kinds[i])
        state = np.tanh(told @ w["start"])
        for t in range(STEPS):
            x = (w["tokens"][batch.before[t, i]] + w["left"][batch.left[t, i]] + told) @ w["into"] + w["into_bias"]
            again = state @ w["again"]
            keep, reset = sigmoid(x[:h] + again[:h]), sigmoid(x[h : 2 * h] + again[h : 2 * h])
            new = np.tanh(x[2 * h :] + reset * (again[2 * h :] + w["again_bias"]))
            state = keep * state + (1 - keep) * new
            logits = w["tokens"] @ (state @ w["out"]) + w["out_bias"]
            if batch.real[t, i]:
                losses.append(np.log(np.exp(logits).sum()) - logits[batch.after[t, i]])
    return float(np.mean(losses))


def test_the_loss_is_the_naive_one(weights: Weights, batch: Batch) -> None:
    """Many texts at once have the loss that one after the other has."""
    ones = np.ones((STEPS, TEXTS, SHAPE.width))
    loss, _ = loss_and_slopes(weights, batch, Drops(ones, ones))

    assert naive_loss(weights, batch) == pytest.approx(loss, rel=1e-5)


def test_slopes_are_those_of_finite_differences(weights: Weights, batch: Batch, rng: np.random.Generator) -> None:
    """Each weight's steepest entry changes the loss as its slope says, with inputs and outputs dropped."""
    drops = dropped(rng)
    _, slopes = loss_and_slopes(weights, batch, drops)

    assert slopes.keys() == weights.keys()
    for name, slope in slopes.items():
        place = np.unravel_index(np.argmax(np.abs(slope)), slope.shape)
        losses = []
        for change in (0.01, -0.01):
            moved = weights[name].copy()
            moved[place] += change
            losses.append(loss_and_slopes({**weights, name: moved}, batch, drops)[0])

        assert (losses[0] - losses[1]) / 0.02 == pytest.approx(slope[place], rel=1e-2), name


def test_steps_tell_what_the_whole_tells(weights: Weights, batch: Batch) -> None:
    """Going step by step, as drawing does, gives the losses of the whole batch."""
    told, state = first_state(weights, batch.kinds)
    losses = []
    for t in range(STEPS):
        state, logits = step(weights, told, state, batch.before[t], batch.left[t])
        right = logits[np.arange(TEXTS), batch.after[t]]
        losses.append((np.log(np.exp(logits).sum(axis=1)) - right)[batch.real[t] > 0])

    assert naive_loss(weights, batch) == pytest.approx(float(np.concatenate(losses).mean()), rel=1e-5)


def test_what_is_left_is_told_exactly_near_the_end() -> None:
    """Below twelve words each number is its own step; beyond, steps never fall and four make a doubling."""
    steps = steps_left(np.arange(200))

    assert list(range(EXACT)) == steps[:EXACT].tolist()
    assert (np.diff(steps) >= 0).all()
    assert 4 == steps[192] - steps[96]


def test_arrays_of_another_shape_are_no_weights(rng: np.random.Generator) -> None:
    """Weights of this shape are sound; others, missing ones and numbers that are none are not."""
    good = begin(SHAPE, rng)

    assert sound(good, SHAPE)
    assert not sound(good, Shape(31, 7, 20, 8, 6))
    assert not sound({k: v for k, v in good.items() if k != "out"}, SHAPE)
    assert not sound({**good, "out": np.full_like(good["out"], np.nan)}, SHAPE)
