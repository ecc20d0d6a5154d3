from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.fidelity import c2st
from lookalike.evaluation.fidelity.c2st_train import metric


def test_fresh_rows_cannot_be_told_apart(people, metadata) -> None:
    """Rows of the same source are at 0.5, value and floor, and the interval covers it."""
    figure = metric(Comparison(people(1_000, 1), people(1_000, 2), people(1_000, 3), metadata, 7))

    assert abs(figure.value - 0.5) < 0.05
    assert abs(figure.floor - 0.5) < 0.05
    assert figure.interval[0] < 0.5 < figure.interval[1]


def test_copies_are_found_less_often_than_by_guessing(people, metadata) -> None:
    """A copy of train is well below 0.5: each row's twin stands on the other side."""
    train = people(1_000, 1)
    figure = metric(Comparison(train, people(1_000, 2), train, metadata, 7))

    assert figure.value < 0.4
    assert figure.interval[1] < 0.45


def test_apart_columns_are_found(people, metadata) -> None:
    """Columns shuffled apart are told from train, and those that hang together are named first."""
    train = people(1_000, 1)
    apart = train.select(train[c].shuffle(i) for i, c in enumerate(train.columns))
    figure = metric(Comparison(train, people(1_000, 2), apart, metadata, 7))

    assert figure.value > 0.7
    assert {"age", "height"} == {found["column"] for found in figure.details["giveaways"][:2]}


def test_the_floor_is_that_of_the_other_side(people, metadata) -> None:
    """Held-back rows against train are train rows against held-back ones: both metrics have the same floor."""
    comparison = Comparison(people(300, 1), people(200, 2), people(300, 3), metadata, 7)

    assert c2st.metric(comparison).floor == metric(comparison).floor


def test_as_many_rows_as_beside_held_back_ones(people, metadata) -> None:
    """Both classifiers see equally many rows, so that one floor is that of either."""
    comparison = Comparison(people(300, 1), people(60, 2), people(250, 3), metadata, 7)
    figure, beside = metric(comparison), c2st.metric(comparison)

    assert 60 == figure.details["n_rows"] == beside.details["n_rows"]
    assert figure.floor == beside.floor


def test_few_rows_are_not_judged(people, metadata) -> None:
    """Below 50 rows a side there is no value, and a note that says so."""
    figure = metric(Comparison(people(90, 1), None, people(49, 3), metadata, 7))

    assert (None, None) == (figure.value, figure.floor)
    assert "50" in figure.note
