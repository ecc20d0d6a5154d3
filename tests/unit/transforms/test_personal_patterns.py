"""Personal cells are made up in the form of train's, valid where there are check digits, and never train's."""

import re
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.data.checksums import are_cards, are_ibans, luhn_sum
from lookalike.data.metadata import PERSONAL, Column, ColumnType
from lookalike.transforms.choose import Fitted, fit, load

RNG = np.random.default_rng(3)


def fitted(cells: list[Any] | pl.Series, kind: ColumnType) -> Fitted:
    series = pl.Series(cells)
    return fit(series, Column("c", kind, series.dtype), min_level_rows=5, seed=1)


def drawn(cells: list[Any] | pl.Series, kind: ColumnType, n: int = 2_000) -> list[Any]:
    zeros = np.zeros(n, np.int32)
    transform = fitted(cells, kind).transform
    return transform.decode(zeros, zeros.astype(np.float32), seed=1, rows=np.arange(n, dtype=np.uint64)).to_list()


FORMS: list[tuple[ColumnType, list[Any], str]] = [
    (ColumnType.EMAIL, [f"ann.ray{i}@mail.com" for i in range(60)], r"[a-z]+\.[a-z]+\d+@mail\.com"),
    (ColumnType.EMAIL, [f"a{i}@site{i}.com" for i in range(60)], r"[a-z]\d+@example\.(com|org|net)"),
    (ColumnType.EMAIL, [f"a{i}@john-smith.com" for i in range(60)], r"[a-z]\d+@example\.(com|org|net)"),
    (ColumnType.EMAIL, ["info@firm.de", "sales@firm.de"] * 30, r"[a-z]+\d*@firm\.de"),
    (ColumnType.PHONE, [f"+49 30 {i:07d}" for i in RNG.integers(10**6, 10**7, 60)], r"\+49 30 \d{7,}"),
    (ColumnType.PHONE, [f"({i}) {i + 7}-{i:04d}" for i in range(210, 800, 10)], r"\(\d{3}\) \d{3}-\d{4,}"),
    (ColumnType.NAME, ["Ann Lee", "Bob de Witt"] * 30, r"\S+ (\S+ )?\S+"),
    (ColumnType.NAME, ["LEE, ANN", "ROY, BOB"] * 30, r"[^a-z]+, [^a-z]+"),
    (ColumnType.NAME, ["Dr. Ann Q. Lee"] * 60, r"Dr\. \S+ [A-Z]\. \S+"),
    (ColumnType.FIRST_NAME, ["Ann", "Bob"] * 30, r"\w[\w'-]+"),
    (ColumnType.LAST_NAME, ["lee", "roy"] * 30, r"[^A-Z]+"),
    (ColumnType.CITY, ["Neustadt", "Altdorf"] * 30, r".+"),
    (ColumnType.ADDRESS, [f"{i} Quux Street, Foo, CA {90_000 + i}" for i in range(60)],
     r"\d+ [\w-]+ Street, .+, [A-Z]{2} \d{5}"),
    (ColumnType.ADDRESS, [f"Quuxstraße {i}, {i:05d} Foo" for i in range(10, 70)], r"[\w-]+straße \d+, \d{5} \w.*"),
    (ColumnType.POSTCODE, [f"{i:05d}" for i in range(1_000, 2_000, 10)], r"\d{5,}"),
    (ColumnType.IP, [f"10.0.{i}.{i}" for i in range(60)], r"\d+\.\d+\.\d+\.\d+"),
    (ColumnType.IP, [f"fe80::{i:04x}:{i * 7:04x}" for i in range(4_096, 4_156)], r"fe80::[0-9a-f]{4}:[0-9a-f]{4,}"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "cells", "form"), FORMS)
def test_form_is_kept_and_content_is_not(kind: ColumnType, cells: list[Any], form: str) -> None:
    """Every made-up cell has train's form, none is one of train's, and no word but general ones comes from train."""
    out = drawn(cells, kind)

    assert [] == [text for text in out if not re.fullmatch(form, text)]
    assert set() == set(out) & set(cells)
    assert not any("uux" in text or "Foo" in text for text in out)


