"""Which declared rules sequences can keep; one that they cannot is refused, as nobody would look at it again."""

from collections.abc import Collection, Iterable

from lookalike.data.constraints import Fd, Rule, Unique
from lookalike.data.sequences.roles import Roles
from lookalike.errors import InputInvalid


def refuse_unkept(rules: Iterable[Rule], roles: Roles, key: Collection[str]) -> None:
    """
    Nothing, if rows of new sequences keep all rules.

    Args:
        roles: Those that are drawn.
        key: All columns that tell sequences apart, those among them that are drawn as context.

    Raises:
        InputInvalid: names the first rule that they may break, though the input keeps it.
    """
    for rule in rules:
        if not _is_kept(rule, roles, set(key)):
            raise InputInvalid(
                f"parameters.constraints: new sequences cannot be made to keep the rule {rule.title}.",
                hint="Name value columns alone, context columns alone, or key and index in a rule of unique rows; "
                "in a wide table only columns that are no steps.",
            )


def _is_kept(rule: Rule, roles: Roles, key: set[str]) -> bool:
    """Rules of values are kept in each row, those of context where a sequence begins; keys and times are new."""
    named = set(rule.named)
    if isinstance(rule, Unique):
        return roles.index is not None and {*key, roles.index} <= named
    if isinstance(rule, Fd) and key and key <= set(rule.determinant):
        return rule.dependent in roles.context
    return named <= set(roles.values) or named <= set(roles.context)
