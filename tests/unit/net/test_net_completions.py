"""A client of language models, and servers that fail in every way they can."""

import asyncio
import ssl
import threading
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from lookalike.clock import ManualClock
from lookalike.completing import Completion, Prompt
from lookalike.errors import EndpointAway, EndpointFailed
from lookalike.net.completions import ASKED_MAX_S, AT_ONCE, TRIES, Completions
from lookalike.net.dialects import Dialect
from lookalike.net.reach import OnlyTo, Refused
from lookalike.net.sender import Bounds, Sender
from model_server import ModelServer, model_server

KEY = "sk-canary-4711"
CANARY = "Zebulon Quux"


def prompt(n: int = 0, **told: Any) -> Prompt:
    messages = (("system", "Write."), ("user", f"Number {n} of {CANARY}"))
    return Prompt(messages, f"{CANARY} {n}", max_tokens=9, stop=("\n",), **told)


def client(own: ModelServer, *, chat: bool = True, url: str = "", time_s: float = 5.0) -> Completions:
    """One that waits for nothing; `naps` has what it would have waited."""
    reach = OnlyTo("127.0.0.1", tls=False, resolve=lambda host: ())
    post = Sender(reach, ssl.create_default_context(), allow_http=True, bounds=Bounds(time_s, 100_000)).post
    clock = ManualClock(datetime(2026, 1, 2, tzinfo=UTC))
    naps: list[float] = []

    async def sleep(seconds: float) -> None:
        naps.append(seconds)

    made = Completions(url or own.url, "small", Dialect(chat), post, clock, lambda: 0.5, key=KEY, sleep=sleep)
    made.naps = naps  # type: ignore[attr-defined]
    return made


def asked(made: Completions, prompts: list[Prompt]) -> dict[int, Completion]:
    found: dict[int, Completion] = {}
    made(prompts, on_answer=found.__setitem__)
    return found


def echo(body: dict[str, Any]) -> str:
    told = body["prompt"].split()[-1] if "prompt" in body else body["messages"][-1]["content"].split()[1]
    return f"said {told}"


def test_what_is_said_and_heard() -> None:
    """A prompt arrives with model, key and bounds; its answer comes back with the server's own counts."""
    with model_server(echo) as own:
        found = asked(client(own), [prompt(3, seed=7, json_schema={"type": "object"})])

    [heard] = own.heard
    assert {0: Completion("said 3", True, "stop", 70, 7)} == found
    assert ("/v1/chat/completions", f"Bearer {KEY}") == (heard.path, heard.headers["authorization"])
    assert ("small", 9, 7, False) == tuple(heard.body[name] for name in ("model", "max_tokens", "seed", "stream"))
    assert {"type": "object"} == heard.body["response_format"]["json_schema"]["schema"]
    assert "stop" not in heard.body


def test_all_are_answered_in_the_caller_s_thread() -> None:
    """Each of 50 prompts is answered once, at most eight at a time, told in the thread of the caller."""
    threads = set[int]()
    found: list[int] = []

    def on_answer(number: int, said: Completion) -> None:
        threads.add(threading.get_ident())
        assert f"said {number}" == said.text
        found.append(number)

    with model_server(echo, answer_s=0.02) as own:
        client(own)([prompt(n) for n in range(50)], on_answer=on_answer)

    assert list(range(50)) == sorted(found)
    assert {threading.get_ident()} == threads
    assert 2 <= own.most_at_once <= AT_ONCE


def test_nothing_to_ask() -> None:
    """No prompts, no requests."""
    with model_server(echo) as own:
        assert {} == asked(client(own), [])
        assert [] == own.heard


@pytest.mark.parametrize(
    "fault", [500, 502, 503, 429, 408, 409, 425, "broken", "cut", "page", "reset", "error", "deep", 599]
)
def test_faults_that_pass(fault: int | str) -> None:
    """What a server can get over is asked again, and counted."""
    with model_server(echo, faults=(fault, fault)) as own:
        found = asked(client(own), [prompt(1)])

    assert ("said 1", 3) == (found[0].text, found[0].n_requests)
    assert 3 == len(own.heard)


def test_a_server_that_hangs() -> None:
    """An answer that does not come in time is asked for again."""
    with model_server(echo, faults=("hang",)) as own:
        begun = time.monotonic()
        found = asked(client(own, time_s=0.3), [prompt(1)])

    assert "said 1" == found[0].text
    assert time.monotonic() - begun < 2


def test_a_server_that_stays_away() -> None:
    """After six failures the call ends with an error that can be tried again and holds neither key nor prompt."""
    with model_server(echo, faults=(500,) * 99) as own:
        made = client(own)
        with pytest.raises(EndpointAway) as failed:
            asked(made, [prompt(1)])

    assert TRIES == len(own.heard)
    assert failed.value.retryable
    assert "500" in failed.value.message
    assert [0.5, 1, 2, 4, 8] == made.naps  # type: ignore[attr-defined]


