"""The dispatcher: sends what is due, many at a time, and notes what became of it; any number of them share the work."""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

from lookalike.clock import Clock, timestamp
from lookalike.errors import outline
from lookalike.net.sender import Answer, NoAnswer
from lookalike.webhooks import attempt
from lookalike.webhooks.lanes import Lanes
from lookalike.webhooks.observer import AttemptObserver
from lookalike.webhooks.outbox import DeliveryStatus, Outbox, Outcome, Parcel

LOOK_S = 0.25  # how soon something due is seen
ROUND_MAX = 16  # begun at once keep a processor busy; more would only be more to send again after a kill -9
ROUND_S = 0.05  # how long the next ones wait for those just begun, most of which are over by then
LEASE_S = 30.0  # twice the time an attempt may take
NAP_S = 1.0  # after an error of the database
LEAVE_S = 2.0  # for attempts under way, when told to stop

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Dispatcher:
    """
    Delivers at least once: what was sent and not noted, because of a kill -9 in between, is sent again.

    Attributes:
        send: POSTs to a URL; raises NoAnswer. It keeps to `net.sender.TIMEOUT_S`.
        opened: Gives the text of a ciphertext.
        owner: A name no other dispatcher has or will have.
        draw: Numbers in [0, 1).
        observer: Is told of each attempt that is over.
    """

    outbox: Outbox
    send: Callable[[str, Mapping[str, str], bytes], Awaitable[Answer]]
    opened: Callable[[bytes], str]
    owner: str
    clock: Clock
    draw: Callable[[], float]
    observer: AttemptObserver
    _lanes: Lanes = field(default_factory=Lanes)
    _over: asyncio.Queue[tuple[Parcel, Outcome]] = field(default_factory=asyncio.Queue)
    _room: asyncio.Event = field(default_factory=asyncio.Event)

    def run(self, stop: threading.Event) -> None:
        """Deliver until `stop` is set; what is not over within 2 s then is given back, to be sent by another one."""
        asyncio.run(self._run(stop))

    async def _run(self, stop: threading.Event) -> None:
        noting = asyncio.create_task(self._note())
        under_way = set[asyncio.Task[None]]()
        while not stop.is_set():
            fresh = [self._begin(parcel, under_way) for parcel in await self._take()]
            await (asyncio.wait(fresh, timeout=ROUND_S) if fresh else self._pause())
        if under_way:
            await asyncio.wait(under_way, timeout=LEAVE_S)
        for task in under_way:
            task.cancel()
        await asyncio.wait([asyncio.create_task(self._over.join())], timeout=LEAVE_S)
        noting.cancel()
        await self._ask(self.outbox.give_back, self.owner)

    def _begin(self, parcel: Parcel, under_way: set[asyncio.Task[None]]) -> asyncio.Task[None]:
        task = asyncio.create_task(self._deliver(parcel))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
        self._lanes.begin(parcel.lane)
        return task

    async def _take(self) -> list[Parcel]:
        due = await self._ask(self.outbox.lanes)
        rooms = self._lanes.rooms(due or [])
        return (await self._ask(self.outbox.take, self.owner, LEASE_S, rooms, ROUND_MAX) or []) if rooms else []

    async def _pause(self) -> None:
        """Until there may be room for more, or a new delivery."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._room.wait(), LOOK_S)
        self._room.clear()

    async def _deliver(self, parcel: Parcel) -> None:
        begun = self.clock.monotonic()
        said = await self._said(parcel)
        took_ms = round(1_000 * (self.clock.monotonic() - begun))
        outcome = attempt.outcome(parcel, said, took_ms, self.clock.now(), self.draw)
        self.observer.attempted(outcome)
        self._over.put_nowait((parcel, outcome))

    async def _said(self, parcel: Parcel) -> Answer | NoAnswer:
        sent = attempt.body(parcel.type, timestamp(parcel.created_at) or "", parcel.data)
        try:
            headers = attempt.headers(parcel, sent, self.clock.now(), self.opened)
            return await self.send(parcel.url, headers, sent)
        except NoAnswer as none:
            return none
        except Exception as error:  # our own fault, such as a key that is gone: the receiver's other deliveries go on
            log.error("a delivery could not be sent", extra={**_about(parcel), **outline(error)})
            return NoAnswer("it could not be sent")

    async def _note(self) -> None:
        """Write all that is over at once: while one transaction is under way, more comes to its end."""
        while True:
            batch = [await self._over.get()]
            while not self._over.empty():
                batch.append(self._over.get_nowait())
            await self._record([outcome for _, outcome in batch])
            for parcel, outcome in batch:
                if outcome.status is DeliveryStatus.FAILED:
                    log.warning("a delivery is given up", extra={**_about(parcel), "attempts": parcel.attempts + 1})
                self._lanes.end(parcel.lane, well=outcome.status is DeliveryStatus.DELIVERED)
                self._over.task_done()
            self._room.set()

    async def _record(self, outcomes: list[Outcome]) -> None:
        """Where the database is away, try again while the deliveries are ours; after that others send them again."""
        end = self.clock.monotonic() + LEASE_S
        disabled = None
        while disabled is None and self.clock.monotonic() < end:
            disabled = await self._ask(self.outbox.record, self.owner, outcomes)
        for webhook_id in disabled or []:
            log.warning("a webhook is disabled", extra={"webhook_id": webhook_id})

    async def _ask(self, verb: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """What the outbox answers; None, after a nap, where the database does not."""
        try:
            return await asyncio.to_thread(verb, *args, **kwargs)
        except Exception as error:
            log.warning("the database cannot be asked for deliveries", extra=outline(error))
            await asyncio.sleep(NAP_S)
            return None


def _about(parcel: Parcel) -> dict[str, str]:
    return {"delivery_id": parcel.delivery_id, "webhook_id": parcel.lane.webhook_id}
