"""The service may reach more than a customer: it must not be talked into it."""

from typing import Any

import pytest

ESCAPES = [
    "../vault/adult.csv",
    "in/../../vault/adult.csv",
    "%2e%2e/vault/adult.csv",
    "..%2fvault%2fadult.csv",
    "..\\vault\\adult.csv",
    "/etc/passwd",
    "//etc/passwd",
    "C:/adult.csv",
    "C:adult.csv",
    "file:///etc/passwd",
    "s3://other/adult.csv",
    "in/adult.csv\x00.png",
    "in/adult.csv\n",
    "in/\u202e/../adult.csv",
    "x" * 4_096,
    ".lookalike/adult.csv",
]


@pytest.mark.parametrize("path", ESCAPES)
def test_no_path_leads_out_of_a_bucket(service: Any, path: str) -> None:
    """What would be in another bucket, or a file of the machine, is refused; links are the storage's to refuse."""
    answer = service.create("bob", input_path=path)

    assert (400, "VALIDATION_ERROR") == (answer.status_code, answer.json()["error"]["code"])
    assert {"input_path"} >= {error["field"] for error in answer.json()["error"]["details"].get("errors", ())}
    assert "root:" not in answer.text


@pytest.mark.parametrize("path", [path for path in ESCAPES if "%" not in path])
def test_no_output_leads_out_of_a_bucket(service: Any, path: str) -> None:
    """What cannot be read cannot be written either; an encoded dot is a name like any other and stays in the bucket."""
    answer = service.create("bob", output_path=path)

    assert (400, "VALIDATION_ERROR") == (answer.status_code, answer.json()["error"]["code"])


def test_anothers_output_is_no_input(service: Any) -> None:
    """What alice wrote into a bucket that only she may read, bob cannot have learnt from."""
    (service.home / "vault" / "out.csv").write_text("a,b\n1,2\n")
    own = {"input_bucket": "vault", "input_path": "out.csv"}

    assert 202 == service.create("alice", **own).status_code
    assert [403, 403] == [service.create(customer, **own).status_code for customer in ("bob", "carol")]
