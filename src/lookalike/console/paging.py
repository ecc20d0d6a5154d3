"""Lists that are shown a page at a time."""

from collections.abc import Callable
from typing import Any

from fastapi import Request

PER_PAGE = 25


def number(request: Request) -> int:
    """The page that the address asks for, from 1."""
    told = request.query_params.get("page", "1")
    return max(1, int(told)) if told.isdecimal() and len(told) < 9 else 1


def paged(request: Request, find: Callable[[int, int], dict[str, Any]]) -> dict[str, Any]:
    """
    What is found, with the number of the page and how many there are.

    Args:
        find: Takes a limit and an offset, gives the list and its `total`.
    """
    here = number(request)
    found = find(PER_PAGE, PER_PAGE * (here - 1))
    return {**found, "number": here, "n_pages": n_pages(found["total"])}


def n_pages(total: int) -> int:
    """How many pages so many entries have; an empty list has one."""
    return max(1, -(-total // PER_PAGE))
