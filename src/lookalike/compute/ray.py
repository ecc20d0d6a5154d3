"""
Items done on a Ray cluster. A worker or a node that dies takes with it only the items it was at: others do them.

Plain tasks, no actors. Ray is not asked to try again: we count the tries, as `local` does, and see what was lost. When
the process that asked ends, by kill -9 too, Ray ends all it had asked for.
"""

import json
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import import_module
from itertools import islice
from platform import python_version
from typing import Any

import psutil
import ray
from ray.exceptions import LocalRayletDiedError, NodeDiedError, ObjectLostError, RayError, WorkerCrashedError
from ray.exceptions import OutOfMemoryError as NodeFull
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from lookalike.compute import Json
from lookalike.compute.answering import refusal, result
from lookalike.errors import ComputeAway, InternalError, LookalikeError, OutOfMemory, WorkerLost

TRIES = 3
VISIT_S = 30.0  # a node starts a process for it, and may be busy
KNOCK_S = 5.0  # Ray itself waits for minutes where nobody listens
_DIED = (WorkerCrashedError, NodeDiedError, LocalRayletDiedError, ObjectLostError)

Answer = Callable[[Json], Json]


@dataclass(frozen=True)
class Work:
    """
    What the workers of the cluster need to know.

    Attributes:
        entry: ``module:function``, found by each worker itself: makes from `hello` what answers questions.
        hello: JSON; may hold secrets: it goes from this process to theirs, in memory, and is kept nowhere.
        env: Added to the environment of their processes; everybody can see it.
    """

    entry: str
    hello: Json
    env: Mapping[str, str]


class RayExecutor:
    """
    An `Executor` over the nodes of a cluster; a few items go there too, so nothing but names and counts comes here.

    One in a process. Whether Ray asks for a token, and which, its environment has told before this module is loaded.

    Args:
        address: ``host:port`` of the cluster; a node of it must be on this machine, without processors if need be.
        most: How many items are under way at most; 0: as many as the cluster has processors.

    Raises:
        ComputeAway: it cannot be reached, does not let us in or has other versions of Ray and Python.
    """

    def __init__(self, address: str, work: Work, most: int) -> None:
        connect(address, work.env)
        self._entry, self._hello = work.entry, json.dumps(work.hello)
        self._most = most
        self._serve = ray.remote(max_retries=0, num_cpus=1)(_serve)

    def map(self, task: str, items: Sequence[Json], order: Sequence[int] | None = None) -> Iterator[Json]:
        rest = (_Try(number, items[number]) for number in order or range(len(items)))
        under_way: dict[Any, _Try] = {}
        answers: dict[int, Json] = {}
        try:
            for wanted in range(len(items)):
                while wanted not in answers:
                    most = self._most or _n_processors()  # nodes come and go
                    more = islice(rest, max(0, most - len(under_way)))
                    under_way |= {self._start(task, each.item): each for each in more}
                    [ref], _ = ray.wait(list(under_way))
                    tried = under_way.pop(ref)
                    try:
                        answers[tried.number] = json.loads(ray.get(ref))
                    except RayError as error:
                        again = tried.after(error, task)
                        under_way[self._start(task, again.item)] = again
                yield result(answers.pop(wanted))
        finally:
            for ref in under_way:
                ray.cancel(ref, force=True)

    def rest(self) -> None:
        """Nothing: the cluster itself ends processes that are idle."""

    def close(self) -> None:
        """Let go of the cluster; what is under way there ends."""
        ray.shutdown()

    def _start(self, task: str, item: Json) -> Any:
        question = json.dumps({"task": task, "item": item})
        return self._serve.options(name=task).remote(self._entry, self._hello, question)


