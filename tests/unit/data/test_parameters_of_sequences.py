"""Parameters of sequences: their forms, and what is refused."""

from typing import Any

import pytest

from lookalike.data.parameters import TimeSeriesParameters, checked
from lookalike.errors import ValidationError


def test_nothing_needs_to_be_told() -> None:
    """Everything may be left out."""
    chosen = checked(TimeSeriesParameters, {})

    assert (None, None, None, "long") == (
        chosen.sequence_key,
        chosen.sequence_index,
        chosen.context_columns,
        chosen.layout,
    )
    assert (None, None, 5) == (chosen.sequence_length, chosen.fit_rows, chosen.min_level_rows)


def test_forms() -> None:
    """One name stands for a list of one, one length for both ends, one condition for a list of one."""
    told = {"sequence_key": "a", "context_columns": "b", "sequence_length": 5, "conditions": {"b": 1}}
    chosen = checked(TimeSeriesParameters, told)

    assert (("a",), ("b",), (5, 5)) == (chosen.sequence_key, chosen.context_columns, chosen.sequence_length)
    assert ({"b": 1},) == chosen.conditions
    assert (2, 9) == checked(TimeSeriesParameters, {"sequence_length": [2, 9]}).sequence_length


@pytest.mark.parametrize("start", ["2024-01-01", "2024-01-01T06:00:00Z", "2024-01-01T06:00:00+02:00", 7, 0.5])
@pytest.mark.parametrize("frequency", ["1s", "15m", "1h", "6h", "1d", "1bd", "1w", "1mo", "1q", "1y"])
def test_starts_and_frequencies(start: Any, frequency: str) -> None:
    """A start is a date, a time or a number; frequencies are a number and a word."""
    chosen = checked(TimeSeriesParameters, {"start": start, "frequency": frequency})

    assert (start, frequency) == (chosen.start, chosen.frequency)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"sequence_length": [9, 2]}, "sequence_length"),
        ({"sequence_length": 0}, "sequence_length"),
        ({"sequence_length": True}, "sequence_length"),
        ({"n_sequences": 0}, "n_sequences"),
        ({"start": "soon"}, "start"),
        ({"frequency": "often"}, "frequency"),
        ({"layout": "tall"}, "layout"),
        ({"fit_rows": 5}, "fit_rows"),
        ({"rebalance": {}}, "rebalance"),
    ],
)
def test_what_is_refused(told: dict[str, Any], field: str) -> None:
    """What means nothing is refused by the name of its field."""
    with pytest.raises(ValidationError) as raised:
        checked(TimeSeriesParameters, told)

    assert raised.value.fields[0][0].startswith(f"parameters.{field}")
