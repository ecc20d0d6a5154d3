"""Artefacts come whole or not at all, and are gone on with where they broke off."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lookalike.client import DownloadDamaged, ServiceError
from lookalike.client.retrying import TRIES
from lookalike.errors import UsageError
from scripted import Asking, Script, Told

DATA = bytes(range(256)) * 4_000
AT_ONCE = {"Retry-After": "0"}


def listed(*names: str, data: bytes = DATA, known: bool = True) -> Told:
    """An answer that lists parts of the output."""
    digest = sha256(data).hexdigest() if known else None
    facts = {"size_bytes": len(data), "media_type": "application/octet-stream", "rows": 1, "sha256": digest}
    return Told(body=json.dumps({"artefacts": [{"name": name, **facts} for name in names]}).encode())


def whole(etag: str = '"a"', cut: int | None = None, data: bytes = DATA) -> Told:
    return Told(200, data, {"ETag": etag}, cut)


def rest(begin: int, etag: str = '"a"', cut: int | None = None) -> Told:
    return Told(206, DATA[begin:], {"ETag": etag}, cut)


def ranges(script: Script) -> list[str | None]:
    """What was asked for, download by download."""
    return [asked.headers.get("range") for asked in script.asked[1:]]


def test_a_file_arrives(asking: Asking, script: Script, tmp_path: Path) -> None:
    """It stands where it was wanted, by name in a folder, and nothing beside it."""
    script.answers = [listed("part-00000"), whole()]

    assert tmp_path / "part-00000" == asking("download", "j", "part-00000", tmp_path)
    assert DATA == (tmp_path / "part-00000").read_bytes()
    assert ["part-00000"] == [path.name for path in tmp_path.iterdir()]


def test_what_broke_off_is_gone_on_with(asking: Asking, script: Script, tmp_path: Path) -> None:
    """Bytes that have arrived are not asked for again."""
    script.answers = [listed("p"), whole(cut=600_000), rest(600_000, cut=100_000), rest(700_000)]
    asking("download", "j", "p", tmp_path / "x")

    assert DATA == (tmp_path / "x").read_bytes()
    assert [None, "bytes=600000-", "bytes=700000-"] == ranges(script)


def test_a_service_without_ranges(asking: Asking, script: Script, tmp_path: Path) -> None:
    """Who answers with the whole is taken from the beginning."""
    script.answers = [listed("p"), whole(cut=600_000), whole()]
    asking("download", "j", "p", tmp_path / "x")

    assert DATA == (tmp_path / "x").read_bytes()


def test_what_changed_meanwhile(asking: Asking, script: Script, tmp_path: Path) -> None:
    """Bytes of another version are never put behind those of the first: it is begun anew."""
    script.answers = [listed("p"), whole('"old"', cut=600_000), rest(600_000, '"new"'), whole('"new"')]
    asking("download", "j", "p", tmp_path / "x")

    assert DATA == (tmp_path / "x").read_bytes()
    assert [None, "bytes=600000-", None] == ranges(script)


def test_a_long_download_over_a_bad_line(asking: Asking, script: Script, tmp_path: Path) -> None:
    """As long as something comes each time, it is tried as often as it takes."""
    step = 100_000
    begins = range(0, step * (TRIES + 3), step)
    script.answers = [listed("p"), whole(cut=step), *[rest(n, cut=step) for n in begins[1:-1]], rest(begins[-1])]
    asking("download", "j", "p", tmp_path / "x")

    assert DATA == (tmp_path / "x").read_bytes()


def test_other_bytes_are_not_kept(asking: Asking, script: Script, tmp_path: Path) -> None:
    """What has another SHA-256 than the list says is no file; what stood there stays."""
    (tmp_path / "x").write_bytes(b"old")
    script.answers = [listed("p"), whole(data=DATA[::-1])]
    with pytest.raises(DownloadDamaged):
        asking("download", "j", "p", tmp_path / "x")

    assert [(tmp_path / "x", b"old")] == [(path, path.read_bytes()) for path in tmp_path.iterdir()]


def test_without_a_digest(asking: Asking, script: Script, tmp_path: Path) -> None:
    """Of what has none, the bytes are taken as they come."""
    script.answers = [listed("p", known=False), whole()]
    asking("download", "j", "p", tmp_path / "x")

    assert DATA == (tmp_path / "x").read_bytes()


def test_an_error_leaves_nothing(asking: Asking, script: Script, tmp_path: Path) -> None:
    """The service's refusal is told, and no file is left."""
    error = {"code": "ARTEFACT_NOT_FOUND", "message": "Gone."}
    script.answers = [listed("p"), Told(404, json.dumps({"error": error}).encode())]
    with pytest.raises(ServiceError, match="Gone"):
        asking("download", "j", "p", tmp_path / "x")

    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("place", ["none/x", "file/x", "file/" + "x" * 300])
