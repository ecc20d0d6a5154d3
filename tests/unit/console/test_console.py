"""The pages for people, without a browser: who gets in, whose things they see, what a form asks for."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Timer
from typing import Any
from urllib.parse import urlencode

import pytest
from httpx import Response

from lookalike.clock import ManualClock
from lookalike.console import asking, fields
from lookalike.console.rendering import environment
from lookalike.console.session import COOKIE, safe_target
from lookalike.data.parameters import PARAMETERS

SAME = {"Sec-Fetch-Site": "same-origin"}
FORM = {"Content-Type": "application/x-www-form-urlencoded", **SAME}
JOBS = "/console/jobs"


def cookie(service: Any, customer: str = "alice", **limits: Any) -> dict[str, str]:
    return {"Cookie": f"{COOKIE}={service.headers(customer, **limits)['Authorization'].removeprefix('Bearer ')}"}


def see(service: Any, path: str, customer: str = "alice", **limits: Any) -> Response:
    answer: Response = service.client.get(path, headers=cookie(service, customer, **limits))
    return answer


def send(service: Any, path: str, told: Any = (), customer: str = "alice") -> Response:
    headers = {**cookie(service, customer), **FORM}
    answer: Response = service.client.post(path, headers=headers, content=urlencode(told, doseq=True))
    return answer


def filled(service: Any, **changes: Any) -> dict[str, Any]:
    """A form as somebody fills it."""
    body = service.body(**changes)
    return {name: value for name, value in body.items() if name != "parameters"}


def pages(service: Any) -> list[tuple[str, str]]:
    """Verb and path of every route of the console that is for those who are signed in; but the list that never ends."""
    routes = [route for route in service.client.app.routes if route.path.startswith("/console/")]
    found = [(verb, route.path) for route in routes for verb in getattr(route, "methods", None) or ()]
    return [each for each in found if not re.match("/console/(static|sign-in|sign-out|link|jobs/live)", each[1])]


def test_who_is_not_signed_in_is_sent_there(service: Any) -> None:
    """Every page leads to the page to sign in, which leads back; only the service's own token opens them."""
    for verb, path in pages(service):
        answer = service.client.request(verb, re.sub(r"\{[^}]*\}", "x", path), headers=SAME)

        if verb == "PUT":  # for a script
            assert 401 == answer.status_code, path
            continue
        assert 303 == answer.status_code, path
        assert answer.headers["location"].startswith("/console/sign-in"), path
    bad = service.client.get(JOBS, headers={"Cookie": f"{COOKIE}=x.y.z"})
    assert 303 == bad.status_code


def test_a_token_signs_in(service: Any) -> None:
    """A good token is kept in a cookie that scripts cannot read, and leads on; a bad one is told so."""
    token = service.headers()["Authorization"].removeprefix("Bearer ")
    good = service.client.post(
        "/console/sign-in", headers=FORM, content=urlencode({"token": token, "next": "/console/audit"})
    )
    bad = service.client.post("/console/sign-in", headers=FORM, content=urlencode({"token": "x.y.z"}))
    kept = good.headers["set-cookie"]

    assert (303, "/console/audit") == (good.status_code, good.headers["location"])
    assert kept.startswith(f"{COOKIE}={token}; HttpOnly")
    assert "SameSite=lax" in kept
    assert (401, True) == (bad.status_code, "not a JWT" in bad.text)
    assert "set-cookie" not in bad.headers


def test_a_token_that_no_browser_keeps(service: Any) -> None:
    """It is told so, instead of leading round in circles."""
    scopes = frozenset(f"scope-{n}" for n in range(500))
    token = service.headers(scopes=scopes)["Authorization"].removeprefix("Bearer ")
    answer = service.client.post("/console/sign-in", headers=FORM, content=urlencode({"token": token}))

    assert 401 == answer.status_code
    assert "no browser keeps" in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "/console/\\x", "javascript:x", "", "/api"]
)
def test_nobody_is_led_elsewhere(target: str) -> None:
    """What one comes back to is a page of ours."""

    assert JOBS == safe_target(target)


def test_a_link_signs_in_once(service: Any) -> None:
    """The second time, and any other code, leads to the page to sign in."""
    code = service.client.app.state.desk.links.make()
    answers = [service.client.get(f"/console/link/{each}") for each in (code, code, "0" * 64)]

    assert [303, 401, 401] == [answer.status_code for answer in answers]
    assert [True, False, False] == ["set-cookie" in answer.headers for answer in answers]


