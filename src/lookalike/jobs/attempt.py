"""One attempt at a job: its process group, what the child has said so far, and how it ended."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lookalike.clock import Clock
from lookalike.errors import InternalError, OutOfMemory
from lookalike.jobs import Beat, stages
from lookalike.jobs.group import Group
from lookalike.jobs.job import Job
from lookalike.jobs.messages import Checkpoint, Done, Failed, Message, Progress, Publish, StageTold, Stuck, parse
from lookalike.jobs.states import StageStatus


@dataclass(frozen=True)
class Crashed:
    """The group ended, or had to be ended, without a last word."""


@dataclass(frozen=True)
class Drained:
    """The supervisor stops and gives the job back."""


@dataclass(frozen=True)
class Lost:
    """The job is no longer ours: cancelled, paused, or taken by another supervisor."""


_ABORTED = Failed(
    OutOfMemory.code,
    "A library gave up the job: it asked for more memory than there is, or could not make sense of a damaged file.",
)

Outcome = Done | Failed | Stuck | Crashed | Drained | Lost


class Attempt:
    """
    An attempt under way, or one that could not be begun: an outcome instead of a group.

    Attributes:
        job: As claimed; its id and epoch are the fence.
        outcome: None while it runs.
        urgent: Something was said that must be stored at once, not at the next beat.
        wants_to_publish: The child waits for leave to publish.
        publishing: It has it.
    """

    def __init__(self, job: Job, begun: Group | Outcome, clock: Clock, begun_at: float) -> None:
        self.job = job
        self.group = begun if isinstance(begun, Group) else None
        self.outcome: Outcome | None = None if isinstance(begun, Group) else begun
        self.urgent = False
        self.wants_to_publish = False
        self.publishing = job.publishing
        self._clock = clock
        self._begun_at = begun_at
        self._stages = job.stages
        self._untold = Beat()
        self._garbled = False
        self._ended_at: float | None = None

    @property
    def running_s(self) -> float:
        """Seconds of running in all attempts, as the timeout counts them."""
        until = self._clock.monotonic() if self._ended_at is None else self._ended_at
        return self.job.running_s + until - self._begun_at

    @property
    def stages_told(self) -> stages.Stages:
        """As the child has told of them so far."""
        return self._stages

    def listen(self) -> None:
        """Take in what the child has said; a group that is gone, or says what is no message, has crashed."""
        if self.group is None:
            return
        live = self.group.live()  # first: what was written before the end is read after
        try:
            self._hear(map(parse, self.group.read()))
        except InternalError:
            self._garbled = True
            self.end(Crashed())
        if not live:
            self.end(Crashed())

    def end(self, outcome: Outcome) -> None:
        """Note how it ended, unless it has ended already."""
        self.outcome = self.outcome or outcome
        self._ended_at = self._ended_at or self._clock.monotonic()

    def bury(self) -> None:
        """Kill what is left of the group, hear its last words, close the pipes."""
        if self.group is None:
            return
        self.group.kill()
        self._hear_last_words(self.group)
        if isinstance(self.outcome, Crashed) and self.group.aborted and not self.publishing:
            self.outcome = _ABORTED  # another attempt would end in the same way
        self.group.close()
        self.group = None

    def untold(self) -> Beat:
        """What is yet to be stored."""
        return replace(self._untold, running_s=self.running_s)

    def stored(self) -> None:
        """All that was said so far is stored."""
        self._untold, self.urgent = Beat(), False

    def _hear_last_words(self, group: Group) -> None:
        try:
            messages = [parse(line) for line in group.last_lines()]
        except InternalError:
            return
        if isinstance(self.outcome, Drained | Crashed) and not self._garbled:
            # a checkpoint, or even the end, was on its way; any other verdict stands
            verdict, self.outcome = self.outcome, None
            self._hear(messages)
            self.end(verdict)

    def _hear(self, messages: Iterable[Message]) -> None:
        for message in messages:
            if self.outcome is not None:
                return
            self._take(message)

    def _take(self, message: Message) -> None:
        match message:
            case Progress(stage, share):
                self._stage(stages.advanced(self._stages, stage, share))
            case StageTold(stage, StageStatus.PROCESSING):
                self._stage(stages.started(self._stages, stage, self._clock.now()), urgent=True)
            case StageTold(stage, status):
                self._stage(stages.ended(self._stages, stage, status, self._clock.now()), urgent=True)
            case Checkpoint(work, metadata):
                self._note(work, metadata)
                self.urgent = True
            case Publish():
                self.wants_to_publish = True
            case Done(work, metadata):
                self._note(work, metadata)
                self.end(message)
            case Failed() | Stuck():
                self.end(message)

    def _stage(self, now: stages.Stages, *, urgent: bool = False) -> None:
        self._stages = now
        self._untold = replace(self._untold, stages=now, progress=stages.overall(now))
        self.urgent = self.urgent or urgent

    def _note(self, work: Mapping[str, Any], metadata: Mapping[str, Any]) -> None:
        facts = {**(self._untold.metadata or {}), **metadata}
        self._untold = replace(self._untold, work=work, metadata=facts)
