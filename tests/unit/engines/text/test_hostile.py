"""Texts that nobody would think of: as many as are asked for come back, as they went in, or it is said why."""

import random
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from lookalike import TextSynthesizer, samples
from lookalike.errors import InputInvalid, InputRefused

QUESTIONS = pl.read_csv(samples.path("banking77.csv"))
TEXTS, LABELS = QUESTIONS["text"].to_list(), QUESTIONS["category"].to_list()
N = 200  # texts learnt from, where the case says nothing else
DRAWN = 60
Case = Callable[[random.Random], list[str | None]]


def words(first: int, last: int, gap: str = " ") -> Case:
    """Texts of words in a script, put together from forty."""

    def texts(rng: random.Random) -> list[str | None]:
        known = ["".join(chr(rng.randint(first, last)) for _ in range(rng.randint(2, 5))) for _ in range(40)]
        return [gap.join(rng.choice(known) for _ in range(rng.randint(3, 8))) for _ in range(N)]

    return texts


def each(make: Callable[[random.Random, int], str | None], n: int = N) -> Case:
    """So many texts, each made for itself."""
    return lambda rng: [make(rng, i) for i in range(n)]


CASES: dict[str, Case] = {
    "twenty": each(lambda rng, i: TEXTS[i], 20),
    "all the same": each(lambda rng, i: "the same text again"),
    "two": each(lambda rng, i: ("hello there friend", "good bye now")[i % 2]),
    "half empty": each(lambda rng, i: TEXTS[i] if i % 2 else ""),
    "half missing": each(lambda rng, i: TEXTS[i] if i % 2 else None),
    "half white space": each(lambda rng, i: TEXTS[i] if i % 2 else " \n\t"),
    "a character each": each(lambda rng, i: rng.choice("abcdefgh")),
    "a long one without spaces": each(lambda rng, i: TEXTS[i] if i else "a" * 100_000),
    "a long one": each(lambda rng, i: TEXTS[i] if i else " ".join(rng.choices(TEXTS, k=500))),
    "chinese": words(0x4E00, 0x4E80, ""),
    "arabic": words(0x627, 0x64A),
    "hindi": words(0x905, 0x94D),
    "thai": words(0xE01, 0xE4D, ""),
    "emoji": words(0x1F600, 0x1F640, ""),
    "joined emoji": each(lambda rng, i: "👩‍👩‍👧🏽" * rng.randint(1, 5) + rng.choice(["🎉", "🙏🏽", "🇩🇪"])),
    "digits": each(lambda rng, i: f"{rng.randint(0, 10**6)} {rng.randint(0, 99)}"),
    "web addresses": each(lambda rng, i: f"https://site{rng.randint(1, 99)}.com/{rng.randint(1, 9999)}/x"),
    "mail addresses": each(lambda rng, i: f"a{rng.randint(1, 9999)}@mail.com" + ("" if i % 3 else " please")),
    "codes": each(lambda rng, i: " ".join(f"w{rng.randint(0, 10**12):x}" for _ in range(4))),
    "private use": each(lambda rng, i: f"{TEXTS[i]}{chr(0xE000 + 31 * i)} x\uf8ff"),
    "control": each(lambda rng, i: TEXTS[i].replace(" ", rng.choice("\x00\x01\x07\x1b\x7f\t\r\n\v\x85\u2028"), 2)),
    "no characters": each(lambda rng, i: f"{TEXTS[i]}\ufffe\uffff\u202e\u200b"),
    "templates": each(lambda rng, i: f"Order {rng.randint(10_000, 99_999)} shipped"),
}


def fit(table: pl.DataFrame, **told: Any) -> Any:
    return TextSynthesizer(seed=1, **{"backend": "ngram", "text_columns": "text", **told}).fit(table)


@pytest.mark.parametrize("name", CASES)
def test_odd_texts(name: str) -> None:
    """So many rows of the same columns come back, and texts where there are texts."""
    table = pl.DataFrame({"text": pl.Series(CASES[name](random.Random(1)), dtype=pl.String)})
    rows = fit(table).sample(DRAWN)

    assert (DRAWN, table.schema) == (rows.height, rows.schema)
    assert table["text"].null_count() > 0 or 0 == rows["text"].null_count()
    assert rows["text"].drop_nulls().str.contains(r"\S").any()


@pytest.mark.parametrize("name", ["templates", "web addresses", "mail addresses", "codes"])
def test_numbers_and_addresses_are_made_up(name: str) -> None:
    """Of texts that differ by a number, a code or an address none comes back."""
    texts = CASES[name](random.Random(1))
    rows = fit(pl.DataFrame({"text": texts})).sample(DRAWN)

    assert set() == {text for text in rows["text"] if any(map(str.isdigit, text))} & set(texts)


@pytest.mark.parametrize("name", ["all the same", "emoji", "half missing"])
def test_odd_texts_to_train_on(name: str) -> None:
    """The network learns them too, in the least of times."""
    cells = CASES[name](random.Random(1)) * 2
    table = pl.DataFrame({"text": pl.Series(cells, dtype=pl.String), "n": [i % 3 for i in range(2 * N)]})
    rows = fit(table, backend="recurrent", budget_s=1, attributes="n").sample(DRAWN)

    assert (DRAWN, table.schema) == (rows.height, rows.schema)


def test_no_word_is_anybody_else_s() -> None:
    """Texts no two of which share a word are refused: whatever were shown would be somebody's."""
    rng = random.Random(1)
    texts = ["".join(rng.choices("abcdefghij", k=rng.randint(12, 60))) for _ in range(500)]
    with pytest.raises(InputRefused, match="No word of a column of texts is in 2 of its 500 texts") as refused:
        fit(pl.DataFrame({"text": texts}))

    assert not [text for text in texts if text in str(refused.value)]


def test_many_columns_of_texts() -> None:
    """Twenty columns of texts come back as twenty, each with its own."""
    names = [f"t{k}" for k in range(20)]
    table = pl.DataFrame({name: random.Random(name).sample(TEXTS, 40) for name in names})
    rows = fit(table, text_columns=names).sample(20)

    assert (20, names) == (rows.height, rows.columns)
    assert 20 == len({tuple(rows[name]) for name in names})


def test_many_labels() -> None:
    """As many labels as texts are levels of a column that says nothing of the texts."""
    n = 1_000
    table = pl.DataFrame({"text": TEXTS[:n], "label": [f"l{i}" for i in range(n)]})
    rows = fit(table).sample(DRAWN)

    assert (DRAWN, table.columns) == (rows.height, rows.columns)
    with pytest.raises(InputInvalid, match="cannot say of what kind a text is"):
        fit(table, attributes="label")


def test_attributes_of_any_type() -> None:
    """Dates, truths, missing cells, no numbers and a label that never changes may stand beside texts."""
    n = 300
    table = pl.DataFrame(
        {
            "text": TEXTS[:n],
            "label": [("a", "b", None)[i % 3] for i in range(n)],
            "rating": [(1.5, 2.5, None, float("nan"))[i % 4] for i in range(n)],
            "day": pl.Series([i * 86_400_000_000 for i in range(n)]).cast(pl.Datetime("us")),
            "solved": [i % 3 == 0 for i in range(n)],
            "always": ["x"] * n,
        }
    )
    rows = fit(table, attributes=["label", "rating", "day", "solved", "always"]).sample(DRAWN)

    assert (DRAWN, table.schema) == (rows.height, rows.schema)
    assert {"x"} == set(rows["always"])
    assert {None, "a", "b"} == set(rows["label"])
