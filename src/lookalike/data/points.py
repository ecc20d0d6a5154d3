"""Places on earth: which two columns are a latitude and a longitude."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from lookalike.data.keys import words
from lookalike.data.metadata import Column, ColumnType

_LATITUDE = {"lat", "latitude", "breite", "breitengrad"}
_LONGITUDE = {"lon", "lng", "long", "longitude", "laenge", "laengengrad"}


def with_points(table: pl.DataFrame, columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns, decimals that are named and range like latitudes and longitudes typed so, if there are both."""
    latitudes = {c.name for c in columns if _is(table[c.name], c, _LATITUDE, 90.0)}
    longitudes = {c.name for c in columns if _is(table[c.name], c, _LONGITUDE, 180.0)}
    if not latitudes or not longitudes:
        return tuple(columns)
    types = dict.fromkeys(latitudes, ColumnType.LATITUDE) | dict.fromkeys(longitudes, ColumnType.LONGITUDE)
    return tuple(replace(column, type=types.get(column.name, column.type)) for column in columns)


def pairs(columns: Sequence[Column]) -> tuple[tuple[str, str], ...]:
    """Names of latitude and longitude columns that belong together: the first with the first, and so on."""
    found = [[c.name for c in columns if c.type is kind] for kind in (ColumnType.LATITUDE, ColumnType.LONGITUDE)]
    return tuple(zip(*found, strict=False))


def _is(cells: pl.Series, column: Column, names: set[str], most: float) -> bool:
    named = column.type is ColumnType.DECIMAL and bool(names & set(words(column.name)))
    return named and bool((cells.cast(pl.Float64).abs() <= most).all())
