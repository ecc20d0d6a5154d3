"""The site is whole, fetches nothing from elsewhere, and says of settings and operations what they are."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import BaseModel

from lookalike import settings
from lookalike.cli.main import SUMMARIES
from lookalike.data.parameters import PARAMETERS

ROOT = Path(__file__).parents[2]
FETCHED = re.compile(r"<(?:script|img|iframe|source)[^>]* src=[\"']?([^\"' >]+)|<link[^>]* href=[\"']?([^\"' >]+)")
ELSEWHERE = re.compile(r"^(?:https?:)?//|^http:")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as `./run check` builds it: a link that leads nowhere is an error."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    environ = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def fetched(page: str) -> list[str]:
    """What a browser fetches by itself when it shows a page."""
    return [first or second for first, second in FETCHED.findall(page)]


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    """Scripts, styles, images and fonts of every page are the site's own."""
    pages = {path: path.read_text("utf-8") for path in site.rglob("*.html")}
    styles = [path.read_text("utf-8") for path in site.rglob("*.css")]

    assert [] == [(path.name, url) for path, page in pages.items() for url in fetched(page) if ELSEWHERE.match(url)]
    assert [] == [url for style in styles for url in re.findall(r"url\(\s*[\"']?(https?:[^)]+)\)", style)]
    assert len(pages) > 30


def test_lists_are_lists(site: Path) -> None:
    """No paragraph holds the sign of a list: what looks like one in the file is one on the page."""
    paragraphs = [
        (path.parent.name, text)
        for path in site.rglob("*.html")
        for text in re.findall(r"<p>(.*?)</p>", path.read_text("utf-8"), re.DOTALL)
    ]

    assert [] == [
        (name, text[:80]) for name, text in paragraphs if re.search(r"^(?:[-*]|\d+\.) |^```", text, re.MULTILINE)
    ]


def test_every_setting_is_explained(site: Path) -> None:
    """Each section and key that a service knows stands in the page on settings."""
    page = (site / "reference" / "settings" / "index.html").read_text("utf-8")
    models = [kind for kind in vars(settings).values() if isinstance(kind, type) and issubclass(kind, BaseModel)]
    keys = {name for model in models if model.__module__ == settings.__name__ for name in model.model_fields}
    sections = [name for name in settings.Settings.model_fields if name not in ("home", "database")]

    assert [] == [name for name in sections if f'id="{name}"' not in page]
    assert [] == [name for name in keys if f"<code>{name}</code>" not in page and f'id="{name}"' not in page]


def test_every_operation_is_explained(site: Path) -> None:
    """Each operation and each object of the served document stands in the page on them."""
    page = (site / "reference" / "http" / "index.html").read_text("utf-8")
    document = json.loads((ROOT / "src" / "lookalike" / "api" / "openapi.json").read_text("utf-8"))
    operations = [
        item[verb]["operationId"] for item in document["paths"].values() for verb in item if verb != "parameters"
    ]

    assert [] == [name for name in operations if f'id="{name}"' not in page]
    assert [] == [name for name in document["components"]["schemas"] if f'id="{name.lower()}"' not in page]


def test_every_command_is_explained(site: Path) -> None:
    """Each command stands in the page on them, with its options."""
    page = (site / "reference" / "command" / "index.html").read_text("utf-8")

    assert [] == [name for name in SUMMARIES if f"lookalike {name}" not in page]
    assert "--report PATH" in page


def test_every_parameter_is_explained() -> None:
    """Each parameter of a job stands in one of the pages on tables, time series and texts."""
    pages = "".join((ROOT / "docs" / f"{name}.md").read_text("utf-8") for name in ("library", "time-series", "texts"))
    known = {name for model in PARAMETERS.values() for name in model.model_fields}

    assert [] == sorted(name for name in known if f"`{name}`" not in pages)


def test_every_decision_is_listed() -> None:
    """The page on decisions leads to each of them, by its title."""
    folder = ROOT / "docs" / "decisions"
    rows = [
        f"| [{path.name[:4]}]({path.name}) | {path.read_text('utf-8').partition(chr(10))[0].removeprefix('# ')} |"
        for path in sorted(folder.glob("0*.md"))
    ]

    assert rows == re.findall(r"^\| \[0.*$", (folder / "index.md").read_text("utf-8"), re.MULTILINE)
