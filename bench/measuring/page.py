"""The part of a document that a command writes, between two lines that name it."""

from pathlib import Path


class NoPlace(Exception):
    """The document lacks the lines between which the text belongs."""


def put(path: Path, name: str, text: str) -> None:
    """
    Replace what stands in the document under `name`.

    Raises:
        NoPlace: see `replaced`.
    """
    path.write_text(replaced(path.read_text("utf-8"), name, text), "utf-8")


def replaced(document: str, name: str, text: str) -> str:
    """
    The document with `text` between the lines ``<!-- NAME -->`` and ``<!-- end of NAME -->``.

    Raises:
        NoPlace: the document does not have each of them once, in this order.
    """
    first, last = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    before, found, rest = document.partition(first)
    _, closed, after = rest.partition(last)
    if not found or not closed or first in rest or last in after:
        raise NoPlace(f"The document must have the lines '{first.strip()}' and '{last.strip()}' once each.")
    return f"{before}{first}\n{text.strip()}\n\n{last}{after}"
