"""Forms of addresses: which words are streets, cities and states, and where the numbers stand."""

import polars as pl

from lookalike.data.personal.lexicon import STATES, STREET_WORDS
from lookalike.transforms.pattern import Pattern
from lookalike.transforms.words import LITERAL

LENGTH_MAX = 200  # characters of an address that are looked at
STREET, CITY, STATE, LETTER, DIGIT = "\x01", "\x02", "\x03", "\x04", "0"
_SLOTS = {STREET: "words:street", CITY: "words:city", STATE: "words:state", LETTER: "A"}
_STATE = rf"\b(?:{'|'.join(STATES)})\b"
_PARTICLES = {"de", "la", "del", "des", "di", "da", "du", "den", "der", "am", "im", "of", "the"}
_KEPT = {way.lower() for way in STREET_WORDS} | _PARTICLES | {"apt", "suite", "unit", "floor", "box", "po", "no"}
_ENDINGS = ("straße", "strasse", "str", "weg", "platz", "allee", "gasse", "straat", "laan", "gatan", "vägen")
_CODE_DIGITS = 4  # so many digits in a word are a postal code, and a city comes next


def address_forms(values: pl.Series) -> pl.Series:
    """
    Each address with a mark for whatever is made up; all words but those everybody's address has are marks.

    Returns:
        Texts of `STREET`, `CITY`, `STATE`, `LETTER`, `DIGIT`, punctuation, and words such as Street.
    """
    some = values.str.head(LENGTH_MAX).str.replace_all(r"[\x00-\x1f]+|\s+", " ").str.replace_all(r"\p{N}", DIGIT)
    some = some.str.replace_all(_STATE, STATE)
    distinct = some.unique(maintain_order=True).to_list()
    return some.replace_strict(dict(zip(distinct, map(_form, distinct), strict=True)), return_dtype=pl.String)


def address_pattern(form: str) -> Pattern:
    """The pattern of a form."""
    slots: list[str] = []
    for place, mark in enumerate(form):
        if mark == DIGIT:
            slots.append("0" if form[place - 1 : place] == DIGIT else "1")
        else:
            slots.append(_SLOTS.get(mark, LITERAL + mark))
    digits = [i for i, slot in enumerate(slots) if slot == "1"]
    return Pattern(tuple(slots), digits[0] + 1 if digits else len(slots))


def _form(address: str) -> str:
    parts: list[str] = []
    has_street = False
    for part in address.split(","):
        marks, street = _part(part.split(" "), has_street)
        parts.append(" ".join(marks))
        has_street = has_street or street
    return ",".join(parts)


def _part(words: list[str], has_street: bool) -> tuple[list[str], bool]:
    """The marks of what stands between two commas, and whether a street is in it."""
    street = not has_street or any(word.strip(".").lower() in _KEPT for word in words)
    marks: list[str] = []
    for word in words:
        if word.count(DIGIT) >= _CODE_DIGITS and marks and any(mark.startswith(STREET) for mark in marks):
            street = False
        mark = _mark(word, STREET if street else CITY)
        if not (mark in (STREET, CITY) and marks and marks[-1] == mark):
            marks.append(mark)
    return marks, any(mark.startswith(STREET) for mark in marks)


def _mark(word: str, name: str) -> str:
    bare = word.strip(".").lower()
    if bare in _KEPT or not any(letter.isalpha() for letter in word):
        return word
    if any(letter == DIGIT for letter in word):
        return "".join(LETTER if letter.isalpha() else letter for letter in word)
    ending = next((end for end in _ENDINGS if bare.endswith(end) and len(bare) > len(end) + 2), "")
    return STREET + ending if ending else name