@pytest.mark.parametrize(
    "headers",
    [{}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}],
)
def test_another_site_changes_nothing(service: Any, headers: dict[str, str]) -> None:
    """What does not come from a page of ours is refused, though the browser sends the cookie along."""
    job_id = service.job()
    answer = service.client.post(f"{JOBS}/{job_id}/cancel", headers={**cookie(service), **headers})

    assert 403 == answer.status_code
    assert "initialized" == service.get(f"/api/v2/jobs/{job_id}").json()["status"]


def test_no_page_shows_anothers_things(service: Any) -> None:
    """As bob, alice's jobs and webhooks answer 403 or 404 on every page, and stand in none of his lists."""
    hook = {"url": "https://hooks.example.com/a", "events": ["job.failed"], "secret": "s" * 20}
    ids = {"job_id": service.job(), "bucket": "vault", "path": "adult.csv", "name": "report.html", "action": "cancel"}
    ids["webhook_id"] = service.post("/api/v2/webhooks/register", json=hook).json()["webhook_id"]
    ids["delivery_id"] = service.post(f"/api/v2/webhooks/{ids['webhook_id']}/test").json()["delivery_id"]
    walked = 0
    for verb, path in pages(service):
        place = path.replace(":path", "").format(**ids)
        answer = service.client.request(verb, place, headers={**cookie(service, "bob"), **FORM})
        walked += "{" in path

        assert answer.status_code in (403, 404) if "{" in path else answer.status_code < 500, (verb, path)
        assert ids["job_id"] not in answer.text or answer.status_code == 404
        assert "hooks.example.com" not in answer.text
    assert walked >= 10
    assert "initialized" == service.get(f"/api/v2/jobs/{ids['job_id']}").json()["status"]
    assert see(service, f"/console/new?from={ids['job_id']}", "bob").status_code == 403


def test_a_token_of_a_scope_opens_its_pages(service: Any) -> None:
    """Who may read jobs only sees jobs; the rest says which scope is missing."""
    limits = {"scopes": frozenset({"jobs:read"})}
    jobs, hooks = see(service, JOBS, **limits), see(service, "/console/webhooks", **limits)

    assert [200, 403] == [jobs.status_code, hooks.status_code]
    assert "webhooks:read" in hooks.text


def test_who_is_signed_in_no_more_follows_no_more(make: Callable[..., Any]) -> None:
    """A stream ends when its token is over, and with what it follows."""
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
    service = make(clock=clock)
    signed_in = cookie(service)
    Timer(1.5, clock.advance, [3_600.0]).start()
    first = service.client.get(f"{JOBS}/live", headers=signed_in)
    again = service.client.get(f"{JOBS}/live", headers=signed_in)

    assert (200, 1) == (first.status_code, first.text.count("No jobs yet"))
    assert 303 == again.status_code


def test_jobs_are_found(service: Any) -> None:
    """By a part of the output path, the project, the beginning of the id, the status; a page at a time."""
    for n in range(30):
        service.job(output_path=f"many/{n:02}.csv", project_id="apples" if n % 2 else "pears")
    one = service.job(output_path="special_100%.csv")
    service.post(f"/api/v2/jobs/{one}/cancel")

    def found(query: str) -> int:
        return len(re.findall(r'<tr id="job-', see(service, f"{JOBS}?{query}").text))

    assert [25, 6] == [found(""), found("page=2")]
    assert [1, 1, 0] == [found("search=l_100%25"), found(f"search={one[:8]}"), found("search=l_1%25.")]
    assert [15, 1, 0] == [found("search=apples"), found("status=cancelled"), found("status=running")]
    assert [25, 25] == [found("status=nonsense"), found("page=nonsense")]


def test_a_form_makes_a_job(service: Any) -> None:
    """What is filled in is asked for, and leads to the job; parameters that are as they are anyway are left out."""
    wishes = {"tabular.privacy": "private", "tabular.exclude": "a, c", "tabular.seed": "5", "tabular.evaluate": "true"}
    rules = {"tabular.constraints": '[{"type": "range", "column": "b", "min": 1}]', "text.backend": "ngram"}
    answer = send(service, "/console/new", {**filled(service, output_path="o.csv"), **wishes, **rules})
    job = service.get(answer.headers["location"].replace("/console", "/api/v2")).json()
    shown = job["configuration"]["parameters"]

    assert (303, "o.csv") == (answer.status_code, job["configuration"]["output_location"]["path"])
    assert ("private", ["a", "c"], 5, True) == tuple(shown[key] for key in ("privacy", "exclude", "seed", "evaluate"))
    assert "range" == shown["constraints"][0]["type"]


