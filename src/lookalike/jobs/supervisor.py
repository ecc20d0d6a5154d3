"""The supervisor: takes jobs, runs each in a process group of its own, and tells the store what becomes of them."""

import logging
import selectors
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

from lookalike.clock import Clock
from lookalike.errors import JobError, JobTimeout, LookalikeError, OutOfMemory, outline
from lookalike.jobs import JobStore, Limits, scratch
from lookalike.jobs.attempt import Attempt, Crashed, Drained, Lost
from lookalike.jobs.group import Group
from lookalike.jobs.janitor import LEAVE_S, Janitor
from lookalike.jobs.job import Job
from lookalike.jobs.memory import group_bytes
from lookalike.jobs.messages import Done, Failed, Stuck
from lookalike.jobs.observer import Ending, Logbook, Observer, about
from lookalike.jobs.spares import Spares
from lookalike.jobs.states import JobStatus
from lookalike.jobs.watch import Watch
from lookalike.settings import Jobs

NAP_S = 0.1  # how soon a stop is seen
LOOK_S = 0.25  # how soon a job is seen that was submitted to an idle service
SENDING_S = 0.005  # how soon more is sent of a payload larger than a pipe
MARGIN = 0.1  # of the lease: the guard kills so much before others may take the job
WATCHED_BEATS = 3  # a lease that seems over is given up when its holder has missed so many beats before our eyes

