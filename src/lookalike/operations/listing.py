"""What all lists have in common: a span of time, and where the next page begins."""

from datetime import datetime

from lookalike.errors import ValidationError


def demand_order(start: datetime | None, end: datetime | None) -> None:
    """Return if a listing can begin and end so; ValidationError if it ends before."""
    if start is not None and end is not None and start > end:
        raise ValidationError("start_date is after end_date.", fields=[("start_date", "is after end_date")])


def next_offset(offset: int, n_found: int, total: int) -> int | None:
    """Where the page after one of `n_found` entries from `offset` begins; None if that was the last."""
    following = offset + n_found
    return following if n_found and following < total else None
