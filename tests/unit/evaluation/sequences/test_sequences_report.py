import json

import pytest

from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.evaluation.report import ReportSettings
from lookalike.evaluation.sequences.report import SequenceColumns, evaluate_sequences
from lookalike.evaluation.verdict import Grade
from walks import STEPS, patients, series

WHO = SequenceColumns(STEPS, ("who",), "at")


@pytest.fixture(scope="module")
def fair():
    settings = ReportSettings(settings={"privacy": "balanced"}, notes=("Said before.",))
    return evaluate_sequences(
        patients(150, 1), patients(150, 3), patients(120, 2), columns=WHO, seed=7, settings=settings
    )


def test_fresh_sequences_are_good_and_private(fair) -> None:
    """Sequences of the same source get the best grades."""
    assert (Grade.GOOD, Grade.GOOD) == (fair.verdict.fidelity.grade, fair.verdict.privacy.grade)
    assert fair.verdict.sentence.startswith("The synthetic sequences are hard to tell")


def test_json_and_page_hold_it(fair) -> None:
    """The JSON form holds figures, rows' columns, facts and notes; the page shows them."""
    value = json.loads(fair.to_json())

    assert {"fidelity.c2st_seq", "privacy.near_ratio"} <= set(value["figures"])
    assert ["pulse", "load", "mood"] == [c["name"] for c in value["columns"]]
    assert "panel" == value["facts"]["kind"]
    assert [150, 120, 150] == value["facts"]["n_units_compared"]
    assert "Said before." == value["notes"][0]
    assert "privacy.near_ratio" in fair.to_html()


def test_a_copy_is_not_private() -> None:
    """Sequences that are those of train get the worst grade, and the sentence says not to share them."""
    report = evaluate_sequences(patients(100, 1), patients(100, 1), patients(80, 2), columns=WHO, seed=7)

    assert Grade.POOR is report.verdict.privacy.grade
    assert "do not share" in report.verdict.sentence


def test_a_shuffled_table_is_not_faithful() -> None:
    """Right rows in wrong sequences get the worst grade."""
    train = patients(150, 1)
    mixed = train.select("who", "at").with_columns(train.drop("who", "at").sample(fraction=1, shuffle=True, seed=1))

    assert Grade.POOR is evaluate_sequences(train, mixed, patients(80, 2), columns=WHO, seed=7).verdict.fidelity.grade


def test_without_holdout_privacy_is_unknown() -> None:
    """Fidelity has the floor of halves, privacy none."""
    report = evaluate_sequences(series(1_500, 1), series(1_500, 2), columns=SequenceColumns(STEPS, (), "at"), seed=7)

    assert Grade.UNKNOWN is report.verdict.privacy.grade
    assert Grade.GOOD is report.verdict.fidelity.grade


def test_made_up_columns_are_left_out() -> None:
    """Keys that are among the metadata, and made-up cells, are not compared; the latter are named."""
    who = Column("who", ColumnType.ID, patients(1, 1).schema["who"])
    name = Column("mood", ColumnType.NAME, patients(1, 1).schema["mood"])
    metadata = Metadata((who, *STEPS.columns[:3], name))
    tables = patients(20, 1), patients(20, 2), patients(20, 3)
    report = evaluate_sequences(*tables, columns=SequenceColumns(metadata, ("who",), "at"), seed=7)

    assert ["pulse", "load"] == [c.name for c in report.columns]
    assert any("'mood'" in note for note in report.notes)
