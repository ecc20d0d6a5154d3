"""Reports as a browser shows them: on a phone and at a desk, light and dark, on paper, to those who do not see."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lookalike import Report, evaluate, samples
from questions import questions
from walks import patients

NODE = Path(__file__).parents[1] / "node"
STEPS: dict[str, Any] = {"data_type": "time_series", "sequence_key": "who", "sequence_index": "at"}

pytestmark = pytest.mark.slow


def rows() -> Report:
    """Half copies, so that the gate keeps them back; a column of a long name, one of long levels."""
    table = pl.read_csv(samples.path("adult.csv")).rename({"occupation": "occupation_" * 12})
    table = table.with_columns(education=pl.col("education") + pl.lit(" and so on" * 9))
    return evaluate(table[:1500], pl.concat([table[:500], table[3000:]]), table[1500:3000], release_gate="standard")


REPORTS = {
    "rows": rows,
    "sequences": lambda: evaluate(patients(90, 1), patients(90, 3), patients(80, 2), **STEPS),
    "texts": lambda: evaluate(questions(300, 1), questions(300, 3), questions(300, 2), data_type="text"),
}


@pytest.fixture(scope="module")
def browser() -> str:
    found = shutil.which("chromium")
    if found is None or not (NODE / "node_modules").is_dir():
        pytest.skip("`./run test all` installs the browser and the Node packages that this needs")
    return found


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    for name, report in REPORTS.items():
        report().save(folder / f"{name}.html")
    return {name: folder / f"{name}.html" for name in REPORTS}


@pytest.fixture(scope="module")
def looks(browser: str, pages: dict[str, Path]) -> list[dict[str, Any]]:
    """What the browser finds; with LOOKALIKE_SCREENSHOTS a screenshot of each look is kept in that folder."""
    folder = os.environ.get("LOOKALIKE_SCREENSHOTS")
    words = ["node", "look.mjs", browser, *(page.as_uri() for page in pages.values())]
    told = subprocess.run(
        [*words, *(["--keep", folder] if folder else [])], cwd=NODE, check=True, capture_output=True, text=True
    )
    return [json.loads(line) for line in told.stdout.splitlines()]


def test_every_page_is_looked_at(looks: list[dict[str, Any]]) -> None:
    """Three pages, two widths, two colour schemes."""
    assert 12 == len({(look["page"], look["width"], look["scheme"]) for look in looks})


def test_nothing_is_wider_than_the_window(looks: list[dict[str, Any]]) -> None:
    """No page scrolls sideways, on a phone of 360 pixels neither, whatever columns and levels are called."""
    assert [] == [look for look in looks if look["overflow"] > 0]


def test_nothing_is_asked_of_a_network(looks: list[dict[str, Any]]) -> None:
    """A page is whole: the browser asks no address for anything."""
    assert [] == [look["asked"] for look in looks if look["asked"]]


def test_pages_are_for_everybody(looks: list[dict[str, Any]]) -> None:
    """axe-core finds nothing that bars people from reading: contrast, names, headings, order, reach by keyboard."""
    assert [] == sorted({found for look in looks for found in look["violations"]})


def test_on_paper(browser: str, pages: dict[str, Path], tmp_path: Path) -> None:
    """A report can be printed: a PDF of a few pages comes of it, whatever the colours of the screen."""
    for name, page in pages.items():
        pdf = tmp_path / f"{name}.pdf"
        words = ["--headless", "--no-sandbox", f"--print-to-pdf={pdf}", "--no-pdf-header-footer"]
        subprocess.run([browser, *words, page.as_uri()], check=True, capture_output=True)

        assert 1 <= pdf.read_bytes().count(b"/Type /Page\n") <= 12
