"""The executor on a real Ray cluster of two nodes: order, errors, deaths, and what is done again after them."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import ray_cluster
from lookalike.errors import ComputeAway, InputInvalid, LookalikeError, WorkerLost
from ray_cluster import Cluster, until

if TYPE_CHECKING:
    from lookalike.compute.ray import RayExecutor

WHY_NOT = ray_cluster.why_not()
HERE = Path(__file__).parent
SOURCE = HERE.parents[2] / "src"
ITEMS = 16

pytestmark = [
    pytest.mark.ray,
    pytest.mark.slow,
    pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT)),
    pytest.mark.filterwarnings("ignore"),  # of Ray
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Two nodes, one processor each."""
    with ray_cluster.only_loopback(), ray_cluster.cluster({"PYTHONPATH": f"{SOURCE}:{HERE}"}) as made:
        yield made


@pytest.fixture(scope="module")
def executor(cluster: Cluster) -> Iterator["RayExecutor"]:
    """As many items under way as there are processors."""
    from lookalike.wiring.cluster import introduce

    introduce(cluster.token)
    from lookalike.compute.ray import RayExecutor, Work

    made = RayExecutor(cluster.address, Work("worker:answerer", {"hello": "world"}, {"GREETING": "good day"}), 0)
    yield made
    made.close()


def test_results_come_in_order(executor: "RayExecutor") -> None:
    """Results stand in the order of their items, however long each took; no items, no results."""

    assert [2 * n for n in range(40)] == list(executor.map("double", range(40)))
    assert [2] == list(executor.map("double", [1]))
    assert [] == list(executor.map("double", []))


def test_nothing_is_done_here(executor: "RayExecutor") -> None:
    """Even a single item goes to the cluster; many go to both nodes, to processes that have what `env` says."""
    places = list(executor.map("where", range(1))) + list(executor.map("where", range(20)))

    assert {"good day"} == {place["greeting"] for place in places}
    assert 2 == len({place["pids"] for place in places})
    assert os.readlink("/proc/self/ns/pid") not in {place["pids"] for place in places}


def test_errors_cross_whole(executor: "RayExecutor") -> None:
    """An error of ours comes back with code, message, hint and verdict, the first item's first; others go on."""
    with pytest.raises(LookalikeError, match=r"Item 0 is wrong\. Mend it\.") as told:
        list(executor.map("fail", range(8)))

    assert (InputInvalid.code, False) == (told.value.code, told.value.retryable)
    assert [0, 2] == list(executor.map("double", range(2)))


def test_an_error_of_theirs_is_told_by_its_kind(executor: "RayExecutor") -> None:
    """What a library says, which may quote cells, does not come back."""
    with pytest.raises(LookalikeError) as told:
        list(executor.map("no such task", ["a cell"]))

    assert "AssertionError" in str(told.value)
    assert "no such task" not in str(told.value)


@pytest.mark.parametrize("times", [0, 1, 2])
def test_a_dead_worker_is_replaced(executor: "RayExecutor", tmp_path: Path, times: int) -> None:
    """An item whose worker died is done by another; the results are as if nothing had been."""

    assert [0, 0, times, 0, 0, 0] == list(executor.map("die", _dying(tmp_path, times)))
    assert times == len(list(tmp_path.iterdir()))


def test_three_deaths_are_enough(executor: "RayExecutor", tmp_path: Path) -> None:
    """An item whose worker died three times is given up; the cluster works on."""
    with pytest.raises(WorkerLost, match="task 'die' died 3 times"):
        list(executor.map("die", _dying(tmp_path, 99)))

    assert 3 == len(list(tmp_path.iterdir()))
    assert [2 * n for n in range(8)] == list(executor.map("double", range(8)))


def _kill_nobody(cluster: Cluster) -> int:
    return 0


def _kill_worker(cluster: Cluster) -> int:
    until(lambda: cluster.tasks("note"))
    cluster.tasks("note")[0].kill()
    return 1


def _kill_node(cluster: Cluster) -> int:
    until(lambda: cluster.other.tasks("note"))
    cluster.other.kill()
    return 1


@pytest.mark.parametrize("kill", [_kill_nobody, _kill_worker, _kill_node])
def test_only_what_was_lost_is_done_again(
    executor: "RayExecutor", cluster: Cluster, tmp_path: Path, kill: Callable[[Cluster], int]
) -> None:
    """kill -9 of a worker, or of all of a node, costs a second try of the one item that was under way there."""
    items = [str(tmp_path / str(number)) for number in range(ITEMS)]
    with ThreadPoolExecutor(1) as aside:
        results: Any = aside.submit(lambda: list(executor.map("note", items)))
        until(lambda: len(list(tmp_path.iterdir())) > ITEMS // 4)
        lost = kill(cluster)
        done = results.result(timeout=60)
    if cluster.other.process.poll() is not None:
        cluster.other = cluster.add("127.0.0.2")
    tries = Counter(len(Path(item).read_text()) for item in items)

    assert items == done
    assert Counter({1: ITEMS - lost, 2: lost}) == +tries


def test_an_abandoned_map_ends_on_the_cluster(executor: "RayExecutor", cluster: Cluster, tmp_path: Path) -> None:
    """When nobody waits for results any more, items under way end, and others do not begin."""
    results = executor.map("note", [str(tmp_path / str(number)) for number in range(ITEMS)])
    next(results)
    results.close()  # type: ignore[attr-defined]  # it is a generator
    until(lambda: not cluster.tasks("note"))
    begun = len(list(tmp_path.iterdir()))

    assert [2, 4] == list(executor.map("double", [1, 2]))
    assert begun == len(list(tmp_path.iterdir())) < ITEMS


def test_nobody_there() -> None:
    """Where nobody listens that is said at once, with what to do."""
    pytest.importorskip("ray")
    from lookalike.compute.ray import connect

    with pytest.raises(ComputeAway, match=r"does not answer at 127\.0\.0\.1:9"):
        connect("127.0.0.1:9", {})


def _dying(folder: Path, times: int) -> list[dict[str, Any]]:
    return [{"place": str(folder / f"died-{n}"), "times": times if n == 2 else 0} for n in range(6)]
