"""How many deliveries may be under way."""

from hypothesis import given
from hypothesis import strategies as st

from lookalike.webhooks.lanes import HOST_MAX, TOTAL_MAX, WINDOW_MAX, Lane, Lanes

A = Lane("a", "host:1")


def test_a_webhook_begins_with_one_and_gets_more() -> None:
    """Each that goes well lets one more go, up to the most; one that fails puts it back to one."""
    lanes, seen = Lanes(), []
    for _ in range(WINDOW_MAX + 1):
        seen.append(lanes.rooms([A])["a"])
        lanes.begin(A)
        lanes.end(A, well=True)
    lanes.begin(A)
    lanes.end(A, well=False)

    assert [*range(1, WINDOW_MAX + 1), WINDOW_MAX, 1] == [*seen, lanes.rooms([A])["a"]]


def test_one_that_hangs_holds_one_place() -> None:
    """A webhook whose only delivery is under way is passed over, and another at its host is not."""
    lanes = Lanes()
    lanes.begin(A)

    assert {"b": 1} == lanes.rooms([A, Lane("b", "host:1")])


@given(
    st.lists(st.tuples(st.integers(0, 600), st.integers(0, 3))),
    st.lists(st.tuples(st.integers(0, 600), st.booleans())),
)
def test_limits_hold(wanted: list[tuple[int, int]], ended: list[tuple[int, bool]]) -> None:
    """Whatever begins and ends, no webhook, no host and no process has more under way than it may."""
    lanes, under_way = Lanes(), []
    for number, host in dict(wanted).items():
        lane = Lane(f"{number}", f"host:{host}")
        for _ in range(lanes.rooms([lane]).get(lane.webhook_id, 0)):
            lanes.begin(lane)
            under_way.append(lane)
        for index, well in ended[:2]:
            if under_way:
                lanes.end(under_way.pop(index % len(under_way)), well=well)

    assert len(under_way) == lanes.total <= TOTAL_MAX
    for host in range(4):
        assert sum(lane.host == f"host:{host}" for lane in under_way) <= HOST_MAX


def test_one_round_gives_no_more_than_there_is() -> None:
    """Webhooks asked for together share what their host and the process have left."""
    lanes = Lanes()
    for number in range(HOST_MAX - 2):
        lanes.begin(Lane(f"{number}", "host:1"))

    assert 2 == sum(lanes.rooms(Lane(f"new {number}", "host:1") for number in range(9)).values())
    assert TOTAL_MAX - HOST_MAX + 2 == sum(lanes.rooms(Lane(f"{n}", f"host {n}") for n in range(1_000, 2_000)).values())
