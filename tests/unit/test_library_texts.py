"""The library's door to texts: what is refused before anything is learnt, and files of lines."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

import lookalike
from lookalike import TabularModel, TabularSynthesizer, TextSynthesizer, TimeSeriesSynthesizer, evaluate, load
from lookalike.errors import InputInvalid, InputRefused, LookalikeError, UsageError, ValidationError
from questions import questions


def test_the_names_are_there() -> None:
    """Synthesizer and model are public names, loaded when they are used."""

    assert {"TextModel", "TextSynthesizer"} <= set(dir(lookalike))
    assert "lookalike.library.model" == lookalike.TextModel.__module__


def test_a_seed_is_drawn_and_shown() -> None:
    """The parameters hold it, given or drawn."""
    one, other = TextSynthesizer(), TextSynthesizer(seed=3)

    assert one.seed == one.parameters.seed
    assert (3, 3) == (other.seed, other.parameters.seed)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"sequence_key": "a"}, "sequence_key is unknown"),
        ({"model_from_job": "0f8fad5b-d9cb-469f-a165-70867728950e"}, "names a job"),
        ({"conditions": {"bucket": "b", "path": "p.csv"}}, "names a bucket"),
        ({"release_gate": "standard"}, "is for what judges rows"),
    ],
)
def test_parameters_that_mean_nothing_here(wrong: dict[str, Any], says: str) -> None:
    """What is unknown, and what only the service has, is refused at once."""
    with pytest.raises(ValidationError, match=says):
        TextSynthesizer(**wrong)


@pytest.mark.parametrize(
    ("data", "told", "error", "says"),
    [
        (questions(10, 1), {}, InputRefused, "10 rows; 20"),
        (pl.DataFrame({"a": range(30)}), {}, InputRefused, "No column holds texts"),
        (questions(30, 1), {"text_columns": "body"}, InputInvalid, "no column 'body'"),
        (questions(30, 1), {"attributes": ["mood"]}, InputInvalid, "no column 'mood', which attributes names"),
        (questions(30, 1), {"impute": ["text"]}, InputInvalid, "impute names 'text'"),
        ([1, 2], {}, UsageError, "list"),
    ],
)
def test_tables_that_cannot_be_learnt(data: Any, told: dict[str, Any], error: type[LookalikeError], says: str) -> None:
    """What is wrong with a table is said before it is learnt."""
    with pytest.raises(error, match=says):
        TextSynthesizer(**told).fit(data)


def table_with_texts() -> pl.DataFrame:
    """Keys, a number, a kind and a text; no key stands twice."""
    return questions(200, 1).with_columns(ticket=pl.format("T-{}", pl.int_range(2_000, 2_200)), n=pl.int_range(200) % 7)


@pytest.fixture(scope="module")
def model() -> TabularModel:
    told = {"columns": {"text": {"type": "text"}}, "constraints": [{"type": "range", "column": "n", "max": 6}]}
    return TabularSynthesizer(seed=7, **told).fit(table_with_texts())


def test_a_table_with_texts(model: TabularModel) -> None:
    """It has exactly the rows and columns asked for, new keys, and new texts that are none of the table's."""
    table, rows = table_with_texts(), model.sample(1_500)

    assert (1_500, table.schema) == (rows.height, rows.schema)
    assert rows["ticket"].n_unique() == rows.height
    assert not set(rows["text"]) & set(table["text"])
    assert not set(rows["ticket"]) & set(table["ticket"])
    assert any(note.startswith("Column 'text': texts are written") for note in model.notes)


def test_what_a_table_with_texts_promises(model: TabularModel) -> None:
    """Rules of the shown columns can be asked of its rows."""
    rows = model.sample(300)
    broken = model.breaches(rows.with_columns(n=pl.lit(9, pl.Int64)))

    assert [0] == [int(hit.sum()) for title, hit in model.breaches(rows).items() if "'n'" in title]
    assert [300] == [int(hit.sum()) for title, hit in broken.items() if "'n'" in title]


def test_a_table_with_texts_is_kept_and_asked(model: TabularModel, tmp_path: Path) -> None:
    """A saved model samples the same, also with what is asked of the columns beside the texts; of texts nothing is."""
    model.save(tmp_path / "model")
    kept = load(tmp_path / "model")

    assert model.sample(40, seed=3).equals(kept.sample(40, seed=3))
    assert {3} == set(kept.sample(30, conditions=[{"n": 3}])["n"])
    with pytest.raises(InputInvalid, match="'text' holds texts"):
        kept.sample(30, conditions=[{"text": "hello"}])


def lines(path: Path, table: pl.DataFrame) -> Path:
    path.write_text("".join(f"{text}\n" for text in table["text"]), "utf-8")
    return path


@pytest.mark.parametrize("synthesizer", [TabularSynthesizer(seed=1), TimeSeriesSynthesizer(seed=1)])
def test_lines_are_no_table(synthesizer: TabularSynthesizer | TimeSeriesSynthesizer, tmp_path: Path) -> None:
    """A file of lines is learnt as texts only; the hint says how."""
    path = lines(tmp_path / "q.txt", questions(30, 1))
    with pytest.raises(UsageError, match=r"q\.txt' is txt, a text a line, and no table") as caught:
        synthesizer.fit(path)

    assert "TextSynthesizer" in caught.value.hint


def test_lines_are_judged(tmp_path: Path) -> None:
    """Files of lines are judged as texts, and not as tables."""
    paths = [lines(tmp_path / f"{n}.txt", questions(300, n)) for n in (1, 2, 3)]
    judged = evaluate(*paths, data_type="text")

    assert "The texts are the column 'text'." == judged.notes[0]
    with pytest.raises(UsageError, match="no table"):
        evaluate(*paths)
