"""Rules from the request to the bytes that are published: broken input, unique rows, what is written read back."""

import gzip
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from here import Quiet
from lookalike import formats
from lookalike.compute import Json
from lookalike.data.breaches import n_broken
from lookalike.data.inference import infer
from lookalike.data.metadata import Metadata
from lookalike.data.parameters import declared, parse
from lookalike.engines import BLOCK_ROWS
from lookalike.errors import ConditionsUnreachable, ConstraintBroken, InternalError
from lookalike.pipeline.artefacts import block_name
from lookalike.pipeline.context import Context
from lookalike.pipeline.layout import STAGING
from lookalike.pipeline.rereading import reread
from lookalike.pipeline.runner import run
from lookalike.pipeline.tasks import Tasks
from lookalike.pipeline.work import Request, Work
from lookalike.storage.buckets import NamedBuckets, open_bucket
from lookalike.version import VERSION

Rules = list[dict[str, Any]]


class Here:
    """An executor that does it all at once; `before` may change the stores before an item of a task."""

    def __init__(self, tasks: Callable[[], Tasks], before: Callable[[str], None] = lambda task: None) -> None:
        self._tasks, self._before = tasks, before

    def map(self, task: str, items: list[Json], order: object = None) -> list[Json]:
        return [self._one(task, item) for item in items]

    def rest(self) -> None:
        """Nothing stands ready."""

    def _one(self, task: str, item: Json) -> Json:
        self._before(task)
        return self._tasks().run(task, item)


def table(n: int = 400) -> pl.DataFrame:
    """Rows with a sum, an order, a dependency of two columns, dates, gaps and texts that need quotes."""
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, 5, n), rng.integers(0, 4, n)
    net, tax = rng.normal(100, 30, n).round(2), rng.gamma(2, 9, n).round(2)
    words = ['say "so"', "two\nlines", "=1+1", "a, b", "NA", "", "plain"]
    start = [date(2024, 1, 1) + timedelta(days=int(d)) for d in rng.integers(0, 300, n)]
    frame = pl.DataFrame(
        {
            "a": a,
            "b": b,
            "word": [words[x * 3 % 7 - y % 2] for x, y in zip(a, b, strict=True)],
            "net": net,
            "tax": tax,
            "gross": (net + tax).round(2),
            "start": start,
            "end": [day + timedelta(days=int(d)) for day, d in zip(start, rng.integers(0, 9, n), strict=True)],
            "at": pl.Series([datetime(2024, 1, 1)] * n).dt.offset_by("3h").dt.replace_time_zone("Europe/Paris"),
        }
    )
    missing = pl.Series(rng.random(n) < 0.1)
    return frame.with_columns(pl.when(~missing).then(x).alias(x) for x in ("net", "end"))


RULES: Rules = [
    {"type": "fd", "determinant": ["a", "b"], "dependent": "word"},
    {"type": "sum", "columns": ["net", "tax"], "equals": "gross"},
    {"type": "less_equal", "columns": ["start", "end"]},
    {"type": "unique", "columns": ["a", "b", "tax", "start"]},
]


def job(
    home: Path, output: str, rules: list[dict[str, Any]], *, n_rows: int = 300, **more: Any
) -> tuple[Work, Context]:
    """A job over the table, and its surroundings."""
    (home / "buckets" / "b").mkdir(parents=True, exist_ok=True)
    table().unique(subset=["a", "b", "tax", "start"], maintain_order=True).write_parquet(home / "buckets/b/in.parquet")
    given = {"seed": 3, "evaluate": False, "constraints": rules, **more}
    parameters = parse("tabular", given).model_dump(mode="json")
    name = formats.split_path(output)[0] or "csv"
    request = Request("tabular", n_rows, "parquet", name, "b", "in.parquet", "b", output, "p", parameters)
    buckets, work_bucket = NamedBuckets(home, {}), open_bucket("work", "file:work", {}, home)
    context = Context(buckets, work_bucket, Here(lambda: Tasks(buckets, work_bucket)), Quiet())
    return Work("job", VERSION, request), context


OUTPUTS = ["o.csv", "o.csv.gz", "o.parquet", "o.arrow", "o.jsonl", "o.json.zst"]


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("safe", [False, True])
def test_rules_hold_on_what_is_published(tmp_path: Path, output: str, safe: bool) -> None:
    """In every format a job with rules ends well, and what it published keeps them when it is read again."""
    work, context = job(tmp_path, output, RULES, csv={"safe": safe})
    run(work, context)
    path = tmp_path / "o.plain"
    plain = formats.decompressed(io.BytesIO(context.buckets["b"].read(output)), formats.split_path(output)[1])
    path.write_bytes(plain.read())
    metadata = Metadata.from_json(context.artefacts(work).read_json("metadata.json"))
    rows = pl.concat(list(reread(path, work.request.output_format, metadata, formats.ReadOptions())))
    rules = declared("tabular", {"constraints": RULES})

    assert (300, [0] * len(rules)) == (rows.height, [n_broken(rows, rule, metadata) for rule in rules])


