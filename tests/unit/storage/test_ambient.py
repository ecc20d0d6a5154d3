"""Credentials that a machine has around it are nobody's but those buckets' whose settings say so."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from lookalike.storage.ambient import around, lacking

AROUND = {"AWS_ACCESS_KEY_ID": "AROUND", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "AROUND-TOO"}
ASK = """
import sys, json
from pathlib import Path
from lookalike.cli.home import environment
from lookalike.settings import Bucket, Settings
from lookalike.storage.buckets import open_bucket
from lookalike.wiring.places import place
environ = environment()
bucket = Bucket.model_validate(json.loads(sys.argv[1]))
try:
    open_bucket("b", *place("b", bucket, Settings(home=Path(".")), environ), Path(".")).head("x")
except Exception as error:
    print(type(error).__name__, getattr(error, "hint", ""))
"""


class _Noting(BaseHTTPRequestHandler):
    heard: list[dict[str, str]]

    def do_HEAD(self) -> None:
        self.heard.append({name.lower(): value for name, value in self.headers.items()})
        self.send_response(404)
        self.end_headers()

    def log_message(self, *told: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    """A store that has nothing and notes the headers of what it is asked."""
    _Noting.heard = []
    with ThreadingHTTPServer(("127.0.0.1", 0), _Noting) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def asked(server: ThreadingHTTPServer, *, ambient: bool = False, **options: str) -> str:
    """What a process says that looks for an object with credentials around it."""
    own = {"endpoint": f"http://127.0.0.1:{server.server_port}", "allow_http": "true", "region": "x", **options}
    bucket = {"url": "s3://b", "options": own, "ambient": ambient}
    command = [sys.executable, "-c", ASK, json.dumps(bucket)]
    env = {**os.environ, **AROUND}
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout


def test_a_bucket_asks_with_its_own_credentials_only(server: ThreadingHTTPServer) -> None:
    """Its own key signs, and no token that is around comes with it; a public bucket is asked unsigned."""
    assert "ObjectMissing" in asked(server, access_key_id="OWN", secret_access_key="s")
    assert "ObjectMissing" in asked(server, skip_signature="true")
    own, public = _Noting.heard

    assert "Credential=OWN/" in own["authorization"]
    assert "authorization" not in public
    assert "AROUND" not in str(_Noting.heard)


def test_a_bucket_without_credentials_is_refused(server: ThreadingHTTPServer) -> None:
    """Nothing is sent, and what to do is said."""
    told = asked(server)

    assert told.startswith("SettingsError")
    assert "ambient = true" in told
    assert not _Noting.heard


def test_ambient_takes_what_is_around(server: ThreadingHTTPServer) -> None:
    """The control: with ambient = true the key and the token of the environment are used."""
    assert "ObjectMissing" in asked(server, ambient=True)
    assert "Credential=AROUND/" in _Noting.heard[0]["authorization"]
    assert "AROUND-TOO" == _Noting.heard[0]["x-amz-security-token"]


@pytest.mark.parametrize(
    ("url", "options", "missing"),
    [
        ("s3://b", {}, True),
        ("s3://b", {"AWS_ACCESS_KEY_ID": "x"}, False),
        ("s3://b", {"region": "x"}, True),
        ("gs://b", {"service_account_path": "x"}, False),
        ("gs://b", {}, True),
        ("az://b", {"account_name": "x"}, True),
        ("az://b", {"azure_storage_account_key": "x"}, False),
        ("az://b", {"sas_token": "x"}, False),
        ("file:b", {}, False),
        ("memory:", {}, False),
    ],
)
def test_what_is_missing(url: str, options: dict[str, str], missing: bool) -> None:
    """Each kind of store has credentials of its own; folders need none."""
    assert missing == (lacking(url, options) is not None)


def test_each_cloud_has_its_own_variables() -> None:
    """What the environment tells of one cloud is not told to another."""
    environ = {**AROUND, "AZURE_CLIENT_ID": "c", "GOOGLE_SERVICE_ACCOUNT": "g", "PATH": "/bin"}

    assert {name.lower(): value for name, value in AROUND.items()} == around("s3://b", environ)
    assert {"azure_client_id": "c"} == around("az://b", environ)
    assert {"google_service_account": "g"} == around("gs://b", environ)
    assert {} == around("file:b", environ)
