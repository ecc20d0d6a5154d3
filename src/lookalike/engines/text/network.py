"""
A recurrent network that tells the next token from those before, the attributes of the text and what is left of it.

Gated recurrent units (Cho et al., EMNLP 2014) with the reset gate behind the recurrent product, tied embeddings of
tokens on both sides (Press and Wolf, EACL 2017). All arrays are float32.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[Any]  # float32
Ints = npt.NDArray[np.int64]
Weights = dict[str, Floats]

EXACT = 12  # words left that are told apart; beyond, four steps a doubling
PER_DOUBLING = 4


@dataclass(frozen=True)
class Shape:
    """
    How large a network is.

    Attributes:
        n_tokens: Of the vocabulary.
        n_kinds: Rows of the table of attributes, all attributes one after the other, each with one for "not told".
        n_left: Steps of what is left of a text.
        width: Of embeddings. hidden: Of the state.
    """

    n_tokens: int
    n_kinds: int
    n_left: int
    width: int
    hidden: int


@dataclass(frozen=True, eq=False)
class Batch:
    """
    Texts of like length, padded at the end.

    Attributes:
        before, after: The token before and the one to be told, int ``(steps, texts)``.
        left: Step of what is left, int ``(steps, texts)``.
        kinds: Rows of the table of attributes, int ``(texts, attributes)``.
        real: 1 where there is a token, 0 behind the end, ``(steps, texts)``.
    """

    before: Ints
    after: Ints
    left: Ints
    kinds: Ints
    real: Floats


@dataclass(frozen=True, eq=False)
class Drops:
    """Which inputs and outputs are left out in training, as factors of mean 1: ``(steps, texts, width)`` each."""

    inputs: Floats
    outputs: Floats


def steps_left(words: Ints) -> Ints:
    """The step of so many words left, 0 or more each."""
    beyond = np.floor(PER_DOUBLING * np.log2(np.maximum(words, EXACT) / EXACT)).astype(np.int64)
    return np.where(words < EXACT, np.maximum(words, 0), EXACT + beyond)


def begin(shape: Shape, rng: np.random.Generator) -> Weights:
    """Weights to begin with."""
    d, h = shape.width, shape.hidden

    def drawn(rows: int, columns: int, scale: float) -> Floats:
        return (scale * rng.standard_normal((rows, columns))).astype(np.float32)

    return {
        "tokens": drawn(shape.n_tokens, d, d**-0.5),
        "kinds": drawn(shape.n_kinds, d, 0.5 * d**-0.5),
        "left": drawn(shape.n_left, d, 0.5 * d**-0.5),
        "start": drawn(d, h, d**-0.5),
        "into": drawn(d, 3 * h, d**-0.5),
        "into_bias": np.zeros(3 * h, np.float32),
        "again": drawn(h, 3 * h, h**-0.5),
        "again_bias": np.zeros(h, np.float32),
        "out": drawn(h, d, h**-0.5),
        "out_bias": np.zeros(shape.n_tokens, np.float32),
    }


def first_state(w: Mapping[str, Floats], kinds: Ints) -> tuple[Floats, Floats]:
    """The sum of the attributes' embeddings, ``(texts, width)``, and the state it begins with, ``(texts, hidden)``."""
    told = w["kinds"][kinds].sum(axis=1)
    return told, np.tanh(told @ w["start"])


def step(w: Mapping[str, Floats], told: Floats, state: Floats, before: Ints, left: Ints) -> tuple[Floats, Floats]:
    """One token on: the new state ``(texts, hidden)`` and logits of the next token ``(texts, tokens)``."""
    h = state.shape[1]
    x = (w["tokens"][before] + told + w["left"][left]) @ w["into"] + w["into_bias"]
    again = state @ w["again"]
    gates = _sigmoid(x[:, : 2 * h] + again[:, : 2 * h])
    new = np.tanh(x[:, 2 * h :] + gates[:, h:] * (again[:, 2 * h :] + w["again_bias"]))
    state = new + gates[:, :h] * (state - new)
    return state, (state @ w["out"]) @ w["tokens"].T + w["out_bias"]


