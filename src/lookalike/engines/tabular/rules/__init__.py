"""What a table's rows must obey: columns that others determine, and rules by which drawn rows are kept or not."""

from lookalike.engines.tabular.rules.book import Rules, load_rules
from lookalike.engines.tabular.rules.held import Held

__all__ = ["Held", "Rules", "load_rules"]
