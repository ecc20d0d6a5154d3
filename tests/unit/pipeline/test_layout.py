"""Where output goes: parts cover the rows exactly once, names never meet."""

from hypothesis import given
from hypothesis import strategies as st

from lookalike.pipeline.layout import Layout

PATHS = st.sampled_from(["a.csv", "a/", "a/b.csv", "a b/", "part-00000.csv"])


@given(path=PATHS, n_rows=st.integers(1, 10**7), part_rows=st.integers(1000, 10**7))
def test_parts_cover_the_rows_once(path: str, n_rows: int, part_rows: int) -> None:
    """The parts follow each other without gap or overlap, none is empty or too long, and hold all rows."""
    parts = Layout("j", path, ".csv").parts(n_rows, part_rows)
    ends = [part.start + part.n_rows for part in parts]

    assert [0, *ends[:-1]] == [part.start for part in parts]
    assert n_rows == ends[-1]
    assert all(1 <= part.n_rows <= (part_rows if path.endswith("/") else n_rows) for part in parts)


@given(path=PATHS, n_rows=st.integers(1, 10**6), part_rows=st.integers(1000, 10**6))
def test_names_never_meet(path: str, n_rows: int, part_rows: int) -> None:
    """Parts, staged parts, manifest and reports have names of their own; staged ones stand apart."""
    layout = Layout("j", path, ".csv")
    parts = layout.parts(n_rows, part_rows)
    names = [*(p.path for p in parts), *(p.staged for p in parts), layout.manifest]
    names += [layout.report("html"), layout.report("json")]

    assert len(names) == len(set(names))
    assert all(part.staged.startswith(".lookalike/j/") for part in parts)


def test_names_of_an_object() -> None:
    """One object has manifest and report beside it."""
    layout = Layout("j", "a/b.csv", ".csv")

    assert ["a/b.csv"] == [part.path for part in layout.parts(5, 2)]
    assert "a/b.csv.manifest.json" == layout.manifest
    assert "a/b.csv.report.html" == layout.report("html")


def test_names_under_a_prefix() -> None:
    """A prefix has numbered parts, manifest and report within."""
    layout = Layout("j", "a/", ".parquet")
    expected = [f"a/part-0000{n}.parquet" for n in range(3)]

    assert expected == [part.path for part in layout.parts(5, 2)]
    assert "a/_manifest.json" == layout.manifest
    assert "a/_report.json" == layout.report("json")
