import json
import os
from pathlib import Path

import numpy as np
import pytest

from judged import rough, sequences
from lookalike import plugins
from lookalike.evaluation import Figure
from lookalike.evaluation.sequences.comparison import SequenceComparison

DATA = Path(os.environ.get("LOOKALIKE_DATA", "nowhere")) / "time_series"
GOLDEN = json.loads(Path(__file__).with_name("sequences.json").read_text())
NAMES = sorted(
    f"{family}.{name}"
    for family in ("fidelity", "privacy")
    for name in plugins.names(f"lookalike.evaluation.sequences.{family}")
)
CLOSE = 0.02
SEEDS = {"stock-windows": 24, "etth1-windows": 10}  # of six and ten held-back blocks, of which chance makes much
FEW_SEEDS = 3
DRAWN = ("c2st", "memo_share", "near_ratio", "window_copies")  # figures of cases or windows that are drawn

pytestmark = [pytest.mark.skipif(not DATA.exists(), reason="needs LOOKALIKE_DATA"), pytest.mark.slow]


@pytest.fixture(scope="module", params=GOLDEN)
def judged(request: pytest.FixtureRequest) -> tuple[str, list[SequenceComparison]]:
    real = sequences(request.param, DATA)
    tables = real.train, real.holdout, rough(real.train, real.keys, real.index)
    return request.param, [
        SequenceComparison(*tables, real.keys, real.index, real.metadata, seed)
        for seed in range(SEEDS.get(request.param, FEW_SEEDS))
    ]


@pytest.mark.parametrize("name", NAMES)
def test_the_judge_finds_the_same(judged, name: str) -> None:
    """Value and floor are those of a judge outside, means over seeds, as far as chance lets means be known."""
    task, comparisons = judged
    family, _, file = name.partition(".")
    metric = plugins.part(f"lookalike.evaluation.sequences.{family}", file).metric
    figures: list[Figure] = [metric(c) for c in (comparisons if file.startswith(DRAWN) else comparisons[:1])]
    told = GOLDEN[task].get(_named(file, task))

    assert (told is None) <= (figures[0].value in (None, 0.0))
    if told is not None:
        floor = told["inner"] if task == "etth1-long" and family == "fidelity" else told["floor"]
        for theirs, ours in ((told["synthetic"], [f.value for f in figures]), (floor, [f.floor for f in figures])):
            assert theirs == pytest.approx(np.mean(ours), abs=CLOSE + _chance(ours))


def _chance(drawn: list[float]) -> float:
    """Two standard errors of the difference of two means of so many draws."""
    return 2 * float(np.std(drawn)) * (2 / len(drawn)) ** 0.5


def _named(file: str, task: str) -> str:
    """The judge's name: of one series against train, whose end is another season; of the others against the holdout."""
    if not file.startswith("c2st"):
        return file
    return f"{file}_{'train' if task == 'etth1-long' else 'holdout'}"
