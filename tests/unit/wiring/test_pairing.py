"""One database goes with one work bucket and one set of keys."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from lookalike.access.keys import rotate_secret_keys
from lookalike.errors import SettingsError
from lookalike.home import prepare
from lookalike.ledger.database import open_engine, upgrade
from lookalike.ledger.facts import agree
from lookalike.settings import Settings
from lookalike.wiring.parts import Parts, open_parts


def start(home: Path, database_url: str, **settings: object) -> Parts:
    """The parts of a process of a service in that home, which has let go of its database again."""
    prepare(home)
    parts = open_parts(Settings.model_validate({"home": home, "database": database_url, **settings}), {})
    parts.store.seen("worker")
    parts.close()
    return parts


def test_a_second_machine_needs_the_same_work_bucket(tmp_path: Path, database_url: str) -> None:
    """A home with a work folder of its own is refused while others live, and a shared one is not."""
    start(tmp_path / "one", database_url)
    with pytest.raises(SettingsError, match="work_bucket") as caught:
        start(tmp_path / "two", database_url)

    assert "s3://" in str(caught.value.hint)
    copy_keys(tmp_path / "one", tmp_path / "three")
    assert start(tmp_path / "three", database_url, work_bucket=f"file:{tmp_path}/one/work")


def copy_keys(source: Path, home: Path) -> None:
    shutil.copytree(source / "keys", home / "keys")


def test_a_second_machine_needs_the_same_keys(tmp_path: Path, database_url: str) -> None:
    """A home with keys of its own is refused while others live; one with a copy is not, even if it has a newer too."""
    shared = {"work_bucket": f"file:{tmp_path}/one/work"}
    start(tmp_path / "one", database_url, **shared)
    with pytest.raises(SettingsError, match=r"secrets\.keys") as caught:
        start(tmp_path / "two", database_url, **shared)

    assert "Copy" in str(caught.value.hint)
    copy_keys(tmp_path / "one", tmp_path / "three")
    rotate_secret_keys(tmp_path / "three" / "keys")
    assert start(tmp_path / "three", database_url, **shared)


def test_two_that_start_at_once_do_not_both_decide(tmp_path: Path, database_url: str) -> None:
    """The first to come decides, even before any worker of its has been seen."""
    engine = open_engine(database_url)
    upgrade(engine)
    agreed = [agree(engine, "work_bucket", value, 10) for value in ("mine", "theirs", "mine")]
    engine.dispose()

    assert [True, False, True] == agreed


def test_the_work_bucket_may_change_when_all_are_gone(tmp_path: Path, database_url: str) -> None:
    """With nobody left who uses the old one, whoever starts next decides anew."""
    soon = {"jobs": {"beat_s": 0.01}}
    start(tmp_path / "one", database_url, **soon)
    shutil.rmtree(tmp_path / "one" / "work")
    end = datetime.now() + timedelta(seconds=10)
    while datetime.now() < end:
        try:
            start(tmp_path / "one", database_url, **soon)
        except SettingsError:
            continue
        return

    pytest.fail("it is still refused")
