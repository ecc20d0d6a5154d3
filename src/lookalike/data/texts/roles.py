"""Which columns hold texts, and which say of what kind each text is; as told, else as found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import polars as pl

from lookalike.data.asking import ConditionTable
from lookalike.data.metadata import MADE_UP, Column, ColumnType, Metadata
from lookalike.data.parameters import TextParameters
from lookalike.errors import InputInvalid, InputRefused

MAX_LABELS = 200  # more different cells are no kinds of texts
MAX_NUMBERS = 20  # different numbers that are labels still, such as stars

_LEVELS = frozenset({ColumnType.BOOLEAN, ColumnType.CATEGORICAL, ColumnType.ORDERED})
_COUNTED = frozenset({ColumnType.INTEGER, ColumnType.DECIMAL})
_SAYS_NOTHING = MADE_UP | {ColumnType.TEXT, ColumnType.EMPTY}
_HINT = "Name the column in text_columns."


@dataclass(frozen=True)
class TextRoles:
    """
    The columns of texts by what they are for; all others stay in the table beside them.

    Attributes:
        texts: Hold texts, at least one.
        attributes: Say of what kind a text is; none: nothing does.
        why: A sentence for each choice that was not told; never a cell.
    """

    texts: tuple[str, ...]
    attributes: tuple[str, ...]
    why: tuple[str, ...] = ()


def find_texts(table: pl.DataFrame, metadata: Metadata, parameters: TextParameters) -> TextRoles:
    """
    The roles of the columns: those told as told, the others as the cells tell.

    Texts are all columns of free text; where there is none, the only column, or the text column whose different cells
    hold the most characters, of those with more than `MAX_LABELS` different cells or half of them different. Keys and
    personal cells are texts only if told so, or if there is nothing else. Attributes are the other columns of 2 …
    `MAX_LABELS` levels, or `MAX_NUMBERS` numbers.

    Args:
        table: Typed, as `data.inference.infer` gives it of the parameters' `told_columns`.

    Raises:
        InputRefused: no column holds texts; all texts are empty; free text beside those that were told.
        InputInvalid: a told column that is not there, is stored as no text, or cannot say of what kind a text is; rules
            or wishes that name a column of texts.
    """
    told, told_attributes = parameters.text_columns, parameters.attributes
    for parameter, names in (("text_columns", told or ()), ("attributes", told_attributes or ())):
        _demand(metadata, parameter, names)
    texts = told or _found(table, metadata, told_attributes or ())
    for name in texts:
        _refuse_textless(table[name])
    _refuse_unnamed(metadata, texts)
    _refuse_asked(parameters, texts)
    attributes = told_attributes
    if attributes is None:
        attributes = tuple(c.name for c in metadata.columns if c.name not in texts and says_kind(table[c.name], c))
    _refuse_unsaying(metadata, attributes)
    why = (
        *(() if told else (_why_texts(metadata, texts),)),
        *(() if told_attributes is not None else (_why_attributes(attributes),)),
    )
    return TextRoles(texts, attributes, why)


def with_texts(parameters: TextParameters, roles: TextRoles) -> TextParameters:
    """The parameters with the roles told."""
    return parameters.model_copy(update={"text_columns": roles.texts, "attributes": roles.attributes})


def typed_texts(metadata: Metadata, roles: TextRoles) -> Metadata:
    """The metadata in which texts are free text, whatever they looked like."""
    columns = (replace(c, type=ColumnType.TEXT) if c.name in roles.texts else c for c in metadata.columns)
    return Metadata(tuple(columns))


def says_kind(cells: pl.Series, column: Column) -> bool:
    """Whether a column could well say of what kind a text is: it has some levels, and not too many."""
    most = MAX_LABELS if column.type in _LEVELS else MAX_NUMBERS if column.type in _COUNTED else 0
    return bool(most) and 2 <= cells.drop_nulls().n_unique() <= most


def find_label(table: pl.DataFrame, metadata: Metadata, text: str, among: Sequence[str] | None = None) -> str | None:
    """The rightmost column, of some or all, that could well say of what kind the texts of a column are."""
    for column in reversed(metadata.columns):
        able = column.name != text and (among is None or column.name in among)
        if able and says_kind(table[column.name], column):
            return column.name
    return None


def _demand(metadata: Metadata, parameter: str, names: Sequence[str]) -> None:
    for name in names:
        if name not in metadata.names:
            raise InputInvalid(f"There is no column '{name}', which {parameter} names.", hint=f"Correct {parameter}.")


def _found(table: pl.DataFrame, metadata: Metadata, taken: Sequence[str]) -> tuple[str, ...]:
    free = [c for c in metadata.columns if c.type is ColumnType.TEXT and c.name not in taken]
    if free:
        return tuple(c.name for c in free)
    if len(metadata.columns) == 1 and _is_text(metadata.columns[0]):
        return metadata.names
    plain = [c.name for c in metadata.columns if c.type is ColumnType.CATEGORICAL and _is_text(c)]
    sizes = {name: _various(table[name]) for name in plain if name not in taken}
    if any(sizes.values()):
        return (max(sizes, key=lambda name: sizes[name]),)
    raise _none_found(metadata)


def _is_text(column: Column) -> bool:
    """Whether its cells are stored as text, and new ones can be."""
    return isinstance(column.dtype, (pl.String, pl.Categorical))


def _various(cells: pl.Series) -> int:
    """Characters of the different cells; none where so few are different that they are labels."""
    present = cells.drop_nulls()
    distinct = present.unique().cast(pl.String)
    if len(distinct) <= MAX_LABELS and 2 * len(distinct) < len(present):
        return 0
    return int(distinct.str.len_chars().sum())


def _none_found(metadata: Metadata) -> InputRefused:
    if all(c.type is ColumnType.EMPTY for c in metadata.columns):
        return InputRefused("All texts are empty.", hint="Give records that have some text.")
    if any(map(_is_text, metadata.columns)):
        return InputRefused("No column could be the texts: all are labels, keys or personal.", hint=_HINT)
    return InputRefused(
        "No column holds texts: all are numbers, dates or the like.",
        hint="Name one in text_columns to have it read as texts; or say data_type tabular.",
    )


def _refuse_textless(cells: pl.Series) -> None:
    if cells.null_count() == len(cells):
        raise _all_empty(cells.name)
    if not isinstance(cells.dtype, (pl.String, pl.Categorical)):
        told = f"Column '{cells.name}' is stored as {cells.dtype.base_type().__name__}, which takes no new texts."
        raise InputInvalid(told, hint="Store it as text, or correct text_columns.")
    if not cells.drop_nulls().unique().cast(pl.String).str.contains(r"\S").any():
        raise _all_empty(cells.name)


def _all_empty(name: str) -> InputRefused:
    return InputRefused(f"All texts of column '{name}' are empty.", hint="Give records that have some text.")


def _refuse_unnamed(metadata: Metadata, texts: Sequence[str]) -> None:
    for column in metadata.columns:
        if column.type is ColumnType.TEXT and column.name not in texts:
            raise InputRefused(
                f"Column '{column.name}' holds free text and is not among the text_columns.",
                hint="Name it there too, or exclude it.",
            )


def _refuse_asked(parameters: TextParameters, texts: Sequence[str]) -> None:
    for parameter, name in _asked(parameters):
        if name in texts:
            raise InputInvalid(
                f"{parameter} names '{name}', a column of texts.",
                hint="Rules and wishes are about the columns beside the texts.",
            )


def _asked(parameters: TextParameters) -> Iterator[tuple[str, str]]:
    """Each column that a rule or a wish names, with the parameter that does."""
    for rule in parameters.constraints:
        yield from (("constraints", name) for name in rule.named)
    conditions = parameters.conditions
    rows = () if conditions is None or isinstance(conditions, ConditionTable) else conditions
    yield from (("conditions", name) for row in rows for name in row)
    yield from (("rebalance", name) for name in parameters.rebalance)
    yield from (("impute", name) for name in parameters.impute)
    if parameters.fairness is not None:
        yield from (("fairness", name) for name in (parameters.fairness.target, *parameters.fairness.protected))


def _refuse_unsaying(metadata: Metadata, attributes: Sequence[str]) -> None:
    for name in attributes:
        if metadata[name].type in _SAYS_NOTHING:
            raise InputInvalid(
                f"Column '{name}' is {metadata[name].type.value} and cannot say of what kind a text is.",
                hint="Leave it out of attributes; of a key or name that is none, tell the type with columns.",
            )


def _why_texts(metadata: Metadata, texts: Sequence[str]) -> str:
    free = all(metadata[name].type is ColumnType.TEXT for name in texts)
    only = len(metadata.columns) == 1
    reason = "the only column" if only else "free text" if free else "the longest and most various cells"
    return f"{_quoted(texts)} {'is' if len(texts) == 1 else 'are'} the texts: {reason}."


def _why_attributes(attributes: Sequence[str]) -> str:
    if not attributes:
        return "No column says of what kind a text is."
    return f"{_quoted(attributes)} {'says' if len(attributes) == 1 else 'say'} of what kind a text is."


def _quoted(names: Sequence[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
