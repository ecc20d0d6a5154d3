import json
import os
from pathlib import Path

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
DRAWN = 0.05  # shares and medians of 1,000 windows, which come by sequence: either draw moves by about that
CLASSIFIED = {"storms": 0.05, "etth1-long": 0.05, "etth1-windows": 0.1, "stock-windows": 0.1}  # the judge's own noise
MADE_OF_WINDOWS = ("memo_share", "near_ratio", "window_copies")

pytestmark = [pytest.mark.skipif(not DATA.exists(), reason="needs LOOKALIKE_DATA"), pytest.mark.slow]


@pytest.fixture(scope="module", params=GOLDEN)
def judged(request: pytest.FixtureRequest) -> tuple[str, SequenceComparison]:
    real = sequences(request.param, DATA)
    made = rough(real.train, real.keys, real.index)
    return request.param, SequenceComparison(real.train, real.holdout, made, real.keys, real.index, real.metadata, 7)


@pytest.mark.parametrize("name", NAMES)
def test_the_judge_finds_the_same(judged, name: str) -> None:
    """Value and floor are those of a judge outside, to what chance moves either by."""
    task, comparison = judged
    family, _, file = name.partition(".")
    figure: Figure = plugins.part(f"lookalike.evaluation.sequences.{family}", file).metric(comparison)
    told = GOLDEN[task].get(_named(file, task))

    assert (told is None) <= (figure.value in (None, 0.0))
    if told is not None:
        floor = told["inner"] if task == "etth1-long" and family == "fidelity" else told["floor"]
        assert abs(told["synthetic"] - figure.value) <= _tolerance(file, task, told["synthetic"])
        assert abs(floor - figure.floor) <= _tolerance(file, task, floor)


def _named(file: str, task: str) -> str:
    """The judge's name: of one series against train, whose end is another season; of the others against the holdout."""
    if not file.startswith("c2st"):
        return file
    return f"{file}_{'train' if task == 'etth1-long' else 'holdout'}"


def _tolerance(file: str, task: str, value: float) -> float:
    if file.startswith("c2st"):
        return CLASSIFIED[task]
    return DRAWN * max(1.0, value) if file in MADE_OF_WINDOWS else CLOSE
