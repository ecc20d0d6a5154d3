import json
import os
from pathlib import Path

import numpy as np
import pytest

from judged import TEXTS, texts
from lookalike import plugins
from lookalike.evaluation import Figure, metric_names
from lookalike.evaluation.texts.comparison import TextComparison
from lookalike.evaluation.texts.report import rooms

DATA = Path(os.environ.get("LOOKALIKE_DATA", "nowhere")) / "text"
GOLDEN = json.loads(Path(__file__).with_name("texts.json").read_text())
CALLED = {
    "c2st_svd": "c2st_emb_holdout",
    "fd_svd": "fd",
    "c2st_emb": "minilm_c2st",
    "fd_emb": "minilm_fd",
    "text_copies": "copies_train",
    "shingles": "shingle_train",
}
DETAILS = {"text_copies": ("of_held_back", "copies_holdout"), "shingles": ("of_held_back", "shingle_holdout")}
CLOSE = 0.02
SEEDS = 3
OURS = "fidelity.textless"  # of records that the judge outside leaves out
NAMES = [(room, name) for room in rooms() for name in metric_names(room) if name != OURS]

pytestmark = [pytest.mark.skipif(not DATA.exists(), reason="needs LOOKALIKE_DATA"), pytest.mark.slow]


@pytest.fixture(scope="module", params=TEXTS)
def judged(request: pytest.FixtureRequest) -> tuple[str, list[TextComparison]]:
    real = texts(request.param, DATA)
    tables = real.train, real.holdout, real.made
    return request.param, [TextComparison(*tables, real.text, real.label, seed) for seed in range(SEEDS)]


@pytest.mark.parametrize(("room", "name"), NAMES)
def test_the_judge_finds_the_same(judged, room: str, name: str) -> None:
    """Value, floor and what is told beside them are those of a judge outside, on the same texts; means over seeds."""
    data, comparisons = judged
    family, _, file = name.partition(".")
    metric = plugins.part(f"{room}.{family}", file).metric
    figures: list[Figure] = [metric(c) for c in (comparisons if "c2st" in file else comparisons[:1])]
    told = GOLDEN[data][CALLED.get(file, file)]

    assert told["synthetic"] == pytest.approx(np.mean([f.value for f in figures]), abs=CLOSE)
    assert told["floor"] == pytest.approx(np.mean([f.floor for f in figures]), abs=CLOSE)
    if file in DETAILS:
        ours, theirs = DETAILS[file]
        assert abs(GOLDEN[data][theirs]["synthetic"] - figures[0].details[ours]) <= CLOSE
