"""Jobs of texts, up to what is learnt from them."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lookalike.data.inference import infer
from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.data.parameters import TextParameters, checked, parse
from lookalike.errors import InputRefused
from lookalike.formats import ReadOptions, WriteOptions, load
from lookalike.pipeline.kinds import Profile, kind
from lookalike.pipeline.rereading import reread
from lookalike.pipeline.work import Request
from questions import questions


def request(output_format: str = "csv", **told: Any) -> Request:
    parameters = parse("text", {"seed": 3, **told}).model_dump(mode="json")
    return Request("text", 50, "csv", output_format, "b", "in.csv", "b", "out", "p", parameters)


def profiled(table: pl.DataFrame, output_format: str = "csv", **told: Any) -> Profile:
    parameters = checked(TextParameters, {"seed": 3, **told})
    typed, metadata = infer(table, textual=False, columns=parameters.told_columns)
    return kind("text").profile(typed, metadata, request(output_format, **told), parameters)


def test_a_profile_tells_what_was_found() -> None:
    """Roles are told on, texts are free text in the metadata, and the notes say why."""
    found = profiled(questions(400, 1))

    assert {"text_columns": ("text",), "attributes": ("about",)} == found.told
    assert ColumnType.TEXT is found.metadata["text"].type
    assert (360, 40) == (found.train.height, found.holdout.height)
    assert 2 == len(found.notes)


def test_texts_that_repeat_are_on_one_side() -> None:
    """Nothing that was learnt from is held back, but for what is beside the texts."""
    table = pl.concat([questions(300, 1)] * 2)
    found = profiled(table)

    assert found.holdout.height > 20
    assert not set(found.train["text"]) & set(found.holdout["text"])


def test_a_holdout_that_cannot_be_is_noted() -> None:
    """Where too few rows could be held back, the notes say so."""

    assert "No holdout" in profiled(questions(100, 1)).notes[-1]


def test_lines_are_refused_before_learning() -> None:
    """Output in lines takes one column of texts without line ends."""
    with pytest.raises(InputRefused, match="has 2 columns"):
        profiled(questions(100, 1), "txt")
    with pytest.raises(InputRefused, match="'text' has 100 texts with a line end"):
        profiled(questions(100, 1).select(pl.col("text") + "\n"), "txt")

    assert ("text",) == profiled(questions(100, 1).select("text"), "txt").told["text_columns"]


def test_the_first_rows_of_a_block_are_judged() -> None:
    """Texts do not depend on each other."""
    table = questions(100, 1)

    assert table.head(30).equals(kind("text").sample(table, 30, checked(TextParameters, {})))


@pytest.mark.parametrize("dtype", [pl.String(), pl.Categorical()])
def test_lines_are_read_back(dtype: pl.DataType, tmp_path: Path) -> None:
    """What was written as lines is read back in pieces as it was, empty texts and odd characters too."""
    cells = pl.Series("t", ["a", "", "\u2028 b", "ü😀", ""], dtype=pl.String).cast(dtype)
    metadata = Metadata((Column("t", ColumnType.TEXT, dtype),))
    with (tmp_path / "x.txt").open("wb") as stream:
        load("txt").write([cells.to_frame()], metadata, stream, WriteOptions())
    back = pl.concat(list(reread(tmp_path / "x.txt", "txt", metadata, ReadOptions())))

    assert cells.to_list() == back["t"].to_list()
