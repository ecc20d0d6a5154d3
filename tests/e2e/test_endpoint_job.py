"""Jobs whose texts a language model of the settings writes: exact, paid for once, shown only what it may be."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from crew import Crew, await_death, gathered, kill
from service import manifest, request

from lookalike import samples
from model_server import ModelServer, model_server

TEXTS = 60
WORDS = ("how", "do", "I", "get", "my", "card", "to", "work", "today", "and", "why", "is", "it", "not", "here", "yet")
CANARY = "zzqx canary of one customer only"
KEY = "sk-canary-key"


def say(body: dict[str, Any]) -> str:
    """Words in an order that the prompt decides, as many as it wants."""
    told = "\n".join(message["content"] for message in body["messages"])
    wanted = max(1, int(re.findall(r"words: (\d+)", told)[-1]) - 1)
    digits = sha256(f"{told}{body.get('seed')}".encode()).digest()
    words = [WORDS[(digits[i % 32] + i) % len(WORDS)] for i in range(wanted)]
    return json.dumps({"text": " ".join(words).capitalize() + "?"})


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    with model_server(say, answer_s=0.02) as server:
        yield server


@pytest.fixture(scope="module")
def crew(model: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crew]:
    folder = tmp_path_factory.mktemp("crew")
    home = folder / "home"
    home.mkdir()
    told = f'[endpoints.own]\nbase_url = "{model.url}"\nsecret = "KEY"\n'
    told += (
        f'[endpoints.theirs]\nbase_url = "{model.url}"\ncustomers = ["them"]\n[secrets]\nKEY = {{ env = "OWN_KEY" }}\n'
    )
    (home / "lookalike.toml").write_text(told)
    with gathered(folder, f"sqlite:///{folder}/ledger.db", OWN_KEY=KEY) as crew:
        rows = pl.read_csv(samples.path("banking77.csv"))[:400]
        rows[0, "text"] = CANARY
        rows.write_csv(crew.home / "buckets" / "in" / "questions.csv")
        yield crew


def asked(**endpoint: Any) -> dict[str, Any]:
    own = {"name": "own", "model": "small", **endpoint}
    parameters = {"backend": "endpoint", "endpoint": own, "evaluate": False}
    return {
        "data_type": "text",
        "data_size": TEXTS,
        "input_path": "questions.csv",
        "output_format": "csv",
        "parameters": parameters,
    }


def written(crew: Crew, path: str) -> pl.DataFrame:
    return pl.concat(pl.read_csv(p) for p in sorted((crew.home / "buckets" / "out" / path).glob("part-*")))


def test_exactly_the_texts(crew: Crew, model: ModelServer) -> None:
    """A job has as many texts as asked for, none of them the input's, asked for with the key of the secret."""
    model.heard.clear()
    crew.halts.plan("plain/")
    job = crew.end(crew.submit("plain/", **asked()))
    table = written(crew, "plain/")

    assert "completed" == job["status"], job
    assert TEXTS == table.height == manifest(crew.home / "buckets" / "out" / "plain" / "_manifest.json")["rows"]
    assert not set(table["text"]) & set(pl.read_csv(crew.home / "buckets" / "in" / "questions.csv")["text"])
    assert {f"Bearer {KEY}"} == {heard.headers["authorization"] for heard in model.heard}


def test_nothing_real_is_shown_if_nothing_may_be(crew: Crew, model: ModelServer) -> None:
    """With examples: none no request has a text of the input; with examples they have many."""
    real = [t for t in pl.read_csv(crew.home / "buckets" / "in" / "questions.csv")["text"] if len(t) > 25]
    shown = {}
    for examples in ("none", "fresh"):
        model.heard.clear()
        crew.halts.plan(f"{examples}/")
        assert "completed" == crew.end(crew.submit(f"{examples}/", **asked(examples=examples)))["status"]
        shown[examples] = sum(text in heard.prompt for heard in model.heard for text in real)

    assert 0 == shown["none"]
    assert shown["fresh"] > TEXTS


def test_what_is_paid_for_is_not_asked_again(crew: Crew, model: ModelServer) -> None:
    """kill -9 while texts are written: the output is there, and only what was not kept yet is asked for twice."""
    crew.halts.plan("whole/")
    crew.end(crew.submit("whole/", **asked()))
    model.heard.clear()
    crew.halts.plan("killed/", ("kept", 2))
    job_id = crew.submit("killed/", **asked())
    child = crew.halts.reach("killed/")
    kill(child)
    await_death(child)
    job = crew.end(job_id)
    again = Counter(heard.prompt for heard in model.heard)

    assert ("completed", 1) == (job["status"], job["metadata"]["retry_count"]), job
    assert written(crew, "whole/").equals(written(crew, "killed/"))
    assert sum(n - 1 for n in again.values()) <= 20 + 8  # not kept yet, and under way


def test_texts_with_differential_privacy(crew: Crew, model: ModelServer) -> None:
    """
    With dp_epsilon no request has a text of the input, whose labels come out, and the report says what is promised;
    killed while texts evolve, a job goes on with the same noise: answers that were kept are not asked for again.
    """
    table = pl.read_csv(crew.home / "buckets" / "in" / "questions.csv")
    model.heard.clear()
    crew.halts.plan("evolved/", ("kept", 2))
    told = asked(examples="none", dp_epsilon=4.0)
    told["parameters"]["evaluate"] = True
    job_id = crew.submit("evolved/", **told)
    child = crew.halts.reach("evolved/")
    kill(child)
    await_death(child)
    job = crew.end(job_id)
    rows, again = written(crew, "evolved/"), Counter((heard.prompt, heard.body["seed"]) for heard in model.heard)

    assert ("completed", 1) == (job["status"], job["metadata"]["retry_count"]), job
    assert (TEXTS, ["text", "category"]) == (rows.height, rows.columns)
    assert set(rows["category"]) <= set(table["category"])
    assert not [text for heard in model.heard for text in table["text"] if len(text) > 25 and text in heard.prompt]
    assert sum(n - 1 for n in again.values()) <= 20 + 8
    assert "epsilon 4" in (crew.home / "buckets" / "out" / "evolved" / "_report.html").read_text("utf-8")


def test_a_spent_budget_ends_the_job(crew: Crew) -> None:
    """With fewer requests than texts a job fails and says so; an unknown endpoint, or others', is refused at once."""
    crew.halts.plan("poor/")
    job = crew.end(crew.submit("poor/", **asked(max_requests=TEXTS // 2)))

    assert ("failed", "ENDPOINT_BUDGET") == (job["status"], job["error"]["code"])
    for name, status in (("other", 400), ("theirs", 403)):
        answer = crew.service.http.post("/api/v2/jobs", json=request(**asked(name=name), output_path="x/"))
        assert status == answer.status_code


def test_the_key_stands_nowhere(crew: Crew) -> None:
    """No file of the home and no line of the log holds the key."""
    files = [path for path in crew.home.rglob("*") if path.is_file()] + list(Path(crew.home).parent.glob("*.log"))

    assert not [path for path in files if KEY.encode() in path.read_bytes()]
