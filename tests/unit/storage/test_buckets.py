"""Buckets by name: those of the settings, and every folder under buckets/."""

from pathlib import Path

import pytest

from lookalike.errors import SettingsError, ValidationError
from lookalike.storage.buckets import NamedBuckets, open_bucket


def test_folders_are_buckets_as_they_come(tmp_path: Path) -> None:
    """A folder made while the service runs is a bucket at once."""
    buckets = NamedBuckets(tmp_path, {"memory": ("memory:///", {})})

    assert ("memory",) == buckets.names()
    (tmp_path / "buckets" / "new").mkdir(parents=True)
    buckets["new"].write("a", b"1")

    assert ("memory", "new") == buckets.names()
    assert b"1" == (tmp_path / "buckets" / "new" / "a").read_bytes()


def test_settings_come_before_folders(tmp_path: Path) -> None:
    """A name of the settings means its URL, also where a folder has that name."""
    (tmp_path / "buckets" / "a").mkdir(parents=True)
    buckets = NamedBuckets(tmp_path, {"a": ("file:elsewhere", {})})
    buckets["a"].write("x", b"1")

    assert (tmp_path / "elsewhere" / "x").exists()
    assert buckets["a"] is buckets["a"]


@pytest.mark.parametrize("name", ["none", "", "..", ".", "a/b", "../x", "/", "x\n"])
def test_unknown_names(tmp_path: Path, name: str) -> None:
    """A name that is no bucket, or leads elsewhere, is refused."""
    (tmp_path / "buckets" / "a" / "b").mkdir(parents=True)
    with pytest.raises(ValidationError, match="There is no bucket"):
        NamedBuckets(tmp_path, {})[name]


@pytest.mark.parametrize("url", ["", "nothing", "ftp://host/x", "s3://"])
def test_bad_urls(tmp_path: Path, url: str) -> None:
    """A URL no store knows is named by its bucket, without what the store says or the options hold."""
    with pytest.raises(SettingsError, match="Bucket 'b' cannot be opened") as caught:
        open_bucket("b", url, {"nonsense": "secret"}, tmp_path)

    assert "secret" not in str(caught.value)


def test_absolute_files(tmp_path: Path) -> None:
    """A file: URL may be absolute, with or without slashes before."""
    for n, form in enumerate(("file:{}", "file://{}")):
        open_bucket("b", form.format(tmp_path / str(n)), {}, Path("/nowhere")).write("a", b"1")

        assert (tmp_path / str(n) / "a").exists()
