"""`./run bench [NAME…] [--peers [--fresh]] [--write]`: runs benchmarks, all or those named; prints their tables."""

import argparse
import importlib
import sys
from pathlib import Path

from bench import Benchmark, Options


def main() -> int:
    """0; 1 if something of ours could not be measured; 2 if there is no such benchmark or option."""
    known = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))
    parser = _parser()
    asked = parser.parse_args()
    if asked.fresh and not asked.peers:
        parser.error("--fresh goes with --peers")
    if unknown := [name for name in asked.names if name not in known]:
        print(f"There is no benchmark '{unknown[0]}'. Known: {', '.join(known)}.", file=sys.stderr)
        return 2
    options = Options(peers=asked.peers, fresh=asked.fresh, write=asked.write)
    return max(_run(name, options) for name in asked.names or known)


def _run(name: str, options: Options) -> int:
    part: Benchmark = importlib.import_module(f"bench.{name}")
    return part.run(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="run bench", description="Benchmarks, printed as tables.", allow_abbrev=False)
    parser.add_argument("names", nargs="*", metavar="NAME", help="which; all when left out")
    parser.add_argument("--peers", action="store_true", help="beside what others offer; their results are kept")
    parser.add_argument("--fresh", action="store_true", help="measure the peers anew")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/benchmarks.md")
    return parser


if __name__ == "__main__":
    sys.exit(main())