def connect(address: str, env: Mapping[str, str]) -> None:
    """
    Make this process one that may ask the cluster.

    Raises:
        ComputeAway: see `RayExecutor`.
    """
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), KNOCK_S).close()
    except OSError:
        raise ComputeAway(f"Ray does not answer at {address}.", hint=AWAY) from None
    if not any(process.info["name"] == "raylet" for process in psutil.process_iter(["name"])):
        raise ComputeAway("No Ray node runs on this machine.", hint=NO_NODE.format(address))
    try:
        ray.init(address, log_to_driver=False, configure_logging=False, runtime_env={"env_vars": dict(env)})
    except RuntimeError:  # Ray compares the versions before anything else
        message = f"The cluster at {address} runs another version of Ray or Python than this process: {versions()}."
        raise ComputeAway(message, hint="Run the same versions on all nodes and here.") from None
    except (ConnectionError, RayError):
        raise ComputeAway(f"Ray at {address} does not let this process in.", hint=NOT_LET_IN) from None


def visit(address: str, work: Work) -> int:
    """
    How many processors the cluster has, once each node of it has answered that it is fit.

    Args:
        work: Its entry makes what answers one question, None.

    Raises:
        ComputeAway: it cannot be reached; or a node is not fit, which is named.
        LookalikeError: what a node answered.
    """
    connect(address, work.env)
    asked = {node["NodeManagerAddress"]: _ask_node(node["NodeID"], work) for node in ray.nodes() if node["Alive"]}
    for name, ref in asked.items():
        try:
            answer = json.loads(ray.get(ref, timeout=VISIT_S))
        except RayError as error:
            raise ComputeAway(f"Node {name} cannot do tasks: {type(error).__name__}.", hint=NOT_FIT) from None
        result(answer)
    return _n_processors()


def _ask_node(node_id: str, work: Work) -> Any:
    there = NodeAffinitySchedulingStrategy(node_id, soft=False)
    serve = ray.remote(max_retries=0, num_cpus=0, scheduling_strategy=there)(_serve)
    return serve.remote(work.entry, json.dumps(work.hello), json.dumps(None))


NOT_FIT = "Install the same lookalike[ray] on it, in the Python that Ray is started with."
AWAY = "Start it, or correct compute.ray_address: RAY_AUTH_MODE=token ray start --head"
NO_NODE = "Make it one, without processors if need be: RAY_AUTH_MODE=token ray start --address={} --num-cpus=0"
NOT_LET_IN = "Let compute.ray_token name the secret that has the cluster's token."


def versions() -> str:
    """Those of Ray and Python here."""
    return f"Ray {ray.__version__}, Python {python_version()}"


def _n_processors() -> int:
    found = int(ray.cluster_resources().get("CPU", 0))
    if found == 0:
        hint = "Start one: RAY_AUTH_MODE=token ray start --address=…; then resume the job."
        raise ComputeAway("No node of the Ray cluster has a processor.", hint=hint)
    return found


@dataclass(frozen=True)
class _Try:
    """An item, and which time it is tried."""

    number: int
    item: Json
    nth: int = 1

    def after(self, error: RayError, task: str) -> "_Try":
        """The next try of it; Ray's own words go nowhere, for they quote those of whoever failed."""
        if not isinstance(error, (*_DIED, NodeFull)):
            raise ComputeAway(f"Nodes of the Ray cluster cannot do a task '{task}': {type(error).__name__}.") from None
        if self.nth < TRIES:
            return replace(self, nth=self.nth + 1)
        if isinstance(error, NodeFull):
            raise OutOfMemory(f"A task '{task}' needs more memory than a node of the Ray cluster has.") from None
        raise WorkerLost(f"The workers of task '{task}' died {TRIES} times.") from None


def _serve(entry: str, hello: str, question: str) -> str:
    """Runs on the cluster. Whatever happens it returns: what is raised Ray would quote."""
    try:
        return json.dumps(_answerer(entry, hello)(json.loads(question)))
    except LookalikeError as error:
        return json.dumps(refusal(error))
    except BaseException as error:  # a panic of polars is no Exception
        told = InternalError(f"A worker of the Ray cluster failed on our side: {type(error).__name__}.")
        return json.dumps(refusal(told))


@lru_cache(maxsize=1)
def _answerer(entry: str, hello: str) -> Answer:
    """Made once in a worker process, which serves one asking process only."""
    module, _, name = entry.partition(":")
    made: Answer = getattr(import_module(module), name)(json.loads(hello))
    return made
