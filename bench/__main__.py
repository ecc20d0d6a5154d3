"""`./run bench [NAME]`: runs a benchmark, or all of them, and prints its table as Markdown."""

import importlib
import sys
from pathlib import Path


def main() -> int:
    """0, or 2 if there is no such benchmark."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))
    chosen = sys.argv[1:] or names
    if unknown := [name for name in chosen if name not in names]:
        print(f"There is no benchmark '{unknown[0]}'. Known: {', '.join(names)}.")
        return 2
    for name in chosen:
        importlib.import_module(f"bench.{name}").run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