@pytest.mark.parametrize("output", ["o.csv", "o.parquet", "o.arrow"])
def test_rules_hold_on_dates_kept_as_text(tmp_path: Path, output: str) -> None:
    """Dates that a typed input holds as text are compared as dates and published as text of the same spelling."""
    work, context = job(tmp_path, output, [RULES[2]])
    given = context.buckets["b"].read("in.parquet")
    spelled = pl.read_parquet(io.BytesIO(given)).with_columns(pl.col("start", "end").dt.strftime("%d.%m.%Y"))
    spelled.write_parquet(tmp_path / "buckets/b/in.parquet")
    run(work, context)
    name = work.request.output_format
    rows = formats.read(name, io.BytesIO(context.buckets["b"].read(output)), formats.ReadOptions())
    days = rows.select(pl.col("start", "end").str.to_date("%d.%m.%Y"))

    assert [pl.String, pl.String] == rows.select("start", "end").dtypes
    assert (days["start"] <= days["end"]).all()


def test_broken_input_ends_the_job(tmp_path: Path) -> None:
    """Rows of the input that break a rule are counted before anything is learnt."""
    work, context = job(tmp_path, "o.csv", [{"type": "range", "column": "a", "max": 3}])
    n = table().unique(subset=["a", "b", "tax", "start"]).filter(pl.col("a") > 3).height
    with pytest.raises(ConstraintBroken, match=f"^{n} of .* rows break the rule range of 'a'"):
        run(work, context)

    assert not context.artefacts(work).exists("metadata.json")


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (pl.lit("plain").alias("word"), "fd of 'a', 'b', 'word'"),
        ((pl.col("gross") + 0.01).round(2), "sum of 'net', 'tax', 'gross'"),
        (pl.col("start").dt.offset_by("1y"), "less_equal of 'start', 'end'"),
        (pl.lit(3).alias("a"), "fd of 'a', 'b', 'word'"),
    ],
)
def test_nothing_that_breaks_a_rule_is_published(tmp_path: Path, output: str, change: pl.Expr, rule: str) -> None:
    """If drawn rows were changed on their way, the job fails by the rule's name, and nothing is published."""
    work, context = job(tmp_path, output, RULES[:3])
    artefacts = context.artefacts(work)

    def tamper(task: str) -> None:
        if task == "write_or_draw" and artefacts.exists(block_name(0)):
            block = artefacts.read_frame(block_name(0))
            artefacts.write_frame(
                block_name(0), block.with_columns(change.cast(block.schema[change.meta.output_name()]))
            )

    executor = Here(lambda: Tasks(context.buckets, context.work_bucket), tamper)
    with pytest.raises(InternalError, match=f"rows as written break the rule {rule}"):
        run(work, Context(context.buckets, context.work_bucket, executor, Quiet()))

    assert ["in.parquet"] == [path.name for path in (tmp_path / "buckets/b").iterdir() if path.name != STAGING]


def test_rows_are_unique_over_all_blocks_and_parts(tmp_path: Path) -> None:
    """Keys differ over the whole output, the first row of each stays as drawn, and a second run changes nothing."""
    n_rows = BLOCK_ROWS + 5_000
    rule = {"type": "unique", "columns": ["a", "net", "start"]}
    work, context = job(tmp_path, "o/", [rule], n_rows=n_rows, part_rows=40_000)
    done = run(work, context)
    artefacts = context.artefacts(work)
    blocks = [artefacts.read_frame(block_name(n)) for n in range(2)]
    before = [part["sha256"] for part in done.facts["parts"]]
    again = run(Work("job", VERSION, work.request, done.done[:3], done.facts), replace(context, publishing=True))
    keys = pl.concat(blocks).select("a", "net", "start").drop_nulls()

    assert keys.height == keys.n_unique()
    assert before == [part["sha256"] for part in again.facts["parts"]]


def test_a_job_without_so_many_different_rows_ends(tmp_path: Path) -> None:
    """Asked for more different rows than there can be the job ends with what was found and asked."""
    work, context = job(tmp_path, "o.csv", [], n_rows=30)
    rows = table().unique(subset=["a", "b"]).select("a", "b")
    pl.concat([rows, rows.head(1).clear()]).write_parquet(tmp_path / "buckets/b/in.parquet")
    parameters = parse(
        "tabular", {"seed": 1, "evaluate": False, "constraints": [{"type": "unique", "columns": ["a", "b"]}]}
    )
    request = Request(**{**vars(work.request), "parameters": parameters.model_dump(mode="json")})
    with pytest.raises(ConditionsUnreachable, match="Of the first 30 rows only 20"):
        run(Work("job", VERSION, request), context)


def test_pieces_end_where_records_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However small the pieces, the rows read back are the rows written, line ends in names and cells included."""
    frame, metadata = infer(table().rename({"word": 'w\n"o"'}), textual=False)
    monkeypatch.setattr("lookalike.pipeline.rereading.PIECE_BYTES", 97)
    monkeypatch.setattr("lookalike.formats._pieces.PIECE_BYTES", 97)
    monkeypatch.setattr("lookalike.pipeline.rereading.PIECE_ROWS", 33)
    for name in ("csv", "jsonl", "json", "parquet", "arrow"):
        path = tmp_path / name
        with path.open("wb") as stream:
            formats.load(name).write([frame.head(150), frame[150:]], metadata, stream, formats.WriteOptions())
        pieces = list(reread(path, name, metadata, formats.ReadOptions()))

        assert len(pieces) > 3
        assert frame.equals(pl.concat(pieces))


def test_what_compresses_well_is_read_back(tmp_path: Path) -> None:
    """Our own output may expand as far as it does."""
    many = gzip.compress(b"0\n" * (40 << 20))
    plain = formats.decompressed(io.BytesIO(many), "gz", trusted=True)

    assert 80 << 20 == sum(len(chunk) for chunk in iter(lambda: plain.read(1 << 20), b""))
