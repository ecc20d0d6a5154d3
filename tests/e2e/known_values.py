"""
Hooks of schemathesis: what a caller knows and no document says, such as the names of buckets.

Where a value is good by the document, one that this service knows takes its place; what is not good stays as it is.
"""

import itertools
import re
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import httpx
import schemathesis

WEBHOOKS_AT_ONCE = 10  # a customer may have twenty

_count = itertools.count()
_registered: deque[str] = deque()

Change = Callable[[Any, int], Any]
Known = Mapping[str, Change]


def one_of(kind: type, *values: Any) -> Change:
    """One of the values after the other, instead of anything of that kind."""
    return lambda value, n: values[n % len(values)] if isinstance(value, kind) else value


def where(pattern: str, change: Change) -> Change:
    """The change of texts that the pattern describes, and of no others."""
    return lambda value, n: change(value, n) if isinstance(value, str) and re.fullmatch(pattern, value) else value


def up_to(most: int) -> Change:
    """No more than that, instead of more."""
    return lambda value, n: min(value, most) if type(value) is int else value


def numbered(*patterns: str) -> Change:
    """A text that was not sent before, instead of any."""
    return lambda value, n: patterns[n % len(patterns)].format(n) if isinstance(value, str) else value


JOB: Known = {
    "data_type": one_of(str, "tabular", "Tabular"),
    "data_size": up_to(1_000),
    "input_format": one_of(str, "csv", "CSV"),
    "output_format": one_of(str, "csv", "json", "jsonl", "parquet", "arrow"),
    "input_bucket": one_of(str, "in"),
    "output_bucket": one_of(str, "out"),
    "input_path": one_of(str, "few.csv", "some/adult.csv"),
    "output_path": numbered("{}/", "{}.txt"),  # no two jobs may write to one place
    "project_id": one_of(str, "tests", "others"),
    "timeout": up_to(86_400),
    "resume_window": up_to(2**31 - 1),
    "parameters": one_of(dict, {}, {"seed": 7}, {"privacy": "private", "if_exists": "replace"}),
}
SECRET = one_of(str, "sixteen letters or more", "whsec_bG9va2FsaWtlIGlzIHNpZ25lZA==")
WEBHOOK: Known = {"url": numbered("https://127.0.0.1:9/{}"), "secret": SECRET}  # nobody listens there
BODIES: Mapping[str, Known] = {
    "/api/v2/jobs": JOB,
    "/api/v2/jobs/preview": JOB,
    "/api/v2/webhooks/register": WEBHOOK,
    "/api/v2/webhooks/{webhook_id}/rotate-secret": {"secret": where("(?s).{16,256}", SECRET)},
}
HEADERS: Known = {"Idempotency-Key": where(r"[\x21-\x7e]{1,255}", numbered("key-{}"))}  # a key is good for one body


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """What is about to be sent is made of what is known."""
    n = next(_count)
    if isinstance(case.body, dict):
        case.body = _known(BODIES.get(case.path, {}), case.body, n)
        if _are_texts(case.body.get("headers")):
            case.body["headers"] = {"X-Stranger": f"{n}"}
    if "bucket" in (case.path_parameters or {}):
        case.path_parameters["bucket"] = "in"
        if "path" in case.path_parameters:
            case.path_parameters["path"] = f"uploads/{n}"
    for name in HEADERS.keys() & (case.headers or {}).keys():
        case.headers[name] = HEADERS[name](case.headers[name], n)
    if case.query and {"start_date", "end_date"} <= case.query.keys():
        _put_in_order(case.query)


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    """The oldest webhook goes when there are many."""
    if response.status_code == 201 and response.request.url.endswith("/register"):
        _registered.append(response.json()["webhook_id"])
    if len(_registered) > WEBHOOKS_AT_ONCE:
        url = response.request.url.replace("register", _registered.popleft())
        httpx.delete(url, headers={"Authorization": response.request.headers["Authorization"]})


def _known(known: Known, body: Mapping[str, Any], n: int) -> dict[str, Any]:
    return {name: known[name](value, n) if name in known else value for name, value in body.items()}


def _are_texts(headers: Any) -> bool:
    return isinstance(headers, dict) and all(isinstance(value, str) for value in headers.values())


def _put_in_order(query: dict[str, Any]) -> None:
    try:
        first, last = sorted((query["start_date"], query["end_date"]), key=datetime.fromisoformat)
    except (TypeError, ValueError):
        return
    query["start_date"], query["end_date"] = first, last
