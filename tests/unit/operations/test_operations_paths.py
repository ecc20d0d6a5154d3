"""Which paths a customer may name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.operations.paths import problem, would_overwrite


@pytest.mark.parametrize(
    "path", ["a", "a/b.csv.gz", "ä/ö ü.csv", "a.b/c..d", "..a/b", "x" * 1024, ".hidden/.lookalike"]
)
def test_good_paths(path: str) -> None:
    """Relative paths without tricks, in any script."""
    assert problem(path, may_be_prefix=False) is None


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/a",
        "a//b",
        "a/../b",
        "..",
        ".",
        "./a",
        "a/.",
        "a\\b",
        "C:/a",
        "c:a",
        "a\nb",
        "a\x7f",
        "a\x85b",
        "\ud800",
        "x" * 1025,
        ".lookalike",
        ".lookalike/a",
        ".LookAlike/a",
    ],
)
def test_bad_paths(path: str) -> None:
    """Empty, absolute, climbing, control characters, drives, too long, ours: refused as input and output."""
    assert problem(path, may_be_prefix=False) is not None
    assert problem(path, may_be_prefix=True) is not None


def test_a_pattern_is_for_input_only() -> None:
    """A '*' stands for several objects, of which output cannot be one."""
    assert problem("a/*.csv", may_be_prefix=True, may_be_pattern=True) is None
    assert problem("a/*.csv", may_be_prefix=True) is not None


def test_a_prefix_is_for_several_objects_only() -> None:
    """An ending '/' names a place for several objects."""
    assert problem("a/", may_be_prefix=True) is None
    assert problem("a/", may_be_prefix=False) is not None
    assert problem("a//", may_be_prefix=True) is not None


@pytest.mark.parametrize(
    ("output", "path", "expected"),
    [
        ("a.csv", "a.csv", True),
        ("a.csv", "a.csv.manifest.json", True),
        ("a.csv", "a.csv.gz", False),
        ("a/", "a/part-00000.csv", True),
        ("a/", "a/_manifest.json", True),
        ("a/", "a/input.csv", False),
        ("a/", "a/b/part-00000.csv", False),
        ("a/", "b/part-00000.csv", False),
        ("a/new.csv", "a/", True),
        ("a/new.csv", "a/*.csv", True),
        ("a/new.csv", "a/*.parquet", False),
        ("a/new/", "a/**/*.csv", True),
        ("b/new.csv", "a/*.csv", False),
        ("a/_new.csv", "a/*.csv", False),
    ],
)
def test_a_job_does_not_overwrite_its_input(output: str, path: str, expected: bool) -> None:
    """Data, manifest and reports a job would write are known beforehand."""
    assert expected is would_overwrite(output, path)


@given(st.text(max_size=30))
def test_an_accepted_path_stays_in_the_bucket(path: str) -> None:
    """Whatever is accepted has only plain segments, so it cannot leave the bucket's folder."""
    if problem(path, may_be_prefix=True) is None:
        assert not {"", ".", ".."} & set(path.removesuffix("/").split("/"))
        assert "\0" not in path
