"""Patterns of what tells of people, learnt from a column's texts: their form is kept, what they say is made up."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from lookalike.data.metadata import ColumnType
from lookalike.data.personal.lexicon import GIVEN, SURNAMES
from lookalike.transforms.addresses import address_forms, address_pattern
from lookalike.transforms.format import TEXTS_MAX, Formats, Weights, find_formats
from lookalike.transforms.pattern import Pattern, disjoint
from lookalike.transforms.words import CLASSES, LITERAL, plain

TEMPLATES_MAX = 100  # forms of a name or an address
DOMAINS_OF_NOBODY = ("example.com", "example.org", "example.net")  # reserved by RFC 2606
REPEATING = frozenset(
    {ColumnType.NAME, ColumnType.FIRST_NAME, ColumnType.LAST_NAME, ColumnType.ADDRESS, ColumnType.CITY}
)  # two people may have the same, even if no two of the table have
_GIVEN, _SURNAME, _CITY = "words:given", "words:surname", "words:city"
_COUNTRY_CODE = r"^((?:\+|00)(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[2-9][0-9]{2}))"

Learn = Callable[[pl.Series, Weights, int], Formats]


def find_personal(values: pl.Series, n_rows: Weights, kind: ColumnType, min_rows: int) -> Formats:
    """
    The patterns of a personal column.

    Args:
        values: Distinct texts, without nulls, at least one.
        n_rows: Rows of each.
        min_rows: A domain, a country or an issuer in fewer rows is not shown.
    """
    step = max(1, len(values) // TEXTS_MAX)
    return _LEARN[kind](values.gather_every(step), n_rows[::step], min_rows)


def _phones(values: pl.Series, n_rows: Weights, min_rows: int) -> Formats:
    """Country codes and punctuation are kept; one in too few rows gives way to the others."""
    return _by_prefix(values, n_rows, values.str.extract(_COUNTRY_CODE).fill_null(""), min_rows)


def _cards(values: pl.Series, n_rows: Weights, min_rows: int) -> Formats:
    """The first two digits, or the first, tell the network and are kept; the last is the check digit."""
    two, one = values.str.extract(r"^([0-9]{2})").fill_null(""), values.str.extract(r"^([0-9])").fill_null("")
    often = pl.Series(_rows_of(two, n_rows) >= min_rows)
    met = often | ~one.is_in(one.filter(often).unique().implode())  # one digit only where it is not the first of two
    prefixes = two.zip_with(often, one).filter(met)
    found = _by_prefix(values.filter(met), n_rows[met.to_numpy()], prefixes, min_rows)
    return replace(found, patterns=tuple(_with_luhn(pattern) for pattern in found.patterns))


def _ibans(values: pl.Series, n_rows: Weights, min_rows: int) -> Formats:
    """The country is kept; behind it stand the two check digits."""
    countries = values.str.extract(r"^([A-Z]{2})[0-9]{2}").fill_null("")
    found = _by_prefix(values, n_rows, countries, min_rows)
    return replace(found, patterns=tuple(_with_mod_97(pattern) for pattern in found.patterns))


def _by_prefix(values: pl.Series, n_rows: Weights, prefixes: pl.Series, min_rows: int) -> Formats:
    often = pl.Series(_rows_of(prefixes, n_rows) >= min_rows)
    if not often.any():
        return find_formats(values, n_rows, pl.repeat("", len(values), eager=True))
    rows = often.to_numpy()
    return find_formats(values.filter(often), n_rows[rows], prefixes.filter(often))


def _rows_of(keys: pl.Series, n_rows: Weights) -> Weights:
    """In how many rows each key stands, repeated for each text, shape ``(n,)``."""
    cells = pl.DataFrame({"key": keys, "n": n_rows})
    return cells.select(pl.col("n").sum().over("key"))["n"].to_numpy()


def _with_luhn(pattern: Pattern) -> Pattern:
    digits = [i for i, slot in enumerate(pattern.slots) if _is_digit(slot)]
    if len(digits) < 12 or any(slot[-1].isalpha() for slot in pattern.slots):
        return pattern
    last = digits[-1]
    return Pattern((*pattern.slots[:last], "c", *pattern.slots[last + 1 :]), last, ("0",), "luhn")


def _with_mod_97(pattern: Pattern) -> Pattern:
    alphanumeric = [i for i, slot in enumerate(pattern.slots) if slot in CLASSES or slot[1:].isalnum()]
    if len(alphanumeric) < 15 or alphanumeric[:4] != [0, 1, 2, 3] or not _is_country(pattern):
        return pattern
    upper = tuple({"a": "A", "x": "X", "h": "H", "v": "V", "L": "A", "w": "X"}.get(s, s) for s in pattern.slots[4:])
    return Pattern((*pattern.slots[:2], "c", "c", *upper), pattern.grow, ("0",), "iban")


def _is_country(pattern: Pattern) -> bool:
    return all(slot == "A" or (slot.startswith(LITERAL) and slot[1:].isupper()) for slot in pattern.slots[:2])


def _is_digit(slot: str) -> bool:
    return slot in ("0", "1") or (slot.startswith(LITERAL) and slot[1:].isdigit())


def _emails(values: pl.Series, n_rows: Weights, min_rows: int) -> Formats:
    """
    Forms of what stands before the @, with the domains they stand with.

    A domain in too few rows, and one that holds a name, becomes one that nobody has.
    """
    parts = values.str.to_lowercase().str.extract_groups(r"^(?<local>.*)@(?<domain>[^@]+)$").struct.unnest()
    domains = parts["domain"].fill_null("")
    often = domains.filter(pl.Series(_rows_of(domains, n_rows) >= min_rows)).unique().to_list()
    shown = {domain for domain in often if domain and not _named(domain)}
    local = parts["local"].fill_null("").str.replace_all(r"\p{L}{2,}", "W").str.replace_all(r"\p{Ll}|\p{Lo}", "i")
    local = local.str.replace_all(r"[0-9]", "0").str.replace_all(r"0{5,}", "0000")
    forms = pl.DataFrame({"form": local, "domain": domains, "n": n_rows})
    kept = pl.col("domain").is_in(list(shown))
    forms = forms.with_columns(pl.when(kept).then("domain").otherwise(pl.lit("")).alias("domain"))
    good = forms.filter(pl.col("form").str.contains(r"^[Wi0._+\-]{1,24}$") & pl.col("form").str.contains("[Wi]"))
    forms = good if good.height else forms.with_columns(pl.lit("W.W").alias("form"))
    patterns = [(_email(f, d), n) for f, shown_as, n in _counted(forms, "form", "domain") for d in _domains(shown_as)]
    return _apart(patterns)


def _domains(domain: str) -> tuple[str, ...]:
    return (domain,) if domain else DOMAINS_OF_NOBODY


def _email(form: str, domain: str) -> Pattern:
    words = iter((_GIVEN, _SURNAME)) if form.count("W") > 1 else iter((_SURNAME,))
    slots: list[str] = []
    for place, mark in enumerate(form):
        if mark == "W":
            alone = form.count("W") == 1 and "i" not in form
            slots += [f"{_GIVEN}/initial"] if alone else []
            slots.append(f"{next(words, _SURNAME)}/plain")
        elif mark == "i":
            slots.append(f"{_GIVEN}/initial")
        elif mark == "0":
            slots.append("0" if form[place - 1 : place] == "0" else "1")
        else:
            slots.append(LITERAL + mark)
    return Pattern((*slots, f"{LITERAL}@{domain}"), len(slots))


def _named(domain: str) -> bool:
    """Whether a domain holds the name of a person, or a given name and a surname in one word."""
    given, surnames = {plain(word) for word in GIVEN}, {plain(word) for word in SURNAMES}
    parts = [part for label in domain.split(".")[:-1] for part in label.split("-")]
    names = {name for name in given | surnames if len(name) > 3}
    return any(part in names or any(part.startswith(g) and part[len(g) :] in surnames for g in given) for part in parts)


def _names(values: pl.Series, n_rows: Weights, min_rows: int) -> Formats:
    """Full names: order, commas, initials, titles and case are kept."""
    title = values.str.extract(r"^((?:Dr|Mr|Mrs|Ms|Prof)\.?) ").fill_null("")
    forms = values.str.replace(r"^(?:Dr|Mr|Mrs|Ms|Prof)\.? ", "").str.replace_all(r"\p{L}[\p{L}'’\-]+", "\0")
    forms = forms.str.replace_all(r"\p{L}", "i").str.replace_all("\0", "W", literal=True).str.replace_all(r"\s+", " ")
    cells = pl.DataFrame({"title": title, "form": forms, "n": n_rows})
    good = cells.filter(pl.col("form").str.contains(r"^W,?(?: (?:W|i\.?)){1,4}$|^(?:i\.? ){1,3}W$"))
    cells = good if good.height else cells.with_columns(pl.lit("W W").alias("form"))
    case = _case(values)
    return _merged([(_name(form, title_, case), n) for form, title_, n in _counted(cells, "form", "title")], min_rows)


def _name(form: str, title: str, case: str) -> Pattern:
    slots = [f"{LITERAL}{title} "] if title else []
    last_first, n_words = "," in form, form.count("W")
    met = 0
    for mark in form:
        if mark == "W":
            surname = met == 0 if last_first or n_words == 1 else met == n_words - 1
            slots.append((_SURNAME if surname else _GIVEN) + case)
            met += 1
        elif mark == "i":
            slots.append("a" if case == "/lower" else "A")
        else:
            slots.append(LITERAL + mark)
    return Pattern(tuple(slots), len(slots), ("=-", (_GIVEN if last_first else _SURNAME) + case))


def _single(word: str) -> Learn:
    def learn(values: pl.Series, n_rows: Weights, min_rows: int) -> Formats:
        slot = word + _case(values)
        return Formats((Pattern((slot,), 1, ("=-", slot)),), np.array([int(n_rows.sum())]))

    return learn


def _case(values: pl.Series) -> str:
    """How the words of most texts are written: ``/upper``, ``/lower``, or neither for capitalised ones."""
    if 2 * int(values.str.contains(r"\p{Ll}").sum()) < len(values):
        return "/upper"
    return "/lower" if 2 * int(values.str.contains(r"\p{Lu}").sum()) < len(values) else ""


def _addresses(values: pl.Series, n_rows: Weights, min_rows: int) -> Formats:
    """Order, numbers of digits, commas and words such as Street are kept; streets, cities and numbers made up."""
    cells = pl.DataFrame({"form": address_forms(values), "n": n_rows})
    return _merged([(address_pattern(form), n) for form, n in _counted(cells, "form")], min_rows)


def _ips(values: pl.Series, n_rows: Weights, min_rows: int) -> Formats:
    if 2 * int(values.str.contains(r"^[0-9]{1,3}(?:\.[0-9]{1,3}){3}$").sum()) < len(values):
        return find_formats(values, n_rows)
    octets = ("words:octet", "=.", "words:octet", "=.", "words:octet", "=.", "words:octet")
    return Formats((Pattern(octets, len(octets)),), np.array([int(n_rows.sum())]))


def _postcodes(values: pl.Series, n_rows: Weights, min_rows: int) -> Formats:
    return find_formats(values, n_rows)


def _counted(cells: pl.DataFrame, *keys: str) -> list[tuple[Any, ...]]:
    """The most frequent rows of keys, each with its rows, most frequent first."""
    counts = cells.group_by(*keys).agg(pl.col("n").sum()).sort(["n", *keys], descending=[True, *(False for _ in keys)])
    return counts.head(TEMPLATES_MAX).rows()


def _merged(found: list[tuple[Pattern, int]], min_rows: int) -> Formats:
    """Patterns with their rows; those in too few rows only if there are no others."""
    weights: dict[Pattern, int] = {}
    for pattern, n in found:
        weights[pattern] = weights.get(pattern, 0) + n
    often = {pattern: n for pattern, n in weights.items() if n >= min_rows} or weights
    return Formats(tuple(often), np.array(list(often.values()), np.int64))


def _apart(found: list[tuple[Pattern, int]]) -> Formats:
    """Patterns of which no two give the same text."""
    merged = _merged(found, 1)
    weights = dict(zip(merged.patterns, merged.weights.tolist(), strict=True))
    kept = disjoint(merged.patterns, {})
    return Formats(tuple(kept), np.array([weights[pattern] for pattern in kept], np.int64))


_LEARN: dict[ColumnType, Learn] = {
    ColumnType.EMAIL: _emails,
    ColumnType.PHONE: _phones,
    ColumnType.NAME: _names,
    ColumnType.FIRST_NAME: _single(_GIVEN),
    ColumnType.LAST_NAME: _single(_SURNAME),
    ColumnType.ADDRESS: _addresses,
    ColumnType.CITY: _single(_CITY),
    ColumnType.POSTCODE: _postcodes,
    ColumnType.CARD: _cards,
    ColumnType.IBAN: _ibans,
    ColumnType.IP: _ips,
}