def test_nobody_there() -> None:
    """A port where nobody listens is told as a server that does not answer."""
    with model_server(echo) as own:
        pass
    with pytest.raises(EndpointAway, match="could not be connected"):
        asked(client(own), [prompt(1)])


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 410, 422, 451, "redirect"])
def test_faults_that_stay(status: int | str) -> None:
    """What will not pass ends the call; a redirect is not followed; nothing of prompt, key or answer is told."""
    body = f'{{"error": {{"message": "{CANARY} {KEY}"}}}}'.encode()
    with model_server(echo, faults=(status,) * 9, fault_body=body) as own, pytest.raises(EndpointFailed) as failed:
        asked(client(own), [prompt(1)])

    assert not isinstance(failed.value, EndpointAway)
    assert len(own.heard) <= 2  # in another way, where there is one
    assert not {CANARY, KEY} & {word for word in (CANARY, KEY) if word in f"{failed.value} {failed.value!r}"}
    assert not any("else" in heard.path for heard in own.heard)


@pytest.mark.parametrize(("told", "waited"), [("7", 7.0), ("99999", ASKED_MAX_S), ("0", 0.5), ("soon", 0.5)])
def test_retry_after_is_kept_to(told: str, waited: float) -> None:
    """A server's Retry-After is waited for, a minute at most; less than planned is not waited."""
    with model_server(echo, faults=(429,), headers={"Retry-After": told}) as own:
        made = client(own)
        asked(made, [prompt(1)])

    assert [waited] == made.naps  # type: ignore[attr-defined]


def test_a_server_without_messages() -> None:
    """Where there is no path for messages, plain texts are completed, for this and all further prompts."""
    with model_server(echo, paths=("/v1/completions",)) as own:
        made = client(own)
        first, again = asked(made, [prompt(1)]), asked(made, [prompt(2)])

    assert [("said 1", False), ("said 2", False)] == [(first[0].text, first[0].chat), (again[0].text, again[0].chat)]
    assert ["chat/completions", "completions", "completions"] == [h.path.removeprefix("/v1/") for h in own.heard]
    assert ["\n"] == own.heard[-1].body["stop"]


def test_a_server_that_takes_less() -> None:
    """Fields that a server complains of are left out or told by their other name, and remembered."""

    def refuses(body: dict[str, Any]) -> bytes | None:
        for field in ("max_tokens", "temperature", "seed"):
            if field in body:
                return f'{{"error": {{"param": "{field}", "code": "unsupported_parameter"}}}}'.encode()
        return b"what is a response_format?" if "response_format" in body else None

    with model_server(echo, refuses=refuses) as own:
        made = client(own)
        asked(made, [prompt(1, seed=1, json_schema={})])
        asked(made, [prompt(2, seed=1, json_schema={})])

    assert 6 == len(own.heard)
    assert 9 == own.heard[-1].body["max_completion_tokens"]


def test_a_server_that_does_not_count() -> None:
    """Without counts a token is taken to be four characters."""
    with model_server(echo, usage=False) as own:
        found = asked(client(own), [prompt(1)])

    assert (8, 2) == (found[0].prompt_tokens, found[0].completion_tokens)


def test_a_type_that_is_wrong_and_a_text_that_is_not_there() -> None:
    """An answer is read whatever type it says it has; a text that is null is empty."""
    with model_server(echo, faults=("page of it", "null")) as own:
        found = [asked(made, [prompt(1)])[0].text for made in [client(own)] for _ in range(2)]

    assert ["said 1", ""] == found


def test_those_under_way_are_heard() -> None:
    """When one prompt fails for good, those under way are told of before the error, and no more are asked."""
    found: list[int] = []
    with model_server(echo, faults=("", 403), answer_s=0.2) as own, pytest.raises(EndpointFailed):
        client(own)([prompt(n) for n in range(40)], on_answer=lambda number, _: found.append(number))

    assert AT_ONCE - 1 == len(found)
    assert AT_ONCE == len(own.heard)


def test_a_caller_that_fails_stops_it() -> None:
    """An error of the caller's own ends the call, and nothing more is asked."""

    def on_answer(number: int, said: Completion) -> None:
        raise OSError("no room")

    with model_server(echo, answer_s=0.05) as own, pytest.raises(OSError, match="no room"):
        client(own)([prompt(n) for n in range(200)], on_answer=on_answer)

    assert len(own.heard) < 50


def test_inside_a_loop() -> None:
    """A caller inside an event loop, as in a notebook, is served as well."""

    async def inside() -> dict[int, Completion]:
        with model_server(echo) as own:
            return asked(client(own), [prompt(5)])

    assert "said 5" == asyncio.run(inside())[0].text


@pytest.mark.parametrize(
    ("host", "tls", "found", "may"),
    [
        ("own.example", False, ("10.0.0.5",), True),
        ("own.example", True, ("10.0.0.5",), True),
        ("own.example", False, ("127.0.0.1", "::1"), True),
        ("own.example", True, ("8.8.8.8",), True),
        ("own.example", False, ("8.8.8.8",), False),
        ("own.example", False, ("10.0.0.5", "8.8.8.8"), False),
        ("own.example", True, (), False),
        ("other.example", True, ("8.8.8.8",), False),
    ],
)
def test_where_an_endpoint_may_be(host: str, tls: bool, found: tuple[str, ...], may: bool) -> None:
    """The operator's host may be anywhere, without TLS only inside; no other host may be reached."""
    reach = OnlyTo("own.example", tls, lambda name: found)
    if may:
        assert found == reach.addresses(host)
    else:
        with pytest.raises(Refused):
            reach.addresses(host)


def test_the_key_is_not_shown() -> None:
    """What the client looks like in a log holds no key."""
    with model_server(echo) as own:
        assert KEY not in repr(client(own))
