"""N-grams against a slow, obvious twin; what texts they write; what a damaged model does."""

from collections import Counter
from collections.abc import Callable
from math import log2
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.data.streams import stream
from lookalike.engines.text.counting import Corpus
from lookalike.engines.text.ngram import ALL_KINDS, DISCOUNT, Ngram, fit, load

N_TOKENS, B, E = 4, -1, 4
Texts = list[tuple[list[int], int]]
TEXTS = st.lists(st.tuples(st.lists(st.integers(0, N_TOKENS - 1), max_size=6), st.integers(0, 2)), min_size=1)


def corpus(texts: Texts, n_kinds: int = 3) -> Corpus:
    ids = [token for text, _ in texts for token in text]
    ends = np.cumsum([len(text) for text, _ in texts])
    kinds = [kind % n_kinds for _, kind in texts]
    return Corpus(np.array(ids, np.int32), ends.astype(np.int64), np.array(kinds, np.int32), N_TOKENS, n_kinds)


def grams(texts: list[list[int]], size: int) -> list[list[tuple[int, ...]]]:
    rows = [[B, *text, E] for text in texts]
    return [[tuple(row[i : i + size]) for i in range(len(row) - size + 1)] for row in rows]


def in_records(texts: list[list[int]], size: int) -> Counter[tuple[int, ...]]:
    return Counter(gram for row in grams(texts, size) for gram in set(row))


Gram = tuple[int, ...]
Trees = dict[int | None, dict[Gram, dict[int, float]]]


def twin_trees(train: Texts, floor: int, order: int, n_kinds: int) -> Trees:
    """Shares of each tree, None that of all, by what tokens stand before."""
    every = [text for text, _ in train]
    texts = {kind: [text for text, k in train if k % n_kinds == kind] for kind in range(n_kinds if n_kinds > 1 else 0)}
    trees: Trees = {kind: {} for kind in (None, *texts)}
    for size in range(1, order + 1):
        spans = {more: in_records(every, more) for more in (size - 1, size, size + 1)}
        for group in ({None: every}, texts):
            counts = {kind: twin_counts(own, spans, size, floor, order) for kind, own in group.items()}
            lessen = twin_discounts([count for of in counts.values() for count in of.values()])
            for kind, of in counts.items():
                for gram, count in of.items():
                    if size == 1 or spans[size][gram] >= floor:
                        whole = sum(other for like, other in of.items() if like[:-1] == gram[:-1])
                        share = (count - DISCOUNT * lessen[min(count, 3)]) / whole
                        trees[kind].setdefault(gram[:-1], {})[gram[-1]] = share
    return trees


def twin_counts(
    own: list[list[int]], spans: dict[int, Counter[Gram]], size: int, floor: int, order: int
) -> dict[Gram, int]:
    records, counts = in_records(own, size), {}
    longer = Counter(gram for row in grams(own, size + 1) for gram in row)
    for gram in records:
        if (size > 2 and spans[size - 1][gram[:-1]] < floor) or gram == (B,):
            continue
        counts[gram] = records[gram]
        if size < order and gram[0] != B:
            before = [more for more in longer if more[1:] == gram]
            counts[gram] = sum(1 if spans[size + 1][more] >= floor else longer[more] for more in before)
    return counts


def twin_discounts(counts: list[int]) -> dict[int, float]:
    n = Counter(counts)
    y = n[1] / max(n[1] + 2 * n[2], 1)
    more = {c: n[c + 1] / n[c] if n[c] else 1.0 for c in (1, 2, 3)}
    return {c: min(max(c - (c + 1) * y * more[c], 0.1), c - 0.1) for c in (1, 2, 3)}


def twin_bits(train: Texts, texts: Texts, floor: int, order: int, n_kinds: int) -> float:
    trees = twin_trees(train, floor, order, n_kinds)
    total, n = 0.0, 0
    for text, k in texts:
        row = [B, *text, E]
        for i in range(1, len(row)):
            total -= log2(max(twin_chance(trees, k % n_kinds, row[:i], row[i], order), 2.0**-20))
            n += 1
    return total / n


def twin_chance(trees: Trees, kind: int, history: list[int], token: int, order: int) -> float:
    steps: list[tuple[int | None, int, float]] = [(None, depth, 1.0) for depth in range(order)][::-1]
    if len(trees) > 1:
        steps = [(kind, order - 1, 1.0)]
        for depth in range(order - 1, 0, -1):
            steps += [(None, depth, ALL_KINDS), (kind, depth - 1, 1.0)]
        steps.append((None, 0, 1.0))
    found, left = 0.0, 1.0
    for tree, depth, weight in steps[:-1]:
        if depth <= len(history):
            shares = trees[tree].get(tuple(history[len(history) - depth :]), {})
            found += left * weight * shares.get(token, 0.0)
            left *= 1 - weight * sum(shares.values())
    last = trees[None][()]
    return found + left * last.get(token, 0.0) / sum(last.values())


