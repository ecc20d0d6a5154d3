"""What is personal becomes characters that say of which kind it was, and which of them."""

from hypothesis import given
from hypothesis import strategies as st

from lookalike.engines.text.kinds import FIRST, LAST, character
from lookalike.engines.text.masking import describe, find


def test_same_values_have_the_same_character_and_others_another() -> None:
    """Within a text a value keeps its character, however it is spaced and cased."""
    masked, _ = find(["call 0800 1234567, then 0800 7654321, then 08001234567"])
    first, second = character("phone", 0), character("phone", 1)

    assert [f"call {first}, then {second}, then {first}"] == masked


def test_characters_stand_in_the_order_of_the_text() -> None:
    """The first value of a kind has its first character, whichever rule found it."""
    first, second = character("phone", 0), character("phone", 1)

    assert [f"{first} or {second}"] == find(["08001234567 or +44 20 7946 0958"])[0]


def test_from_the_eighth_value_on_they_share_a_character() -> None:
    """There are eight characters a kind."""
    masked, _ = find([" ".join(f"a{n}@b.example" for n in range(10))])

    assert " ".join(character("email", n) for n in range(10)) == masked[0]


def test_nobody_forges_a_character() -> None:
    """A private-use character of a real text becomes U+FFFD."""
    assert ["a\ufffdb\ufffd"] == find([f"a{chr(FIRST)}b{chr(LAST)}"])[0]


def test_a_description_counts_and_never_quotes() -> None:
    """The report says how many of which kind were found in how many records."""
    told = describe(find(["a@b.example c@d.example", "e@f.example, call 08001234567", "nothing"])[1])

    assert 2 == len(told)
    assert told[0].startswith("E-mail addresses: 3 found in 2 records")
    assert not any("@" in sentence or "0800" in sentence for sentence in told)


def test_no_texts_and_empty_texts() -> None:
    """Nothing to find is no error."""
    assert ([], ()) == (find([])[0], describe(find([])[1]))
    assert ["", " ", "\n"] == find(["", " ", "\n"])[0]


@given(st.lists(st.text(max_size=60), max_size=4))
def test_all_text_is_accepted_and_its_records_stay(texts: list[str]) -> None:
    """Any Unicode gives as many texts; a second time nothing is left to find but what the first put in."""
    masked, _ = find(texts)

    assert len(texts) == len(masked)
    assert masked == find(texts)[0]
