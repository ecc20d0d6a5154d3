"""Kernels of a report compiled ahead."""

import json
import os
import subprocess
import sys

SCRIPT = """
import json, sys
import polars as pl
from numba.core.registry import CPUDispatcher
from lookalike import evaluate
from lookalike.evaluation.warming import warm

def signatures():
    rooms = [vars(module) for name, module in list(sys.modules.items()) if name.startswith("lookalike.evaluation")]
    found = {id(k): k for room in rooms for k in room.values() if isinstance(k, CPUDispatcher)}
    return sorted(f"{k.py_func.__module__}.{k.__name__} {s}" for k in found.values() for s in k.signatures)

def judge(**columns):
    table = pl.DataFrame(columns)
    evaluate(table[:300], table[300:600], table[600:])

def judge_all():
    n = 900
    numbers, levels = [row * 37 % 101 / 3 for row in range(n)], [f"level {row * row % 7}" for row in range(n)]
    judge(a=numbers, b=[x if i % 3 else None for i, x in enumerate(numbers)], c=[row * row % 97 for row in range(n)])
    judge(a=levels, b=levels[::-1], c=[bool(row * row % 3) for row in range(n)])
    judge(a=numbers, b=levels, c=pl.Series(range(n)).cast(pl.Datetime("us")))

warm()
before = signatures()
judge_all()
print(json.dumps([before, sorted(set(signatures()) - set(before))]))
"""


def test_warming_meets_every_kernel() -> None:
    """After warming no table needs a kernel, or one for other arrays, that was not met."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=dict(os.environ), capture_output=True, text=True, check=True
    )
    before, others = json.loads(done.stdout)

    assert before
    assert [] == others
