"""From an upload to a download over HTTP: buckets, preview, events, artefacts, models of a real service."""

import json
import os
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest
from service import Service, request, serving

from lookalike import samples

JOBS, IN = "/api/v2/jobs", "/api/v2/buckets/in/objects"


@pytest.fixture(scope="module")
def job(service: Service) -> dict[str, Any]:
    """A job of two parts that has ended."""
    return service.run(data_size=1_500, output_path="parts/", parameters={"seed": 7, "part_rows": 1_000})


def artefacts(service: Service, job: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = service.http.get(f"{JOBS}/{job['job_id']}/artefacts").json()["artefacts"]
    return {each["name"]: each for each in found}


def test_an_upload_is_a_new_object(service: Service) -> None:
    """Bytes put are the object's, once: the same ones again are no other, others are 409 and change nothing."""
    value = os.urandom(3_000_000)
    first = service.http.put(f"{IN}/new/rows.bin", content=value)
    again = service.http.put(f"{IN}/new/rows.bin", content=value)
    other = service.http.put(f"{IN}/new/rows.bin", content=value[:-1])

    assert [201, 201, 409] == [answer.status_code for answer in (first, again, other)]
    told = {"bucket": "in", "path": "new/rows.bin", "size_bytes": 3_000_000, "sha256": sha256(value).hexdigest()}
    assert told == first.json() == again.json()
    assert "OBJECT_EXISTS" == other.json()["error"]["code"]
    assert value == (service.bucket("in") / "new" / "rows.bin").read_bytes()
    assert 1 == sum(e["object_id"] == "in/new/rows.bin" for e in service.http.get("/api/v2/audit").json()["entries"])


def test_an_upload_of_a_page_is_of_any_size(service: Service) -> None:
    """What is dropped on the console is bound as an upload of the API is, not as a form; elsewhere a body is a form."""
    value, asked = (
        os.urandom(3_000_000),
        {"Sec-Fetch-Site": "same-origin", "Cookie": f"lookalike_session={service.acme}"},
    )
    there = httpx.put(f"{service.url}/console/uploads/in/page/rows.bin", content=value, headers=asked, trust_env=False)
    form = httpx.post(f"{service.url}/console/new", content=value, headers=asked, trust_env=False)

    assert [201, 413] == [there.status_code, form.status_code]
    assert value == (service.bucket("in") / "page" / "rows.bin").read_bytes()


def test_an_empty_upload(service: Service) -> None:
    """An object may have no bytes."""

    assert 201 == service.http.put(f"{IN}/empty", content=b"").status_code
    assert b"" == (service.bucket("in") / "empty").read_bytes()


@pytest.mark.parametrize("path", ["../x", "a/../../x", ".lookalike/x", "a//b", "a/", "%2e%2e/x", "a%00b", "a\\b"])
def test_a_path_that_leads_elsewhere_is_refused(service: Service, path: str) -> None:
    """No upload leaves its bucket, or comes among what the service keeps there."""
    before = {file for file in service.home.rglob("*") if file.is_file() and "ledger" not in file.name}
    answer = service.http.put(f"{IN}/{path}", content=b"1")

    assert answer.status_code in (400, 404, 405)
    assert before == {file for file in service.home.rglob("*") if file.is_file() and "ledger" not in file.name}


def test_objects_are_listed(service: Service) -> None:
    """Flat or a level at a time, page by page, without what the service keeps there itself."""
    folder = service.bucket("lists")
    for name in ("a.csv", "b/c.parquet", "b/d/e", ".lookalike/job/part", "f"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"12")
    url = "/api/v2/buckets/lists/objects"
    first = service.http.get(f"{url}?limit=3").json()
    rest = service.http.get(url, params={"after": first["next_after"]}).json()
    level = service.http.get(f"{url}?delimiter=/").json()
    inner = service.http.get(f"{url}?delimiter=/&prefix=b/").json()

    assert ["a.csv", "b/c.parquet", "b/d/e"] == [each["path"] for each in first["objects"]]
    assert (["f"], None) == ([each["path"] for each in rest["objects"]], rest["next_after"])
    assert (["a.csv", "f"], ["b/"]) == ([each["path"] for each in level["objects"]], level["folders"])
    assert (["b/c.parquet"], ["b/d/"]) == ([each["path"] for each in inner["objects"]], inner["folders"])
    assert {"a.csv": "csv", "f": None} == {each["path"]: each["format"] for each in level["objects"]}
    assert {"in", "out", "lists"} <= {each["name"] for each in service.http.get("/api/v2/buckets").json()["buckets"]}


@pytest.mark.parametrize("query", ["delimiter=x", "limit=0", "prefix=../", "prefix=.lookalike/", "limit=1&limit=2"])
def test_a_listing_that_means_nothing_is_400(service: Service, query: str) -> None:
    """The parameter is named."""
    answer = service.http.get(f"{IN}?{query}")

    assert 400 == answer.status_code
    assert query.partition("=")[0] == answer.json()["error"]["details"]["errors"][0]["field"]


def test_preview(service: Service) -> None:
    """What each column is taken for and what becomes of it, the first rows, an estimate; nothing is stored."""
    before = service.http.get(JOBS).json()["total"]
    rules = [
        {"type": "range", "column": "age", "min": 30},
        {"type": "fd", "determinant": ["education"], "dependent": "education_num"},
    ]
    answer = service.http.post(f"{JOBS}/preview", json=request(parameters={"constraints": rules}))
    told = answer.json()
    columns = {column["name"]: column for column in told["columns"]}
    real = pl.read_csv(samples.path("adult.csv"))

    assert 200 == answer.status_code, answer.text
    assert real.columns == list(columns)
    assert ("integer", "value", False) == tuple(columns["age"][key] for key in ("type", "role", "personal"))
    assert (real.height, False) == (told["rows_total"], told["estimated"])
    assert [str(cell) for cell in real.row(0)] == told["rows"][0]
    assert [int((real["age"] < 30).sum()), 0] == [rule["broken"] for rule in told["constraints"]]
    assert ["CONSTRAINT_BROKEN_BY_INPUT"] == [refusal["code"] for refusal in told["refusals"]]
    assert all(value > 0 for value in told["estimate"].values())
    assert before == service.http.get(JOBS).json()["total"]


def test_preview_of_what_would_fail(service: Service) -> None:
    """What a job would fail of is a refusal; what no job could be made of is 400, as creating one is."""
    (service.bucket("in") / "few.csv").write_text("a,b\n1,2\n")
    few = service.http.post(f"{JOBS}/preview", json=request(input_path="few.csv")).json()
    wrong = service.http.post(f"{JOBS}/preview", json=request(data_size=0, input_path="none.csv"))

    assert ["INPUT_REFUSED"] == [refusal["code"] for refusal in few["refusals"]]
    assert "1 rows" in str(few["refusals"])
    assert (400, "VALIDATION_ERROR") == (wrong.status_code, wrong.json()["error"]["code"])


def test_preview_within_its_limits(service: Service) -> None:
    """A table whose beginning takes too long is 400 with the reason, and the next one is looked at as before."""
    with (service.bucket("in") / "wide.csv").open("w") as file:
        for _ in range(60):
            file.write("x" * 1_000_000)  # no line ends
    wide = service.http.post(f"{JOBS}/preview", json=request(input_path="wide.csv"))
    array = service.bucket("in") / "array.json"
    array.write_text("[" + ",\n".join(['{"a": 1}'] * 2_000_000) + "]")
    whole = service.http.post(f"{JOBS}/preview", json=request(input_path="array.json", input_format="json"))

    assert wide.status_code == 400 or wide.json()["refusals"]
    assert (400, "PREVIEW_REFUSED") == (whole.status_code, whole.json()["error"]["code"])
    assert "JSON Lines" in whole.json()["error"]["message"]
    assert 200 == service.http.post(f"{JOBS}/preview", json=request()).status_code


def test_events(service: Service, job: dict[str, Any]) -> None:
    """All that happened to a job, in order, page by page."""
    url = f"{JOBS}/{job['job_id']}/events"
    first = service.http.get(f"{url}?limit=2").json()
    rest = service.http.get(f"{url}?limit=100&after={first['next_after']}").json()
    events = first["events"] + rest["events"]

    assert list(range(1, len(events) + 1)) == [event["sequence"] for event in events]
    assert ("job.created", "job.completed") == (events[0]["type"], events[-1]["type"])
    assert rest["next_after"] is None
    assert "completed" == events[-1]["data"]["status"]


def test_artefacts(service: Service, job: dict[str, Any]) -> None:
    """Each artefact is listed with its size, and has it; parts are the bytes that lie in the bucket."""
    found = artefacts(service, job)

    assert {"report.html", "report.json", "manifest.json", "model.lookalike"} < set(found)
    assert ["part-00000.parquet", "part-00001.parquet"] == sorted(name for name in found if name.startswith("part"))
    for name, told in found.items():
        answer = service.http.get(f"{JOBS}/{job['job_id']}/artefacts/{name}")

        assert (200, told["size_bytes"]) == (answer.status_code, len(answer.content)), name
        assert told["media_type"] == answer.headers["content-type"]
        if name.startswith("part"):
            assert (service.bucket("out") / "parts" / name).read_bytes() == answer.content
            assert told["sha256"] == sha256(answer.content).hexdigest()
            assert told["rows"] == pl.read_parquet(answer.content).height


@pytest.mark.parametrize(
    ("asked", "status", "piece"),
    [
        ("bytes=0-9", 206, slice(0, 10)),
        ("bytes=5-", 206, slice(5, None)),
        ("bytes=-7", 206, slice(-7, None)),
        ("bytes=3-3", 206, slice(3, 4)),
        ("bytes=0-999999999", 206, slice(None)),
        ("bytes=9-3", 200, slice(None)),
        ("bytes=0-1,3-4", 200, slice(None)),
        ("lines=0-1", 200, slice(None)),
        ("bytes=-", 200, slice(None)),
    ],
)
@pytest.mark.parametrize("name", ["model.lookalike", "report.json", "part-00000.parquet"])
def test_ranges(service: Service, job: dict[str, Any], name: str, asked: str, status: int, piece: slice) -> None:
    """The bytes that are asked for, or all where the range means nothing (RFC 9110, 14.2)."""
    url = f"{JOBS}/{job['job_id']}/artefacts/{name}"
    whole = service.http.get(url).content
    answer = service.http.get(url, headers={"Range": asked})

    assert (status, whole[piece]) == (answer.status_code, answer.content)
    assert (status == 206) is ("content-range" in answer.headers)


def test_validators(service: Service, job: dict[str, Any]) -> None:
    """Bytes that are there already are 304, a range of other bytes is all, none that are there is 416."""
    url = f"{JOBS}/{job['job_id']}/artefacts/part-00000.parquet"
    etag, size = (service.http.get(url).headers[name] for name in ("etag", "content-length"))
    known = service.http.get(url, headers={"If-None-Match": f'"other", W/{etag}'})
    other = service.http.get(url, headers={"Range": "bytes=0-1", "If-Range": '"other"'})
    same = service.http.get(url, headers={"Range": "bytes=0-1", "If-Range": etag})
    behind = service.http.get(url, headers={"Range": f"bytes={size}-"})

    assert [304, 200, 206, 416] == [answer.status_code for answer in (known, other, same, behind)]
    assert (b"", int(size), 2) == (known.content, len(other.content), len(same.content))
    assert f"bytes */{size}" == behind.headers["content-range"]


def test_parts_go_with_the_output(service: Service) -> None:
    """Once another job has replaced the output, or somebody has taken it away, no part is listed; the rest stays."""
    asked = {"output_path": "again.csv", "output_format": "csv", "data_size": 50}
    first = service.run(**asked, parameters={"seed": 1, "evaluate": False})
    assert "part-00000.csv" in artefacts(service, first)
    second = service.run(**asked, parameters={"seed": 2, "if_exists": "replace", "evaluate": False})

    assert {"manifest.json", "model.lookalike"} == set(artefacts(service, first))
    assert "part-00000.csv" in artefacts(service, second)
    (service.bucket("out") / "again.csv.manifest.json").unlink()
    gone = service.http.get(f"{JOBS}/{second['job_id']}/artefacts/part-00000.csv")
    assert (404, "ARTEFACT_NOT_FOUND") == (gone.status_code, gone.json()["error"]["code"])


def test_a_manifest_that_somebody_wrote_leads_nowhere(service: Service) -> None:
    """Parts are those of the manifest that the service keeps, whatever stands in the bucket."""
    job = service.run(output_path="forged.csv", output_format="csv", data_size=50, parameters={"evaluate": False})
    manifest = service.bucket("out") / "forged.csv.manifest.json"
    manifest.write_text(json.dumps({"job_id": job["job_id"], "parts": [{"path": "../secret"}]}))

    assert "part-00000.csv" in artefacts(service, job)


def test_nothing_of_a_job_that_goes_on(service: Service) -> None:
    """A job that has not ended has no artefacts; asking for one says that."""
    job_id = service.submit(data_size=30_000_000, output_path="long/")
    none = service.http.get(f"{JOBS}/{job_id}/artefacts").json()
    missing = service.http.get(f"{JOBS}/{job_id}/artefacts/report.html")
    service.act(job_id, "cancel")

    assert {"artefacts": []} == none
    assert (404, "ARTEFACT_NOT_FOUND") == (missing.status_code, missing.json()["error"]["code"])
    assert "has ended" in missing.json()["error"]["message"]


def test_models(service: Service, job: dict[str, Any]) -> None:
    """A completed job's model is listed, and lends itself; that of a job that borrowed it is not."""
    borrowed = service.run(output_path="b.csv", output_format="csv", parameters={"model_from_job": job["job_id"]})
    models = service.http.get("/api/v2/models?limit=100").json()
    ids = [model["job_id"] for model in models["models"]]

    assert "completed" == borrowed["status"]
    assert job["job_id"] in ids
    assert borrowed["job_id"] not in ids
    assert models["total"] == len(ids)


def test_a_bucket_is_for_whom_the_settings_say(tmp_path: Path) -> None:
    """Listing shows what the customer may use; the rest is 403, before a byte of a body is read."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "lookalike.toml").write_text(
        '[buckets.mine]\nurl = "file:mine"\nread = ["acme"]\nwrite = []\n'
        '[buckets.theirs]\nurl = "file:theirs"\nread = ["other"]\nwrite = ["other"]\n'
    )
    with serving(home) as service:
        listed = service.http.get("/api/v2/buckets").json()["buckets"]
        answers = [
            service.http.get("/api/v2/buckets/theirs/objects"),
            service.http.put("/api/v2/buckets/theirs/objects/x", content=b"1"),
            service.http.put("/api/v2/buckets/mine/objects/x", content=b"1"),
            service.http.get("/api/v2/buckets/none/objects"),
        ]

    assert [{"name": "mine", "read": True, "write": False}] == listed
    assert [403, 403, 403, 400] == [answer.status_code for answer in answers]
