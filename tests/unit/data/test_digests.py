"""Rows told apart by digests, against sets."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.data.digests import AllSeen, keys_of

CELL = st.one_of(st.none(), st.integers(0, 9))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.tuples(CELL, CELL), max_size=12), max_size=8))
def test_fresh_rows_are_those_no_set_holds(blocks: list[list[tuple[int | None, int | None]]]) -> None:
    """Block after block the rows are fresh that a set has not held, and those with a missing cell always are."""
    seen, known = AllSeen(), set[tuple[int | None, int | None]]()
    for rows in blocks:
        keys = keys_of(pl.DataFrame(rows, schema={"a": pl.Int64, "b": pl.Int64}, orient="row"), [("a", "b")])
        wanted = []
        for row in rows:
            wanted.append(None in row or row not in known)
            known.add(row)
        found = seen.fresh(keys).tolist()
        seen.add(keys)

        assert wanted == found


def test_a_category_is_its_text() -> None:
    """What else stood in a column before does not change the digest of a cell."""
    a = pl.DataFrame({"c": pl.Series(["x", "y"], dtype=pl.Categorical)})
    b = pl.DataFrame({"c": pl.Series(["y"], dtype=pl.Enum(["y", "x"]))})

    assert keys_of(a, [("c",)])["0"][1] == keys_of(b, [("c",)])["0"][0]
