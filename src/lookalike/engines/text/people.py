"""
Names of people in running text.

Many names are ordinary words, so a listed word alone is none. It needs support: a title or a greeting before it, a
phrase such as "my name is", a given name and a surname in a row, or a capital in the middle of a sentence while the
texts have no such word in small letters.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from lookalike.data.personal.lexicon import GIVEN, NICKNAMES, SURNAMES

Span = tuple[int, int, str]
"""Where a name starts and ends, and its kind."""

ORDINARY_SHARE = 0.1  # so many in small letters for each capital one, and it is a word

_TOKEN = re.compile(r"([^\W\d_]++(?:['’\-](?!s\b)[^\W\d_]+)*+)(?:['’]s\b)?+")
_SAID_BEFORE = (
    "mr mrs ms miss dr prof professor sir herr frau madame monsieur mme mlle señor señora signor signora",
    "hi hello hey dear hallo liebe lieber bonjour cher chère hola querido querida ciao cara caro olá regards sincerely "
    "cheers thanks signed greetings grüße cordialement saludos saluti",
)
_PLACES = "san santa st saint lake mount fort port los el new uncle aunt trader"
_WORDS = """
grace jack mark frank christian jordan austin victoria virginia madison charlotte logan mason harper amber carol jean
jan jun jin li ming mei wei xin noor ama ana ida eva mia ava ella ali rui max bill will rob sue pat don ed ray joy hope
faith may june april dean grant josh nick pepe sandy joe al art drew ruth roy russell sofia theo carmen diego willie
dolores pilar marco mario lola toni maya luna dylan kiran ann
brown white young green hill king long wood black stone rose fox rice price cook baker hall bell walker cooper fisher
hunter porter carter parker turner gardner weaver ward ford cox gray west cole reed hunt mills wells woods burns brooks
foster palmer marshall butler barnes page freeman cruz reyes flores castillo park costa santos lee kim klein lang lange
winter sommer stein könig weiß groß jung koch wolf fuchs schwarz roth bauer weber kaiser richter blanc robin legrand
lambert bernard simon martin lima souza silva conti greco gallo longo gentile leone fontana romano marino liu wang wu
yang huang zhao zhou ito vos bos smit vogel keller beck hahn braun otto graham major allen campbell perry washington
hamilton jackson alexander james dixon webb hicks holmes warren bush day
"""  # given names, then surnames, that are words, months, places or brands as well
_GIVENS = frozenset(name.lower() for name in GIVEN + NICKNAMES)
_FAMILY = frozenset(name.lower() for name in SURNAMES)
_LISTED = _GIVENS | _FAMILY
_TITLES = frozenset(_SAID_BEFORE[0].split())
_GREETINGS = frozenset(_SAID_BEFORE[1].split())
_CALLED = frozenset({"heiße", "heisse", "m'appelle", "m’appelle", "llamo", "chiamo", "chamo"})  # I am called
_NAME_IS = frozenset({("name", "is"), ("name", "ist"), ("nom", "est"), ("nombre", "es"), ("nome", "è")})
_NOT_BEFORE = frozenset(_PLACES.split())
_WORDS_TOO = frozenset(_WORDS.split())


@dataclass(frozen=True)
class Corpus:
    """
    How all the texts write their words.

    Attributes:
        ordinary: Words, in small letters, that are written so too often for names.
        small: All words that are written in small letters.
        hints: Words as written without any of which a text has no name.
    """

    ordinary: frozenset[str]
    small: frozenset[str]
    hints: frozenset[str]


@dataclass(frozen=True)
class Token:
    """
    A word.

    Attributes:
        low: In small letters.
        begins: Begins a sentence, or a part of one.
        close: Nothing but a space stands before it, or the point of a title.
        near: At most a comma and an end of line stand before it.
        owns: "'s" stands behind it.
    """

    start: int
    end: int
    low: str
    title: bool
    upper: bool
    begins: bool
    close: bool
    near: bool
    owns: bool


def read(texts: Sequence[str]) -> Corpus:
    """How the texts write their words."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(_TOKEN.findall(text))
    small = frozenset(word for word in counts if word.islower())
    ordinary = {
        name for name in _LISTED if counts[name] > ORDINARY_SHARE * (counts[name.title()] + counts[name.capitalize()])
    }
    sure = _LISTED - _WORDS_TOO
    written = {form for name in _LISTED for form in (name.title(), name.capitalize(), name.upper())} | sure
    titles = {form for word in _TITLES | _CALLED | {"name", "nom", "nombre", "nome"} for form in (word, word.title())}
    return Corpus(frozenset(ordinary), small, frozenset(written | titles | {word.upper() for word in titles}))


