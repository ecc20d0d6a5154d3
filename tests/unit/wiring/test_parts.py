"""The concrete parts of a service, opened from its settings."""

from pathlib import Path

import pytest

from lookalike.errors import SettingsError
from lookalike.home import prepare
from lookalike.settings import Bucket, SecretName, Settings
from lookalike.wiring.parts import database_url, n_workers, open_parts


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("sqlite:///lookalike.db", "sqlite:///{home}/lookalike.db"),
        ("sqlite:///a/b.db", "sqlite:///{home}/a/b.db"),
        ("sqlite:////abs/x.db", "sqlite:////abs/x.db"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
    ],
)
def test_database_url(tmp_path: Path, given: str, expected: str) -> None:
    """A relative SQLite file stands in the home folder, every other URL stays."""

    assert expected.format(home=tmp_path) == database_url(Settings(home=tmp_path, database=given))


def test_workers(tmp_path: Path) -> None:
    """As many processes as the settings say; 0 is at least one."""

    assert 3 == n_workers(Settings.model_validate({"home": tmp_path, "compute": {"workers": 3}}))
    assert n_workers(Settings(home=tmp_path)) >= 1


def test_parts_are_opened_twice(tmp_path: Path) -> None:
    """A home is opened with database and work bucket made, and opened again as it is; its folders are buckets."""
    prepare(tmp_path)
    (tmp_path / "buckets" / "own").mkdir()
    settings = Settings(home=tmp_path, buckets={"named": Bucket(url="file:named")})
    for _ in range(2):
        parts = open_parts(settings, {})
        parts.ping()

        assert frozenset({"own"}) == parts.folders()
        assert 3 == len(parts.all_glances())
    assert (tmp_path / "lookalike.db").is_file()


def test_a_missing_secret_stops_the_start(tmp_path: Path) -> None:
    """A bucket whose secret is not there is told at start, by the secret's name."""
    prepare(tmp_path)
    bucket = Bucket(url="s3://b", options={"aws_secret_access_key": SecretName(secret="S3_KEY")})
    with pytest.raises(SettingsError, match="'S3_KEY'"):
        open_parts(Settings(home=tmp_path, buckets={"b": bucket}), {})
