"""What may be told of texts."""

from typing import Any

import pytest

from lookalike.data.asking import NOTHING
from lookalike.data.columns import ColumnParameters
from lookalike.data.parameters import TabularParameters, TextParameters, asking, checked, declared, parse
from lookalike.errors import ValidationError

SERVER = {"name": "here", "model": "m"}


def test_nothing_need_be_told() -> None:
    """All has a default: the backend is recurrent, how long it trains follows from the quality, columns are found."""
    chosen = checked(TextParameters, {})

    assert ("recurrent", None, None, None, 5) == (
        chosen.backend,
        chosen.budget_s,
        chosen.text_columns,
        chosen.attributes,
        chosen.min_level_rows,
    )
    assert NOTHING == chosen.asking == asking("text", {})


def test_one_name_is_a_list_of_one() -> None:
    """Columns may be told as a name or a list; no attributes are not the same as attributes to be found."""
    chosen = checked(TextParameters, {"text_columns": "a", "attributes": []})

    assert (("a",), ()) == (chosen.text_columns, chosen.attributes)
    assert ("a", "b") == checked(TextParameters, {"text_columns": ["a", "b"]}).text_columns


def test_backends_have_parameters_of_their_own() -> None:
    """An endpoint needs its name and model; of a transformer nothing need be told."""
    chosen = checked(TextParameters, {"backend": "endpoint", "endpoint": {**SERVER, "examples": "none"}})

    assert chosen.endpoint is not None
    assert ("here", "m", "none", None, None, None) == tuple(chosen.endpoint.model_dump().values())
    assert checked(TextParameters, {"backend": "transformer"}).transformer is None
    told = checked(TextParameters, {"backend": "transformer", "transformer": {"dp_epsilon": 2.0}}).transformer
    assert told is not None
    assert ("scratch", None, 2.0) == tuple(told.model_dump().values())


def test_texts_are_told_as_columns_are() -> None:
    """Columns told to hold texts are texts, whatever they look like; what else was told of columns stays."""
    chosen = checked(TextParameters, {"text_columns": ["a", "b"], "columns": {"a": {"type": "text"}, "n": {"min": 0}}})
    text = ColumnParameters(type="text")

    assert {"a": text, "b": text, "n": ColumnParameters(min=0)} == chosen.told_columns


def test_what_stands_beside_is_a_table() -> None:
    """The columns beside the texts are asked for and ruled as those of a table."""
    told = {
        "rebalance": {"mood": {"bad": 0.5}},
        "constraints": [{"type": "less", "columns": ["a", "b"]}],
        "seed": 3,
        "min_level_rows": 7,
        "impute": ["a"],
    }

    assert checked(TabularParameters, told) == checked(TextParameters, told).beside
    assert (checked(TabularParameters, told).constraints, checked(TabularParameters, told).asking) == (
        declared("text", told),
        asking("text", told),
    )


def test_what_was_written_is_read_again() -> None:
    """Parameters survive being kept as JSON."""
    chosen = checked(TextParameters, {"backend": "endpoint", "endpoint": SERVER, "attributes": ["a"], "budget_s": 9})

    assert chosen == parse("text", chosen.model_dump(mode="json"))


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"backend": "magic"}, r"parameters\.backend .*'recurrent', 'ngram', 'endpoint' or 'transformer'"),
        ({"backend": "endpoint"}, "no endpoint"),
        ({"endpoint": SERVER}, "endpoint, which means nothing without backend: endpoint"),
        ({"backend": "ngram", "transformer": {}}, "transformer, which means nothing"),
        ({"backend": "endpoint", "endpoint": {"name": "x"}}, r"endpoint\.model Field required"),
        ({"backend": "endpoint", "endpoint": {**SERVER, "dp_epsilon": 0.0}}, r"endpoint\.dp_epsilon"),
        ({"backend": "endpoint", "endpoint": {**SERVER, "dp_epsilon": 1.0}}, "no examples may be shown"),
        (
            {"backend": "endpoint", "endpoint": {**SERVER, "key": "sk-4711"}},
            r"endpoint\.key is unknown; allowed: .*model",
        ),
        ({"backend": "endpoint", "endpoint": {**SERVER, "max_requests": 0}}, r"endpoint\.max_requests"),
        ({"backend": "transformer", "transformer": {"layers": 2}}, r"transformer\.layers is unknown; allowed: dp_eps"),
        ({"backend": "transformer", "transformer": {"dp_epsilon": 0}}, r"transformer\.dp_epsilon"),
        ({"budget_s": 0}, r"budget_s"),
        ({"budget_s": 86_401}, r"budget_s"),
        ({"budget_s": 1.5}, r"budget_s"),
        ({"text_columns": []}, r"text_columns"),
        ({"text_columns": [1]}, r"text_columns"),
        ({"text_columns": "a", "attributes": "a"}, "name a column in text_columns and in attributes"),
        ({"text_columns": "a", "columns": {"a": {"type": "integer"}}}, "that columns says is something else"),
        ({"text_columns": "a", "columns": {"a": {"min": 3}}}, "that columns says is something else"),
        ({"constraints": [{"type": "unique", "columns": ["a"]}]}, "unique, which is kept in tables only"),
        ({"sequence_key": "a"}, r"sequence_key is unknown; allowed: attributes, backend"),
    ],
)
def test_what_means_nothing_is_refused(told: dict[str, Any], says: str) -> None:
    """What cannot be is named with its key and what is allowed, and no value is shown."""
    with pytest.raises(ValidationError, match=says) as caught:
        checked(TextParameters, told)

    assert "4711" not in str(vars(caught.value))
