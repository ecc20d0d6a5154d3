"""Around every request: its id, the limit of its body, and a decent answer whatever happens."""

import re
import uuid
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lookalike.api.errors import answer
from lookalike.errors import PayloadTooLarge

REQUEST_ID = "X-Request-Id"

_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")


class Envelope:
    """ASGI middleware; outermost, so that nothing leaves in another shape than ours."""

    def __init__(self, app: ASGIApp, body_max_bytes: int, draw: Callable[[int], int]) -> None:
        self.app = app
        self.body_max_bytes = body_max_bytes
        self.draw = draw

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        request_id = self._request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        reply = _Reply(send, request_id)
        try:
            self._check_announced(scope)
            await self.app(scope, _Counted(receive, self.body_max_bytes), reply)
        except ClientDisconnect:
            return None  # nobody is left to answer
        except Exception as error:
            if reply.started:
                raise  # half an answer is out; only the server can end it
            await answer(scope, error)(scope, receive, reply)

    def _request_id(self, scope: Scope) -> str:
        given = Headers(scope=scope).get(REQUEST_ID, "")
        return given if _SANE_ID.fullmatch(given) else str(uuid.UUID(int=self.draw(128), version=4))

    def _check_announced(self, scope: Scope) -> None:
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and len(announced) < 20 and int(announced) <= self.body_max_bytes:
            return
        if announced:
            raise _too_large(self.body_max_bytes)


class _Counted:
    """Passes a body on until it is too long."""

    def __init__(self, receive: Receive, body_max_bytes: int) -> None:
        self.receive = receive
        self.body_max_bytes = body_max_bytes
        self.seen = 0

    async def __call__(self) -> Message:
        message = await self.receive()
        self.seen += len(message.get("body", b""))
        if self.seen > self.body_max_bytes:
            raise _too_large(self.body_max_bytes)
        return message


class _Reply:
    """Puts the request's id on the answer."""

    def __init__(self, send: Send, request_id: str) -> None:
        self.send = send
        self.request_id = request_id
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            MutableHeaders(scope=message)[REQUEST_ID] = self.request_id
        await self.send(message)


def _too_large(body_max_bytes: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"The request body is longer than {body_max_bytes} bytes.")