@settings(max_examples=150, deadline=None)
@given(TEXTS, TEXTS, st.integers(1, 3), st.integers(1, 5), st.sampled_from([1, 3]))
def test_texts_are_as_likely_as_by_dictionaries(
    train: Texts, held_back: Texts, floor: int, order: int, n_kinds: int
) -> None:
    """Held-back texts have the bits that the slow twin counts, at any floor, order and number of kinds."""
    model = fit(corpus(train, n_kinds), floor=floor, order=order)
    back = corpus(held_back, n_kinds)

    assert twin_bits(train, held_back, floor, order, n_kinds) == pytest.approx(
        model.bits(back.ids, back.ends, back.kinds), rel=1e-9
    )


def made(n: int = 200, n_kinds: int = 3) -> Corpus:
    """Texts that count up from a number of their kind."""
    rng = stream(0, "texts")
    sizes = rng.integers(0, 6, n).tolist()
    return corpus([([(row + i) % N_TOKENS for i in range(size)], row) for row, size in enumerate(sizes)], n_kinds)


def write(model: Ngram, kinds: list[int], lengths: list[int], seed: int = 0) -> list[list[int]]:
    ids, ends = model.write(np.array(kinds, np.int32), np.array(lengths, np.int32), stream(seed, "write"))
    assert (np.int32, np.int64) == (ids.dtype, ends.dtype)
    return [part.tolist() for part in np.split(ids, ends)[:-1]]


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.lists(st.tuples(st.integers(0, 2), st.integers(0, 30))), st.integers(1, 3), st.integers(1, 5))
def test_a_text_a_row_of_tokens_that_were_seen(
    train: Texts, rows: list[tuple[int, int]], floor: int, order: int
) -> None:
    """There are as many texts as rows, of seen tokens only, none longer than twice its length and 20."""
    kinds, lengths = [kind for kind, _ in rows], [length for _, length in rows]
    texts = write(fit(corpus(train), floor=floor, order=order), kinds, lengths)

    assert len(rows) == len(texts)
    assert {token for text, _ in train for token in text} >= {token for text in texts for token in text}
    assert all(len(text) <= 2 * length + 20 for text, length in zip(texts, lengths, strict=True))


def test_spans_of_few_records_are_not_learnt() -> None:
    """What two texts share is written as they have it, what one alone says is not: floor 2."""
    shared = [([0, 1, 2, 3], 0), ([0, 1, 2, 3], 0)]
    alone = [([3, 2, 1, 0], 0)]
    back = corpus(alone, 1)
    bits = [fit(corpus(shared + alone, 1), floor=floor).bits(back.ids, back.ends, back.kinds) for floor in (1, 2)]

    assert 1 > bits[0]
    assert 1.5 < bits[1]


def test_texts_are_of_their_kinds() -> None:
    """Texts of a kind begin as those of the kind do, where kinds begin differently."""
    model = fit(corpus([([kind, 3, kind], kind) for kind in range(3)] * 20), floor=2)
    texts = write(model, [0, 1, 2] * 200, [3] * 600)
    right = np.mean([text[:1] == [row % 3] for row, text in enumerate(texts)])

    assert 0.9 < right


def test_a_kind_without_texts_is_written_like_all() -> None:
    """A kind that has no text gets those of the others."""
    texts = write(fit(corpus([([0, 1], 0)] * 5 + [([0, 1], 1)] * 5), floor=2), [2] * 20, [2] * 20)

    assert 15 < texts.count([0, 1])


def test_texts_come_near_their_lengths() -> None:
    """Where texts of any length are likely, each gets the length it is to have, or nearly."""
    rng = stream(1, "texts")
    train: Texts = [(rng.integers(0, N_TOKENS, size).tolist(), 0) for size in rng.integers(1, 40, 500)]
    lengths = list(range(10, 50)) * 5
    texts = write(fit(corpus(train, 1), floor=2), [0] * 200, lengths)
    gaps = [abs(len(text) - length) / length for text, length in zip(texts, lengths, strict=True)]

    assert 0.2 > float(np.mean(gaps))


def test_same_seed_same_texts() -> None:
    """A seed gives the same texts again, another seed others, and rows do not depend on those after them."""
    model = fit(made(), floor=2)
    texts = write(model, [0, 1, 2] * 20, [5] * 60, seed=1)

    assert texts == write(model, [0, 1, 2] * 20, [5] * 60, seed=1)
    assert texts != write(model, [0, 1, 2] * 20, [5] * 60, seed=2)
    assert texts[:7] == write(model, [0, 1, 2, 0, 1, 2, 0], [5] * 7, seed=1)


