"""Jobs of many rows as tables: rates, memory by process, and what their slope says of a thousand million rows."""

from collections.abc import Iterator, Sequence

from bench.measuring.markdown import NONE, grid, rate
from bench.serving.objects import TITLE
from bench.serving.resident import ROLES
from bench.serving.scaled import Case, Outcome, measured
from lookalike.pipeline.work import STAGES

N_FAR = 1_000_000_000
_WHAT = ("rows", "buckets", "as", "workers")


def tables(cases: Sequence[Case]) -> Iterator[str]:
    """The jobs' figures, a table for each thing told of them."""
    outcomes = measured(cases)
    titles = (*_WHAT, "rows in", "seconds", "rows/s", "MB in", "MB out", "MB/s", "× one worker")
    yield grid(titles, [_rates(outcome, outcomes) for outcome in outcomes])
    yield grid((*_WHAT, *(f"{name}, s" for name in STAGES)), [_stages(outcome) for outcome in outcomes])
    yield grid((*_WHAT, *(f"{role}, MB" for role in ROLES)), [_memory(outcome) for outcome in outcomes])
    yield from extrapolated(outcomes)


def extrapolated(outcomes: Sequence[Outcome]) -> list[str]:
    """Lines that carry on, to a thousand million rows, between the two largest jobs that differ in size only."""
    found = []
    for workers in dict.fromkeys(o.case.workers for o in outcomes):
        alike = [o for o in outcomes if o.case == Case(o.case.n_rows, workers)]
        if len({o.case.n_rows for o in alike}) > 1:
            less, more = sorted(alike, key=lambda o: o.case.n_rows)[-2:]
            found.append(f"- {_carried_on(less, more)}")
    head = f"Not measured, but carried on from the slope between the two sizes, to {N_FAR:,} rows in folders:\n\n"
    return [head + "\n".join(found)] if found else []


def _carried_on(less: Outcome, more: Outcome) -> str:
    slope_s = (more.seconds - less.seconds) / (more.case.n_rows - less.case.n_rows)
    hours = (more.seconds + slope_s * (N_FAR - more.case.n_rows)) / 3600
    gigabytes = more.out_bytes / more.case.n_rows * N_FAR / 1e9
    sizes = f"{less.case.n_rows:,} and {more.case.n_rows:,}"
    count = f"{more.case.workers} worker{'s' if more.case.workers > 1 else ''}"
    return f"{count}, from {sizes}: {slope_s * 1e6:.2f} s a million rows, {hours:.1f} hours, {gigabytes:,.0f} GB."


def _what(case: Case) -> list[str]:
    return [f"{case.n_rows:,}", TITLE if case.far else "folders", case.format, f"{case.workers}"]


def _rates(outcome: Outcome, outcomes: Sequence[Outcome]) -> list[str]:
    case, took = outcome.case, outcome.seconds
    megabytes = [size / 1e6 for size in (outcome.in_bytes, outcome.out_bytes)]
    alone = next((o for o in outcomes if o.case == Case(case.n_rows, 1, case.far, case.format)), None)
    times = NONE if alone is None else f"{alone.seconds / took:.2f}"
    sizes = [f"{size:,.0f}" for size in megabytes]
    rates = [f"{took:,.1f}", rate(case.n_rows / took), *sizes, f"{sum(megabytes) / took:.1f}"]
    return [*_what(case), f"{outcome.n_input:,}", *rates, times]


def _stages(outcome: Outcome) -> list[str]:
    return [*_what(outcome.case), *(f"{outcome.stages.get(name, 0):.2f}" for name in STAGES)]


def _memory(outcome: Outcome) -> list[str]:
    return [*_what(outcome.case), *(_peaks(outcome, role) for role in ROLES)]


def _peaks(outcome: Outcome, role: str) -> str:
    """Those of a role, of several one by one."""
    sizes = [f"{size / 1e6:,.0f}" for name, size in sorted(outcome.peaks.items()) if name.split()[0] == role]
    return ", ".join(sizes) or NONE
