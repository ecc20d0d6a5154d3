"""The pool of processes: order, errors, workers that die, and none left over."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from lookalike.compute.answering import answer
from lookalike.compute.local import INLINE_ITEMS, Helper, LocalExecutor, WorkerCommand
from lookalike.errors import InputInvalid, LookalikeError, WorkerLost

SCRIPT = Path(__file__).with_name("worker.py")
COMMAND = WorkerCommand([sys.executable, str(SCRIPT)], dict(os.environ), {"hello": "world"})


def here(task: str, item: Any) -> Any:
    """Runs an item in this process."""
    match task:
        case "fail":
            raise InputInvalid(f"Item {item} is wrong.", hint="Mend it.")
        case "meet":
            wait_for(Path(item).exists)
            return os.getpid()
        case "die":
            place = Path(item["place"])
            wait_for(lambda: any(place.parent.glob("died-2.*")))  # a helper's item comes to its end first
            return item["times"]
    return 2 * item


def wait_for(there: Callable[[], bool]) -> None:
    """Return once it is; what a helper does is always there in the end."""
    deadline = time.monotonic() + 60
    while not there():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture
def executor() -> Iterator[LocalExecutor]:
    """Two workers: this process and one more."""
    made = LocalExecutor(2, here, COMMAND)
    yield made
    made.close()


def children() -> set[int]:
    """Processes of this one that still run."""
    return {p.pid for p in psutil.Process().children(recursive=True) if p.status() != psutil.STATUS_ZOMBIE}


def test_results_come_in_order(executor: LocalExecutor) -> None:
    """Results stand in the order of their items, however long each took; a second map uses the pool again."""

    assert [2 * n for n in range(40)] == list(executor.map("double", range(40)))
    assert [2 * n for n in range(9)] == list(executor.map("double", range(9)))


def test_all_workers_work(executor: LocalExecutor, tmp_path: Path) -> None:
    """Items go to this process and to as many more as make the workers: here one waits for what another does."""
    pids = set(executor.map("meet", [str(tmp_path / "met")] * 12))

    assert 2 == len(pids)
    assert os.getpid() in pids


@pytest.mark.parametrize("ready", [True, False])
def test_helpers_go_when_there_is_nothing_to_do(executor: LocalExecutor, tmp_path: Path, ready: bool) -> None:
    """At rest no helper is left, neither one that works nor one that still starts; another map starts one again."""
    before = children()
    if ready:
        list(executor.map("meet", [str(tmp_path / "met")] * 12))
    else:
        list(executor.map("double", range(9)))
    started = children() - before
    executor.rest()
    left = children() - before
    pids = set(executor.map("meet", [str(tmp_path / "met again")] * 12))

    assert (1, 0, 2) == (len(started), len(left), len(pids))


def test_a_helper_that_is_there_is_used_for_little_work(tmp_path: Path) -> None:
    """Two items go to two processes if the second need not be started first."""
    ahead = Helper(COMMAND)
    executor = LocalExecutor(2, here, COMMAND, [ahead])
    pids = set(executor.map("meet", [str(tmp_path / "met")] * 2))
    executor.close()

    assert 2 == len(pids)


@pytest.mark.parametrize(("workers", "items"), [(1, 20), (4, INLINE_ITEMS - 1)])
def test_little_work_is_done_here(workers: int, items: int) -> None:
    """With one worker, or only a few items, this process does it all and starts none."""
    before = children()
    executor = LocalExecutor(workers, here, COMMAND)

    assert [2 * n for n in range(items)] == list(executor.map("double", range(items)))
    assert before == children()
    executor.close()


def test_no_items(executor: LocalExecutor) -> None:
    """Nothing to do gives nothing."""

    assert [] == list(executor.map("double", []))


@pytest.mark.parametrize("workers", [1, 2])
def test_errors_cross_whole(workers: int) -> None:
    """The first error of an item is raised with its code, message, hint and verdict, inline and across processes."""
    executor = LocalExecutor(workers, here, COMMAND)
    with pytest.raises(LookalikeError) as caught:
        list(executor.map("fail", range(8)))
    executor.close()
    error = caught.value

    assert ("INPUT_INVALID", "Item 0 is wrong.", "Mend it.", False) == (
        error.code,
        error.message,
        error.hint,
        error.retryable,
    )


def test_workers_go_on_after_an_error(executor: LocalExecutor) -> None:
    """A worker whose item failed answers the next ones."""
    with pytest.raises(LookalikeError):
        list(executor.map("fail", range(8)))

    assert [2 * n for n in range(8)] == list(executor.map("double", range(8)))


def dying(folder: Path, times: int) -> list[dict[str, Any]]:
    """Items of which the third ends its worker so many times."""
    return [{"place": str(folder / f"died-{n}"), "times": times if n == 2 else 0} for n in range(6)]


@pytest.mark.parametrize("times", [1, 2])
def test_a_dead_worker_is_replaced(executor: LocalExecutor, tmp_path: Path, times: int) -> None:
    """An item whose worker died goes to a new one; the results are as if nothing had been."""

    assert [0, 0, times, 0, 0, 0] == list(executor.map("die", dying(tmp_path, times)))
    assert times == len(list(tmp_path.iterdir()))


def test_three_deaths_are_enough(executor: LocalExecutor, tmp_path: Path) -> None:
    """An item whose worker died three times is given up; the pool works on."""
    with pytest.raises(WorkerLost, match="task 'die' died 3 times"):
        list(executor.map("die", dying(tmp_path, 99)))

    assert 3 == len(list(tmp_path.iterdir()))
    assert [2 * n for n in range(8)] == list(executor.map("double", range(8)))


def test_a_command_that_does_not_start() -> None:
    """A worker that cannot be started is a lost one."""
    executor = LocalExecutor(2, here, WorkerCommand(["/nowhere/python"], {}, {}))
    with pytest.raises(WorkerLost):
        list(executor.map("double", range(8)))
    executor.close()


def test_close_ends_the_processes() -> None:
    """After closing, no worker process is left."""
    before = children()
    executor = LocalExecutor(3, here, COMMAND)
    list(executor.map("double", range(12)))

    assert children() > before
    executor.close()
    assert before == children()


def test_an_abandoned_map_leaves_workers_whole(executor: LocalExecutor) -> None:
    """Results that nobody waits for do not get mixed up with later ones."""
    results = executor.map("double", range(30))

    assert 0 == next(results)
    results.close()  # type: ignore[attr-defined]  # an Iterator by contract, a generator in fact
    assert [2 * n for n in range(50, 60)] == list(executor.map("double", range(50, 60)))


def test_answer() -> None:
    """A question is answered by a result, or by an error in words; other faults are the caller's to tell."""

    assert {"result": 6} == answer(here, {"task": "double", "item": 3})
    assert {"code", "message", "hint", "retryable"} == set(answer(here, {"task": "fail", "item": 1})["error"])
