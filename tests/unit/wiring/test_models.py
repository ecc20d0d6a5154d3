"""Folders that jobs may name."""

from pathlib import Path

import pytest

from lookalike.wiring.models import is_model


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name in ("models/tiny", "other"):
        (tmp_path / "home" / name).mkdir(parents=True)
    (tmp_path / "home/models/out").symlink_to(tmp_path / "home/other")
    (tmp_path / "home/models/file").write_text("")
    return tmp_path / "home"


def test_only_folders_within_the_room_are_models(home: Path) -> None:
    """Not by a relative path, not by dots or links that lead out, not the room itself, no file, no name of none."""
    names = ["models/tiny", "models/../other", "models/out", "other", "models", "models/file", "models/none"]

    assert [True, *[False] * 6] == [is_model(home, Path("models"), f"{home}/{name}") for name in names]
    assert not is_model(home, Path("models"), "models/tiny")
    assert not is_model(home, Path("models"), f"{home}/models/a\0b")
    assert not is_model(home, Path("models"), f"{home}/models/{'a' * 300}")


def test_without_a_room_there_are_none(home: Path) -> None:
    """A fresh service reads no folder that a job names."""
    assert not is_model(home, None, f"{home}/models/tiny")