def _sigmoid(x: Floats) -> Floats:
    """Of all entries, in place."""
    np.multiply(x, 0.5, out=x)
    np.tanh(x, out=x)
    np.multiply(x, 0.5, out=x)
    return np.add(x, 0.5, out=x)


@dataclass(frozen=True, eq=False)
class _Run:
    """What going forward leaves for the way back: all ``(steps, texts, …)``."""

    x: Floats
    told: Floats
    states: Floats  # one more than steps: the first is the start
    gates: Floats
    new: Floats
    again: Floats


def loss_and_slopes(w: Mapping[str, Floats], batch: Batch, drops: Drops) -> tuple[float, Weights]:
    """
    The mean loss of the real tokens in nats, and its slope by each weight.

    The largest slope of each weight agrees with finite differences (tests).
    """
    run = _forward(w, batch, drops)
    n_steps, n_texts, h = run.new.shape
    out = run.states[1:].reshape(-1, h) @ w["out"]
    dropped = out * drops.outputs.reshape(out.shape)
    loss, d_logits = _cross_entropy(dropped @ w["tokens"].T + w["out_bias"], batch)
    slopes: Weights = {"out_bias": d_logits.sum(axis=0)}
    d_tokens = d_logits.T @ dropped
    d_out = (d_logits @ w["tokens"]) * drops.outputs.reshape(out.shape)
    slopes["out"] = run.states[1:].reshape(-1, h).T @ d_out
    d_x = _backward(w, run, (d_out @ w["out"].T).reshape(n_steps, n_texts, h), slopes)
    _into_tables(w, batch, drops, (run, d_x, d_tokens), slopes)
    return loss, slopes


def _forward(w: Mapping[str, Floats], batch: Batch, drops: Drops) -> _Run:
    n_steps, n_texts = batch.before.shape
    h = w["again"].shape[0]
    told, state = first_state(w, batch.kinds)
    x = w["tokens"][batch.before] + w["left"][batch.left] + told
    x *= drops.inputs
    into = (x.reshape(-1, x.shape[-1]) @ w["into"] + w["into_bias"]).reshape(n_steps, n_texts, 3 * h)
    states = np.empty((n_steps + 1, n_texts, h), np.float32)
    gates, new = np.empty((n_steps, n_texts, 2 * h), np.float32), np.empty((n_steps, n_texts, h), np.float32)
    again_new = np.empty((n_steps, n_texts, h), np.float32)
    states[0] = state
    for t in range(n_steps):
        again = states[t] @ w["again"]
        np.add(into[t, :, : 2 * h], again[:, : 2 * h], out=gates[t])
        _sigmoid(gates[t])
        np.add(again[:, 2 * h :], w["again_bias"], out=again_new[t])
        np.multiply(gates[t, :, h:], again_new[t], out=new[t])
        new[t] += into[t, :, 2 * h :]
        np.tanh(new[t], out=new[t])
        np.subtract(states[t], new[t], out=states[t + 1])
        states[t + 1] *= gates[t, :, :h]
        states[t + 1] += new[t]
    return _Run(x, told, states, gates, new, again_new)


def _cross_entropy(logits: Floats, batch: Batch) -> tuple[float, Floats]:
    """The mean loss, and the slope by the logits, in their place."""
    rows, after = np.arange(logits.shape[0]), batch.after.reshape(-1)
    real = batch.real.reshape(-1)
    n = max(float(real.sum()), 1.0)
    logits -= logits.max(axis=1, keepdims=True)
    right = logits[rows, after]
    np.exp(logits, out=logits)
    total = logits.sum(axis=1)
    loss = float(((np.log(total) - right) * real).sum()) / n
    logits *= (real / total / n)[:, None]
    logits[rows, after] -= real / n
    return loss, logits


