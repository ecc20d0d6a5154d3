"""Names of people are found where something supports them, and ordinary words are none."""

import pytest

from lookalike.engines.text.people import names, read

ORDINARY = [
    "i will wait in the green hill by the long road, and the mark is on the bill",
    "give them pepper and coffee",
]


def found(text: str, others: tuple[str, ...] = tuple(ORDINARY)) -> list[tuple[str, str]]:
    """The names in a text among others, each with its kind."""
    return [(text[start:end], kind) for start, end, kind in names(text, read([text, *others]))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Please ask Mr. Okonkwo about it", [("Okonkwo", "surname")]),
        ("Dear Grace, thank you", [("Grace", "given")]),
        ("hi john how are you", [("john", "given")]),
        ("my name is Xiulan Qiang", [("Xiulan", "given"), ("Qiang", "surname")]),
        ("Mein Name ist Jürgen Krüger", [("Jürgen", "given"), ("Krüger", "surname")]),
        ("I spoke to Peter yesterday", [("Peter", "given")]),
        ("John F. Kowalski called", [("John", "given"), ("Kowalski", "surname")]),
        ("JOHN SMITH CALLED", [("JOHN", "given"), ("SMITH", "surname")]),
        ("thanks,\nMaria", [("Maria", "given")]),
        ("then Mary's card came", [("Mary", "given")]),
    ],
)
def test_names_with_support_are_found(text: str, expected: list[tuple[str, str]]) -> None:
    """Titles, greetings, phrases, two names in a row and capitals within a sentence support a name."""
    assert expected == found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Will you wait? May I? Long Green Hill",
        "Hi. Hope you had a good day",
        "Hey Don't forget",
        "Green Mountain coffee, Dr. Pepper, San Diego",
        "I like Bob's Red Mill and Apple Pay",
        "my name is not on the card",
        "Hi will you come",
        "Sir Goodmorning",
        "Top Up with Visa or SEPA",
        "",
    ],
)
def test_ordinary_words_are_no_names(text: str) -> None:
    """Words that are also names, brands and places stay without support."""
    assert [] == found(text)


def test_a_word_the_texts_write_small_is_no_name_alone() -> None:
    """A given name in the middle of a sentence is a word if the texts write it in small letters too."""
    assert [("Kelly", "given")] == found("then Kelly came")
    assert [] == found("then Kelly came", ("a kelly green", "in kelly"))
