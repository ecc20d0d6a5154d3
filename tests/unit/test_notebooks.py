"""The notebooks run, and hold what comes out."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "docs" / "examples").glob("*.ipynb"))


def shape(path: Path) -> list[str]:
    """What the cells of a notebook give, numbers aside: another kind of processor may draw other rows."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    outputs = [out for cell in cells if cell["cell_type"] == "code" for out in cell["outputs"]]
    texts = ["".join(out.get("text") or out["data"]["text/plain"]) for out in outputs]
    return [f"{len(text.splitlines())} {re.match(r'[^0-9]*', text)[0]}" for text in texts]  # type: ignore[index]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_runs(path: Path, tmp_path: Path) -> None:
    """Run from its first cell to its last, a notebook gives what stands in it."""
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes())
    subprocess.run([sys.executable, str(ROOT / "tools" / "notebooks.py"), str(tmp_path)], check=True)

    assert shape(path) == shape(copy)
    assert shape(path)
