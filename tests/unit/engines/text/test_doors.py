"""The engine through its doors: same bytes, wishes, models as files, many texts and few."""

import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import lookalike
from lookalike import TextModel, TextSynthesizer, samples
from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.data.parameters import TextParameters
from lookalike.engines import text as engine
from lookalike.engines.tabular.file import pack, unpack
from lookalike.errors import InputInvalid, ModelFileError

QUESTIONS = pl.read_csv(samples.path("banking77.csv")).filter(pl.col("category").is_in(["age_limit", "atm_support"]))
FLIPS = 40


@pytest.fixture(scope="module")
def model() -> TextModel:
    """By counted n-grams."""
    return TextSynthesizer(seed=7, backend="ngram").fit(QUESTIONS)


def test_the_same_seed_is_the_same_texts(model: TextModel) -> None:
    """What was fitted again gives the same texts, another seed other ones."""
    again = TextSynthesizer(seed=7, backend="ngram").fit(QUESTIONS)

    assert model.sample(50).equals(again.sample(50))
    assert not model.sample(50).equals(model.sample(50, seed=8))


@pytest.mark.parametrize("backend", ["ngram", "recurrent"])
def test_a_file_draws_the_same(backend: str, tmp_path: Path) -> None:
    """A model that was written and read again draws the same texts, by every backend that learns here."""
    rows = pl.read_csv(samples.path("banking77.csv")).head(300)
    model = TextSynthesizer(seed=7, backend=backend, budget_s=1).fit(rows)
    model.save(tmp_path / "model.lookalike")
    read = lookalike.load(tmp_path / "model.lookalike")

    assert model.sample(40).equals(read.sample(40))
    assert model.notes[2:] == read.notes[-len(model.notes[2:]) :]


@pytest.mark.parametrize(("told", "seconds"), [({}, 60), ({"quality": "high"}, 180), ({"budget_s": 7}, 7)])
def test_quality_takes_time(told: dict[str, Any], seconds: int) -> None:
    """Training may take a minute, of high quality three, or what it is told."""
    metadata = Metadata((Column("text", ColumnType.TEXT, pl.String()),))
    how = engine.Synthesizer(TextParameters(**told))
    plan = how.prepare(QUESTIONS.select("text"), metadata, seed=1)

    assert seconds == plan.columns[0].given.budget_s


def test_one_text(model: TextModel) -> None:
    """One text can be asked for, and is one that nobody wrote."""
    [text] = model.sample(1)["text"]

    assert text.strip()
    assert text not in set(QUESTIONS["text"])


def test_many_texts(model: TextModel) -> None:
    """Counted n-grams give exactly so many thousand texts, over several blocks."""
    rows = model.sample(5_000)

    assert 5_000 == rows.height
    assert 0 == rows["text"].null_count()


def test_wishes_for_labels(model: TextModel) -> None:
    """Shares of a label and rows with a certain one are had as asked for, and each text is of its label."""
    few = model.sample(100, rebalance={"category": {"age_limit": 0.9, "atm_support": 0.1}})
    only = model.sample(30, conditions=[{"category": "age_limit"}] * 30)

    assert 90 == pytest.approx((few["category"] == "age_limit").sum(), abs=8)
    assert {"age_limit"} == set(only["category"])
    assert only["text"].str.to_lowercase().str.contains(r"age|old|year|child|kid|daughter|son").mean() > 0.5  # type: ignore[operator]  # a share


@pytest.mark.parametrize("asked", [{"conditions": [{"text": "hello"}]}, {"rebalance": {"text": {"hello": 0.5}}}])
def test_nothing_is_asked_of_texts(model: TextModel, asked: dict[str, object]) -> None:
    """Wishes that name the column of texts are refused, and the cell is not repeated."""
    with pytest.raises(InputInvalid, match="'text'") as refused:
        model.sample(10, **asked)

    assert "hello" not in str(refused.value)


def test_a_flipped_byte_is_a_damaged_file(model: TextModel, tmp_path: Path) -> None:
    """Whatever byte of a model is changed, and wherever it is cut, it is refused."""
    path = tmp_path / "model.lookalike"
    model.save(path)
    value, rng = path.read_bytes(), random.Random(7)
    for place in [0, 9, 17, *(rng.randrange(len(value)) for _ in range(FLIPS))]:
        path.write_bytes(value[:place] + bytes([value[place] ^ 0x55]) + value[place + 1 :])
        with pytest.raises(ModelFileError):
            lookalike.load(path)
    for length in (0, 7, 30, len(value) // 2, len(value) - 1):
        path.write_bytes(value[:length])
        with pytest.raises(ModelFileError):
            lookalike.load(path)


@pytest.mark.parametrize("backend", ["ngram", "recurrent"])
def test_a_file_that_is_wrong_within(backend: str, tmp_path: Path) -> None:
    """Of a file whose checksum fits and whose arrays are short or naught, loading says so, or it draws."""
    rows = pl.read_csv(samples.path("banking77.csv")).head(300)
    path = tmp_path / "model.lookalike"
    TextSynthesizer(seed=7, backend=backend, budget_s=1).fit(rows).save(path)
    header, arrays = unpack("text model", path.read_bytes())
    for name in [name for name in arrays if name.startswith("0.")]:
        for other in (arrays[name][:-1], arrays[name] * 0):
            value = pack("text model", header, {**arrays, name: other})
            try:
                found = engine.Model.from_bytes(value)
            except ModelFileError:
                continue
            assert 3 == found.draw(3, seed=1, block=0).height, name