def test_order_of_one_knows_single_tokens() -> None:
    """Without longer n-grams tokens come as often as they are handed down: 1 in 2 is an end here."""
    back = corpus([([0], 0)], 1)

    assert 1.0 == pytest.approx(fit(corpus([([0], 0)] * 9, 1), floor=2, order=1).bits(back.ids, back.ends, back.kinds))


def test_empty_texts_only() -> None:
    """From empty texts come empty texts, whatever their lengths are to be."""
    assert [[], []] == write(fit(corpus([([], 0), ([], 0)], 1), floor=2), [0, 0], [0, 9])


def test_no_text_is_refused() -> None:
    """Nothing is learnt of no text, and no bits are told of none."""
    nothing = corpus([], 1)
    with pytest.raises(ValueError, match="no text"):
        fit(nothing, floor=2)
    with pytest.raises(ValueError, match="no text"):
        fit(made(), floor=2).bits(nothing.ids, nothing.ends, nothing.kinds)


@pytest.mark.parametrize("kind", [-1, 3])
def test_a_kind_that_is_none_is_refused(kind: int) -> None:
    """Kinds that the model does not have are an error, not a look beyond its arrays."""
    with pytest.raises(ValueError, match="kind"):
        write(fit(made(), floor=2), [0, kind], [3, 3])


def test_rows_that_do_not_fit_each_other_are_refused() -> None:
    """Fewer lengths than kinds, or ends beyond the tokens, are an error, not a look beyond the arrays."""
    model, texts = fit(made(), floor=2), made(5)
    with pytest.raises(ValueError, match="lengths"):
        write(model, [0, 1], [3])
    with pytest.raises(ValueError, match="end elsewhere"):
        model.bits(texts.ids, texts.ends + 1, texts.kinds)
    with pytest.raises(ValueError, match="end elsewhere"):
        model.bits(texts.ids, texts.ends, texts.kinds[1:])


def test_a_model_is_told_and_loaded() -> None:
    """A loaded model writes the same texts."""
    model = fit(made(), floor=2)
    header, arrays = model.state()
    read_only = {name: np.frombuffer(array.tobytes(), array.dtype) for name, array in arrays.items()}

    assert write(model, [0, 1, 2], [4, 5, 6]) == write(load(header, read_only), [0, 1, 2], [4, 5, 6])


def put(name: str, place: int, value: float) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    def change(_: dict[str, Any], arrays: dict[str, Any]) -> None:
        arrays[name] = arrays[name].copy()
        arrays[name][place] = value

    return change


def cut(name: str) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    return lambda _, arrays: arrays.update({name: arrays[name][:-1]})


def tell(name: str, value: object) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    return lambda header, _: header.update({name: value})


DAMAGE = {
    "order of none": tell("order", 0),
    "endless order": tell("order", 2**40),
    "order no number": tell("order", "5"),
    "order a flag": tell("order", True),
    "fewer tokens": tell("n_tokens", 2),
    "more kinds": tell("n_kinds", 7),
    "all kinds": tell("n_kinds", 2**30),
    "first cut": cut("first"),
    "token cut": cut("token"),
    "share cut": cut("share"),
    "nodes elsewhere": put("first", 0, 0),
    "nodes beyond": put("first", -1, 10**9),
    "nodes before": put("first", 9, -5),
    "a token below": put("token", 6, -1),
    "a token beyond": put("token", -1, 77),
    "tokens out of order": put("token", 5, 0),
    "a share that is none": put("share", 6, np.nan),
    "a share too large": put("share", -1, 3.0),
    "a share below": put("share", 4, -0.1),
    "dtype": lambda _, arrays: arrays.update(token=arrays["token"].astype(np.int64)),
    "shape": lambda _, arrays: arrays.update(share=arrays["share"][None]),
    "nothing": lambda _, arrays: arrays.update({name: array[:0] for name, array in arrays.items()}),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_model_is_refused(damage: Callable[[dict[str, Any], dict[str, Any]], None]) -> None:
    """Numbers and arrays that do not fit each other are an error, so no kernel reads what is not there."""
    header, arrays = fit(made(), floor=2).state()
    header, arrays = dict(header), dict(arrays)
    damage(header, arrays)

    with pytest.raises(ValueError):
        load(header, arrays)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["first", "token", "share"]), st.integers(0, 10**6), st.floats() | st.integers(-9, 99))
def test_any_change_is_refused_or_harmless(name: str, place: int, value: float) -> None:
    """Whatever one number of a model is changed to, it is refused, or its texts still are of its tokens."""
    header, arrays = fit(made(), floor=2).state()
    changed = arrays[name].copy()
    with np.errstate(invalid="ignore"):
        changed[place % changed.size] = np.float64(value).astype(changed.dtype)
    try:
        model = load(header, {**arrays, name: changed})
    except ValueError:
        return
    texts = write(model, [0, 1, 2] * 5, [6] * 15)

    assert set(range(N_TOKENS)) >= {token for text in texts for token in text}