Payload = Callable[[Job], Mapping[str, Any]]
P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Supervisor:
    """
    Runs jobs until told to stop; one a process.

    Attributes:
        clock: Its monotonic time must be the machine's: the guards compare it with their own.
        owner: A name no other supervisor has or will have.
        groups: Starts the processes of jobs.
        payload: What the child of a job is told first; a JobError of it fails the job.
        tidy, forget: See `Janitor`.
        observer: Is told of every attempt.
    """

    store: JobStore
    clock: Clock
    settings: Jobs
    owner: str
    groups: Spares
    payload: Payload
    tidy: Callable[[Job], None]
    forget: Callable[[str], None]
    observer: Observer = field(default_factory=Logbook)
    _attempts: list[Attempt] = field(default_factory=list, init=False)
    _watch: Watch = field(init=False)
    _selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector, init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_watch", Watch(WATCHED_BEATS * self.settings.beat_s))

    @property
    def _limits(self) -> Limits:
        return Limits(self.settings.running_per_customer, self.settings.queued_per_customer)

    def run(self, stop: threading.Event) -> None:
        """
        Run jobs until `stop` is set, then give them back to the queue; returns within 10 s with no process left.

        Whatever goes wrong with the database is logged and tried again at the next beat; a job whose lease cannot be
        renewed is killed by its guard in time.
        """
        scratch.sweep(self.groups.command.temporary)
        janitor = Janitor(self.store, self.clock, self.tidy, self.forget, self._watch.patience_s)
        thread = janitor.start()
        try:
            while not stop.is_set():
                next_beat = self.clock.monotonic() + self.settings.beat_s
                self._beat(janitor)
                self._listen(next_beat, stop, janitor)
        finally:
            self._drain(janitor)
            janitor.stop()
            thread.join(LEAVE_S)

    def _beat(self, janitor: Janitor) -> None:
        self._ask(self.store.seen, self.owner)
        for attempt in list(self._attempts):
            self._look_after(attempt)
            self._settle(attempt, janitor)
        self._recover()
        self._take_jobs()
        if len(self._attempts) < self.settings.slots:
            self.groups.prepare()

    def _recover(self) -> None:
        suspects = self._ask(self.store.suspects, self.settings.lease_s) or []
        for lease in self._watch.abandoned(suspects, self.clock.monotonic()):
            taken = self._ask(self.store.recover, lease, self.settings.max_restarts)
            if taken and (job := self._ask(self.store.get, lease.job_id)) is not None:
                self.observer.recovered(job)

    def _listen(self, until: float, stop: threading.Event, janitor: Janitor) -> None:
        """Answer the children, and look for jobs while a slot is free, until the next beat or the end of an attempt."""
        n_attempts, next_look = len(self._attempts), self.clock.monotonic() + LOOK_S
        while not stop.is_set() and len(self._attempts) == n_attempts:
            left = until - self.clock.monotonic()
            if left <= 0:
                return
            for key, _ in self._selector.select(min(left, self._nap_s())):
                self._answer(key.data)
                self._settle(key.data, janitor)
            if n_attempts < self.settings.slots and self.clock.monotonic() >= next_look:
                self._take_jobs()
                next_look = self.clock.monotonic() + LOOK_S

    def _nap_s(self) -> float:
        groups = [attempt.group for attempt in self._attempts if attempt.group is not None]
        unsent = [group.flush() for group in groups]  # all of them, not only up to the first with a rest
        return SENDING_S if any(unsent) else NAP_S

    def _take_jobs(self) -> None:
        self._ask(self.store.admit, self._limits)
        while len(self._attempts) < self.settings.slots:
            begun_at = self.clock.monotonic()
            job = self._ask(self.store.claim, self.owner, self.settings.lease_s, self._limits)
            if job is None:
                return
            self.observer.begun(job)
            attempt = Attempt(job, self._start(job, self._deadline(begun_at)), self.clock, begun_at)
            self._attempts.append(attempt)
            if attempt.group is not None:
                self._selector.register(attempt.group.fd, selectors.EVENT_READ, attempt)

    def _start(self, job: Job, deadline: float) -> Group | Failed | Crashed:
        try:
            payload = self.payload(job)
            group = self.groups.take()
            group.begin(payload, deadline)
            return group
        except LookalikeError as error:
            return Failed(error.code if isinstance(error, JobError) else LookalikeError.code, str(error))
        except Exception as error:
            log.error("could not be started", extra={**about(job), **outline(error)})
            return Crashed()

    def _look_after(self, attempt: Attempt) -> None:
        attempt.listen()
        self._judge(attempt)
        if attempt.outcome is None:
            self._tell(attempt)

    def _answer(self, attempt: Attempt) -> None:
        attempt.listen()
        if attempt.outcome is None and (attempt.urgent or attempt.wants_to_publish):
            self._tell(attempt)

    def _judge(self, attempt: Attempt) -> None:
        """End what takes too long or too much; what is being published goes through, at worst in another attempt."""
        if attempt.outcome is not None or attempt.group is None:
            return
        if attempt.running_s >= attempt.job.timeout_s and not attempt.publishing:
            message = f"The job ran longer than its timeout of {attempt.job.timeout_s} s."
            attempt.end(Failed(JobTimeout.code, message))
        elif group_bytes(attempt.group.pgid) > self.settings.memory_max_bytes:
            message = f"The job needed more than {self.settings.memory_max_bytes} bytes of memory."
            attempt.end(Crashed() if attempt.publishing else Failed(OutOfMemory.code, message))

    def _tell(self, attempt: Attempt) -> None:
        """Renew the lease, store what was said, give leave to publish; the deadline is taken before the write."""
        deadline, told = self._deadline(self.clock.monotonic()), attempt.untold()
        kept = self._ask(self.store.beat, attempt.job, told, self.settings.lease_s)
        if kept is False:
            attempt.end(Lost())
        if not kept or attempt.group is None:
            return
        attempt.stored()
        attempt.group.extend(deadline)
        if attempt.wants_to_publish:
            self._let_publish(attempt, attempt.group)

    def _let_publish(self, attempt: Attempt, group: Group) -> None:
        allowed = self._ask(self.store.begin_publishing, attempt.job)
        if allowed is False:
            attempt.end(Lost())
        elif allowed:
            attempt.wants_to_publish, attempt.publishing = False, True
            group.send({"type": "publish"})

    def _settle(self, attempt: Attempt, janitor: Janitor) -> None:
        """Bury an attempt that is over and record how; if the store is away, again at the next beat."""
        if attempt.outcome is None:
            return
        if attempt.group is not None:
            self._selector.unregister(attempt.group.fd)
            attempt.bury()
        recorded = self._record(attempt)
        if recorded is False:  # whoever resumes the job need not wait for the end of its lease
            self._ask(self.store.attempt_over, attempt.job)
        if recorded is not None:
            self.observer.over(self._ending(attempt))
            self._attempts.remove(attempt)
            janitor.attempt_over(attempt.job)

    def _record(self, attempt: Attempt) -> bool | None:
        """Tell the store; False if the job was no longer ours, None if it did not answer."""
        job, told = attempt.job, attempt.untold()
        match attempt.outcome:
            case Done():
                return self._ask(self.store.finish, job, JobStatus.COMPLETED, None, told)
            case Failed(code, message):
                return self._ask(self.store.finish, job, JobStatus.FAILED, (code, message), told)
            case Stuck(reason):
                return self._ask(self.store.hold, job, reason, told)
            case Drained():
                return self._ask(self.store.release, job, told)
            case Crashed():
                return self._ask(self.store.crash, job, told, self.settings.max_restarts)
        return False

    def _ending(self, attempt: Attempt) -> Ending:
        outcome, after = attempt.outcome, self._ask(self.store.get, attempt.job.job_id)
        code = outcome.code if isinstance(outcome, Failed) else None
        return Ending(attempt.job, type(outcome).__name__.lower(), code, attempt.running_s, attempt.stages_told, after)

    def _drain(self, janitor: Janitor) -> None:
        for attempt in list(self._attempts):
            attempt.end(Drained())
            self._settle(attempt, janitor)
        # what the store did not take in is dead all the same, and found by its lease
        self._attempts.clear()
        self._selector.close()
        self.groups.close()

    def _deadline(self, begun_at: float) -> float:
        return begun_at + self.settings.lease_s * (1 - MARGIN)

    def _ask(self, do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """The store's answer, None if it is away. Only the kind of error is logged: its text may show data."""
        try:
            return do(*args, **kwargs)
        except Exception as error:
            log.warning("the store did not answer", extra=outline(error))
            return None
