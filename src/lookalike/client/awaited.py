"""The client that is awaited: `Client` with `await` before what it does."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from functools import partial
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import httpx

from lookalike.client import calls, fetching, following, generating
from lookalike.client.answers.jobs import JobStatusResponse
from lookalike.client.asking import Fetch, Flow, Pause, Send, Step, Work, ask
from lookalike.client.binding import bound
from lookalike.client.calls import Call
from lookalike.client.generating import Wish
from lookalike.client.requests import chunks_awaited, opened, settings

P = ParamSpec("P")
T = TypeVar("T")


def _method(make: Callable[P, Call[T] | Flow[T]]) -> Callable[Concatenate["AsyncClient", P], Coroutine[Any, Any, T]]:
    """A method that does what `make` describes."""

    async def method(self: "AsyncClient", /, *args: P.args, **named: P.kwargs) -> T:
        return await self.run(make(*args, **named))

    return bound(method, make)


def _of_job(
    make: Callable[Concatenate[str, P], Call[T] | Flow[T]],
) -> Callable[Concatenate["AsyncJob", P], Coroutine[Any, Any, T]]:
    """A method of a job that does what `make` describes for its id."""

    async def method(self: "AsyncJob", /, *args: P.args, **named: P.kwargs) -> T:
        return await self.client.run(make(self.id, *args, **named))

    return bound(method, make, given=1)


class AsyncClient:
    """
    A service, seen by one customer, awaited.

    Every operation of the API is a method. What they answer are dicts, named in `lookalike.client.answers` as the
    service's document names them. All of them raise `ServiceError` if the service answers something else and
    `ServiceAway` if it does not answer, after trying again where that can help and does no harm.

    Args:
        url: Where the service listens, e.g. ``http://127.0.0.1:8000``.
        token: A bearer token.
        progress: Whether to show how far jobs are that are waited for; None: at a terminal and in a notebook.
    """

    def __init__(self, url: str, token: str, *, progress: bool | None = None) -> None:
        self._http = httpx.AsyncClient(**settings(url, token))
        self._progress = progress

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.aclose()

    # ── operations ────────────────────────────────────────────────────────────────────────────────────────────────────

    submit = _method(calls.submit)
    preview = _method(calls.preview)
    jobs = _method(calls.jobs)
    job = _method(calls.job)
    cancel = _method(calls.cancel)
    pause = _method(calls.pause)
    resume = _method(calls.resume)
    delete = _method(calls.delete)
    events = _method(calls.events)
    artefacts = _method(calls.artefacts)
    artefact = _method(calls.artefact)
    models = _method(calls.models)
    buckets = _method(calls.buckets)
    objects = _method(calls.objects)
    put = _method(calls.put)
    register_webhook = _method(calls.register_webhook)
    webhooks = _method(calls.webhooks)
    delete_webhook = _method(calls.delete_webhook)
    deliveries = _method(calls.deliveries)
    redeliver = _method(calls.redeliver)
    try_webhook = _method(calls.try_webhook)
    rotate_secret = _method(calls.rotate_secret)
    enable_webhook = _method(calls.enable_webhook)
    audit = _method(calls.audit)
    health = _method(calls.health)
    ready = _method(calls.ready)
    alive = _method(calls.alive)
    metrics = _method(calls.metrics)
    document = _method(calls.document)

    # ── several of them in one ────────────────────────────────────────────────────────────────────────────────────────

    download = _method(fetching.download)
    result = _method(fetching.result)
    report = _method(fetching.report)

    async def generate(
        self,
        data: Any,
        n: int | None = None,
        *,
        data_type: str = "tabular",
        bucket: str | None = None,
        project_id: str = "default",
        wait: bool = True,
        **parameters: Any,
    ) -> "AsyncJob":
        """
        Upload a sample, submit a job that learns from it, and wait for its end.

        Args:
            data: A polars or pandas frame, an Arrow table, or the path of a file.
            n: How many records to make; left out, as many as the frame has.
            data_type: `tabular`, `time_series` or `text`.
            bucket: Where sample and output go; may be left out if you have only one to read and write.
            project_id: The project that the job counts to.
            parameters: How to learn and to make: `seed`, `privacy`, `constraints` and others.

        Raises:
            UsageError: data of another kind, or nothing says how much to make or which bucket to use.
            JobFailed, JobCancelled: the job that was waited for ended so.
        """
        wish = Wish(data, n, data_type, bucket, project_id, parameters)
        job = AsyncJob(self, await self.run(generating.submitted(wish)))
        if wait:
            await job.wait()
        return job

    async def wait(self, job_id: str) -> JobStatusResponse:
        """A job's last status once it is completed; raises JobFailed or JobCancelled if it is not."""
        return await self.run(following.wait(job_id, self._progress))

    async def follow(self, job_id: str) -> AsyncIterator[JobStatusResponse]:
        """A job's status whenever it has changed, until the job has ended."""
        job = await self.run(following.changed(job_id, None))
        yield job
        while job["status"] not in following.ENDED:
            job = await self.run(following.changed(job_id, job))
            yield job

    # ── how it is done ────────────────────────────────────────────────────────────────────────────────────────────────

    async def run(self, asked: Call[T] | Flow[T]) -> T:
        """What a call or a flow comes to."""
        flow = ask(asked) if isinstance(asked, Call) else asked
        go_on = partial(next, flow)
        while True:
            try:
                step = go_on()
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            try:
                go_on = partial(flow.send, await self._do(step))
            except BaseException as error:  # the flow knows what to do about it, and what to leave behind
                go_on = partial(flow.throw, error)

    async def _do(self, step: Step) -> Any:
        match step:
            case Send(call):
                return await self._send(call)
            case Fetch():
                return await self._fetch(step)
            case Pause(seconds):
                await asyncio.sleep(seconds)
            case Work(do):
                return await asyncio.to_thread(do)
        return None

    async def _send(self, call: Call[Any]) -> httpx.Response:
        with opened(call) as (asked, file):
            if file is not None:
                asked["content"] = chunks_awaited(file)
            return await self._http.request(**asked)

    async def _fetch(self, step: Fetch) -> httpx.Response:
        with opened(step.call) as (asked, _):
            asked["headers"] |= step.landing.headers()
        async with self._http.stream(**asked) as answer:
            if answer.is_error:
                await answer.aread()
                return answer
            step.landing.begin(answer)
            async for chunk in answer.aiter_bytes():
                step.landing.take(chunk)
        return answer


class AsyncJob:
    """A job of a service, by its id."""

    def __init__(self, client: AsyncClient, job_id: str) -> None:
        self.client, self.id = client, job_id

    def __repr__(self) -> str:
        return f"<AsyncJob {self.id}>"

    status = _of_job(calls.job)
    cancel = _of_job(calls.cancel)
    pause = _of_job(calls.pause)
    resume = _of_job(calls.resume)
    delete = _of_job(calls.delete)
    events = _of_job(following.all_events)
    artefacts = _of_job(calls.artefacts)
    download = _of_job(fetching.download)
    result = _of_job(fetching.result)
    report = _of_job(fetching.report)

    async def wait(self) -> JobStatusResponse:
        """Its last status once it is completed; raises JobFailed or JobCancelled if it is not."""
        return await self.client.wait(self.id)
