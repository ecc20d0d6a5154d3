"""Which columns are keys: cells that tell rows apart and measure nothing."""

import math
import re

import polars as pl

ROWS_MIN = 20  # fewer cells are all different by chance
CHANCE_MAX = math.log(1000)  # a measured column that repeats nothing is to be rarer than one in a thousand
LENGTH_MAX = 64  # characters of a text that is a key
YEARS = (1800, 2200)  # whole numbers that all lie here are years
_KEY = {"id", "ids", "key", "uuid", "guid", "pk", "fk", "oid", "isbn", "ssn", "vin", "iban", "sku"}
_KEY_LAST = {"no", "nr", "num", "number", "code", "index", "serial"}
_MEASURE = {
    "age", "amount", "area", "balance", "cent", "cents", "cost", "count", "cumulative", "date", "day", "days", "depth",
    "distance", "duration", "epoch", "height", "hour", "income", "lat", "latitude", "length", "level", "lon",
    "longitude", "minute", "month", "population", "position", "price", "quantity", "rank", "ranking", "rate", "reading",
    "revenue", "salary", "score", "second", "seconds", "size", "speed", "step", "sum", "temperature", "time",
    "timestamp", "total", "ts", "value", "volume", "week", "weight", "width", "x", "y", "year", "z",
}  # fmt: skip


def words(name: str) -> list[str]:
    """The words of a column's name, lower case: of ``customerId``, ``customer_id``, ``Customer ID`` the same two."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return [word.lower() for word in re.split(r"[\W_]+", spaced) if word]


def named_key(name: str) -> bool:
    """Whether a name says so: a word such as id or key, or number or code at the end."""
    found = words(name)
    return bool(_KEY & set(found)) or bool(found and found[-1] in _KEY_LAST)


def is_integer_key(cells: pl.Series) -> bool:
    """
    Whether whole numbers are a key.

    They are all different, there are at least 20, and the name says key, or nothing speaks for a measurement: neither
    the name, nor that all are years, nor that being all different is likely. A measurement repeats itself: of n cells
    over m values the chance that none does is at most ``exp(-n (n - 1) / 2 m)`` (the birthday bound, for the evenest
    distribution), and a key is believed where that is under 1 in 1,000. Sorted cells repeat less than that (counters,
    tables in order of what they measure): there at least every second number of the range must stand.
    """
    present = cells.drop_nulls()
    n = len(present)
    if n < ROWS_MIN or not present.is_unique().all():
        return False
    if named_key(cells.name):
        return True
    low, high = (int(bound) for bound in present.sort().gather([0, n - 1]))
    if set(words(cells.name)) & _MEASURE or YEARS[0] <= low <= high <= YEARS[1]:
        return False
    room = high - low + 1
    in_order = present.is_sorted() or present.is_sorted(descending=True)
    return n * (n - 1) / (2 * room) > CHANCE_MAX and (not in_order or room <= 2 * n)


def is_text_key(cells: pl.Series) -> bool:
    """
    Whether texts are a key: all different, at least 20, one word each (no spaces), of at most `LENGTH_MAX` characters.

    Most of them hold a digit, or the name says so: words that happen to be all different are no key.
    """
    present = cells.drop_nulls()
    if len(present) < ROWS_MIN or not present.is_unique().all():
        return False
    text = present.cast(pl.String)
    if text.str.contains(r"\s").any() or (text.str.len_chars() > LENGTH_MAX).any():
        return False
    return named_key(cells.name) or bool(2 * int(text.str.contains("[0-9]").sum()) > len(text))
