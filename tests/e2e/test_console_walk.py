"""The console as a person walks through it, in a real browser: each page looked at, on phones and wide screens."""

import json
import shutil
import subprocess
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from service import log_of, serving

from lookalike import samples

NODE = Path(__file__).parents[1] / "node"
SHOTS = Path(__file__).parents[2] / "build" / "screenshots"
PAGES = {
    *("sign-in", "jobs-empty", "new", "job-completed", "job-paused", "job-running", "jobs", "job-failed"),
    *("webhooks-empty", "webhook", "webhooks", "models", "audit", "health"),
}
WIDTHS, SCHEMES = {360, 1440, 2560}, {"light", "dark"}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


class Receiver(BaseHTTPRequestHandler):
    """Takes whatever is posted."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *told: Any) -> None:
        """Quietly."""


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """All that the walk tells; its screenshots are kept in build/screenshots."""
    chromium = shutil.which("chromium")
    if chromium is None or not (NODE / "node_modules").is_dir():
        pytest.skip("`./run test all` installs the browser and the Node packages that this needs")
    folder = tmp_path_factory.mktemp("console")
    SHOTS.mkdir(parents=True, exist_ok=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    Thread(target=server.serve_forever, daemon=True).start()
    hook = f"http://127.0.0.1:{server.server_address[1]}/hook"
    with serving(folder / "home", WEBHOOKS__ALLOW='["127.0.0.1"]', WEBHOOKS__ALLOW_HTTP="true") as service:
        service.bucket("in"), service.bucket("out")
        [link] = [
            json.loads(line)["link"]
            for line in log_of(service.home).read_text().splitlines()
            if "/console/link/" in line
        ]
        words = ["node", "console.mjs", chromium, link, str(samples.path("adult.csv")), str(SHOTS), hook]
        done = subprocess.run(words, cwd=NODE, capture_output=True, text=True, check=False, timeout=540)
    server.shutdown()
    server.server_close()
    assert 0 == done.returncode, done.stdout[-2000:] + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def step(walk: list[dict[str, Any]], name: str) -> dict[str, Any]:
    [found] = [each for each in walk if each.get("step") == name]
    return found


def test_from_an_upload_to_rows(walk: list[dict[str, Any]]) -> None:
    """Signed in by a link, a file is put in a bucket, previewed, submitted, watched to its end, and its rows taken."""

    assert step(walk, "sent to sign in")["url"].endswith("/console/sign-in?next=%2Fconsole%2Fwebhooks")
    assert step(walk, "signed in by a link")["url"].endswith("/console/jobs")
    assert ("adult.csv", "new-adult.csv") == tuple(step(walk, "uploaded")[key] for key in ("path", "output"))
    assert "dropped here.csv" == step(walk, "dropped")["path"]
    assert 15 == step(walk, "previewed")["columns"]
    assert '"data_size": 2000' in step(walk, "the same request")["curl"]
    assert (False, 2000) == tuple(step(walk, "completed")[key] for key in ("reloaded", "rows"))
    assert "synthetic rows" in step(walk, "report")["title"]


def test_what_can_be_done_with_a_job(walk: list[dict[str, Any]]) -> None:
    """Paused, resumed, cancelled, run again with changes; what is wrong is told where it stands."""
    words = [step(walk, name)["status"] for name in ("paused", "resumed", "cancelled")]

    assert ["paused", "running", "cancelled"] == words
    assert ("first.csv", "2000") == tuple(step(walk, "run again")[key] for key in ("output", "rows"))
    assert "data_size must be from 1" in step(walk, "refused")["problem"]
    assert "OUTPUT_EXISTS" in step(walk, "failed")["error"]
    assert "if_exists" in step(walk, "failed")["error"]
    assert 2 == step(walk, "searched")["found"]


def test_a_webhook_is_tried_out(walk: list[dict[str, Any]]) -> None:
    """Registered, sent a test, and its answer shown."""

    assert "204" in step(walk, "tested")["answer"]


def test_the_keyboard_leads_through(walk: list[dict[str, Any]]) -> None:
    """The first stop skips to the content; signing out works without a mouse."""

    assert "To the content" == step(walk, "first stop of the keyboard")["text"]
    assert step(walk, "signed out")["url"].endswith("/console/sign-in")


def test_every_page_is_in_order(walk: list[dict[str, Any]]) -> None:
    """Nothing sticks out, axe finds no violation, the browser has nothing to say, nothing is asked of anybody else."""
    looks = [each for each in walk if "page" in each]

    assert {(page, width, scheme) for page in PAGES for width in WIDTHS for scheme in SCHEMES} == {
        (each["page"], each["width"], each["scheme"]) for each in looks
    }
    assert [] == [each for each in looks if each["overflow"] > 0]
    assert [] == [each for each in looks if each["violations"]]
    assert [] == [each for each in looks if each["said"] or each["asked"]]
