"""A service that takes tokens of a real, certified issuer: oidc-provider, by client credentials."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from service import PATIENCE_S, Service, start

from lookalike import samples
from ports import free_port

AUDIENCE = "https://lookalike.example/api"
NODE = Path(__file__).parents[1] / "node"
SCOPES = "jobs:read jobs:write"

pytestmark = pytest.mark.slow


class Issuer:
    """The issuer's process."""

    def __init__(self, port: int, *callback: str) -> None:
        self.url = f"http://127.0.0.1:{port}"
        words = ["node", "issuer.mjs", f"{port}", AUDIENCE, *callback]
        self.process = subprocess.Popen(
            words, cwd=NODE, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._hear("ready")

    def token(self, client: str, scope: str = SCOPES) -> str:
        asked = {"grant_type": "client_credentials", "scope": scope}
        answer = httpx.post(f"{self.url}/token", data=asked, auth=(client, f"{client}-password"))
        assert 200 == answer.status_code, answer.text
        return str(answer.json()["access_token"])

    def rotate(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("rotate\n")
        self.process.stdin.flush()
        self._hear("rotated")

    def stop(self) -> None:
        self.process.kill()
        self.process.communicate()

    def _hear(self, word: str) -> None:
        assert self.process.stdout is not None
        assert word == self.process.stdout.readline().strip()


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    if not (NODE / "node_modules").is_dir():
        pytest.skip("`./run test all` installs the Node packages that this needs")
    own = Issuer(free_port())
    yield own
    own.stop()


@pytest.fixture
def service(tmp_path: Path, issuer: Issuer) -> Iterator[Service]:
    own = start(tmp_path / "home", settings(issuer), issuer.token("alice"))
    shutil.copy(samples.path("adult.csv"), own.bucket("in"))
    own.bucket("out")
    yield own
    own.stop()


def settings(issuer: Issuer) -> dict[str, str]:
    auth = {"MODE": "issuer", "ISSUER": issuer.url, "AUDIENCE": AUDIENCE}
    return {f"LOOKALIKE_AUTH__{name}": value for name, value in auth.items()}


def status(service: Service, token: str, path: str = "/api/v2/jobs") -> int:
    return httpx.get(service.url + path, headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_job_with_a_token_of_the_issuer(service: Service, issuer: Issuer) -> None:
    """Alice's program submits and reads her job; Bob's may not; a token without the scope may not either."""
    job_id = service.submit(data_size=100, parameters={"seed": 7, "evaluate": False})
    last = service.watch(job_id)[-1]

    assert "completed" == last["status"]
    assert 403 == status(service, issuer.token("bob"), f"/api/v2/jobs/{job_id}")
    assert 403 == status(service, issuer.token("alice", "webhooks:read"))
    assert 403 == service.http.post("/api/v2/webhooks/register", json={}).status_code


def test_rotated_and_away(service: Service, issuer: Issuer) -> None:
    """The first token of a new key is good; when the issuer is gone both are, and a key nobody knows is refused."""
    old = issuer.token("alice")
    time.sleep(5)  # keys are fetched once in so long
    issuer.rotate()
    new = issuer.token("alice")
    assert [200, 200] == [status(service, new), status(service, old)]

    issuer.rotate()
    unknown = issuer.token("alice")
    issuer.stop()
    assert [401, 200, 200] == [status(service, token) for token in (unknown, new, old)]


def test_a_service_that_starts_before_its_issuer(tmp_path: Path, issuer: Issuer) -> None:
    """It starts, refuses with a reason, and takes tokens once the issuer is there."""
    issuer.stop()
    port = int(issuer.url.rpartition(":")[2])
    service = start(tmp_path / "home", settings(issuer), "none")
    try:
        again = Issuer(port)
        token, end = again.token("alice"), time.monotonic() + PATIENCE_S
        while 200 != status(service, token):
            assert time.monotonic() < end
            time.sleep(0.5)
    finally:
        service.stop()
        again.stop()


def test_people_sign_in_at_the_issuer(tmp_path: Path) -> None:
    """In a browser: authorization code with PKCE leads back to the page one wanted, and shows who is there."""
    chromium, port = shutil.which("chromium"), free_port()
    if chromium is None or not (NODE / "node_modules").is_dir():
        pytest.skip("`./run test all` installs the browser and the Node packages that this needs")
    client = {"CLIENT_ID": "console", "CLIENT_SECRET": "console"}
    auth = {"MODE": "issuer", "ISSUER": f"http://127.0.0.1:{port}", "AUDIENCE": AUDIENCE, **client}
    told = {f"LOOKALIKE_AUTH__{name}": value for name, value in auth.items()}
    password = {"LOOKALIKE_SECRETS": '{console = {env = "PASSWORD"}}', "PASSWORD": "console-password"}
    service = start(tmp_path / "home", {**told, **password}, "none")
    issuer = Issuer(port, f"{service.url}/console/sign-in/callback")
    try:
        until = time.monotonic() + PATIENCE_S
        while 200 != status(
            service, issuer.token("alice")
        ):  # its keys were not there yet when the service looked first
            assert time.monotonic() < until
            time.sleep(0.5)
        words = ["node", "sign_in.mjs", chromium, service.url, "carol"]
        done = subprocess.run(words, cwd=NODE, capture_output=True, text=True, check=False, timeout=120)
        forged = httpx.get(f"{service.url}/console/sign-in/callback?code=x&state=y")
    finally:
        issuer.stop()
        service.stop()

    assert 0 == done.returncode, done.stderr
    seen = json.loads(done.stdout)
    assert f"{service.url}/console/audit" == seen["url"]
    assert ["carol", "of customer-carol"] == seen["who"].split("\n")
    assert [("lookalike_session", True)] == [(cookie["name"], cookie["httpOnly"]) for cookie in seen["cookies"]]
    assert (401, True) == (forged.status_code, "begun elsewhere" in forged.text)
