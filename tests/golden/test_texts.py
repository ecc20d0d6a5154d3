import json
import os
from pathlib import Path

import pytest

from judged import TEXTS, texts
from lookalike import plugins
from lookalike.evaluation import Figure, metric_names
from lookalike.evaluation.texts.comparison import TextComparison
from lookalike.evaluation.texts.report import ROOM

DATA = Path(os.environ.get("LOOKALIKE_DATA", "nowhere")) / "text"
GOLDEN = json.loads(Path(__file__).with_name("texts.json").read_text())
CALLED = {"c2st_svd": "c2st_emb_holdout", "fd_svd": "fd", "copies": "copies_train", "shingles": "shingle_train"}
DETAILS = {"copies": ("of_held_back", "copies_holdout"), "shingles": ("of_held_back", "shingle_holdout")}
CLOSE, CLASSIFIED = 0.02, 0.03  # the judge draws folds once, which moves an AUC by 0.01, and at times by twice that

pytestmark = [pytest.mark.skipif(not DATA.exists(), reason="needs LOOKALIKE_DATA"), pytest.mark.slow]


@pytest.fixture(scope="module", params=TEXTS)
def judged(request: pytest.FixtureRequest) -> tuple[str, TextComparison]:
    real = texts(request.param, DATA)
    return request.param, TextComparison(real.train, real.holdout, real.made, real.text, real.label, 7)


@pytest.mark.parametrize("name", metric_names(ROOM))
def test_the_judge_finds_the_same(judged, name: str) -> None:
    """Value, floor and what is told beside them are those of a judge outside, on the same texts."""
    data, comparison = judged
    family, _, file = name.partition(".")
    figure: Figure = plugins.part(f"lookalike.evaluation.texts.{family}", file).metric(comparison)
    told = GOLDEN[data][CALLED.get(file, file)]

    close = CLASSIFIED if file.startswith("c2st") else CLOSE
    assert abs(told["synthetic"] - figure.value) <= close
    assert abs(told["floor"] - figure.floor) <= close
    if file in DETAILS:
        ours, theirs = DETAILS[file]
        assert abs(GOLDEN[data][theirs]["synthetic"] - figure.details[ours]) <= CLOSE
