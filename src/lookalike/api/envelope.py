"""Around every request: its id, the limit of its body, a decent answer whatever happens, and a line in the log."""

import asyncio
import logging
import math
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lookalike import uploads
from lookalike.access.rates import BURST_S, Allowance
from lookalike.api.errors import answer
from lookalike.clock import Clock
from lookalike.errors import PayloadTooLarge, ValidationError
from lookalike.operations.jobs import ID

REQUEST_ID = "X-Request-Id"
PROBES = frozenset({"/health", "/livez", "/readyz", "/metrics"})  # asked every few seconds: told only if not well
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER, NO_ROUTE = "other", "none"  # a caller may make up methods and paths; we repeat none of them
# what answers are may not be guessed, framed, or kept by anybody on the way (OWASP Secure Headers; RFC 9111)
SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
BODY_S = 60.0  # for all of a body, or between two pieces of one that is data
HUNG_UP = 499  # nginx' number for a caller who did not wait for the answer

_log = logging.getLogger("lookalike.requests")

_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")


class Observer(Protocol):
    """Who counts requests."""

    def answered(self, method: str, route: str, status: int, duration_s: float) -> None:
        """
        A request is over.

        Args:
            method: One of `METHODS`, or `OTHER`.
            route: The path as the route has it, ids by name; `NO_ROUTE` if there is none.
            status: `HUNG_UP` if nothing was answered.
        """


@dataclass(frozen=True)
class Most:
    """What is taken of a body; `steadily`: the time for it is that between two pieces, not that of all."""

    size_bytes: int
    steadily: bool


@dataclass(frozen=True)
class Bodies:
    """How long bodies may be: those that are read, and those that are put in a bucket as they are."""

    read_bytes: int
    upload_bytes: int

    def most(self, scope: Scope) -> Most:
        """What is taken of a request's body."""
        if scope["method"] == "PUT" and uploads.PLACES.fullmatch(scope["path"]):
            return Most(self.upload_bytes, steadily=True)
        return Most(self.read_bytes, steadily=False)


class Envelope:
    """ASGI middleware; outermost, so that nothing leaves in another shape than ours."""

    def __init__(
        self, app: ASGIApp, bodies: Bodies, draw: Callable[[int], int], clock: Clock, observer: Observer
    ) -> None:
        self.app = app
        self.bodies = bodies
        self.draw = draw
        self.clock = clock
        self.observer = observer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        begun_at, request_id = self.clock.monotonic(), self._request_id(scope)
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        reply = _Reply(send, state)
        try:
            await self._answer(scope, receive, reply)
        finally:
            self._tell(scope, reply.status or HUNG_UP, self.clock.monotonic() - begun_at)

    async def _answer(self, scope: Scope, receive: Receive, reply: "_Reply") -> None:
        try:
            most = self.bodies.most(scope)
            _check_announced(scope, most.size_bytes)
            await self.app(scope, _Counted(receive, most), reply)
        except ClientDisconnect:
            return  # nobody is left to answer
        except Exception as error:
            if reply.status is not None:
                raise  # half an answer is out; only the server can end it
            await answer(scope, error)(scope, receive, reply)

    def _tell(self, scope: Scope, status: int, duration_s: float) -> None:
        method = scope["method"] if scope["method"] in METHODS else OTHER
        route = getattr(scope.get("route"), "path", NO_ROUTE)
        self.observer.answered(method, route, status, duration_s)
        if route in PROBES and status < 400:
            return
        told = {"method": method, "route": route, "status": status, "duration_s": round(duration_s, 6)}
        _log.info("request", extra={**told, "request_id": scope["state"]["request_id"], **_job(scope)})

    def _request_id(self, scope: Scope) -> str:
        given = Headers(scope=scope).get(REQUEST_ID, "")
        return given if _SANE_ID.fullmatch(given) else str(uuid.UUID(int=self.draw(128), version=4))


def _check_announced(scope: Scope, most_bytes: int) -> None:
    announced = Headers(scope=scope).get("content-length", "")
    if announced.isdecimal() and len(announced) < 20 and int(announced) <= most_bytes:
        return
    if announced:
        raise _too_large(most_bytes)


class _Counted:
    """Passes a body on until it is too long, or too late."""

    def __init__(self, receive: Receive, most: Most) -> None:
        self.receive = receive
        self.most = most
        self.seen = 0
        self.until: float | None = self._later()  # None: all of it is there

    async def __call__(self) -> Message:
        if self.until is not None and self.most.steadily:
            self.until = self._later()
        try:
            async with asyncio.timeout_at(self.until):
                message = await self.receive()
        except TimeoutError:
            raise ValidationError(f"The request body did not arrive within {BODY_S:g} s.") from None
        if not message.get("more_body", False):
            self.until = None
        self.seen += len(message.get("body", b""))
        if self.seen > self.most.size_bytes:
            raise _too_large(self.most.size_bytes)
        return message

    def _later(self) -> float:
        return asyncio.get_running_loop().time() + BODY_S


class _Reply:
    """Puts on the answer what all have in common: the request's id, the customer's allowance, what browsers may do."""

    def __init__(self, send: Send, state: Mapping[str, Any]) -> None:
        self.send = send
        self.state = state
        self.status: int | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers[REQUEST_ID] = self.state["request_id"]
            headers.update({name: value for name, value in SECURITY.items() if name not in headers})
            if "allowance" in self.state:
                headers.update(_rate(self.state["allowance"]))
        await self.send(message)


def _rate(allowance: Allowance) -> dict[str, str]:
    """RateLimit headers (draft-ietf-httpapi-ratelimit-headers-09)."""
    return {
        "RateLimit-Policy": f'"requests";q={allowance.burst};w={BURST_S:g}',
        "RateLimit": f'"requests";r={allowance.left};t={math.ceil(allowance.full_in_s)}',
    }


def _job(scope: Scope) -> dict[str, str]:
    """The job a request is about: the one it made, or the one its path names, if that is an id at all."""
    named = scope.get("path_params", {}).get("job_id", "").lower()
    job_id = scope["state"].get("job_id") or (named if ID.fullmatch(named) else None)
    return {} if job_id is None else {"job_id": job_id}


def _too_large(body_max_bytes: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"The request body is longer than {body_max_bytes} bytes.")