def names(text: str, corpus: Corpus) -> list[Span]:
    """The names in a text, in their order; none overlap."""
    if corpus.hints.isdisjoint(_TOKEN.findall(text)):
        return []
    tokens = _tokens(text)
    found: list[Span] = []
    place = 0
    while place < len(tokens):
        spans = _named(tokens, place, corpus)
        found += spans
        place += 1
        while spans and place < len(tokens) and tokens[place].start < spans[-1][1]:
            place += 1
    return found


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    end = 0
    for match in _TOKEN.finditer(text):
        word, gap = match[1], text[end : match.start()]
        begins = not found or gap not in (" ", "  ", ", ", "-", " & ")
        follows = bool(found) and (gap == " " or (gap == ". " and len(text[found[-1].start : end]) <= 4))
        title, upper = word[:1].isupper() and not word.isupper(), word.isupper()
        end = match.end()
        near, owns = gap.strip() in ("", ",") and len(gap) < 5, end > match.end(1)
        found.append(Token(match.start(), match.end(1), word.lower(), title, upper, begins, follows, near, owns))
    return found


def _named(tokens: list[Token], place: int, corpus: Corpus) -> list[Span]:
    """The given name, the surname or both that begin at a place; none if there are none."""
    token = tokens[place]
    titled = _after_title(tokens, place)
    unlisted = token.title and token.low not in corpus.small and len(token.low) > 2
    unlisted = unlisted and not (titled and tokens[place - 1].low == "sir")  # which is said to anybody
    if (titled or _after_phrase(tokens, place)) and (unlisted or _listed(token)):
        return _whole(tokens, place, corpus, alone="surname" if titled else "given")
    if token.low in _GIVENS and (
        _after_greeting(tokens, place) or _before_surname(tokens, place) or _alone(tokens, place, corpus)
    ):
        return _whole(tokens, place, corpus, alone="given")
    return []


def _listed(token: Token) -> bool:
    """A listed name with a capital, or one that is no word."""
    return token.low in _LISTED and (token.title or token.low not in _WORDS_TOO)


def _whole(tokens: list[Token], place: int, corpus: Corpus, *, alone: str) -> list[Span]:
    """A name with the surname behind it, over an initial between; `alone` is its kind if there is none."""
    first = tokens[place]
    behind = _behind(tokens, place)
    if behind is not None:
        known = behind.low in _FAMILY and (behind.title or behind.upper == first.upper)
        fresh = behind.title and first.title and behind.low not in corpus.small and len(behind.low) > 2
        if (known and _listed_pair(first, behind)) or fresh:
            return [(first.start, first.end, "given"), (behind.start, behind.end, "surname")]
    return [(first.start, first.end, alone)]


def _behind(tokens: list[Token], place: int) -> Token | None:
    """The word right behind, or behind an initial."""
    if tokens[place].owns:
        return None
    for token in tokens[place + 1 : place + 3]:
        if not token.close:
            return None
        if len(token.low) > 1:
            return token
    return None


def _listed_pair(first: Token, second: Token) -> bool:
    """Whether given name and surname are written alike; in small letters both must be no words."""
    if first.title and second.title:
        return True
    return first.title == second.title and not {first.low, second.low} & _WORDS_TOO


def _after_title(tokens: list[Token], place: int) -> bool:
    return place > 0 and tokens[place].close and tokens[place - 1].low in _TITLES


def _after_phrase(tokens: list[Token], place: int) -> bool:
    before = [token.low for token in tokens[max(0, place - 2) : place]]
    return tokens[place].close and bool(before) and (before[-1] in _CALLED or tuple(before) in _NAME_IS)


def _after_greeting(tokens: list[Token], place: int) -> bool:
    token = tokens[place]
    if not place or not token.near or tokens[place - 1].low not in _GREETINGS:
        return False
    return token.title or token.low not in _WORDS_TOO


def _before_surname(tokens: list[Token], place: int) -> bool:
    """Whether a listed surname follows, and one of both is no word or the two stand out of their sentence."""
    first, behind = tokens[place], _behind(tokens, place)
    if behind is None or behind.low not in _FAMILY or not _listed_pair(first, behind):
        return False
    apart = not first.begins and not tokens[place - 1].title and first.title
    return apart or not {first.low, behind.low} <= _WORDS_TOO


def _alone(tokens: list[Token], place: int, corpus: Corpus) -> bool:
    """Whether a given name stands in the middle of a sentence that is not all in capitals, and is no word."""
    token = tokens[place]
    if not token.title or token.begins or token.low in corpus.ordinary or token.low in _WORDS_TOO:
        return False
    before, behind = tokens[place - 1], tokens[place + 1] if place + 1 < len(tokens) else None
    if behind is not None and behind.title and (token.owns or (behind.close and behind.low in corpus.small)):
        return False  # a brand or a place
    plain = not (before.title or before.upper) or before.begins or len(before.low) == 1
    return plain and before.low not in _NOT_BEFORE
