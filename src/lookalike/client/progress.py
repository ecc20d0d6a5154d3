"""How far something is, for people who wait for it: at a terminal or in a notebook."""

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from importlib import import_module
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn


class Bar(Protocol):
    """A progress bar in use."""

    def __call__(self, doing: str, share: float) -> None:
        """Say what is being done and how much of the whole is, 0 … 1."""


@contextmanager
def progress_bar(show: bool | None = None) -> Iterator[Bar]:
    """
    A bar in the notebook, or on standard error.

    Args:
        show: None: not where there is neither notebook nor terminal.
    """
    console = Console(stderr=True)
    if console.is_jupyter and show is not False:
        yield _notebook_bar()
        return
    columns = (
        TextColumn("{task.description:<11}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    at_terminal = console.is_terminal
    silent = not (at_terminal if show is None else show)
    with Progress(*columns, console=console, transient=at_terminal, disable=silent) as progress:
        task = progress.add_task("", total=1.0)

        def bar(doing: str, share: float) -> None:
            progress.update(task, description=doing, completed=share)

        yield bar


def _notebook_bar() -> Bar:
    """One line of HTML that changes in place; rich would ask for widgets, which not every notebook has."""
    shown = import_module("IPython.display")
    place = shown.display(shown.HTML(_line("", 0.0)), display_id=True)

    def bar(doing: str, share: float) -> None:
        place.update(shown.HTML(_line(doing, share)))

    return bar


def _line(doing: str, share: float) -> str:
    return f'<progress max="1" value="{share:.2f}"></progress> {share:.0%} {escape(doing)}'
