"""What a job keeps on its way is read as it was written, or not at all."""

import random
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from here import Here, Quiet
from lookalike.data.parameters import parse
from lookalike.engines.tabular import Model, plan
from lookalike.errors import ModelFileError, StorageFailed
from lookalike.pipeline.artefacts import Artefacts
from lookalike.pipeline.context import Context
from lookalike.pipeline.layout import MODEL
from lookalike.pipeline.runner import run
from lookalike.pipeline.tasks import Tasks
from lookalike.pipeline.work import Request, Work
from lookalike.storage.buckets import NamedBuckets, open_bucket
from lookalike.version import VERSION

N_MUTANTS = 10_000  # of each kind of file
KINDS = {
    *("input.arrow", "train.arrow", "holdout.arrow", "conditions.arrow", "metadata.json", "told.json", "plan"),
    *("group-00000", "group-00001"),
    *("block-0000000.arrow", "keys-block-0000000.arrow", "keys-part-0000000.arrow", "report.json", "report.html"),
    *(MODEL, "manifest.json"),
}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Context, Work]]:
    """A job that has left a file of every kind behind."""
    home = tmp_path_factory.mktemp("home")
    folder = home / "buckets" / "b"
    folder.mkdir(parents=True)
    rows = pl.int_range(300, eager=True)
    table = pl.DataFrame({"id": rows + 1_000, "level": "level " + (rows % 7).cast(pl.String), "x": rows * 31 % 97})
    table.write_csv(folder / "in.csv")
    pl.DataFrame({"level": ["level 1", None]}).write_csv(folder / "wanted.csv")
    asked = {
        "seed": 3,
        "conditions": {"bucket": "b", "path": "wanted.csv"},
        "constraints": [{"type": "unique", "columns": ["id"]}],
    }
    parameters = parse("tabular", asked).model_dump(mode="json")
    request = Request("tabular", 200, "csv", "csv", "b", "in.csv", "b", "out.csv", "p", parameters)
    buckets, work_bucket = NamedBuckets(home, {}), open_bucket("work", "memory:///", {}, Path())
    context = Context(buckets, work_bucket, Here(lambda: Tasks(buckets, work_bucket)), Quiet())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "GROUP_CELLS", 100)  # as if it were a large table
        yield context, run(Work("job", VERSION, request), context)


def mutants(value: bytes) -> Iterator[bytes]:
    """The bytes with a bit turned, some overwritten, some cut out, some put in."""
    draw = random.Random(7)
    for number in range(N_MUTANTS):
        place, size = draw.randrange(len(value)), draw.randint(1, 64)
        noise = draw.randbytes(size)
        turned = bytes([value[place] ^ 1 << draw.randrange(8)])
        head, tail = value[:place], value[place + size :]
        yield (head + turned + value[place + 1 :], head + noise + tail, head + tail, head + noise + value[place:])[
            number % 4
        ]


def test_there_is_a_file_of_every_kind(done: tuple[Context, Work]) -> None:
    """What is damaged below is all that a job keeps."""
    assert KINDS == {info.path.rpartition("/")[2] for info in done[0].work_bucket.objects("jobs/job")}


@pytest.mark.parametrize("name", sorted(KINDS))
def test_what_was_tampered_with_is_refused_or_read_identically(done: tuple[Context, Work], name: str) -> None:
    """10,000 damaged files of each kind: each is refused in words of ours, or is what was written."""
    artefacts = done[0].artefacts(done[1])
    path, written = artefacts.path(name), artefacts.read(name)
    kept, n_refused = done[0].work_bucket.read(path), 0
    try:
        for mutant in mutants(kept):
            done[0].work_bucket.write(path, mutant)
            try:
                read = artefacts.read(name)
                if name == MODEL:
                    Model.from_bytes(read)
            except (StorageFailed, ModelFileError):
                n_refused += 1
            else:
                assert written == read
    finally:
        done[0].work_bucket.write(path, kept)

    assert n_refused >= N_MUTANTS * 0.99
    assert written == artefacts.read(name)


def test_one_is_not_taken_for_another(done: tuple[Context, Work]) -> None:
    """A checkpoint under another's name, or another job's, is refused, though nothing in it is damaged."""
    bucket, artefacts = done[0].work_bucket, done[0].artefacts(done[1])
    for source, target in (("train.arrow", "jobs/job/input.arrow.2"), ("train.arrow", "jobs/other/train.arrow")):
        bucket.copy(artefacts.path(source), target)
        folder, _, name = target.rpartition("/")
        with pytest.raises(StorageFailed, match="is damaged"):
            Artefacts(bucket, folder.removeprefix("jobs/")).read_frame(name)
        bucket.delete(target)


@pytest.mark.parametrize("name", ["train.arrow", "conditions.arrow", "group-00000", "metadata.json"])
def test_a_job_does_not_go_on_from_a_damaged_checkpoint(done: tuple[Context, Work], name: str) -> None:
    """A job that is begun again after `profile` says which of its checkpoints is damaged; undamaged, it ends well."""
    context, work = done
    again = Work(work.job_id, VERSION, work.request, work.done[:2], work.facts)
    path = context.artefacts(work).path(name)
    kept = context.work_bucket.read(path)
    context.work_bucket.write(path, kept[:40] + b"?" + kept[41:])
    try:
        with pytest.raises(StorageFailed, match=f"'{name}' is damaged"):
            run(again, context)
    finally:
        context.work_bucket.write(path, kept)
