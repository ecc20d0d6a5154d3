"""What becomes of a column's cells, in a sentence."""

from lookalike.data.metadata import PERSONAL, Column, ColumnType
from lookalike.pipeline.work import Request

_NUMBERS = frozenset({ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.LATITUDE, ColumnType.LONGITUDE})
_MOMENTS = frozenset({ColumnType.DATE, ColumnType.DATETIME, ColumnType.TIME, ColumnType.DURATION})


def treatment(column: Column, role: str, request: Request) -> str:
    """
    What the output's cells of a column are.

    Args:
        role: As the preview tells it.
    """
    if column.type is ColumnType.EMPTY:
        return "No cell has a value, and none will."
    if column.type in PERSONAL:
        return "Made up in the same form; none of the input's."
    if role == "key":
        return "New keys of the same form; none of the input's."
    if role == "text":
        return "Written anew; what tells of people is masked before anything is learnt."
    if role == "index":
        return "Steps in the rhythm of the input; series begin where the input's might."
    return _drawn(column, request)


def _drawn(column: Column, request: Request) -> str:
    if column.type in _NUMBERS:
        return "Drawn anew within the input's range, with as many decimals."
    if column.type in _MOMENTS:
        return "Drawn anew within the input's range, in the same form."
    if column.type is ColumnType.BOOLEAN:
        return "Drawn anew."
    least = request.parameters.get("min_level_rows")
    if least is None:
        return "Drawn anew from levels that are not rare."
    return f"Drawn anew; a level in fewer than {least} rows is never shown."
