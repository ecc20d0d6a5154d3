"""Requests to somebody else's server: only to addresses that were checked, and never for long."""

import asyncio
import socket
import ssl
import time
from collections.abc import Callable, Iterator

import pytest
from chaos.receiver import HUGE, Receiver

from lookalike.errors import LookalikeError
from lookalike.net import sender
from lookalike.net.addresses import allowed
from lookalike.net.reach import Reach
from lookalike.net.sender import READ_MAX_BYTES, Answer, NoAnswer, Sender
from lookalike.webhooks.urls import receiver

# names a hostile customer may own, and what they stand for
NAMES = {
    "inner.example": ("127.0.0.1",),
    "six.example": ("::1",),
    "mixed.example": ("8.8.8.8", "127.0.0.1"),
    "mapped.example": ("::ffff:127.0.0.1",),
    "nat.example": ("64:ff9b::7f00:1",),
    "metadata.example": ("169.254.169.254",),
    "shared.example": ("100.64.0.1",),
    "zone.example": ("fe80::1%lo",),
    "nothing.example": (),
}
HOSTS = [
    *("127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "0", "0.0.0.0", "2130706433", "017700000001", "0x7f000001"),
    *(
        "0x7f.1",
        "0177.0.0.1",
        "0x7f.0x0.0x0.0x1",
        "127.0.0.1.",
        "127.0.0.01",
        "①②⑦.⓪.⓪.①",
        "１２７.０.０.１",
        "127。0。0。1",
    ),
    *(
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
    ),
    *(
        "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
        "[2001:0:7f00:1::]",
        "[fe80::1]",
        "[fe80::1%25lo]",
        "[fc00::1]",
        "[fec0::1]",
    ),
    *(
        "[ff02::1]",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.0.170",
        "198.18.0.1",
    ),
    *(
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "168.63.129.16",
        "user@127.0.0.1",
        "8.8.8.8@127.0.0.1",
        "127.0.0.1#@8.8.8.8",
    ),
    *("8.8.8.8\\@127.0.0.1", "localhost", "LOCALHOST", "localhost.", "ⓛocalhost", *NAMES),
]


def named(host: str) -> tuple[str, ...]:
    """A resolver of ours, which knows what the system's does of this machine."""
    if host == "localhost":
        return ("127.0.0.1",)
    return NAMES.get(host, ())


@pytest.fixture
def heard() -> Iterator[Receiver]:
    with Receiver() as own:
        yield own


def to(
    own: Receiver, path: str, *, host: str = "localhost", resolve: Callable[[str], tuple[str, ...]] = named
) -> Answer:
    """The answer to a POST; everything of this machine is allowed."""
    reach = Reach(allowed(["127.0.0.0/8", "::1"]), resolve)
    return asyncio.run(Sender(reach, own.trust).post(own.url(path, host), {"X-Own": "1"}, b'{"a":1}'))


@pytest.mark.parametrize("host", HOSTS)
def test_nothing_reaches_this_machine(host: str, heard: Receiver) -> None:
    """No spelling of an inner address, and no name that stands for one, is registered or connected to."""
    reach = Reach(allowed([]), named)
    try:
        url = receiver(f"https://{host}:{heard.port}/ok", allow_http=False).url
    except LookalikeError:
        url = f"https://{host}:{heard.port}/ok"  # refused at registration; sent to all the same, it must fail too

    with pytest.raises((NoAnswer, ValueError, TypeError)):
        asyncio.run(Sender(reach, heard.trust).post(url, {}, b"{}"))
    assert [] == heard.requests


def test_what_is_said_and_heard(heard: Receiver) -> None:
    """The body arrives whole with Host, type and own headers; SNI is the name; the answer is given back."""
    assert Answer(200, None, b"heard") == to(heard, "ok?a=b")
    [request] = heard.requests

    assert ("POST /ok?a=b HTTP/1.1", b'{"a":1}') == (request.line, request.body)
    assert (f"localhost:{heard.port}", "application/json", "1") == (
        *(request.headers[name] for name in ("host", "content-type", "x-own")),
    )
    assert ["localhost"] == heard.server_names


def test_a_name_that_changes_its_meaning(heard: Receiver) -> None:
    """A name is asked once a request, and what it means at the next one is checked again."""
    meanings = iter([("127.0.0.1",), ("10.0.0.1",)])
    asked = []

    def resolve(host: str) -> tuple[str, ...]:
        asked.append(host)
        return next(meanings)

    assert 200 == to(heard, "ok", resolve=resolve).status
    with pytest.raises(NoAnswer, match="not global"):
        to(heard, "ok", resolve=resolve)
    assert ["localhost"] * 2 == asked


def test_one_of_several_addresses_is_enough(heard: Receiver) -> None:
    """Where the first address does not listen, the next one is tried."""
    assert 200 == to(heard, "ok", resolve=lambda _: ("127.0.0.2", "127.0.0.1")).status


@pytest.mark.parametrize("status", [204, 301, 307, 410, 500])
def test_statuses_are_given_back(status: int, heard: Receiver) -> None:
    """Redirects are not followed: they are answers like any other."""
    heard.answer_headers = f"Location: {heard.url('ok')}\r\nRetry-After: 7\r\n"

    assert (status, "7") == ((answer := to(heard, f"{status}")).status, answer.retry_after)
    assert 1 == len(heard.requests)


def test_a_huge_answer_is_not_read(heard: Receiver) -> None:
    """64 KiB of it are read, not the 10 MB."""
    assert READ_MAX_BYTES == len(to(heard, "huge").body) < HUGE


@pytest.mark.parametrize("path", ["hang", "drip"])
def test_time_is_limited(path: str, heard: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that does not answer, and one that never comes to an end, are left after the timeout."""
    monkeypatch.setattr(sender, "TIMEOUT_S", 0.5)
    begun = time.monotonic()

    with pytest.raises(NoAnswer, match="in time"):
        to(heard, path)
    assert time.monotonic() - begun < 10


def test_a_name_that_hangs_holds_up_nobody(heard: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a hundred names are being asked for in vain, another request goes through."""
    monkeypatch.setattr(sender, "TIMEOUT_S", 5)
    reach = Reach(allowed(["127.0.0.0/8"]), lambda host: time.sleep(2) or () if host != "localhost" else named(host))
    own = Sender(reach, heard.trust)

    async def all_at_once() -> float:
        held = [asyncio.create_task(own.post(heard.url("ok", f"n{i}.example"), {}, b"")) for i in range(100)]
        await asyncio.sleep(0)
        begun = time.monotonic()
        assert 200 == (await own.post(heard.url("ok"), {}, b"")).status
        took = time.monotonic() - begun
        await asyncio.gather(*held, return_exceptions=True)
        return took

    assert asyncio.run(all_at_once()) < 1.9


@pytest.mark.parametrize("path", ["reset", "nonsense"])
def test_a_connection_that_breaks(path: str, heard: Receiver) -> None:
    """A reset, and something that is not HTTP, are no answer."""
    with pytest.raises(NoAnswer, match="broke"):
        to(heard, path)


def test_nobody_listens() -> None:
    """A port where nobody listens is no answer."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    own = Receiver(port=port)

    with pytest.raises(NoAnswer, match="could not be connected"):
        to(own, "ok")


def test_certificates_are_checked(heard: Receiver) -> None:
    """A certificate for another name, and one of an unknown authority, are refused before anything is said."""
    with Receiver(names=("other.example",)) as other, pytest.raises(NoAnswer, match="certificate"):
        to(other, "ok")
    reach = Reach(allowed(["127.0.0.0/8"]), named)
    with pytest.raises(NoAnswer, match="certificate"):
        asyncio.run(Sender(reach, ssl.create_default_context()).post(heard.url("ok"), {}, b""))
    assert [] == heard.requests


def test_proxies_of_the_environment_are_not_asked(heard: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would connect to whatever the name means to it."""
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert 200 == to(heard, "ok").status
