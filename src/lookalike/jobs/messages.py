"""What a child may say, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lookalike.errors import InternalError
from lookalike.jobs.job import STAGES
from lookalike.jobs.states import StageStatus

TOLD = frozenset({StageStatus.PROCESSING, StageStatus.COMPLETED, StageStatus.SKIPPED})


@dataclass(frozen=True)
class StageTold:
    """A stage has begun, ended, or is left out."""

    stage: str
    status: StageStatus


@dataclass(frozen=True)
class Progress:
    """So much of a stage is done, 0 … 1."""

    stage: str
    share: float


@dataclass(frozen=True)
class Checkpoint:
    """From here another attempt may go on; `metadata` are facts to show."""

    work: Mapping[str, Any]
    metadata: Mapping[str, Any]


@dataclass(frozen=True)
class Publish:
    """The child asks to publish and waits for the answer."""


@dataclass(frozen=True)
class Done:
    """All is published; a last word."""

    work: Mapping[str, Any]
    metadata: Mapping[str, Any]


@dataclass(frozen=True)
class Failed:
    """The job cannot be done; a last word."""

    code: str
    message: str


@dataclass(frozen=True)
class Stuck:
    """The job cannot go on now, for a reason that may pass, such as a bucket that does not answer; a last word."""

    reason: str


Message = StageTold | Progress | Checkpoint | Publish | Done | Failed | Stuck


def parse(line: Mapping[str, Any]) -> Message:
    """
    The message of a line.

    Raises:
        InternalError: the line is none of the messages.
    """
    try:
        return _parse(line)
    except (KeyError, TypeError, ValueError):
        raise InternalError("A line is not a message of a child.") from None


def _parse(line: Mapping[str, Any]) -> Message:
    match line["type"]:
        case "stage" if line["status"] in TOLD and line["stage"] in STAGES:
            return StageTold(line["stage"], StageStatus(line["status"]))
        case "progress" if line["stage"] in STAGES:
            return Progress(line["stage"], float(line["share"]))
        case "checkpoint":
            return Checkpoint(dict(line["work"]), dict(line["metadata"]))
        case "publish":
            return Publish()
        case "done":
            return Done(dict(line["work"]), dict(line["metadata"]))
        case "failed":
            return Failed(str(line["code"]), str(line["message"]))
        case "stuck":
            return Stuck(str(line["reason"]))
    raise ValueError
