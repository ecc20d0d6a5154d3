"""A file in, a file of new rows out: what `lookalike generate` does, all in this process."""

from lookalike.local.generating import Done, Order, generate
from lookalike.local.output import check_report

__all__ = ["Done", "Order", "check_report", "generate"]
