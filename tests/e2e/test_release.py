"""A release is the same each time it is built, says what it is made of, and is installed without a network."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
APART = shutil.ignore_patterns(
    ".git", ".venv*", "node_modules", "__pycache__", ".*_cache", "dist", "home", "_version.py"
)
PIP = ("-m", "pip", "--quiet", "--disable-pip-version-check")


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where it all happens: removed at the end, for an installation is large."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.fixture(scope="module")
def dist(folder: Path) -> Path:
    """What `./run release` makes, of a copy of the tree: building writes the version into it."""
    return released(folder / "tree")


def released(tree: Path) -> Path:
    shutil.copytree(ROOT, tree, ignore=APART)
    subprocess.run([sys.executable, "tools/release.py", "dist"], cwd=tree, check=True, capture_output=True)
    return tree / "dist"


def only(folder: Path, pattern: str) -> Path:
    (path,) = folder.glob(pattern)
    return path


def test_checksums(dist: Path) -> None:
    """Each file of a release stands in SHA256SUMS with its digest."""
    lines = (dist / "SHA256SUMS").read_text("utf-8").splitlines()
    files = [path for path in dist.iterdir() if path.name != "SHA256SUMS"]

    assert sorted(lines) == sorted(f"{sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in files)
    assert len(lines) == 3


def test_built_again(dist: Path, folder: Path) -> None:
    """The same tree, in another place, gives the same bytes."""
    again = released(folder / "again")

    assert (dist / "SHA256SUMS").read_text("utf-8") == (again / "SHA256SUMS").read_text("utf-8")


def test_the_sdist_makes_the_same_wheel(dist: Path, folder: Path) -> None:
    """Who builds from the sdist has the wheel that is released."""
    with tarfile.open(only(dist, "*.tar.gz")) as archive:
        archive.extractall(folder / "sdist", filter="data")
    source = only(folder / "sdist", "lookalike-*")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "wheel")]
    subprocess.run(command, cwd=source, check=True, capture_output=True)

    assert only(dist, "*.whl").read_bytes() == only(folder / "wheel", "*.whl").read_bytes()


def test_bill_of_materials(dist: Path) -> None:
    """The bill of materials is valid CycloneDX, and names every distribution that is pinned, with its version."""
    text = only(dist, "*.cdx.json").read_text("utf-8")
    document = json.loads(text)
    pins = re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / "requirements" / "runtime.txt").read_text("utf-8"), re.MULTILINE)

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert sorted(pins) == sorted((part["name"], part["version"]) for part in document["components"])
    assert f"lookalike-{document['metadata']['component']['version']}-py3-none-any.whl" == only(dist, "*.whl").name


@pytest.mark.timeout(900)
def test_installed_without_a_network(dist: Path, folder: Path) -> None:
    """From a folder of wheels alone an empty environment gets a command that says its version and makes rows."""
    wheels, home = folder / "wheels", folder / "home"
    pins = ROOT / "requirements" / "runtime.txt"
    subprocess.run(
        [sys.executable, *PIP, "download", "--require-hashes", "-r", str(pins), "-d", str(wheels)], check=True
    )
    shutil.copy(only(dist, "*.whl"), wheels)
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    alone = {"PATH": os.defpath, "HOME": str(folder), "PIP_CONFIG_FILE": os.devnull}
    install = [str(home / "bin" / "python"), *PIP, "install", "--no-index", "--find-links", str(wheels), "lookalike"]
    subprocess.run(install, env=alone, check=True, cwd=folder)
    command, sample = str(home / "bin" / "lookalike"), str(ROOT / "src" / "lookalike" / "samples" / "adult.csv")
    version = subprocess.run([command, "--version"], env=alone, check=True, capture_output=True, text=True, cwd=folder)
    asked = [command, "generate", sample, "-n", "50", "-o", "new.csv", "--seed", "7"]
    subprocess.run(asked, env=alone, check=True, cwd=folder, capture_output=True)

    assert f"lookalike, version {only(dist, '*.whl').name.split('-')[1]}\n" == version.stdout
    assert 51 == len((folder / "new.csv").read_text("utf-8").splitlines())
