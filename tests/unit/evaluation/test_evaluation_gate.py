"""The release gate lets fresh real rows pass, and neither copies nor shuffled rows."""

import polars as pl
import pytest

from lookalike import samples
from lookalike.data.parameters import TabularParameters
from lookalike.data.streams import stream
from lookalike.evaluation import Figure
from lookalike.evaluation.gate import Gate, judge, problems
from lookalike.evaluation.report import ReportSettings, evaluate_tables
from lookalike.tables import given, typed

N = 500
TABLE, METADATA, _ = typed(given(samples.path("adult.csv"), TabularParameters()), TabularParameters())


def draw(seed: int) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Train, as many fresh rows, half as many held-back ones."""
    rows = TABLE.sample(5 * N // 2, seed=seed)
    return rows[:N], rows[N : 2 * N], rows[2 * N :]


def judged(train: pl.DataFrame, synthetic: pl.DataFrame, holdout: pl.DataFrame) -> Gate:
    """What the standard gate says."""
    settings = ReportSettings(gate="standard")
    found = evaluate_tables(train, synthetic, holdout, metadata=METADATA, seed=1, settings=settings).gate
    assert found is not None
    return found


def shuffled(table: pl.DataFrame) -> pl.DataFrame:
    """The same columns, nothing of what binds them."""
    rng = stream(5, "shuffled")
    return pl.DataFrame([s[rng.permutation(len(s))] for s in table.iter_columns()])


@pytest.mark.parametrize("seed", range(20))
def test_fresh_real_rows_pass(seed: int) -> None:
    """Rows of the same source that nobody learnt from pass the standard gate, whatever the draw."""
    assert () == judged(*draw(seed)).failures


@pytest.mark.parametrize("seed", range(3))
def test_a_copy_fails(seed: int) -> None:
    """The rows learnt from do not pass, nor does a table of which half is: the gate names the leak."""
    train, fresh, holdout = draw(seed)
    copies = train.sample(N, shuffle=True, seed=seed), pl.concat([train[: N // 2], fresh[: N // 2]])

    assert ["privacy.dcr_share leaks"] * 2 == [judged(train, rows, holdout).failures[0][:23] for rows in copies]


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_rows_fail(seed: int) -> None:
    """Columns that are right one by one and have nothing to do with each other do not pass."""
    train, fresh, holdout = draw(seed)

    assert "fidelity.c2st is" == judged(train, shuffled(fresh), holdout).failures[0][:16]


def test_what_cannot_be_judged_does_not_pass() -> None:
    """Without rows held back nothing is known of privacy, and the gate says so."""
    train, fresh, holdout = draw(1)
    failures = judged(train, fresh, holdout[:10]).failures

    assert ["privacy.dcr_share could not be judged"] == [failure.split(" (")[0] for failure in failures]


def figure(value: float | None) -> Figure:
    return Figure(value, 0.5, "half", "Some figure.", "" if value is not None else "Too few rows.")


@pytest.mark.parametrize(
    ("limits", "value", "said"),
    [
        ({"max": 0.6}, 0.6, ()),
        ({"max": 0.6}, 0.61, ("fidelity.c2st is 0.610, at most 0.600 may be",)),
        ({"min": 0.6}, 0.6, ()),
        ({"min": 0.6}, 0.59, ("fidelity.c2st is 0.590, at least 0.600 must be",)),
        ({"min": 0.4, "max": 0.6}, 0.5, ()),
        ({"min": None, "max": None}, 0.9, ()),
        ({"max": 0.6}, None, ("fidelity.c2st could not be judged (Too few rows)",)),
    ],
)
def test_limits_of_ones_own(limits: dict[str, float | None], value: float | None, said: tuple[str, ...]) -> None:
    """A figure keeps a minimum and a maximum, both included; one that was not judged keeps none."""
    gate = judge({"fidelity.c2st": limits}, {"fidelity.c2st": figure(value)}, ())

    assert gate is not None
    assert said == gate.failures


def test_gates_that_nothing_could_pass() -> None:
    """A figure that there is not, and the standard one without rows held back, are told by name."""
    assert ["parameters.release_gate.fidelity.beauty"] == [
        field for field, _ in problems({"fidelity.beauty": {}, "fidelity.c2st": {}}, held_back=True)
    ]
    assert ["parameters.release_gate"] == [field for field, _ in problems("standard", held_back=False)]
    assert [] == [*problems("standard", held_back=True), *problems(None, held_back=False)]
