"""
How the values of a kind are written: patterns to make up new ones, learnt from those found.

A pattern is kept if it was seen in `floor` records at least. What remains of a value is its punctuation, where digits
and letters stand, a country code, and what at least 20 values share (see `transforms.format`); of a date its order and
decade; of an address words such as Street. A kind of which nothing is left has a pattern that everybody knows.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.metadata import ColumnType
from lookalike.transforms.addresses import address_forms, address_pattern
from lookalike.transforms.format import Formats, find_formats
from lookalike.transforms.pattern import Pattern
from lookalike.transforms.personal import DOMAINS_OF_NOBODY, find_personal
from lookalike.transforms.words import LITERAL

LENGTH_MAX = 64  # characters of values that are learnt from; longer ones are rare and may hold anything
PATTERNS_MAX = 100  # of a kind, the most frequent

Weights = npt.NDArray[np.int64]
Learnt = tuple[tuple[Pattern, ...], Weights]
Form = Callable[[str], Pattern]

_DIGITS = {ord(letter): str(int(letter)) for letter in map(chr, range(0x660, 0xFFFF)) if letter.isdecimal()}


def learn(kind: str, found: Sequence[tuple[int, str]], floor: int) -> Learnt:
    """
    The patterns of a kind, at least one, with the records each was seen in.

    Args:
        found: Number of the record and value of each span.
        floor: A pattern in fewer records is not kept.
    """
    told = sorted({(record, value.translate(_DIGITS)) for record, value in found if len(value) <= LENGTH_MAX})
    if kind in _FORMS:
        return _enough(_by_form(told, _FORMS[kind]([value for _, value in told])), floor, kind)
    cells = pl.DataFrame(told, schema={"record": pl.Int64, "value": pl.String}, orient="row")
    cells = cells.with_columns(_skeleton(cells["value"], kind).alias("skeleton"))
    often = pl.col("record").n_unique().over("skeleton") >= floor
    counts = cells.filter(often).group_by("value").agg(pl.col("record").n_unique().alias("n")).sort("value")
    if not counts.height:
        return STANDARD[kind], np.ones(len(STANDARD[kind]), np.int64)
    formats = _FOUND[kind](counts["value"], counts["n"].cast(pl.Int64).to_numpy(), floor)
    return _enough(dict(zip(formats.patterns, formats.weights.tolist(), strict=True)), floor, kind)


def _enough(weights: dict[Pattern, int], floor: int, kind: str) -> Learnt:
    """The most frequent patterns in enough records; the usual ones if there are none."""
    often = sorted((-n, place, pattern) for place, (pattern, n) in enumerate(weights.items()) if n >= floor)
    if not often:
        return STANDARD[kind], np.ones(len(STANDARD[kind]), np.int64)
    kept = often[:PATTERNS_MAX]
    return tuple(pattern for _, _, pattern in kept), np.array([-n for n, _, _ in kept], np.int64)


def _by_form(found: Sequence[tuple[int, str]], form: Form) -> dict[Pattern, int]:
    """In how many records each pattern stands; `found` is in the order of the records."""
    forms = {value: form(value) for _, value in found}
    records: defaultdict[Pattern, set[int]] = defaultdict(set)
    for record, value in found:
        records[forms[value]].add(record)
    return {pattern: len(seen) for pattern, seen in records.items()}


def _skeleton(values: pl.Series, kind: str) -> pl.Series:
    """What tells formats apart roughly: letters and digits taken together, runs of them in an address of mail."""
    if kind == "email":
        return values.str.replace("@.*$", "").str.replace_all(r"\p{L}+", "a").str.replace_all(r"\p{N}+", "0")
    return values.str.replace_all(r"[\p{L}\p{M}\p{N}]", "x")


# ── kinds whose patterns are learnt place by place ────────────────────────────────────────────────────────────────────


def _emails(values: pl.Series, n_rows: Weights, floor: int) -> Formats:
    """No real domain is shown, however frequent."""
    return find_personal(values.str.replace_all(" ", ""), n_rows, ColumnType.EMAIL, int(n_rows.sum()) + 1)


def _phones(values: pl.Series, n_rows: Weights, floor: int) -> Formats:
    """What begins a number stays if it tells a country, or that none is told."""
    prefixes = values.str.extract(r"^(\(?(?:\+ ?|00)[1-9][0-9]?|\(?0)").fill_null("")
    cells = pl.DataFrame({"prefix": prefixes, "n": n_rows})
    often = cells.select(pl.when(pl.col("n").sum().over("prefix") >= floor).then("prefix").otherwise(pl.lit("")))
    return find_formats(values, n_rows, often.to_series())


def _plain(values: pl.Series, n_rows: Weights, floor: int) -> Formats:
    return find_formats(values, n_rows)


def _personal(kind: ColumnType) -> Callable[[pl.Series, Weights, int], Formats]:
    return lambda values, n_rows, floor: find_personal(values.str.to_uppercase(), n_rows, kind, floor)


_FOUND: dict[str, Callable[[pl.Series, Weights, int], Formats]] = {
    "email": _emails,
    "iban": _personal(ColumnType.IBAN),
    "card": _personal(ColumnType.CARD),
    "phone": _phones,
    "id": _plain,
    "number": _plain,
    "postcode": _plain,
}


# ── kinds with a form of their own ────────────────────────────────────────────────────────────────────────────────────


def _url(value: str) -> Pattern:
    """Scheme and www are kept, and whether a path follows; the host is one of nobody."""
    scheme, www = re.findall(r"^(?i:((?:https?|ftp)://)?(www\.)?)", value)[0]
    rest = value[len(scheme) + len(www) :].partition("/")[2]
    domain = DOMAINS_OF_NOBODY[len(value) % len(DOMAINS_OF_NOBODY)]
    head = tuple(LITERAL + part.lower() for part in (scheme, www) if part)
    path = (f"{LITERAL}/", *("a",) * 6) if rest else ()
    return Pattern((*head, *("a",) * 6, f"{LITERAL}.{domain}", *path), len(head) + 6, ("a",))


def _ip(value: str) -> Pattern:
    if "." in value:
        return STANDARD["ip"][0]
    return _shape(value, {letter: "h" if letter in "abcdef" else "H" for letter in "abcdefABCDEF"})


def _shape(value: str, letters: dict[str, str]) -> Pattern:
    """Digits vary, the first of a run is 0 only if it was; letters as told; the rest stays."""
    slots: list[str] = []
    for place, letter in enumerate(value):
        behind = value[place - 1 : place].isdecimal()
        if letter.isdecimal():
            slots.append("0" if behind or letters else f"{LITERAL}0" if letter == "0" else "1")
        else:
            slots.append(letters.get(letter, LITERAL + letter))
    return Pattern(tuple(slots), len(slots))


def _amount(value: str) -> Pattern:
    """As many digits before and behind the point; a part of noughts stays."""
    slots: list[str] = []
    for part in re.split(r"(\d+)", value):
        if not part.isdecimal() or not part.strip("0"):
            slots += [LITERAL + letter for letter in part]
        else:
            slots += ["1" if not slots else "0"] + ["0"] * (len(part) - 1)
    return Pattern(tuple(slots), 0)


def _dates(values: Sequence[str]) -> Form:
    """The form of dates; where day and month may be either they stand as most dates have them that tell."""
    groups = [list(map(int, re.findall(r"\d+", value))) for value in values]
    month_first = sum(1 if b > 12 else -1 for a, b, *_ in groups if a < 100 and (a > 12) != (b > 12)) > 0

    def form(value: str) -> Pattern:
        parts = re.split(r"(\D+)", value)
        long_year = len(parts[0]) == 4
        swapped = int(parts[2]) > 12 or (month_first and int(parts[0]) <= 12)
        order = (
            ("year", "month", "day") if long_year else ("month", "day", "year") if swapped else ("day", "month", "year")
        )
        two = "/two" if min(map(len, parts[::2])) > 1 else ""
        slots: list[str] = []
        for name, part in zip(order, parts[::2], strict=True):
            slots += _year(part) if name == "year" else [f"words:{name}{two}"]
            slots.append(LITERAL + parts[1])
        return Pattern(tuple(slots[:-1]), len(slots) - 1)

    return form


def _year(value: str) -> list[str]:
    """The decade stays."""
    return [LITERAL + value[:-1], "0"]


def _time(value: str) -> Pattern:
    hour, *rest = re.split(r"(\D+)", value)
    table = "words:hour" if int(hour) <= 12 else "words:afternoon"
    slots = [table + ("/two" if hour.startswith("0") else "")]
    slots += ["words:minute/two" if part.isdecimal() else LITERAL + part for part in rest]
    return Pattern(tuple(slots), len(slots))


def _name(table: str) -> Form:
    def form(value: str) -> Pattern:
        case = "/upper" if value.isupper() else "/lower" if value.islower() else ""
        return Pattern((table + case,), 1, ("=-", table + case))

    return form


def _addresses(values: Sequence[str]) -> Form:
    forms = dict(zip(values, address_forms(pl.Series(values, dtype=pl.String)).to_list(), strict=True))
    return lambda value: address_pattern(forms[value])


_FORMS: dict[str, Callable[[Sequence[str]], Form]] = {
    "url": lambda values: _url,
    "ip": lambda values: _ip,
    "date": _dates,
    "time": lambda values: _time,
    "year": lambda values: lambda value: Pattern(tuple(_year(value)), 2),
    "amount": lambda values: _amount,
    "given": lambda values: _name("words:given"),
    "surname": lambda values: _name("words:surname"),
    "address": _addresses,
}

_OCTETS = ("words:octet", "=.", "words:octet", "=.", "words:octet", "=.", "words:octet")
STANDARD: dict[str, tuple[Pattern, ...]] = {
    "email": tuple(
        Pattern(("words:given/plain", "=.", "words:surname/plain", f"=@{domain}"), 3) for domain in DOMAINS_OF_NOBODY
    ),
    "url": (_url("https://www."),),
    "iban": (Pattern(("=D", "=E", "c", "c", *("0",) * 18), 22, ("0",), "iban"),),
    "card": (Pattern(("=4", *("0",) * 14, "c"), 15, ("0",), "luhn"),),
    "ip": (Pattern(_OCTETS, len(_OCTETS)),),
    "phone": (Pattern(("=0", "1", *("0",) * 9), 11),),
    "id": (Pattern(("A", "A", *("0",) * 6), 8),),
    "number": (Pattern(("1", *("0",) * 5), 6),),
    "date": (Pattern(("words:day/two", "=/", "words:month/two", "=/", "=20", "=2", "0"), 7),),
    "time": (_time("10:00"),),
    "year": (Pattern(("=202", "0"), 2),),
    "amount": (Pattern(("1", "0"), 2),),
    "given": (Pattern(("words:given",), 1, ("=-", "words:given")),),
    "surname": (Pattern(("words:surname",), 1, ("=-", "words:surname")),),
    "postcode": (Pattern(("A", "A", "1", "= ", "1", "A", "A"), 3),),
    "address": (Pattern(("1", "0", "= ", "words:street", "= Street"), 2),),
}
"""Patterns of everybody for a kind of which too little was seen."""
