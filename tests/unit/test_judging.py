"""`lookalike.evaluate` judges any two tables, of rows, of sequences and of texts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lookalike import evaluate
from lookalike.errors import InputInvalid, MetadataError, UsageError, ValidationError
from lookalike.evaluation.report import Report
from questions import questions
from walks import patients, series

STEPS: Mapping[str, Any] = {"data_type": "time_series", "sequence_key": "who", "sequence_index": "at"}


def sequences(made: pl.DataFrame, **parameters: Any) -> Report:
    """The report on some sequences beside two lots of real ones."""
    return evaluate(patients(150, 1), made, patients(120, 2), **{**STEPS, **parameters})


def texts(made: pl.DataFrame, **parameters: Any) -> Report:
    """The report on some texts beside two lots of real ones."""
    return evaluate(questions(400, 1), made, questions(300, 2), data_type="text", **parameters)


def test_sequences_of_files_and_of_frames(tmp_path: Path) -> None:
    """CSV files whose columns are named give the figures that the same frames do, and the report names the files."""
    tables = {"real": patients(60, 1), "synthetic": patients(60, 3), "holdout": patients(50, 2)}
    for name, table in tables.items():
        table.write_csv(tmp_path / f"{name}.csv", datetime_format="%Y-%m-%d %H:%M:%S")
    report = evaluate(*(tmp_path / f"{name}.csv" for name in tables), **STEPS)

    assert evaluate(*tables.values(), **STEPS).figures == report.figures
    assert {"holdout": "holdout.csv"}.items() <= report.facts["settings"].items()
    assert "panel" == report.facts["kind"]


def test_one_series_counted_by_whole_numbers() -> None:
    """Without a key a table is one series, also where its index is a number of the row, which made rows may lack."""
    real, made = (series(1_200, seed).with_columns(at=pl.int_range(1_200)) for seed in (1, 2))
    chosen = {"data_type": "time_series", "sequence_index": "at"}
    with_index, without = evaluate(real, made, **chosen), evaluate(real, made.drop("at"), **chosen)

    assert "series" == with_index.facts["kind"] == without.facts["kind"]
    assert with_index.figures["fidelity.ks"] == without.figures["fidelity.ks"]
    assert ["pulse", "load", "mood"] == [c.name for c in with_index.columns]


def test_texts_and_labels_are_found() -> None:
    """The column of texts and the label are inferred, and the report says which; told, they give the same figures."""
    report = texts(questions(350, 3))
    told = texts(questions(350, 3), text_columns="text", target="about")

    assert "The texts are the column 'text', their labels 'about'." == report.notes[0]
    assert told.figures == report.figures == texts(questions(350, 3), attributes=["about"]).figures
    assert not told.notes[0].startswith("The texts are")


def test_texts_without_labels() -> None:
    """Where made texts lack the label, or there is none, all but what needs it is judged."""
    lacking, none = texts(questions(350, 3).drop("about")), texts(questions(350, 3), exclude=["about"])

    assert lacking.figures["utility.tstr_f1"].value is none.figures["utility.tstr_f1"].value is None
    assert lacking.figures["fidelity.c2st_word"] == none.figures["fidelity.c2st_word"]


def test_the_standard_gate_of_sequences() -> None:
    """Fresh sequences pass; a copy, rows of train in wrong sequences, and what could not be judged do not."""
    train = patients(150, 1)
    mixed = train.select("who", "at").with_columns(train.drop("who", "at").sample(fraction=1, shuffle=True, seed=1))
    gate = {"release_gate": "standard"}
    said = [sequences(made, **gate).gate for made in (patients(150, 3), patients(150, 4), train, mixed)]
    few = evaluate(train, patients(150, 3), patients(2, 2), **STEPS, **gate).gate

    assert [(), ()] == [gate.failures for gate in said[:2] if gate]
    assert said[2] is not None
    assert said[2].failures[0].startswith("privacy.window_copies is ")
    assert said[3] is not None
    assert said[3].failures[0].startswith("fidelity.c2st_seq is ")
    assert few is not None
    assert any("could not be judged" in failure for failure in few.failures)


def test_the_standard_gate_of_texts() -> None:
    """Fresh texts pass; a copy and texts of shuffled words do not."""
    train = questions(400, 1)
    words = pl.col("text").str.split(" ").list.eval(pl.element().sort()).list.join(" ")
    made = (questions(350, 3), questions(350, 4), train, train.with_columns(words))
    said = [texts(rows, release_gate="standard").gate for rows in made]

    assert [(), ()] == [gate.failures for gate in said[:2] if gate]
    assert said[2] is not None
    assert said[2].failures[0].startswith("privacy.")
    assert said[3] is not None
    assert said[3].failures[0].startswith("fidelity.c2st_word is ")


def test_limits_name_figures_of_the_kind() -> None:
    """A gate of one's own takes the figures of what is judged, and no others."""
    report = sequences(patients(150, 3), release_gate={"privacy.near_ratio": {"min": 2.0}})

    assert report.gate is not None
    assert report.gate.failures[0].startswith("privacy.near_ratio is ")
    with pytest.raises(ValidationError, match=r"fidelity\.c2st is no figure; known: fidelity\.acf1_diff"):
        sequences(patients(150, 3), release_gate={"fidelity.c2st": {"max": 1}})


@pytest.mark.parametrize(
    ("chosen", "error", "says"),
    [
        ({"data_type": "pictures"}, ValidationError, "known: tabular, time_series, text"),
        ({**STEPS, "sequence_index": "then"}, MetadataError, "There is no column 'then'"),
        ({**STEPS, "sequence_key": ["who", "x"]}, MetadataError, "There is no column 'x'"),
        ({**STEPS, "sequence_index": "mood"}, InputInvalid, "cannot order rows"),
        ({**STEPS, "target": "mood"}, UsageError, "not judged by a target"),
        ({**STEPS, "rebalance": {}}, ValidationError, "rebalance is unknown"),
        (
            {**STEPS, "constraints": [{"type": "unique", "columns": ["x"]}]},
            ValidationError,
            "has no figure of sequences",
        ),
        ({"data_type": "text"}, MetadataError, "2 columns could be the texts"),
        ({"data_type": "text", "exclude": ["who", "mood"]}, MetadataError, "No columns could be the texts"),
        ({"data_type": "text", "text_columns": "load"}, InputInvalid, "is told to be text"),
    ],
)
def test_what_cannot_be_judged_is_said(chosen: dict[str, Any], error: type[Exception], says: str) -> None:
    """Columns that are not there or cannot be what they are named for, and parameters of another type, are told."""
    with pytest.raises(error, match=says):
        evaluate(patients(30, 1), patients(30, 2), **chosen)