def test_what_is_wrong_in_a_form_is_named(service: Any) -> None:
    """Numbers that are none, JSON that is none, values out of range: each by the name of its field."""
    wrong = {"tabular.fit_rows": "many", "tabular.columns": "{", "data_size": "x"}
    first = send(service, "/console/new", {**filled(service), **wrong})
    second = send(service, "/console/new", {**filled(service), "tabular.holdout_share": "3"})

    assert [400, 400] == [first.status_code, second.status_code]
    assert all(name in first.text for name in ("parameters.fit_rows", "parameters.columns", "data_size"))
    assert "parameters.holdout_share" in second.text


def test_run_again(service: Any) -> None:
    """A form filled as another job was asks for the same."""
    parameters = {"seed": 3, "privacy": "private", "exclude": ["a"], "csv": {"delimiter": ";"}, "evaluate": False}
    job_id = service.job(output_path="first.csv", parameters=parameters, data_size=77)
    text = see(service, f"/console/new?from={job_id}").text

    def value(name: str) -> str:
        match = re.search(rf'name="{name}"[^>]*value="([^"]*)"', text)
        return "" if match is None else match[1]

    assert ("77", "first.csv", "3", "a") == tuple(
        map(value, ("data_size", "output_path", "tabular.seed", "tabular.exclude"))
    )
    assert "<option selected>private</option>" in text
    assert re.search(r'name="tabular.evaluate" value="true"><', text), "it is not checked"


def test_the_same_request(service: Any) -> None:
    """The lines beside a form are the request: JSON for a shell, a dict for Python."""
    text = send(service, "/console/new/lines", {**filled(service, output_path="it's.csv"), "tabular.seed": "1"}).text

    assert "it&#39;\\&#39;&#39;s.csv" in text
    assert '"seed": 1' in text.replace("&#34;", '"')
    asked = asking.submission({"data_size": ["10"], "output_path": ["it's.csv"]})
    scope: dict[str, Any] = {}
    exec(asking.python(asked, "u").split("\n", 3)[3].replace("job = client.submit(", "told = ("), scope)
    assert asking.body(asked) == scope["told"]
    assert asking.body(asked) == json.loads(asking.curl(asked, "u").split("-d '")[1].replace("'\\''", "'")[:-1])


@pytest.mark.parametrize("data_type", PARAMETERS)
def test_every_parameter_has_a_field(data_type: str) -> None:
    """With a sentence of help; what a field shows of a default is that default again."""
    shown = fields.fields(data_type)

    assert set(PARAMETERS[data_type].model_fields) == {field.name for field in shown}
    assert {} == fields.chosen(
        data_type, {f"{data_type}.{field.name}": [field.default] for field in shown} | _flags(data_type)
    )
    assert set(fields.HELP) == {name for model in PARAMETERS.values() for name in model.model_fields}


def _flags(data_type: str) -> dict[str, list[str]]:
    """A box that is checked sends its value, one that is not sends nothing."""
    flags = [field for field in fields.fields(data_type) if field.kind == "flag"]
    return {f"{data_type}.{field.name}": ["true"] if field.default == "true" else [""] for field in flags}


def test_nothing_of_a_customer_is_markup(service: Any) -> None:
    """Names are text, whatever stands in them."""
    nasty = "<script>alert(1)</script>"
    job_id = service.job(output_path=f"{nasty[:8]}x/a.csv", project_id=nasty)
    for path in (JOBS, f"{JOBS}/{job_id}", f"/console/new?from={job_id}"):
        assert nasty not in see(service, path).text
        assert nasty[:8] + "x" not in see(service, path).text
    assert environment().autoescape is True


def test_pages_say_what_browsers_may_do(service: Any) -> None:
    """Scripts and styles of our own only, no frames around; nothing is kept but files whose names change with them."""
    answer = see(service, JOBS)
    file = re.search(r'src="(/console/static/htmx[^"]*)"', answer.text)
    assert file is not None
    script = service.client.get(file[1])

    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert ("no-store", True) == (answer.headers["cache-control"], "immutable" in script.headers["cache-control"])
    assert 404 == service.client.get("/console/static/../__init__.py").status_code
    assert 404 == service.client.get("/console/static/%2e%2e%2f__init__.py").status_code


def test_an_ended_job_can_be_deleted(service: Any) -> None:
    """And leads back to the list; a live one says what is in the way, inside the page."""
    job_id, asked = service.job(), {**cookie(service), **SAME, "HX-Request": "true"}
    live = service.client.post(f"{JOBS}/{job_id}/delete", headers=asked)
    service.post(f"/api/v2/jobs/{job_id}/cancel")
    gone = service.client.post(f"{JOBS}/{job_id}/delete", headers=asked)

    assert (200, "#problems") == (live.status_code, live.headers["hx-retarget"])
    assert (204, JOBS) == (gone.status_code, gone.headers["hx-redirect"])
    assert 404 == see(service, f"{JOBS}/{job_id}").status_code
