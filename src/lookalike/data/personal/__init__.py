"""
Which columns of text tell of people: by what the cells are; a column's name only lends support.

A kind is believed if at least 90 % of a column's different cells are of it (for names and addresses: see `_is_name`,
`_is_address`). At most 4,096 different cells are looked at, spread evenly over all in the order of their text.
"""

from collections.abc import Callable

import polars as pl

from lookalike.data.checksums import are_cards, are_ibans
from lookalike.data.keys import words
from lookalike.data.metadata import ColumnType
from lookalike.data.personal.lexicon import GIVEN, STREET_WORDS

SAMPLE = 4_096
GLANCE = 32  # cells that are looked at before all others
SHARE = 0.9
MANY = 50  # different names or addresses; fewer that repeat are a category
RARE_ROWS = 5  # cells in fewer rows than that do not repeat
WORDS, PROSE = 5, 25  # words and characters of a text that is more than a name
CARD_MIN = 10**12  # the least whole number of 13 digits
EMAIL = r"^[^@\s,;<>]+@[^@\s,;<>]+\.[A-Za-z]{2,24}$"
_IBAN = r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$"
_CARD = r"^[2-6][0-9]{12,18}$"
_IP = r"^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])$"
_PHONE = r"^(?:\+|00)?[0-9(][0-9 ()./\-]{5,22}[0-9]$"
_PHONE_SURE = r"^(?:\+[0-9(]|00[1-9][0-9]{0,2}[ \-]|\([0-9]{2,5}\)|(?:1[-. ])?[0-9]{3}[-. ][0-9]{3}[-. ][0-9]{4}$)"
_PHONE_WORDS = {"phone", "telephone", "tel", "mobile", "cell", "cellphone", "fax", "handy", "telefon", "telefono"}
_NAME_WORDS = {"name", "fullname", "person", "customer", "patient", "employee", "client", "author", "owner", "contact"}
_FIRST = {"first", "given", "forename", "firstname", "vorname", "prenom", "givenname"}
_LAST = {"last", "family", "surname", "lastname", "nachname", "familyname"}
_ADDRESS_WORDS = {"address", "street", "addr", "adresse", "anschrift", "strasse", "direccion", "indirizzo"}
_WORD = r"\p{Lu}[\p{L}'’\-]+|\p{Lu}\.?|(?:van|von|de|der|den|di|da|la|le|bin|al|el|dos|del|ter|zu)"
_NAME = rf"^(?:(?:Dr|Mr|Mrs|Ms|Prof)\.? )?(?:{_WORD}),?(?: (?:{_WORD})){{1,4}}$"
_ENDINGS = "straße|strasse|str\\.|weg|platz|allee|gasse|straat|laan|gatan"
_STREET = rf"(?i)\b(?:{'|'.join(STREET_WORDS)})\b|\p{{L}}{{3,}}(?:{_ENDINGS})(?:\b|\s|,|$)"


