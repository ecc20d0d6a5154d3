"""What a model promises of rows and of sequences, and which rows break it."""

import polars as pl
import pytest

from lookalike.engines.time_series import Model, Promise, load_promise
from stepped import everything, model


@pytest.fixture(scope="module")
def promise() -> Promise:
    return load_promise(model().to_bytes())


@pytest.fixture(scope="module")
def frame() -> pl.DataFrame:
    whole: pl.DataFrame = Model.from_bytes(model().to_bytes()).draw(2_000, seed=3, block=0, total=2_000)
    return whole


def test_train_and_output_keep_it(promise: Promise, frame: pl.DataFrame) -> None:
    """No row of train breaks it, and none of what is drawn."""
    assert {} == promise.broken(everything())
    assert {} == promise.broken(frame)


def test_it_names_what_it_looks_at(promise: Promise) -> None:
    """The columns that rules name come in the table's order, the key among them."""
    assert "who" == promise.key
    assert {"who", "sex", "age", "up", "kind", "group"} <= set(promise.columns)
    assert sorted(promise.columns, key=promise.metadata.names.index) == list(promise.columns)


def second_rows(frame: pl.DataFrame) -> pl.Expr:
    return pl.int_range(pl.len()).over("who") == 1


def test_a_falling_counter_breaks_it(promise: Promise, frame: pl.DataFrame) -> None:
    """Each sequence in which a counter falls has a row that breaks it; at a new sequence a counter may fall."""
    table = everything()
    fallen = table.with_columns(pl.when(second_rows(table)).then(-1).otherwise("up").alias("up"))

    assert {"rising of 'up'": 50} == dict(promise.broken(fallen))


def test_a_gap_does_not_hide_a_fall(promise: Promise) -> None:
    """Over a missing cell a counter is held against the last one that was there."""
    table = everything()
    number = pl.int_range(pl.len()).over("who")
    gap = table.with_columns(pl.when(number == 1).then(None).when(number == 2).then(-1).otherwise("up").alias("up"))

    assert {"rising of 'up'": 50} == dict(promise.broken(gap))


def test_context_that_changes_breaks_it(promise: Promise) -> None:
    """A context cell that is not the one of the row before is found, once in and once out."""
    table = everything()
    changed = table.with_columns(pl.when(second_rows(table)).then(99).otherwise("age").alias("age"))

    assert {"constant of 'age'": 100} == dict(promise.broken(changed))


def test_another_group_breaks_it(promise: Promise) -> None:
    """A level beside one that determines another is found."""
    table = everything()
    other = pl.when(pl.int_range(pl.len()) == 7).then(pl.lit("none")).otherwise("group")
    broken = promise.broken(table.with_columns(other.alias("group")))

    assert [1] == list(broken.values())


def test_no_rows_break_nothing(promise: Promise) -> None:
    """Without rows nothing is broken."""
    assert {} == promise.broken(everything().clear())
