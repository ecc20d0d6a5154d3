"""Warming: what is compiled once need not be compiled again."""

import json
import os
import subprocess
import sys

SCRIPT = """
import json
import polars as pl
from lookalike import TextSynthesizer
from lookalike.engines.text.descending import draw_texts
from lookalike.engines.text.drawing import pick
from lookalike.engines.text.warming import warm

def signatures():
    return sorted(str(s) for kernel in (draw_texts, pick) for s in kernel.signatures)

def learn_all():
    table = pl.DataFrame({"text": [f"the word {n % 7} goes to place {n % 11} at last" for n in range(320)]})
    for backend in ("recurrent", "ngram"):
        TextSynthesizer(seed=1, backend=backend, budget_s=1, text_columns="text").fit(table).sample(5)

warm()
print(json.dumps(signatures()))
learn_all()
print(json.dumps(signatures()))
"""


def test_warming_meets_every_kernel() -> None:
    """After warming neither backend needs a kernel, or one for other arrays, that was not met."""
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=dict(os.environ), capture_output=True, text=True)
    before, after = (json.loads(line) for line in done.stdout.splitlines())

    assert before
    assert after == before
