"""Turns: so many of a customer's and of all, and no customer waits for another's crowd."""

import asyncio
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.errors import RateLimited
from lookalike.operations.turns import Turns


@given(
    callers=st.lists(st.sampled_from("abc"), max_size=30),
    each=st.integers(1, 3),
    in_all=st.none() | st.integers(1, 4),
    fails=st.booleans(),
)
def test_never_more_than_may_be(callers: list[str], each: int, in_all: int | None, *, fails: bool) -> None:
    """Whoever comes gets a turn once, never more at once than may be; failures or not, afterwards all is as before."""
    inside, most, done = Counter[str](), Counter[str](), Counter[str]()

    async def call(turns: Turns, who: str) -> None:
        try:
            async with turns.turn(who):
                inside.update([who, "all"])
                for name in (who, "all"):
                    most[name] = max(most[name], inside[name])
                await asyncio.sleep(0)
                inside.subtract([who, "all"])
                done[who] += 1
                if fails:
                    raise KeyError
        except KeyError:
            pass

    async def all_calls() -> None:
        turns = Turns(each=each, waiting=30, in_all=in_all)
        for _ in range(2):
            await asyncio.gather(*(call(turns, who) for who in callers))

    asyncio.run(all_calls())

    assert Counter(callers * 2) == done
    assert all(most[who] <= each for who in "abc")
    assert in_all is None or most["all"] <= in_all


def test_a_crowd_is_told_to_come_later() -> None:
    """Beyond those who may wait the next one is refused at once; another customer is not, and is served."""

    async def crowd() -> tuple[int, int]:
        turns, open_, refused = Turns(each=1, waiting=2, in_all=2), asyncio.Event(), 0

        async def hold(who: str) -> None:
            async with turns.turn(who):
                await open_.wait()

        held = [asyncio.create_task(hold("loud")) for _ in range(3)]
        await asyncio.sleep(0)
        for _ in range(5):
            with pytest.raises(RateLimited):
                await hold("loud")
            refused += 1
        served = 0
        async with turns.turn("quiet"):
            served += 1
        open_.set()
        await asyncio.gather(*held)
        async with turns.turn("loud"):
            served += 1
        return refused, served

    assert (5, 2) == asyncio.run(crowd())


def test_who_gives_up_waiting_is_no_more_in_the_way() -> None:
    """A caller that is cancelled while it waits leaves its place to the next."""

    async def leaving() -> bool:
        turns, open_ = Turns(each=1, waiting=1), asyncio.Event()

        async def hold() -> None:
            async with turns.turn("a"):
                await open_.wait()

        first, second = asyncio.create_task(hold()), asyncio.create_task(hold())
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        third = asyncio.create_task(hold())
        await asyncio.sleep(0)
        open_.set()
        await asyncio.gather(first, third)
        return True

    assert asyncio.run(leaving())
