"""What a report says of the rules that were found: a sentence each, or one for many of a kind."""

from collections.abc import Sequence

from lookalike.data.constraints import ClockSum, Combination, Equal, Fd, Less, LessEqual, Rule, Sum
from lookalike.engines.tabular.relations import Derived
from lookalike.engines.tabular.rules.book import Rules

EACH_MAX = 10  # rules of a kind that are told one by one
TERMS_MAX = 6  # columns of one rule that are named


def about(rules: Rules, derived: Sequence[Derived]) -> tuple[str, ...]:
    """Sentences without a cell: of the rules found, and of those declared that cost something."""
    kinds: dict[str, list[str]] = {}
    for one in derived:
        names = rules.metadata.names
        kinds.setdefault("fd", []).append(_lookup((names[one.determinant],), names[one.column]))
    for held in rules.held:
        if held.loose and isinstance(held.rule, Fd):
            kinds.setdefault("chosen", []).append(_chosen(held.rule))
        elif held.found:
            kinds.setdefault(held.rule.type, []).append(_sentence(held.rule))
    return tuple(line for kind, lines in kinds.items() for line in _few(kind, lines))


def _few(kind: str, lines: list[str]) -> list[str]:
    if len(lines) <= EACH_MAX:
        return lines
    more = len(lines) - EACH_MAX
    return [*lines[:EACH_MAX], f"And {more:,} more rules of the type {kind} were found and are kept."]


def _lookup(determinant: Sequence[str], dependent: str) -> str:
    return f"Column '{dependent}' is determined by {_names(determinant, ' and ')} and looked up."


def _chosen(rule: Fd) -> str:
    return (
        f"Column '{rule.dependent}' follows {_names(rule.determinant, ' and ')}; for new cells of those one of its own "
        "is chosen at random, always the same for the same, so what they tell of each other is lost."
    )


def _sentence(rule: Rule) -> str:
    match rule:
        case Fd():
            return _lookup(rule.determinant, rule.dependent)
        case Equal():
            return f"Columns {_names(rule.columns, ' and ')} hold the same cells; one is copied."
        case Sum():
            return f"Columns {_names(rule.columns, ' + ')} add up to '{rule.equals}'; one of them is computed."
        case ClockSum():
            return f"'{rule.equals}' is the time of '{rule.clock}' plus the minutes of '{rule.minutes}'."
        case Less():
            return f"Column '{rule.columns[0]}' is always below '{rule.columns[1]}', and stays so."
        case LessEqual():
            return f"Column '{rule.columns[0]}' is never above '{rule.columns[1]}', and stays so."
        case Combination():
            return (
                f"Of columns {_names(rule.columns, ' and ')} only some cells stand together, and only those are drawn."
            )
    return f"The rule {rule.title} is kept."


def _names(names: Sequence[str], between: str) -> str:
    told = [f"'{name}'" for name in names[:TERMS_MAX]]
    more = len(names) - len(told)
    return between.join(told) + (f"{between}{more} more" if more else "")
