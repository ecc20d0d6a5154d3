"""What MkDocs calls when it builds the site: pages that are made of other files than those in docs/."""

import os
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from pages import command, http, notebook, settings

ROOT = Path(__file__).parents[1]
LINK = re.compile(r"\]\(([^)#\s:]+)")
Made = dict[str, tuple[str, Callable[[], str]]]


def _beside(name: str) -> str:
    return (ROOT / name).read_text("utf-8").replace("](docs/", "](")


def _notebooks() -> Made:
    paths = sorted((ROOT / "docs" / "examples").glob("*.ipynb"))
    return {f"docs/examples/{p.name}": (f"examples/{p.stem}.md", partial(notebook.page, p)) for p in paths}


MADE: Made = {
    "CHANGELOG.md": ("changelog.md", partial(_beside, "CHANGELOG.md")),
    "CONTRIBUTING.md": ("contributing.md", partial(_beside, "CONTRIBUTING.md")),
    "SECURITY.md": ("security.md", partial(_beside, "SECURITY.md")),
    "src/lookalike/api/openapi.json": ("reference/http.md", http.page),
    "src/lookalike/cli/main.py": ("reference/command.md", command.page),
    "src/lookalike/settings.py": ("reference/settings.md", settings.page),
    **_notebooks(),
}
"""By the path of what it is made of: where the page is, and what makes it. Links to the former lead to the latter."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """The files of docs/, and beside them what is made of others."""
    for uri, make in MADE.values():
        files.append(File.generated(config, uri, content=make()))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The text of a page: links to what other pages are made of lead to these; in the file they lead to files."""
    folder = os.path.dirname(page.file.src_uri)

    def turned(link: re.Match[str]) -> str:
        found = MADE.get(os.path.normpath(os.path.join("docs", folder, link[1])))
        if found is None or found[0] == page.file.src_uri:
            return link[0]
        return f"]({os.path.relpath(found[0], folder or '.')}"

    return LINK.sub(turned, markdown)
