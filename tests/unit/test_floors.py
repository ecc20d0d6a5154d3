"""The house checks its own floors: for each contract of import-linter, one forbidden import is seen."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = {
    contract["id"]: contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
}

# by contract: file and the line put at its end; each chosen to break that contract and no other
FORBIDDEN = {
    "floors": {"errors.py": "import lookalike.version"},
    "science": {"data/split.py": "import httpx"},
    "service": {"jobs/lines.py": "import numpy"},
    "concrete": {"operations/health.py": "import lookalike.storage.objects"},
    "client": {"client/calls.py": "import lookalike.plugins"},
    "parts": {"formats/csv.py": "import lookalike.formats.arrow"},
    "commands": {"cli/commands/token.py": "import lookalike.cli.commands.serve"},
    "routes": {"api/routes/health.py": "import lookalike.api.routes.document"},
    "metrics": {"evaluation/fidelity/c2st.py": "import lookalike.evaluation.privacy.dcr_share"},
    "cycles": {
        "data/split.py": "import lookalike.data.frames",
        "data/frames.py": "import lookalike.data.split",
    },
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project's source and contracts."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def broken(house: Path) -> set[str]:
    """Names of the contracts that do not hold in a house."""
    command = shutil.which("lint-imports", path=str(Path(sys.executable).parent))
    assert command is not None
    told = subprocess.run(
        [command, "--no-cache"],
        cwd=house,
        env={**os.environ, "PYTHONPATH": str(house / "src"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    verdicts = dict(line.strip().rsplit(" ", 1) for line in told.splitlines() if line.endswith((" KEPT", " BROKEN")))
    assert set(CONTRACTS.values()) == set(verdicts), told
    return {name for name, said in verdicts.items() if said == "BROKEN"}


def test_every_contract_is_tried() -> None:
    """No contract stands in pyproject.toml without a forbidden import here."""

    assert set(FORBIDDEN) == set(CONTRACTS)


def test_house_is_in_order(house: Path) -> None:
    """The source as it stands keeps every contract."""

    assert set() == broken(house)


@pytest.mark.parametrize("contract", FORBIDDEN)
def test_forbidden_import_is_seen(house: Path, contract: str) -> None:
    """One forbidden import breaks the contract it is against, and no other."""
    files = {house / "src" / "lookalike" / name: line for name, line in FORBIDDEN[contract].items()}
    before = {file: file.read_text("utf-8") for file in files}
    for file, line in files.items():
        file.write_text(f"{before[file]}\n{line}\n", "utf-8")
    try:
        found = broken(house)
    finally:
        for file, text in before.items():
            file.write_text(text, "utf-8")

    assert {CONTRACTS[contract]} == found