def test_a_place_that_cannot_be(asking: Asking, script: Script, tmp_path: Path, place: str) -> None:
    """It is named, and what is wrong with it."""
    (tmp_path / "file").write_bytes(b"")
    script.answers = [listed("p"), whole()]
    with pytest.raises(UsageError, match="cannot be written"):
        asking("download", "j", "p", tmp_path / place)


def test_nothing_comes(asking: Asking, script: Script, tmp_path: Path) -> None:
    """After several tries in vain it is given up, and no file is left."""
    script.answers = [listed("p"), Told(503, headers=AT_ONCE)]
    with pytest.raises(ServiceError, match="503"):
        asking("download", "j", "p", tmp_path / "x")

    assert TRIES == len(ranges(script))
    assert [] == list(tmp_path.iterdir())


def test_a_name_that_is_not_there(asking: Asking, script: Script, tmp_path: Path) -> None:
    """It is told with those that are."""
    script.answers = [listed("p", "q")]
    with pytest.raises(UsageError, match="p, q"):
        asking("download", "j", "r", tmp_path)


@pytest.mark.parametrize(
    ("file_format", "write"),
    [
        ("parquet", pl.DataFrame.write_parquet),
        ("arrow", pl.DataFrame.write_ipc),
        ("csv", pl.DataFrame.write_csv),
        ("jsonl", pl.DataFrame.write_ndjson),
        ("json", pl.DataFrame.write_json),
    ],
)
def test_parts_become_a_frame(asking: Asking, script: Script, tmp_path: Path, file_format: str, write: Any) -> None:
    """The parts of an output are one frame, in their order, whatever the format; a report is no part."""
    frames = [pl.DataFrame({"a": [n, None], "b": [f"é{n}", "z"]}) for n in range(2)]
    files = []
    for n, frame in enumerate(frames):
        write(frame, tmp_path / str(n))
        files.append((tmp_path / str(n)).read_bytes())
    facts = {"media_type": "x", "sha256": None, "size_bytes": 1}
    names = [{"name": f"part-0000{n}.{file_format}", "rows": 2, **facts} for n in (1, 0)]
    names.append({"name": "report.json", "rows": None, **facts})
    script.answers = [Told(body=json.dumps({"artefacts": names}).encode()), *(Told(body=file) for file in files)]
    rows = asking("result", "j")

    assert pl.concat(frames).equals(rows)


@pytest.mark.parametrize("name", ["part-00000.txt", "part-00000.parquet.gz", "part-00000"])
def test_no_frame_of_these(asking: Asking, script: Script, name: str) -> None:
    """A format that is not read is told before anything is downloaded."""
    script.answers = [listed(name)]
    with pytest.raises(UsageError, match="Download"):
        asking("result", "j")

    assert 1 == len(script.asked)


def test_no_output_yet(asking: Asking, script: Script) -> None:
    """A job without parts has no result."""
    script.answers = [Told(body=b'{"artefacts": []}')]
    with pytest.raises(UsageError, match="no output"):
        asking("result", "j")


def test_a_report(asking: Asking, script: Script, tmp_path: Path) -> None:
    """It has figures and a verdict, is written as its suffix says, and a notebook shows it in a frame of its own."""
    told = {"figures": {"fidelity.c2st": {"value": 0.5}}, "verdict": {"sentence": "Fine."}}
    page = "<p title='x'>\"é\" & <script>alert(1)</script>"
    script.answers = [Told(body=page.encode()), Told(body=json.dumps(told).encode())]
    report = asking("report", "j")
    for name in ("r.html", "r.json"):
        report.save(tmp_path / name)

    assert (told["figures"], "Fine.") == (report.figures, report.verdict)
    assert (page, told) == ((tmp_path / "r.html").read_text("utf-8"), json.loads((tmp_path / "r.json").read_bytes()))
    assert report._repr_html_().startswith('<iframe sandbox srcdoc="&lt;p ')
    assert "<script>" not in report._repr_html_()
    assert "<Report: Fine.>" == repr(report)
    with pytest.raises(UsageError, match=r"\.pdf"):
        report.save("r.pdf")
