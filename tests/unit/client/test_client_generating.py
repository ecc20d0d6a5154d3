"""From data to a job: what is uploaded, what is submitted, how its end is told."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lookalike.client import Client, Job, JobCancelled, JobFailed
from lookalike.client.progress import _line
from lookalike.errors import UsageError
from scripted import Asking, Script, Told

FRAME = pl.DataFrame({"a": [1, 2, None], "b": ["x", "é", "z"]})
ONE = {"name": "data", "read": True, "write": True}
ERROR = {"code": "INPUT_REFUSED", "message": "Too few rows."}


def answer(value: Any, status: int = 200) -> Told:
    return Told(status, json.dumps(value).encode())


def buckets(*found: dict[str, Any]) -> Told:
    return answer({"buckets": found})


def job(status: str, progress: int = 0, **more: Any) -> Told:
    return answer({"job_id": "j", "status": status, "progress": progress, "stages": [], **more})


PUT, MADE, DONE = answer({}, 201), answer({"job_id": "j", "status": "accepted"}, 202), job("completed", 100)


@pytest.mark.parametrize("given", [FRAME, FRAME.to_pandas(), FRAME.to_arrow()], ids=["polars", "pandas", "arrow"])
def test_a_frame_is_uploaded_and_learnt_from(asking: Asking, script: Script, given: Any) -> None:
    """Any frame goes into the one bucket as Parquet, under a name of its own; the job makes as many rows."""
    script.answers = [buckets(ONE, {"name": "read-only", "read": True, "write": False}), PUT, MADE, DONE]
    made = asking("generate", given, seed=7, constraints=[])
    _, put, submitted, _ = script.asked
    request = json.loads(submitted.body)

    assert "j" == made.id
    assert FRAME.equals(pl.read_parquet(io.BytesIO(put.body)))
    assert put.path == f"/api/v2/buckets/data/objects/{request['input_path']}"
    assert ("data", "data", "parquet", "parquet", 3) == tuple(
        request[name] for name in ("input_bucket", "output_bucket", "input_format", "output_format", "data_size")
    )
    assert request["output_path"].endswith("/")
    assert {"seed": 7, "constraints": []} == request["parameters"]


@pytest.mark.parametrize(
    ("name", "file_format", "ending"),
    [("p.csv", "csv", ".csv"), ("_*p.txt.gz", "txt", ".txt.gz"), ("p.x.jsonl.zst", "jsonl", ".jsonl.zst")],
)
def test_a_file_is_uploaded_as_it_is(
    asking: Asking, script: Script, tmp_path: Path, name: str, file_format: str, ending: str
) -> None:
    """Its bytes, its format and compression; its name stays here."""
    (tmp_path / name).write_bytes(b"x" * 1_000_000)
    script.answers = [PUT, MADE]
    asking("generate", tmp_path / name, 5, data_type="text", bucket="b", project_id="p", wait=False)
    put, submitted = script.asked
    request = json.loads(submitted.body)

    assert (1_000_000, "1000000") == (len(put.body), put.headers["content-length"])
    assert ("b", file_format, 5, "p", "text") == tuple(
        request[key] for key in ("output_bucket", "input_format", "data_size", "project_id", "data_type")
    )
    assert request["input_path"].endswith(f"/sample{ending}")


def test_an_upload_is_sent_whole_each_time(asking: Asking, script: Script, tmp_path: Path) -> None:
    """A put that is tried again begins at the beginning."""
    (tmp_path / "x").write_bytes(b"abc")
    script.answers = [Told(503, headers={"Retry-After": "0"}), PUT]
    asking("put", "b", "p", str(tmp_path / "x"))

    assert [b"abc", b"abc"] == [asked.body for asked in script.asked]


def test_no_two_jobs_share_a_place(asking: Asking, script: Script) -> None:
    """The same data twice are two objects and two outputs."""
    script.answers = [PUT, MADE, PUT, MADE]
    for _ in range(2):
        asking("generate", FRAME, bucket="b", wait=False)
    requests = [json.loads(asked.body) for asked in script.asked if asked.verb == "POST"]

    assert 4 == len({request[key] for request in requests for key in ("input_path", "output_path")})


@pytest.mark.parametrize(
    ("given", "n", "told"),
    [
        ([1], 5, "list"),
        (FRAME.lazy(), 5, "LazyFrame"),
        ("none.csv", 5, "none.csv"),
        ("none", 5, "format"),
        ("none.gz", 5, "format"),
        (__file__.replace(".py", ".xlsx"), 5, "format"),
    ],
)
def test_data_that_are_none(asking: Asking, script: Script, given: Any, n: int | None, told: str) -> None:
    """What cannot be learnt from is told before anything is asked."""
    with pytest.raises(UsageError, match=told):
        asking("generate", given, n, bucket="b")

    assert [] == script.asked


def test_nothing_says_how_much(asking: Asking, script: Script, tmp_path: Path) -> None:
    """Of a file it must be said, unless so many sequences are asked for."""
    (tmp_path / "a.csv").write_text("a\n1\n")
    script.answers = [PUT, MADE]
    with pytest.raises(UsageError, match="how much"):
        asking("generate", tmp_path / "a.csv", bucket="b")
    asking("generate", tmp_path / "a.csv", bucket="b", data_type="time_series", n_sequences=3, wait=False)

    assert 3 == json.loads(script.asked[-1].body)["parameters"]["n_sequences"]


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ([], "no bucket"),
        ([{"name": "a", "read": True, "write": False}], "no bucket"),
        ([ONE, {"name": "b", "read": True, "write": True}], "data, b"),
    ],
)
def test_which_bucket(asking: Asking, script: Script, found: list[dict[str, Any]], told: str) -> None:
    """Without one bucket that will do, or with several, it must be said; those that would do are named."""
    script.answers = [buckets(*found)]
    with pytest.raises(UsageError, match=told):
        asking("generate", FRAME)

    assert 1 == len(script.asked)


def test_how_a_job_fails(asking: Asking, script: Script) -> None:
    """Its code and its words are those of the error."""
    script.answers = [PUT, MADE, job("queued"), job("failed", error=ERROR)]
    with pytest.raises(JobFailed, match="Too few rows") as caught:
        asking("generate", FRAME, bucket="b")

    assert ("INPUT_REFUSED", "j") == (caught.value.code, caught.value.job_id)


def test_a_job_that_is_cancelled(asking: Asking, script: Script) -> None:
    """Who waits for it is told."""
    script.answers = [job("running", 10), job("cancelled", 10)]
    with pytest.raises(JobCancelled, match="j"):
        asking("wait", "j")


def test_events_of_all_pages(script: Script) -> None:
    """All events of a job are given, however many pages they fill."""
    script.answers = [answer({"events": [1, 2], "next_after": 2}), answer({"events": [3], "next_after": None})]
    with Client(script.url, "t") as client:
        assert [1, 2, 3] == Job(client, "j").events()
    assert ["after=0&limit=100", "after=2&limit=100"] == [asked.path.partition("?")[2] for asked in script.asked]


def test_following_tells_each_change(script: Script) -> None:
    """Every status that differs from the one before, to the end."""
    script.answers = [job("queued"), job("queued"), job("running", 5), DONE]
    with Client(script.url, "t") as client:
        assert ["queued", "running", "completed"] == [told["status"] for told in client.follow("j")]


@pytest.mark.parametrize(("show", "shown"), [(None, False), (False, False), (True, True)])
def test_progress_is_silent_where_nobody_looks(
    show: bool | None, shown: bool, script: Script, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without terminal and notebook nothing is written, unless it is asked for; standard output stays empty."""
    script.answers = [job("running", 5), DONE]
    with Client(script.url, "t", progress=show) as client:
        client.wait("j")
    told = capsys.readouterr()

    assert ("", shown) == (told.out, bool(told.err.strip()))


def test_a_line_of_a_notebook() -> None:
    """It has the share and what is done, which is text and no HTML."""

    assert '<progress max="1" value="0.25"></progress> 25% &lt;b&gt;' == _line("<b>", 0.25)


def test_frames_are_loaded_when_they_come() -> None:
    """The client by itself loads no library of frames; pandas is not needed for polars."""
    import subprocess

    script = "import sys, lookalike.client; print(sorted({'polars', 'pandas', 'pyarrow', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert "[]\n" == done.stdout
