"""Results as Markdown."""

import pytest
from bench.measuring.markdown import by_table, costs, failures, figure, grid, rate, ratio, ratios, scores
from bench.measuring.results import Cost, Entry, Failure, Score, Shape

OURS = Entry(
    "Lookalike",
    "small",
    Cost(0.25, 200e6, 500_000.0, 900_000.0, 400_000.0),
    {"n rows": {"C2ST": Score(0.55, 0.5)}, "n of 10 n": {"C2ST": Score(0.56, 0.5)}},
    "2030-01-02",
)
PEER = Entry("Other", "small", Cost(25.0, 100e6, 5_000.0), {"n rows": {"C2ST": Score(0.7, None)}}, "2030-01-01")


def test_costs_are_told_a_line_a_table() -> None:
    """A line has the table's shape, CPU seconds, rates with three digits, and megabytes."""
    told = costs([OURS], {"small": Shape(1_000, 12)}).splitlines()

    assert "| small | 1,000 | 12 | 0.25 | 900,000 | 500,000 | 400,000 | 200 |" == told[-1]


def test_ratios_are_peer_by_ours() -> None:
    """A peer of a hundred times the CPU seconds, a hundredth of the rows and half the memory is told so."""
    told = ratios([OURS], [PEER]).splitlines()

    assert "| small | Other | 25 | 100 | 5,000 | 0.01 | 100 | 0.5 |" == told[-1]


def test_scores_stand_beside_the_floor() -> None:
    """A table's block has fresh real rows first, then ours by each way of drawing, then the peers."""
    told = scores([OURS], [PEER]).splitlines()

    assert [
        "| table | rows from | C2ST |",
        "|---|---|---|",
        "| small | fresh real rows | 0.500 |",
        "| small | Lookalike, n rows | 0.550 |",
        "| small | Lookalike, n of 10 n | 0.560 |",
        "| small | Other | 0.700 |",
    ] == told


def test_scores_that_a_judge_lacks_are_dashes() -> None:
    """What one generator has no figure for stays in the table as a dash."""
    peer = Entry("Other", "small", PEER.cost, {"n rows": {}}, PEER.date)

    assert "| small | Other | – |" == scores([OURS], [peer]).splitlines()[-1]


def test_failures_are_a_line_each() -> None:
    """A peer that could not be installed, and one that did not end on a table, have a line each."""
    told = failures([Failure("One", None, "could not be installed"), Failure("Two", "small", "ended with ValueError")])

    assert "- One: could not be installed.\n- Two on small: ended with ValueError." == told


def test_entries_are_in_the_order_of_tables() -> None:
    """Peers come as they ran, and are told table by table, in the order they ran in within a table."""
    entries = [Entry(who, table, PEER.cost, {}, "") for who in ("a", "b") for table in ("y", "x")]

    assert [("a", "x"), ("b", "x"), ("a", "y"), ("b", "y")] == [(e.who, e.table) for e in by_table(entries, ["x", "y"])]


@pytest.mark.parametrize(
    ("theirs", "ours", "told"),
    [
        (100.0, 1.0, "100"),
        (12_345.6, 1.0, "12,346"),
        (9.94, 1.0, "9.9"),
        (1.0, 4.0, "0.25"),
        (1.0, 725.0, "0.0014"),
        (None, 1.0, "–"),
        (1.0, None, "–"),
        (1.0, 0.0, "–"),
    ],
)
def test_ratios_have_the_digits_that_matter(theirs: float | None, ours: float | None, told: str) -> None:
    """Ratios have about two digits; without both sides there is none."""
    assert told == ratio(theirs, ours)


def test_figures_have_fixed_digits() -> None:
    """Percentages have two digits behind the point, other scores three, lacking ones none."""
    assert ["1.25", "0.500", "–"] == [figure("exact, %", 1.25), figure("C2ST", 0.5), figure("C2ST", None)]


def test_rates_are_rounded() -> None:
    """Rates keep three digits."""
    assert ["836,000", "1,690", "–"] == [rate(836_421.1), rate(1_694.0), rate(None)]


def test_grids_are_markdown() -> None:
    """A grid is a heading, a rule and lines of as many cells."""
    assert "| a | b |\n|---|---|\n| 1 | 2 |" == grid(["a", "b"], [["1", "2"]])
