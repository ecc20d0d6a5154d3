"""The jobs of the storm: many of a stand-in, some real ones over a small table."""

import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from chaos.child import N_BLOCKS, block
from lookalike.data.parameters import parse
from lookalike.jobs.job import NewJob
from lookalike.pipeline.work import Request, Work
from lookalike.version import VERSION

TABLE, ROWS, SEED = "tabular", 200, 1
SHORT_S, LONG_S, LONG = 0.03, 0.6, 0.25  # a block of the stand-in; a quarter of them outlives a lease
CUSTOMERS = ("ada", "bob", "eve")


@dataclass(frozen=True)
class Asked:
    """A job of the storm and where its output must be."""

    new: NewJob
    kind: str
    path: str


def lay_out(home: Path) -> None:
    """The folders, and the small table that the real jobs learn from."""
    for folder in ("buckets/in", "buckets/out", "work", "notes", "keys"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    rng = random.Random(SEED)
    rows = (f"{rng.randint(18, 80)},{rng.choice('abc')},{rng.random() * 1000:.2f}\n" for _ in range(300))
    (home / "buckets" / "in" / "table.csv").write_text("age,city,income\n" + "".join(rows))


def make(kind: str, **parameters: float) -> Asked:
    """A new job; all of a kind have the same seed and so the same output. `parameters` overrule the storm's."""
    job_id = str(uuid.uuid4())
    path = f"{job_id}.csv"
    request = Request(
        data_type=kind,
        n_rows=ROWS,
        input_format="csv",
        output_format="csv",
        input_bucket="in",
        input_path="table.csv",
        output_bucket="out",
        output_path=path,
        project_id="chaos",
        parameters={**_parameters(kind), **parameters},
    )
    new = NewJob(
        job_id=job_id,
        customer_id=random.choice(CUSTOMERS),
        project_id="chaos",
        configuration=_configuration(request),
        work=Work(job_id, VERSION, request).to_json(),
        timeout_s=3600,
        resume_window_s=3600,
    )
    return Asked(new, kind, path)


def _parameters(kind: str) -> dict[str, Any]:
    if kind == TABLE:
        return parse(TABLE, {"seed": SEED, "evaluate": False}).model_dump(mode="json")
    return {"seed": SEED, "block_s": LONG_S if random.random() < LONG else SHORT_S, "stage_s": SHORT_S}


def _configuration(request: Request) -> Mapping[str, Any]:
    return {
        "data_type": request.data_type,
        "output_location": {"bucket": request.output_bucket, "path": request.output_path},
    }


def stand_in_digest() -> str:
    """SHA-256 of what the stand-in must publish."""
    return sha256(b"".join(block(SEED, number) for number in range(N_BLOCKS))).hexdigest()


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return sha256(path.read_bytes()).hexdigest()
