"""What stages are handed besides the work: stores, compute, and someone to tell."""

import sys
from dataclasses import dataclass
from typing import Protocol

from lookalike import formats
from lookalike.compute import Executor
from lookalike.data.metadata import Metadata
from lookalike.engines.tabular.file import unpack
from lookalike.pipeline.artefacts import SURVEY, Artefacts
from lookalike.pipeline.layout import Layout
from lookalike.pipeline.work import Request, Work
from lookalike.storage import Bucket, Buckets
from lookalike.transforms.surveyed import Surveyed, load_surveyed


class Listener(Protocol):
    """Who hears how a job goes."""

    def stage(self, name: str, status: str) -> None:
        """A stage is `processing`, `completed` or `skipped`."""

    def progress(self, stage: str, share: float) -> None:
        """How much of a stage is done, 0 … 1."""

    def checkpoint(self, work: Work) -> None:
        """All before this need not be done again."""

    def begin_publishing(self) -> None:
        """Returns once the job may publish, and from then on must."""


@dataclass(frozen=True)
class Ceilings:
    """What is taken of an input at most: bytes, as it lies there and decompressed; columns."""

    input_bytes: int = sys.maxsize
    columns: int = sys.maxsize


@dataclass(frozen=True)
class Context:
    """
    One job's surroundings.

    Attributes:
        publishing: An earlier attempt began to publish: what stands at the output path may be its own.
        sharing: How many processes of this machine do the items together; None: those of a cluster do.
    """

    buckets: Buckets
    work_bucket: Bucket
    executor: Executor
    listener: Listener
    ceilings: Ceilings = Ceilings()
    publishing: bool = False
    sharing: int | None = 1

    def artefacts(self, work: Work) -> Artefacts:
        return Artefacts(self.work_bucket, work.job_id)


def read_metadata(artefacts: Artefacts) -> Metadata:
    """The metadata that `profile` found."""
    return Metadata.from_json(artefacts.read_json("metadata.json"))


def read_surveyed(artefacts: Artefacts) -> Surveyed | None:
    """What `ingest` saw in all rows of the input; None if these are no more than are looked at."""
    return load_surveyed(*unpack(SURVEY, artefacts.read(SURVEY))) if artefacts.exists(SURVEY) else None


def layout(job_id: str, request: Request) -> Layout:
    """Where this request's output goes."""
    return Layout(job_id, request.output_path, formats.load(request.output_format).suffixes[0])
