"""Which objects a path stands for."""

import time
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.storage.buckets import open_bucket
from lookalike.storage.patterns import find, is_several, matcher, root

NAMES = st.text("ab.", min_size=1, max_size=3).filter(lambda name: not name.startswith("."))


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("a/", "a/b.csv", True),
        ("a/", "a/b/c.csv", True),
        ("a/", "ab/c.csv", False),
        ("a/", "a/_SUCCESS", False),
        ("a/", "a/.half/c.csv", False),
        ("a/", "a/_old/c.csv", False),
        ("a/*.csv", "a/b.csv", True),
        ("a/*.csv", "a/b/c.csv", False),
        ("a/*.csv", "a/.csv", False),
        ("a/*", "a/b.csv.manifest.json", False),
        ("a/_*", "a/_b", True),
        (".b/*", ".b/c", True),
        (".look*/**", ".lookalike/job/part-00000", False),
        (".*/*/*", ".lookalike/job/part-00000", False),
        ("**/part-00000", ".lookalike/job/part-00000", False),
        ("*.csv", "b.csv", True),
        ("*.csv", "a/b.csv", False),
        ("**/*.csv", "b.csv", True),
        ("**/*.csv", "a/b/c.csv", True),
        ("**/x*/*.csv", "a/x1/x2/c.csv", True),
        ("**/x*/*.csv", "a/x1/y/c.csv", False),
        ("a/**/c", "a/c", True),
        ("a/b[1].csv", "a/b1.csv", False),
        ("a/b[1]*", "a/b[1].csv", True),
        ("a/?*", "a/?x", True),
        ("a/?*", "a/yx", False),
    ],
)
def test_what_a_path_stands_for(pattern: str, path: str, expected: bool) -> None:
    """One star within a name, two for any names; hidden names and what stands beside output are passed over."""
    assert expected is matcher(pattern)(path)


@given(st.lists(st.sampled_from(["a*", "*b", "*", "a", "**"]), min_size=1, max_size=4), st.lists(NAMES, max_size=5))
def test_as_a_search_of_every_way_finds(pattern: list[str], names: list[str]) -> None:
    """What matches is what a search that tries every way matches."""

    def tries(of: list[str], left: list[str]) -> bool:
        if not of:
            return not left
        if of[0] == "**":
            return tries(of[1:], left) or (bool(left) and tries(of, left[1:]))
        return bool(left) and PurePosixPath(left[0]).match(of[0]) and tries(of[1:], left[1:])

    assert tries(pattern, names) is matcher("/".join(pattern))("/".join(names)) or not names


def test_a_hostile_pattern_takes_no_time() -> None:
    """A thousand stars against a long name are decided at once."""
    begun = time.process_time()

    assert not matcher("*a" * 500)("a" * 400 + "b")
    assert not matcher("**/" * 300 + "x")("a/" * 500 + "b")
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("url", ["file:b", "memory:"])
def test_objects_are_found_by_path(url: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """In any kind of bucket, under its root as well, in the order of their paths."""
    bucket = open_bucket("b", url, {}, tmp_path_factory.mktemp("home"))
    for path in ("x.csv", "a/2.csv", "a/1.csv", "a/b/3.csv", "a/_no.csv", ".lookalike/half/4.csv", "ab/5.csv"):
        bucket.write(path, b"1")
    found = {path: [info.path for info in find(bucket, path)] for path in ("a/", "*.csv", "**/*.csv", "none/*")}

    assert ["a/1.csv", "a/2.csv", "a/b/3.csv"] == found["a/"]
    assert ["x.csv"] == found["*.csv"]
    assert ["a/1.csv", "a/2.csv", "a/b/3.csv", "ab/5.csv", "x.csv"] == found["**/*.csv"]
    assert [] == found["none/*"]


def test_the_place_of_a_pattern() -> None:
    """Only what lies under it is listed."""
    assert ["a/b", "a", "", ""] == [root(path) for path in ("a/b/*.csv", "a/b*/c", "*.csv", "**")]
    assert [True, True, False] == [is_several(path) for path in ("a/", "a/*.csv", "a/b.csv")]
