"""What a stranger finds who holds the service against its document: schemathesis, all checks on."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from service import Service, serving

from contract import repaired, with_added_verb
from lookalike import samples

CUSTOMERS = ("acme", "globex")
HOOKS = Path(__file__).with_name("known_values.py")

# Of all checks one is told more: what a job's state forbids is a 400, however good the request is.
CONFIG = """
continue-on-failure = true
[generation]
deterministic = true
database = "none"
max-examples = 20
[checks]
response_schema_conformance.validate-formats = true
[auth.wfc]
path = "tokens.json"
peers = ["acme", "globex"]
user = "acme"
[[operations]]
include-operation-id = ["cancelJobV2", "pauseJobV2", "resumeJobV2", "deleteJobV2"]
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "404"]
"""


@pytest.fixture
def visited(tmp_path: Path) -> Iterator[Service]:
    """A service that has what `known_values` knows, in a folder with what schemathesis is told."""
    with serving(tmp_path / "home", SERVER__SYNC_WAIT_S="0.2", WEBHOOKS__ALLOW='["127.0.0.1"]') as service:
        shutil.copy(samples.path("adult.csv"), service.bucket("in/some"))
        (service.bucket("in") / "few.csv").write_text("a,b\n1,2\n")
        service.bucket("out")
        tokens = [(name, f"Bearer {service.token(name)}") for name in CUSTOMERS]
        users = [{"name": n, "fixedHeaders": [{"name": "Authorization", "value": value}]} for n, value in tokens]
        (tmp_path / "tokens.json").write_text(json.dumps({"auth": users}))
        (tmp_path / "config.toml").write_text(CONFIG)
        yield service


def visit(service: Service, document: dict[str, Any]) -> tuple[int, str]:
    """The exit code, which is 0 if nothing was found, and all that is told."""
    folder = service.home.parent
    (folder / "document.json").write_text(json.dumps(document))
    words = [sys.executable, "-m", "schemathesis.cli", "--no-color", "--config-file", "config.toml"]
    asked = [*words, "run", "document.json", "--url", service.url]
    env = {**os.environ, "SCHEMATHESIS_HOOKS": str(HOOKS)}
    done = subprocess.run(asked, cwd=folder, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


@pytest.mark.slow
def test_nothing_is_found_between_the_service_and_its_document(visited: Service) -> None:
    """Every operation, asked in turn and out of turn, with good and with bad data, answers as the document promises."""
    document = httpx.get(f"{visited.url}/openapi.json").json()
    code, told = visit(visited, document)
    n_operations = sum(len(verbs) for verbs in document["paths"].values())

    assert 0 == code, told
    assert f"Tested: {n_operations}\n" in told


@pytest.mark.slow
def test_nothing_is_found_between_the_service_and_the_contract(visited: Service, contract: dict[str, Any]) -> None:
    """The original contract, its slips repaired, is kept in the same way."""
    code, told = visit(visited, with_added_verb(repaired(contract)))

    assert 0 == code, told
    assert "Tested: 10\n" in told
