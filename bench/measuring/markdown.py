"""Results as Markdown: costs, ratios to ours, scores beside those of fresh real rows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from bench.measuring.results import Cost, Entry, Failure, Score, Scores, Shape

NONE = "–"
_COSTS = ("fit, CPU s", "codes, rows/s", "decoded, rows/s", "as Parquet, rows/s", "peak memory, MB")
_RATIOS = ("fit, CPU s", "× ours", "decoded, rows/s", "× ours", "peak memory, MB", "× ours")


def costs(ours: Sequence[Entry], shapes: Mapping[str, Shape]) -> str:
    """What ours cost, a line a table."""
    rows = ([e.table, *_shape(shapes[e.table]), *cost(e.cost)] for e in ours)
    return grid(["table", "rows", "columns", *_COSTS], rows)


def ratios(ours: Sequence[Entry], peers: Sequence[Entry]) -> str:
    """What the peers cost, and how many times what ours cost on the same table."""
    at = {e.table: e.cost for e in ours}
    rows = ([e.table, e.who, *_beside(e.cost, at.get(e.table))] for e in by_table(peers, at))
    return grid(["table", "who", *_RATIOS], rows)


def scores(ours: Sequence[Entry], peers: Sequence[Entry]) -> str:
    """Every score, a block a table: fresh real rows, ours by each way of drawing, the peers."""
    titles = list(dict.fromkeys(t for e in [*ours, *peers] for drawn in e.scores.values() for t in drawn))
    at = [e.table for e in ours]
    rows = (row for e in ours for row in _block(e, [p for p in peers if p.table == e.table], titles))
    lost = (_scored(p, titles, own=False) for p in peers if p.table not in at)
    return grid(["table", "rows from", *titles], [*rows, *(row for block in lost for row in block)])


def failures(failed: Sequence[Failure]) -> str:
    """A line for each that is not in the tables."""
    places = [(f.who if f.table is None else f"{f.who} on {f.table}", f.reason) for f in failed]
    return "\n".join(f"- {place}: {reason}." for place, reason in places)


def by_table(entries: Sequence[Entry], tables: Iterable[str]) -> list[Entry]:
    """The entries in the tables' order, those of other tables last."""
    order = {name: n for n, name in enumerate(tables)}
    return sorted(entries, key=lambda e: order.get(e.table, len(order)))


def grid(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    rule = "|---" * len(headings) + "|"
    return "\n".join([_line(headings), rule, *(_line(row) for row in rows)])


def ratio(theirs: float | None, ours: float | None) -> str:
    """`theirs` by `ours`, two digits of it where they matter."""
    if theirs is None or not ours:
        return NONE
    value = theirs / ours
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}" if value >= 1 else f"{value:.2g}"


def figure(title: str, value: float | None) -> str:
    """A score as it is told: percentages with two digits behind the point, the others with three."""
    if value is None:
        return NONE
    return f"{value:.2f}" if "%" in title else f"{value:.3f}"


def rate(per_s: float | None) -> str:
    """Rows a second; beyond three digits machines differ."""
    return NONE if per_s is None else f"{float(f'{per_s:.3g}'):,.0f}"


def cost(cost: Cost) -> list[str]:
    """Cells under the headings of `costs`."""
    rates = [rate(r) for r in (cost.codes_per_s, cost.decoded_per_s, cost.written_per_s)]
    return [_seconds(cost.fit_s), *rates, _megabytes(cost.peak_bytes)]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _shape(shape: Shape) -> list[str]:
    return [f"{shape.n_rows:,}", f"{shape.n_columns:,}"]


def _beside(theirs: Cost, ours: Cost | None) -> list[str]:
    told = [_seconds(theirs.fit_s), rate(theirs.decoded_per_s), _megabytes(theirs.peak_bytes)]
    times = [
        ratio(theirs.fit_s, ours.fit_s if ours else None),
        ratio(theirs.decoded_per_s, ours.decoded_per_s if ours else None),
        ratio(theirs.peak_bytes, ours.peak_bytes if ours else None),
    ]
    return [cell for pair in zip(told, times, strict=True) for cell in pair]


def _seconds(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"


def _megabytes(size_bytes: float) -> str:
    return f"{size_bytes / 1e6:,.0f}"


def _block(ours: Entry, peers: Sequence[Entry], titles: Sequence[str]) -> Iterator[list[str]]:
    yield [ours.table, "fresh real rows", *(figure(t, _floor(ours.scores, t)) for t in titles)]
    for entry in [ours, *peers]:
        yield from _scored(entry, titles, own=entry is ours)


def _scored(entry: Entry, titles: Sequence[str], *, own: bool) -> Iterator[list[str]]:
    for drawn, told in entry.scores.items():
        who = f"{entry.who}, {drawn}" if own else entry.who
        yield [entry.table, who, *(figure(t, told.get(t, Score(None, None)).value) for t in titles)]


def _floor(drawn: Mapping[str, Scores], title: str) -> float | None:
    found = (told[title].floor for told in drawn.values() if title in told)
    return next(found, None)
