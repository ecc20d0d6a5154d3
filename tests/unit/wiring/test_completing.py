"""Language models of the settings, joined with the engine's door."""

from pathlib import Path

import pytest

from lookalike.clock import SystemClock
from lookalike.completing import Complete, Completion, Prompt
from lookalike.errors import EndpointAway, SettingsError
from lookalike.settings import Endpoint, Secret, Settings
from lookalike.wiring.completing import complete, open_endpoints, told_endpoint
from model_server import model_server

PROMPT = Prompt((("user", "Hello"),), "Hello", max_tokens=5)
ENVIRON = {"KEY": "sk-1", "EMPTY": "", "LINES": "a\r\nHost: b", "SPACED": "a b"}


def door(own: Endpoint, *, secret: str = "KEY", found: tuple[str, ...] = ("127.0.0.1",)) -> Complete:
    settings = Settings(home=Path(), endpoints={"own": own}, secrets={"k": Secret(env=secret)})
    told = told_endpoint(open_endpoints(settings, ENVIRON), {"endpoint": {"name": "own", "model": "small"}})
    assert told is not None
    return complete(told, clock=SystemClock(), resolved=lambda host: found)


def test_an_endpoint_of_the_settings_is_asked() -> None:
    """By its name, which may stand for this machine, with the key that its secret names."""
    found: list[tuple[int, Completion]] = []
    with model_server(lambda body: "Hi") as own:
        url = f"http://Models.internal:{own.port}/v1/"
        door(Endpoint(base_url=url, secret="k"))([PROMPT], on_answer=lambda *told: found.append(told))

    assert [(0, Completion("Hi", True, "stop", 70, 7))] == found
    assert ("Bearer sk-1", f"models.internal:{own.port}") == tuple(
        own.heard[0].headers[name] for name in ("authorization", "host")
    )


def test_a_model_that_was_never_taught_to_talk() -> None:
    """With api = "completion" it is given plain texts, and without a secret no key."""
    with model_server(lambda body: "Hi") as own:
        door(Endpoint(base_url=own.url, api="completion"))([PROMPT], on_answer=lambda *told: None)

    assert ["/v1/completions"] == [heard.path for heard in own.heard]
    assert "authorization" not in own.heard[0].headers


def test_an_endpoint_that_is_not_there() -> None:
    """Of an endpoint that the settings do not have, or of none, a job's child is told nothing."""
    assert told_endpoint({}, {"endpoint": {"name": "own", "model": "small"}}) is None
    assert told_endpoint({}, {"endpoint": None}) is None


@pytest.mark.parametrize("secret", ["EMPTY", "LINES", "SPACED", "NONE"])
def test_a_secret_that_is_no_key(secret: str) -> None:
    """A secret that is not there or cannot be sent is refused by its name."""
    with pytest.raises(SettingsError, match="secret 'k'"):
        door(Endpoint(base_url="https://models.example/v1", secret="k"), secret=secret)


def test_no_plain_text_over_the_internet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without TLS an endpoint that stands for a global address is not connected to."""
    monkeypatch.setattr("lookalike.net.completions.DELAY_S", 0.0)
    ask = door(Endpoint(base_url="http://models.example/v1"), found=("8.8.8.8",))

    with pytest.raises(EndpointAway, match="not spoken to over TLS"):
        ask([PROMPT], on_answer=lambda *told: None)