def test_cards_are_valid() -> None:
    """Card numbers pass Luhn's test, keep length, spaces and network, as text and as numbers."""
    stems = [f"5{i:014d}" for i in RNG.integers(0, 10**14, 60).tolist()]
    ends = (10 - luhn_sum(np.array([[*map(int, stem), 0] for stem in stems]))) % 10
    cards = [stem + str(end) for stem, end in zip(stems, ends.tolist(), strict=True)]
    spaced = drawn([" ".join(card[i : i + 4] for i in range(0, 16, 4)) for card in cards], ColumnType.CARD)
    numbers = drawn(pl.Series(list(map(int, cards))), ColumnType.CARD)

    assert all(re.fullmatch(r"5\d{3}( \d{4}){3}", text) for text in spaced)
    assert are_cards([text.replace(" ", "") for text in spaced]).all()
    assert are_cards(list(map(str, numbers))).all()
    assert {16} == {len(str(number)) for number in numbers}
    assert 2_000 == len(set(numbers) - set(map(int, cards)))


@pytest.mark.parametrize("example", ["GB82 WEST 1234 5698 7654 32", "NL91ABNA0417164300", "DE89370400440532013000"])
def test_account_numbers_are_valid(example: str) -> None:
    """Account numbers have the right check digits, the country and the length of train's."""
    out = drawn([example] * 40, ColumnType.IBAN)

    assert are_ibans([text.replace(" ", "") for text in out]).all()
    assert {(example[:2], len(example))} == {(text[:2], len(text)) for text in out}
    assert example not in out


def test_rare_countries_and_domains_are_not_shown() -> None:
    """A country code or a domain in fewer rows than a level needs is nowhere in the output."""
    phones = drawn([f"+49 30 {i}" for i in range(10_000, 10_060)] + ["+423 30 12345"] * 4, ColumnType.PHONE)
    mails = drawn([f"a{i}@mail.com" for i in range(60)] + ["b1@rare.li"] * 4, ColumnType.EMAIL)

    assert not any(text.startswith("+423") for text in phones)
    assert not any("rare" in text for text in mails)


def test_domains_keep_their_shares() -> None:
    """Domains in enough rows come out as often as they came in."""
    out = drawn([f"a{i}@{'one' if i % 4 else 'two'}.com" for i in range(400)], ColumnType.EMAIL, 4_000)

    assert 3_000 == sum(text.endswith("@one.com") for text in out)


def test_unique_mails_stay_unique() -> None:
    """Where no two of train were the same no two are made, many more rows than names there are."""
    out = drawn([f"{a}.{b}@mail.com" for a in "abcdefgh" for b in "ijklmnop"], ColumnType.EMAIL, 20_000)

    assert 20_000 == len(set(out))


def test_a_full_pool_gives_other_names() -> None:
    """If train has every name there is a list of, double ones are made."""
    known = drawn(["Q", "R"] * 30, ColumnType.FIRST_NAME, 60_000)
    out = drawn(sorted(set(known)) * 2, ColumnType.FIRST_NAME)

    assert set() == set(out) & set(known)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(PERSONAL)), st.lists(st.text(max_size=20), min_size=1, max_size=30))
def test_any_texts_of_any_kind(kind: ColumnType, values: list[str]) -> None:
    """Whatever texts are told to be personal: none comes out, missing cells stay, the state gives the same."""
    found = fitted(pl.Series([*values, None]), kind)
    codes = np.array([0] * 40 + [1] * 2, np.int32)
    rows = np.arange(42, dtype=np.uint64)
    out = found.transform.decode(codes, codes.astype(np.float32), seed=1, rows=rows)
    again = load(*found.transform.state()).decode(codes, codes.astype(np.float32), seed=1, rows=rows)

    assert set() == set(out.drop_nulls()) & set(values)
    assert 2 == out.null_count()
    assert out.equals(again, null_equal=True)
