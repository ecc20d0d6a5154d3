"""Texts as words and signs, and back: nothing is lost in between."""

import re
from collections.abc import Iterable

MASKS = ("\ue000", "\uf8ff")  # private-use characters: each stands for something personal, see `masking`
_MASK = f"[{MASKS[0]}-{MASKS[1]}]"
# scripts that put no spaces between words: Thai and Lao, Burmese, Khmer, kana, Chinese characters
_ALONE = (
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
# signs that go on with a word: accents, vowel signs and points of Hebrew, Arabic and the scripts of India
_ON = "[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0981-\u0d63]"
# pictures, each with what colours or joins it, and flags: written side by side they are no word of their own
_PICTURE = "[\u2600-\u27bf\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff]"
_JOINED = rf"{_PICTURE}[\ufe0f\U0001f3fb-\U0001f3ff]*(?:\u200d(?:{_PICTURE}|[^\w\s])[\ufe0f\U0001f3fb-\U0001f3ff]*)*"
_FLAG = "[\U0001f1e6-\U0001f1ff]{2}"
_LETTER = rf"(?:(?!{_ALONE})[^\W\d_])"
_PLAIN = re.compile(r"[^\W_]+")
_WORD = re.compile(
    rf" ?{_MASK}| ?{_ALONE}"
    rf"| ?{_LETTER}(?:{_LETTER}|{_ON})*(?:['’]{_LETTER}+)*"
    rf"| ?\d| ?{_JOINED}| ?{_FLAG}| ?(?:(?!{_MASK}|{_PICTURE}|{_FLAG})[^\w\s])+| ?_|\s"
)


def split(text: str) -> list[str]:
    """
    Words, digits, runs of signs and white spaces of a text, each with the space before it; joined they are the text.

    A mask (`MASKS`), a digit, a picture and a character of a script without spaces is a word of its own.
    """
    return _WORD.findall(text)


def n_words(text: str) -> int:
    """How many of them are more than white space: the length of a text, as the engine counts it."""
    return sum(not word.isspace() for word in split(text))


def folded(text: str) -> tuple[str, ...]:
    """The letters and digits of a text in small letters, by words, whatever stands between: what copies share."""
    return tuple(_PLAIN.findall(text.casefold()))


def counted(records: Iterable[Iterable[str]]) -> dict[str, int]:
    """In how many records each word is; in the order in which they come."""
    found: dict[str, int] = {}
    for record in records:
        for word in dict.fromkeys(record):
            found[word] = found.get(word, 0) + 1
    return found
