"""Made-up texts look like the train texts, are none of them, and where train's never repeat, neither do they."""

import re

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.data.metadata import Column, ColumnType, Told
from lookalike.transforms import Transform
from lookalike.transforms.choose import fit

FAR = 2**40  # the greatest row number that an output may have


def made_up(values: list[str], format_: str | None = None) -> Transform:
    """The transform of a column of IDs."""
    column = Column("c", ColumnType.ID, pl.String(), told=Told(format=format_))
    return fit(pl.Series(values), column, min_level_rows=5, seed=1).transform


def draw(transform: Transform, n: int, first_row: int = 0, seed: int = 1) -> list[str]:
    zeros = np.zeros(n, np.int32)
    rows = first_row + np.arange(n, dtype=np.uint64)
    return transform.decode(zeros, zeros.astype(np.float32), seed=seed, rows=rows).to_list()


def hexadecimal(n: int, length: int) -> list[str]:
    digits = np.random.default_rng(1).integers(0, 16, (n, length))
    return ["".join(f"{digit:x}" for digit in row) for row in digits.tolist()]


FORMATS = {
    r"KD-\d{6}/x": [f"KD-{i * 7919 % 1_000_000:06d}/x" for i in range(300)],
    r"P\d{6}": [f"P{i:06d}" for i in range(600)],
    r"[1-9]\d{7}": [str(10_000_000 + i * 899_891) for i in range(100)],
    r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}": [
        f"{h[:8]}-{h[8:12]}-4{h[13:16]}-{'89ab'[i % 4]}{h[17:20]}-{h[20:]}" for i, h in enumerate(hexadecimal(100, 32))
    ],
    r"[0-9A-F]{12}": [h.upper() for h in hexadecimal(100, 12)],
    r"(?:AB|CD)-\d{5}": [f"{'AB' if i % 3 else 'CD'}-{i * 617 % 100_000:05d}" for i in range(150)],
}


@pytest.mark.parametrize("format_", FORMATS)
def test_identifiers_keep_their_format(format_: str) -> None:
    """Prefix, width and alphabet are those of train: hexadecimal stays so, a zero that never led never leads."""
    out = draw(made_up(FORMATS[format_]), 500)

    assert [] == [text for text in out if not re.fullmatch(format_, text)]
    assert 500 == len(set(out) - set(FORMATS[format_]))


def test_a_told_format_is_kept() -> None:
    """A format that somebody tells is followed, whatever the cells have in common."""
    out = draw(made_up([f"A-{i:04d}" for i in range(50)], r"\A-0000"), 200)

    assert all(re.fullmatch(r"A-\d{4}", text) for text in out)


def test_each_format_has_its_share() -> None:
    """Of as many rows as train's each format has as many as in train, and of a multiple the same multiple."""
    train = [f"A-{i:05d}" for i in range(0, 90_000, 1_000)] + [f"{i:07d}" for i in range(0, 900_000, 30_000)]
    out = draw(made_up(train), 5 * len(train))

    assert 5 * 90 == sum(text.startswith("A-") for text in out)


@pytest.mark.parametrize("first", [0, 10**6, FAR - 3_000])
def test_identifiers_never_meet(first: int) -> None:
    """No text is a train text and no two are the same, over blocks and far beyond what the format holds."""
    train = [f"{i:04d}" for i in range(150)]
    transform = made_up(train)

    out = [text for start in range(first, first + 3_000, 500) for text in draw(transform, 500, start)]
    out += draw(transform, 3_000, 200_000)

    assert len(set(out)) == 6_000
    assert set() == set(out) & set(train)


def test_which_rows_are_asked_for_does_not_matter() -> None:
    """A row's text depends on its number only, not on the rows beside it."""
    transform = made_up([f"{'AB' if i % 3 else 'C'}{i:04d}" for i in range(150)])

    assert draw(transform, 300, 1_000)[100:120] == draw(transform, 20, 1_100)


def test_full_formats_are_made_longer() -> None:
    """When train uses up a format, texts get longer rather than being train's."""
    train = list("abcdefghijklmnopqrstuvwxyz")
    out = draw(made_up(train), 2_000)

    assert 2_000 == len(set(out) - set(train))


def test_seeds_differ() -> None:
    """Another seed gives other texts, the same seed the same."""
    transform = made_up([f"u{i:09d}" for i in range(50)])

    assert draw(transform, 20) == draw(transform, 20)
    assert draw(transform, 20) != draw(transform, 20, seed=2)


def test_texts_of_many_forms_do_not_meet_when_they_grow() -> None:
    """Formats that a longer one of another would run into keep apart."""
    train = [f"{'9' * k}{c}{i}" for k in range(4) for c in "abAB" for i in range(10, 22)]
    out = draw(made_up(train), 30_000)

    assert 30_000 == len(set(out) - set(train))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=30, unique=True), st.integers(0, FAR))
def test_any_texts(values: list[str], first: int) -> None:
    """Of any texts, none comes out, and none twice, whatever their script."""
    out = draw(made_up(values), 60, first)

    assert 60 == len(set(out))
    assert set() == set(out) & set(values)


def test_columns_of_one_format_differ() -> None:
    """Two columns of the same format have different texts in the same row."""
    cells = pl.Series([f"K{i * 37:06d}" for i in range(60)])
    out = [
        draw(fit(cells, Column(name, ColumnType.ID, pl.String()), min_level_rows=5, seed=1).transform, 200)
        for name in ("home", "work")
    ]

    assert not any(a == b for a, b in zip(*out, strict=True))