def _backward(w: Mapping[str, Floats], run: _Run, d_states: Floats, slopes: Weights) -> Floats:
    """The slope by what goes into the gates, ``(steps, texts, 3 hidden)``; sets those of the recurrent weights."""
    n_steps, n_texts, h = run.new.shape
    d_into = np.empty((n_steps, n_texts, 3 * h), np.float32)
    d_again = np.empty((n_steps, n_texts, 3 * h), np.float32)
    back = np.ascontiguousarray(w["again"].T)
    d_next = np.zeros((n_texts, h), np.float32)
    for t in range(n_steps - 1, -1, -1):
        d = d_next + d_states[t]
        keep, reset, new = run.gates[t, :, :h], run.gates[t, :, h:], run.new[t]
        d_new = d * (1 - keep) * (1 - new * new)
        d_into[t, :, 2 * h :] = d_new
        np.multiply(d * (run.states[t] - new), keep * (1 - keep), out=d_into[t, :, :h])
        np.multiply(d_new * run.again[t], reset * (1 - reset), out=d_into[t, :, h : 2 * h])
        d_again[t, :, : 2 * h] = d_into[t, :, : 2 * h]
        np.multiply(d_new, reset, out=d_again[t, :, 2 * h :])
        d_next = d_again[t] @ back
        d_next += d * keep
    flat = d_again.reshape(-1, 3 * h)
    slopes["again"] = run.states[:-1].reshape(-1, h).T @ flat
    slopes["again_bias"] = flat[:, 2 * h :].sum(axis=0)
    slopes["start"] = d_next * (1 - run.states[0] ** 2)  # by what the start came of; `_into_tables` goes on
    return d_into


def _into_tables(
    w: Mapping[str, Floats], batch: Batch, drops: Drops, found: tuple[_Run, Floats, Floats], slopes: Weights
) -> None:
    """Sets the slopes of all that comes before the gates."""
    run, d_into, d_tokens = found
    flat = d_into.reshape(-1, d_into.shape[-1])
    slopes["into"] = run.x.reshape(-1, run.x.shape[-1]).T @ flat
    slopes["into_bias"] = flat.sum(axis=0)
    d_x = ((flat @ w["into"].T).reshape(run.x.shape)) * drops.inputs
    d_start = slopes["start"]
    slopes["start"] = run.told.T @ d_start
    d_told = d_x.sum(axis=0) + d_start @ w["start"].T
    slopes["tokens"] = d_tokens
    _add_rows(d_tokens, batch.before.reshape(-1), d_x.reshape(-1, d_x.shape[-1]))
    slopes["left"] = np.zeros_like(w["left"])
    _add_rows(slopes["left"], batch.left.reshape(-1), d_x.reshape(-1, d_x.shape[-1]))
    slopes["kinds"] = np.zeros_like(w["kinds"])
    for column in batch.kinds.T:
        _add_rows(slopes["kinds"], column, d_told)


def _add_rows(table: Any, rows: Ints, added: Floats) -> None:
    """Add to the rows of a table, which may be named several times."""
    order = np.argsort(rows, kind="stable")
    sorted_rows = rows[order]
    starts = np.flatnonzero(np.r_[True, sorted_rows[1:] != sorted_rows[:-1]])
    table[sorted_rows[starts]] += np.add.reduceat(added[order], starts, axis=0)


def sound(w: Mapping[str, Any], shape: Shape) -> bool:
    """Whether some arrays are the weights of a network of this shape, all of them finite."""
    like = {name: array.shape for name, array in begin(shape, np.random.Generator(np.random.Philox(0))).items()}
    given = {name: array.shape for name, array in w.items() if array.dtype == np.float32}
    return given == like == {n: a.shape for n, a in w.items()} and all(np.isfinite(a).all() for a in w.values())