def personal_type(cells: pl.Series) -> ColumnType | None:
    """The personal kind of a column of text or whole numbers; None if it has none."""
    named = set(words(cells.name))
    if cells.dtype.is_integer() and not named & _PHONE_WORDS and not (cells.cast(pl.Float64) >= CARD_MIN).any():
        return None
    counts = cells.drop_nulls().cast(pl.String).alias("cell").to_frame().group_by("cell").len("n").sort("cell")
    if not counts.height:
        return None
    some = counts["cell"].gather_every(max(1, counts.height // SAMPLE))
    if cells.dtype.is_integer():
        return _number_type(some, named)
    for kind, test in _TESTS if _worth(some) else ():
        if test(some, named):
            return kind
    often = int(counts.filter(pl.col("n") >= RARE_ROWS)["n"].sum())
    if counts.height < MANY and 2 * often >= int(counts["n"].sum()):
        return None
    return _worded_type(some, named)


def is_free_text(cells: pl.Series) -> bool:
    """Whether texts are prose: long, of many words, nearly all different; as `inference` says it."""
    present = cells.drop_nulls()
    distinct = present.unique().cast(pl.String)
    if 2 * len(distinct) < len(present) or not len(distinct):
        return False
    wordy = (distinct.str.count_matches(r"\p{L}[\p{L}'’\-]*") >= WORDS) & (distinct.str.len_chars() >= PROSE)
    return 2 * int(wordy.sum()) >= len(distinct)


def surely_personal(cells: pl.Series) -> pl.Series:
    """Which texts are an e-mail address, a card number or an account number, whatever stands beside them."""
    digits, compact = _compact(cells, r"[ \-]"), _compact(cells, " ")
    cards = digits.str.contains(_CARD) & ~cells.str.contains(r"[^0-9 \-]")
    found = cells.str.contains(EMAIL)
    for tried, texts, valid in ((cards, digits, are_cards), (compact.str.contains(_IBAN), compact, are_ibans)):
        rows = tried.arg_true()
        if len(rows):
            found = found.scatter(rows.filter(pl.Series(valid(texts.gather(rows).to_list()))), True)
    return found


def _worth(some: pl.Series) -> bool:
    """Whether half of a few cells have an @ or four digits, without which they are of no kind that numbers tell."""
    few = some.gather_every(max(1, len(some) // GLANCE)).to_list()
    return 2 * sum("@" in cell or sum(map(str.isdigit, cell[:100])) >= 4 for cell in few) >= len(few)


def _compact(cells: pl.Series, letters: str) -> pl.Series:
    return cells.str.replace_all(letters, "")


def _share(fits: pl.Series) -> float:
    return int(fits.sum()) / max(len(fits), 1)


def _is_email(some: pl.Series, named: set[str]) -> bool:
    return _share(some.str.contains(EMAIL)) >= SHARE


def _is_iban(some: pl.Series, named: set[str]) -> bool:
    compact = _compact(some, " ")
    likely = compact.filter(compact.str.contains(_IBAN))
    return len(likely) >= SHARE * len(some) and int(are_ibans(likely.to_list()).sum()) >= SHARE * len(some)


def _is_card(some: pl.Series, named: set[str]) -> bool:
    digits = _compact(some, r"[ \-]")
    likely = digits.filter(digits.str.contains(_CARD))
    return len(likely) >= SHARE * len(some) and int(are_cards(likely.to_list()).sum()) >= SHARE * len(some)


def _is_ip(some: pl.Series, named: set[str]) -> bool:
    return len(some) >= MANY and _share(some.str.contains(_IP)) >= SHARE


def _is_phone(some: pl.Series, named: set[str]) -> bool:
    """7 to 15 digits as phones are written; without support by the name each begins as only a phone number does."""
    n_digits = some.str.count_matches("[0-9]")
    fits = some.str.contains(_PHONE) & n_digits.is_between(7, 15)
    return _share(fits if named & _PHONE_WORDS else fits & some.str.contains(_PHONE_SURE)) >= SHARE


def _is_name(some: pl.Series, named: set[str]) -> bool:
    """Two to five capitalised words; a known given name in 40 % of the cells, in 15 % if the name says person."""
    text = some.str.to_titlecase() if _share(some.str.contains(r"\p{Ll}")) < 0.5 else some
    if _share(text.str.contains(_NAME)) < SHARE:
        return False
    known = text.str.contains(r"\b(?:" + "|".join(GIVEN) + r")\b")
    return _share(known) >= (0.15 if named & _NAME_WORDS else 0.4)


def _is_address(some: pl.Series, named: set[str]) -> bool:
    """A number and a word of streets in half of the cells; if the name says so, number and letters in 70 %."""
    numbered = some.str.contains("[0-9]") & some.str.contains(r"\p{L}{2}") & some.str.contains(" ")
    if some.str.len_chars().median() > 120:  # type: ignore[operator]
        return False
    if named & _ADDRESS_WORDS:
        return _share(numbered) >= 0.7
    street = some.str.contains(_STREET)
    shape = some.str.contains(r"^[0-9]+[A-Za-z]?,? \p{L}|\p{L}\.? [0-9]+ ?[A-Za-z]?(?:$|,|\n)")
    return _share(numbered & street & shape) >= 0.5


def _worded_type(some: pl.Series, named: set[str]) -> ColumnType | None:
    """Names and addresses; single names only where the column's name says so."""
    if _is_address(some, named):
        return ColumnType.ADDRESS
    if _is_name(some, named):
        return ColumnType.NAME
    single = _share(some.str.contains(r"^\p{L}[\p{L}'’\-. ]{0,40}$")) >= SHARE
    if single and (named & _FIRST) and (named & {"name", "names"} or named & (_FIRST - {"first", "given"})):
        return ColumnType.FIRST_NAME
    if single and (named & _LAST) and (named & {"name", "names"} or named & (_LAST - {"last", "family"})):
        return ColumnType.LAST_NAME
    return None


def _number_type(some: pl.Series, named: set[str]) -> ColumnType | None:
    """Whole numbers: cards by their check digits, phones by the column's name."""
    if len(some) >= RARE_ROWS and _is_card(some, named):
        return ColumnType.CARD
    if named & _PHONE_WORDS and _share(some.str.contains("^[0-9]{7,15}$")) >= SHARE:
        return ColumnType.PHONE
    return None


_TESTS: tuple[tuple[ColumnType, Callable[[pl.Series, set[str]], bool]], ...] = (
    (ColumnType.EMAIL, _is_email),
    (ColumnType.IBAN, _is_iban),
    (ColumnType.CARD, _is_card),
    (ColumnType.IP, _is_ip),
    (ColumnType.PHONE, _is_phone),
)
