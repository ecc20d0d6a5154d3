"""What callers ask of the output: what is taken, and what is said of the rest."""

from typing import Any

import pytest

from lookalike.data.asking import NOTHING, Asking, ConditionTable, Fairness
from lookalike.data.parameters import asking, checked, parse
from lookalike.errors import ValidationError

BAD: list[tuple[dict[str, Any], str]] = [
    ({"conditions": {}}, "parameters.conditions.0 "),
    ({"conditions": []}, "parameters.conditions "),
    ({"conditions": "a"}, "parameters.conditions "),
    ({"conditions": [{"a": 1}, {"b": [1]}]}, "parameters.conditions.1.b should be a text, a number"),
    ({"conditions": {"a": {"min": 1}}}, "parameters.conditions.0.a should be a text, a number"),
    ({"conditions": [{"a": 1}] * 1_001}, "parameters.conditions "),
    ({"conditions": {"bucket": 1, "path": "x"}}, "parameters.conditions.bucket "),
    ({"rebalance": {"a": {"x": 0.7, "y": 0.4}}}, "parameters.rebalance.a has shares that add up to more than 1"),
    ({"rebalance": {"a": {"x": -0.1}}}, "parameters.rebalance.a.x "),
    ({"rebalance": {"a": {"x": float("nan")}}}, "parameters.rebalance.a.x "),
    ({"rebalance": {"a": {}}}, "parameters.rebalance.a "),
    ({"rebalance": {"a": 0.5}}, "parameters.rebalance.a "),
    ({"impute": "a"}, "parameters.impute "),
    ({"impute": ["a", 1]}, "parameters.impute.1 "),
    ({"fairness": {"target": "a"}}, "parameters.fairness.protected "),
    ({"fairness": {"target": "a", "protected": []}}, "parameters.fairness.protected "),
    ({"fairness": {"target": "a", "protected": ["b"], "gap": 0.1}}, "fairness.gap is unknown; allowed: protected, tar"),
    ({"condition": {"a": 1}}, "parameters.condition is unknown; allowed: columns, conditions, "),
]


@pytest.mark.parametrize(("wrong", "told"), BAD)
def test_what_is_wrong_is_named(wrong: dict[str, Any], told: str) -> None:
    """A wrong wish is refused by the path of what is wrong in it, in words of JSON."""
    with pytest.raises(ValidationError) as raised:
        parse("tabular", wrong)

    assert told in str(raised.value)
    assert not [
        word for word in ("tuple[", "dict[", "union[", "ConditionTable", ".list", ".table") if word in str(raised.value)
    ]


def test_one_condition_is_a_list_of_one() -> None:
    """A condition told alone means the same as in a list; the types of its cells are kept."""
    cells = {"a": 1, "b": 1.5, "c": True, "d": "x", "e": None}
    alone, listed = (asking("tabular", {"conditions": told}).conditions for told in (cells, [cells]))

    assert alone == listed
    assert isinstance(alone, tuple)
    assert [int, float, bool, str, type(None)] == [type(value) for value in alone[0].values()]


def test_a_table_of_conditions_is_told_by_its_two_keys() -> None:
    """Exactly the keys bucket and path say where a table lies; with any other key they are columns."""
    told = {"bucket": "b", "path": "p.csv"}

    assert ConditionTable(**told) == asking("tabular", {"conditions": told}).conditions
    assert (told | {"c": 1},) == asking("tabular", {"conditions": told | {"c": 1}}).conditions
    assert ({"path": "p"},) == asking("tabular", {"conditions": {"path": "p"}}).conditions


def test_a_thousand_conditions_are_taken() -> None:
    """The limit of 1,000 conditions is within."""
    taken = asking("tabular", {"conditions": [{"a": n} for n in range(1_000)]}).conditions

    assert isinstance(taken, tuple)
    assert len(taken) == 1_000


def test_decimals_that_add_up_to_one_are_taken() -> None:
    """Shares that miss one by what decimals cannot tell are shares that add up to one."""
    shares = {"a": 0.1, "b": 0.2, "c": 0.7, "d": 1e-9}

    assert {"x": shares} == asking("tabular", {"rebalance": {"x": shares}}).rebalance


def test_wishes_survive_json() -> None:
    """What is asked for comes back from the JSON that a model keeps."""
    told = {
        "conditions": [{"a": 1}, {"b": None}],
        "rebalance": {"c": {"x": 0.5}},
        "impute": ["d"],
        "fairness": {"target": "e", "protected": ["f", "g"]},
    }
    wishes = checked(Asking, told)

    assert wishes == Asking.model_validate_json(wishes.model_dump_json())
    assert Fairness(target="e", protected=("f", "g")) == wishes.fairness
    assert NOTHING == asking("tabular", {"seed": 3})
