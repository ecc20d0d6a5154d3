"""The version is git's, and everything that names the release to come agrees with it."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.version import Version

from lookalike.version import VERSION

ROOT = Path(__file__).parents[2]
GIT = ("git", "-c", "user.name=Somebody", "-c", "user.email=somebody@example.com", "-c", "commit.gpgsign=false")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """What a build reads of this project, in a folder that git does not know."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "src" / "lookalike").mkdir(parents=True)
    return tmp_path


def git(tree: Path, *args: str) -> None:
    subprocess.run([*GIT, *args], cwd=tree, check=True, capture_output=True)


def commit(tree: Path) -> None:
    git(tree, "add", ".")
    git(tree, "commit", "--quiet", "--allow-empty", "--message", "one")


def built(tree: Path) -> str:
    """The version that a build of the tree gives, and writes down for the package."""
    command = [sys.executable, "-m", "hatchling", "version"]
    version = subprocess.run(command, cwd=tree, check=True, capture_output=True, text=True).stdout.strip()
    written = (tree / "src" / "lookalike" / "_version.py").read_text("utf-8")

    assert f'VERSION = "{version}"' in written
    return version


def default() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return str(project["tool"]["hatch"]["version"]["default-version"])


def test_a_release_is_a_tag(tree: Path) -> None:
    """At a tag the version is the tag's, after it the next minor one with the number of commits, dirty or not."""
    git(tree, "init", "--quiet")
    commit(tree)
    git(tree, "tag", "v4.2.0")
    at = built(tree)
    commit(tree)
    after = built(tree)
    (tree / "pyproject.toml").write_text((tree / "pyproject.toml").read_text("utf-8") + "\n")

    assert ["4.2.0", "4.3.0.dev1", "4.3.0.dev1"] == [at, after, built(tree)]


def test_where_no_tag_is_seen(tree: Path) -> None:
    """Without git, as an image is built, and in a clone without tags, the version is that of the release to come."""
    without_git = built(tree)
    git(tree, "init", "--quiet")
    commit(tree)

    assert [default()] * 2 == [without_git, built(tree)]


def test_the_release_to_come_is_one() -> None:
    """The changelog begins with it, and this build is it or leads to it."""
    changelog = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert changelog is not None

    assert [default()] * 2 == [changelog[1], Version(VERSION).base_version]
