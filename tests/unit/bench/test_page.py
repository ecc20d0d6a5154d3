"""The part of a document that a command writes."""

from pathlib import Path

import pytest
from bench.measuring.page import NoPlace, put, replaced
from hypothesis import given
from hypothesis import strategies as st

TEXTS = st.text(st.characters(exclude_characters="<>\r", codec="utf-8"), max_size=40)
DOCUMENT = "before\n<!-- x -->\nold\n<!-- end of x -->\nafter\n"


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_only_the_named_part_changes(before: str, after: str, old: str, new: str) -> None:
    """Whatever stands around it stays, and to write twice is to write once."""
    document = f"{before}<!-- x -->\n{old}\n<!-- end of x -->\n{after}"
    once = replaced(document, "x", new)

    assert once.startswith(before)
    assert once.endswith(after)
    assert new.strip() in once
    assert once == replaced(once, "x", new)


@pytest.mark.parametrize("document", ["", "<!-- x -->\n", "<!-- end of x -->\n<!-- x -->\n", DOCUMENT * 2])
def test_a_document_without_its_place_is_refused(document: str) -> None:
    """Nothing is written where the place is lacking, upside down, or there twice."""
    with pytest.raises(NoPlace, match="end of x"):
        replaced(document, "x", "new")


def test_the_page_has_a_place_for_the_tables() -> None:
    """The benchmarks' page takes what the command writes."""
    page = Path(__file__).parents[3] / "docs" / "benchmarks.md"

    assert "| new |" in replaced(page.read_text("utf-8"), "tabular", "| new |")


def test_files_are_written(tmp_path: Path) -> None:
    """The file gets the new text."""
    path = tmp_path / "page.md"
    path.write_text(DOCUMENT, "utf-8")
    put(path, "x", "new")

    assert "before\n<!-- x -->\n\nnew\n\n<!-- end of x -->\nafter\n" == path.read_text("utf-8")
