"""Python imports this at its start: services of tests do without pandas, as in the default install, which has none."""

import sys

sys.modules["pandas"] = None  # type: ignore[assignment]
