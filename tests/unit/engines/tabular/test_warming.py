"""Kernels compiled ahead."""

import json
import os
import subprocess
import sys

SCRIPT = """
import json, sys
import polars as pl
from numba.core.registry import CPUDispatcher
from lookalike.library import TabularSynthesizer
from lookalike.engines.tabular.warming import warm

def kernels():
    rooms = [vars(module) for name, module in list(sys.modules.items()) if name.startswith("lookalike.")]
    found = [k for room in rooms for k in room.values() if isinstance(k, CPUDispatcher)]
    return sorted({f"{k.py_func.__module__}.{k.__name__}": k for k in found}.items())

def signatures():
    return json.dumps([f"{name} {signature}" for name, kernel in kernels() for signature in kernel.signatures])

def counts(what):
    return json.dumps([name for name, kernel in kernels() if sum(getattr(kernel.stats, what).values())])

def learn(**parameters):
    n = 600
    table = pl.DataFrame({
        "city": [f"city {row * row % 7}" for row in range(n)],
        "height": [100 + (row * 37 % 101) / 3 for row in range(n)],
        "weight": [100 + (row * 37 % 101) / 3 if row % 3 else 60.0 + row % 11 for row in range(n)],
        "age": [row * 7 % 97 if row % 9 else None for row in range(n)],
    })
    TabularSynthesizer(seed=1, **parameters).fit(table).sample(500)

def learn_all():
    for parameters in ({}, {"privacy": "private"}, {"quality": "high"}, {"conditions": {"city": "city 1", "age": 7}},
                       {"rebalance": {"city": {"city 1": 0.5}}}, {"impute": ["age"]}):
        learn(**parameters)

"""


def told(script: str) -> list[list[str]]:
    """What a script in a process of its own prints, lines of JSON."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT + script], env=dict(os.environ), capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_warming_meets_every_kernel() -> None:
    """After warming no way of learning and drawing needs a kernel, or one for other arrays, that was not met."""
    before, after = told("warm(); print(signatures()); learn_all(); print(signatures())")

    assert before
    assert after == before


def test_nothing_is_compiled_twice_on_one_machine() -> None:
    """Once warmed, a fresh process reads all kernels that it needs from disk and compiles none."""
    told("warm()")
    read, compiled = told("learn_all(); print(counts('cache_hits')); print(counts('cache_misses'))")

    assert read
    assert not compiled
