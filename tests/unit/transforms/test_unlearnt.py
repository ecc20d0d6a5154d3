"""Keys and personal cells of rows that were not learnt from."""

import polars as pl
import pytest

from lookalike.library import TabularSynthesizer

N_ROWS = 3_000


def table() -> pl.DataFrame:
    rows = pl.int_range(N_ROWS, eager=True)
    return pl.DataFrame(
        {
            "number": rows * 3 % 9_973 + 10_000,
            "counter": rows + 1,
            "code": "K" + (rows * 37 % 9_973).cast(pl.String).str.zfill(4),
            "email": "p" + (rows * 41 % 9_973).cast(pl.String) + "@example.org",
            "colour": pl.Series(["red", "green", "blue"]).gather(rows % 3),
            "latitude": (rows % 50) / 10 + 40,
            "longitude": (rows % 40) / 10 + 5,
        }
    ).rename({"number": "customer_id"})


@pytest.mark.parametrize("name", ["customer_id", "counter", "code", "email"])
def test_no_key_of_any_row_comes_out(name: str) -> None:
    """Where few rows are learnt from, made-up cells are none of the others' either."""
    out = TabularSynthesizer(seed=1, fit_rows=200).fit(table()).sample(4_000)

    assert not set(out[name]) & set(table()[name])


def test_no_place_of_any_row_comes_out() -> None:
    """Where few rows are learnt from, pairs of coordinates are none of the others' either."""
    out = TabularSynthesizer(seed=1, fit_rows=200).fit(table()).sample(500)
    places = table().select("latitude", "longitude").unique()

    assert out.join(places, on=["latitude", "longitude"]).is_empty()


def test_notes_say_how_many_rows_were_learnt_from() -> None:
    """The model's notes tell how many rows were chosen, and of how many."""
    model = TabularSynthesizer(seed=1, fit_rows=200).fit(table())

    assert "Learnt from 200 of 3,000 rows, chosen at random." in model.notes
