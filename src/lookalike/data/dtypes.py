"""polars dtypes as JSON and back, for those a flat table may have."""

from typing import Any

import polars as pl

from lookalike.errors import MetadataError

_PLAIN: dict[str, pl.DataType] = {
    str(dtype): dtype
    for dtype in (
        pl.Boolean(), pl.Int8(), pl.Int16(), pl.Int32(), pl.Int64(), pl.UInt8(), pl.UInt16(), pl.UInt32(), pl.UInt64(),
        pl.Float32(), pl.Float64(), pl.String(), pl.Categorical(), pl.Date(), pl.Time(), pl.Null(),
    )
}  # fmt: skip


def dtype_to_json(dtype: pl.DataType) -> dict[str, Any]:
    """
    A JSON object that names the dtype.

    Raises:
        MetadataError: for nested and binary dtypes, which a flat table has not.
    """
    match dtype:
        case pl.Datetime():
            return {"name": "Datetime", "unit": dtype.time_unit, "zone": dtype.time_zone}
        case pl.Duration():
            return {"name": "Duration", "unit": dtype.time_unit}
        case pl.Decimal():
            return {"name": "Decimal", "precision": dtype.precision, "scale": dtype.scale}
        case pl.Enum():
            return {"name": "Enum", "levels": dtype.categories.to_list()}
        case _ if str(dtype) in _PLAIN:
            return {"name": str(dtype)}
    raise MetadataError(f"The dtype {dtype.__class__.__name__} is not one of a flat table.")


def dtype_from_json(value: dict[str, Any]) -> pl.DataType:
    """The dtype that `dtype_to_json` named."""
    match value["name"]:
        case "Datetime":
            return pl.Datetime(value["unit"], value["zone"])
        case "Duration":
            return pl.Duration(value["unit"])
        case "Decimal":
            return pl.Decimal(value["precision"], value["scale"])
        case "Enum":
            return pl.Enum(value["levels"])
        case name if name in _PLAIN:
            return _PLAIN[name]
    raise MetadataError(f"There is no dtype '{value['name']}'.")
