"""What the documents say is so."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]
EXAMPLES = [
    pytest.param(block, id=f"{path.name}-{n}")
    for path in DOCUMENTS
    if path.name != "client.md"  # whose examples take a service: tests/e2e/test_client_page.py
    for n, block in enumerate(re.findall(r"```python\n(.*?)```", path.read_text("utf-8"), re.DOTALL))
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_run(example: str, tmp_path: Path) -> None:
    """Every Python example of the documents runs as it stands."""
    done = subprocess.run([sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    """Every link within the project leads to a file that is there."""
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", path.read_text("utf-8")) if "://" not in link]

    assert [] == [link for link in links if not (path.parent / link).exists()]


def test_tests_that_security_names_are_there() -> None:
    """Each test that the threat model refers to exists."""
    named = re.findall(r"`(?:(tests/[\w/.]+)|…)::(\w+)`", (ROOT / "SECURITY.md").read_text("utf-8"))
    path, missing = "", []
    for own_path, name in named:
        path = own_path or path  # … is the one before
        if not (ROOT / path).exists() or f"def {name}(" not in (ROOT / path).read_text("utf-8"):
            missing.append(f"{path}::{name}")

    assert [] == missing
    assert len(named) > 20


def test_the_licence_travels() -> None:
    """The sample's notice names its licence, and the package carries it."""
    notice = (ROOT / "src" / "lookalike" / "samples" / "NOTICE").read_text("utf-8")

    assert "CC BY 4.0" in notice
