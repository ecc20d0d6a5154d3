"""Rules as callers declare them: what is taken, and what is said of the rest."""

import json
from typing import Any

import pytest

from lookalike.data.constraints import CONSTRAINTS_MAX, PATTERNS_MAX, rule_from_json
from lookalike.data.parameters import declared, parse
from lookalike.errors import ValidationError

GOOD: list[dict[str, Any]] = [
    {"type": "fd", "determinant": ["a", "b"], "dependent": "c"},
    {"type": "equal", "columns": ["a", "b"]},
    {"type": "less", "columns": ["a", "b"]},
    {"type": "less_equal", "columns": ["a", "b"]},
    {"type": "sum", "columns": ["a", "b"], "equals": "c"},
    {"type": "combination", "columns": ["a", "b", "c"]},
    {"type": "range", "column": "a", "min": 0, "max": 2.5},
    {"type": "range", "column": "a", "min": "2024-01-01"},
    {"type": "regex", "column": "a", "pattern": "[A-Z]{2}[0-9]+"},
    {"type": "unique", "columns": ["a"]},
]
BAD: list[tuple[Any, str]] = [
    ({"type": "order", "columns": ["a", "b"]}, "'fd', 'equal', 'less', 'less_equal', 'sum'"),
    ({"type": "less", "columns": ["a"]}, "parameters.constraints.0.columns.1 Field required"),
    (
        {"type": "less", "columns": ["a", "b"], "strict": True},
        "0.strict is unknown; allowed: columns, type",
    ),
    ({"type": "equal", "columns": ["a", "a"]}, "constraints.0 names a column twice"),
    ({"type": "sum", "columns": ["a", "b"], "equals": "b"}, "constraints.0 names a column twice"),
    ({"type": "fd", "determinant": [], "dependent": "b"}, "constraints.0.determinant"),
    ({"type": "range", "column": "a"}, "constraints.0 needs min or max"),
    ({"type": "range", "column": "a", "min": 3, "max": 2}, "constraints.0 has min above max"),
    ({"type": "range", "column": "a", "min": True}, "constraints.0.min"),
    ({"type": "range", "column": "a", "min": float("nan")}, "constraints.0.min"),
    ({"type": "regex", "column": "a", "pattern": r"(a)\1"}, "backreferences are not supported"),
    ({"type": "regex", "column": "a", "pattern": "a(?=b)"}, "look-around"),
    ({"type": "regex", "column": "a", "pattern": "a)(b"}, "unopened group"),
    ({"type": "regex", "column": "a", "pattern": r"(\w{1000}){1000}"}, "too large when compiled"),
    ({"type": "regex", "column": "a", "pattern": "a" * 501}, "constraints.0.pattern"),
    ({"type": "clock_sum", "clock": "a", "minutes": "b", "equals": "c"}, "does not match any of the expected tags"),
    ({}, "constraints.0"),
    (3, "constraints.0"),
]


@pytest.mark.parametrize("rule", GOOD, ids=lambda rule: rule["type"])
def test_rules_survive_json(rule: dict[str, Any]) -> None:
    """A rule comes back from the parameters as JSON tells them, and from its own JSON."""
    (parsed,) = declared("tabular", {"constraints": [rule]})
    told = parse("tabular", {"constraints": [rule]}).model_dump(mode="json")["constraints"]

    assert (parsed,) == declared("tabular", {"constraints": json.loads(json.dumps(told))})
    assert parsed == rule_from_json(told[0])


@pytest.mark.parametrize(("rule", "message"), BAD)
def test_what_cannot_be_a_rule_is_named(rule: Any, message: str) -> None:
    """A rule that cannot mean anything is refused by its place, with what is allowed."""
    with pytest.raises(ValidationError) as refused:
        declared("tabular", {"constraints": [rule]})

    assert message in str(refused.value)


def test_there_may_be_so_many_rules() -> None:
    """A thousand rules are taken, not one more; patterns are fewer, because compiling them takes time."""
    rules = [{"type": "range", "column": f"c{n}", "min": n} for n in range(CONSTRAINTS_MAX)]
    patterns = [{"type": "regex", "column": f"c{n}", "pattern": f"{n}"} for n in range(PATTERNS_MAX + 1)]

    assert CONSTRAINTS_MAX == len(declared("tabular", {"constraints": rules}))
    for many in ([*rules, rules[0]], patterns):
        with pytest.raises(ValidationError, match="constraints"):
            declared("tabular", {"constraints": many})


def test_titles_name_type_and_columns() -> None:
    """A rule is called by its type and columns, the first dozen of them."""
    rule = {"type": "sum", "columns": [f"c{n}" for n in range(20)], "equals": "total"}
    (parsed,) = declared("tabular", {"constraints": [rule]})

    assert parsed.title.startswith("sum of 'c0', 'c1'")
    assert parsed.title.endswith("'c11' and 9 more")
