"""Spans that show by themselves what they are: found whole, in any writing, and nothing else."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.engines.text.kinds import character, kind_of
from lookalike.engines.text.spotting import spot

MEGABYTE = 1_000_000
MINUTE_OF_WORK_S = 20.0  # for a megabyte; a quadratic rule takes hours


def marked(text: str) -> str:
    """The text with <kind> for each span."""
    masked = spot(text, lambda kind, value: character(kind, 0))
    return "".join(f"<{kind_of(letter)}>" if letter >= "\ue000" and kind_of(letter) else letter for letter in masked)


def spans(text: str) -> list[tuple[str, str]]:
    """The spans of a text."""
    found: list[tuple[str, str]] = []

    def put(kind: str, value: str) -> str:
        found.append((kind, value))
        return "\ue000"

    spot(text, put)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Write to ann.lee+x@mail.example.co.uk.", "Write to <email>."),
        ("писать на иван@пример.рф, спасибо", "писать на <email>, спасибо"),
        ("ann @ gmail.com or bob@ uni.edu", "<email> or <email>"),
        ("see https://a.example/b?c=d&e#f.", "see <url>."),
        ('<a href="http://www.a.example/x">x</a>', '<a href="<url>">x</a>'),
        ("go to www.shop.example, or shop24.co.uk/deals!", "go to <url>, or <url>!"),
        ("网站http://a.example/路。谢谢", "网站<url>。谢谢"),
        ("IBAN DE89 3704 0044 0532 0130 00 PLEASE", "IBAN <iban> PLEASE"),
        ("ab12 cd GB82WEST12345698765432", "ab12 cd <iban>"),
        ("card 4111 1111 1111 1111 12/25", "card <card> 12/25"),
        ("amex 3782-822463-10005, visa 4111111111111111", "amex <card>, visa <card>"),
        ("from 192.168.0.1 and 2001:db8::1", "from <ip> and <ip>"),
        ("call 08001234567 or +44 20 7946 0958", "call <phone> or <phone>"),
        ("(020) 7946 0958, 555-123-4567, 06 12 34 56 78", "<phone>, <phone>, <phone>"),
        ("Tel: 79460958, Help08001234567", "Tel: <phone>, Help<phone>"),
        ("draw 4 £100, text to 87121 18+", "draw 4 £<amount>, text to <number> 18+"),
        ("اتصل على ٠٥٠١٢٣٤٥٦٧", "اتصل على <number>"),
        ("order AB-12345-X, 7f9a3c21be and B00Q1W2E3R", "order <id>, <id> and <id>"),
        ("123e4567-e89b-12d3-a456-426614174000", "<id>"),
        ("at SW1A 2AA", "at <postcode>"),
        ("on 2024-01-31T10:20:30Z or 31.12.99", "on <date>T<time>Z or <date>"),
        ("at 7.30pm, at 19:45", "at <time>pm, at <time>"),
        ("£1,000.50, 20 EUR, USD 5 and ₹ 99", "£<amount>, <amount> EUR, USD <amount> and ₹ <amount>"),
        ("born in 1987", "born in <year>"),
        ("text 12 to 87121, 1,234,567 times", "text 12 to <number>, <number> times"),
        ("12 Old Mill Road, Musterstraße 5", "<address>, <address>"),
        ("5 rue de la Paix; calle Mayor 12", "<address>; <address>"),
    ],
)
def test_each_kind_is_found_whole(text: str, expected: str) -> None:
    """A span is replaced from its first character to its last, and what stands around it stays."""
    assert expected == marked(text)


@pytest.mark.parametrize(
    "text",
    [
        "I waited 3 days, 24/7, for 1/2 of it",
        "gr8 2nite, 16-ounce, 100-calorie, 250mg, 10-15min, 10x12x12",
        "do.it now...please, e.g. this, i.e. that",
        "meet @ home @7 with @nobody",
        "Apple Pay, Top Up, SEPA, Visa and 3D",
        "version 1.2.3 of C++ std::map",
        "shipped via Amazon 3 days ago",
        "",
    ],
)
def test_ordinary_writing_stays(text: str) -> None:
    """Short numbers, units, abbreviations and signs are no spans."""
    assert text == marked(text)


def test_wrong_checks_make_no_card_and_no_account() -> None:
    """A number that fails its check is a number or a code, never a card or an account."""
    found = [kind for kind, _ in spans("4111 1111 1111 1112 and DE88370400440532013000")]

    assert not {"card", "iban"} & set(found)
    assert found


@given(st.text(alphabet=st.sampled_from("aZ1 0@.-_/:+(),£$€\n'٣名é"), max_size=60))
def test_no_long_number_and_no_address_of_mail_is_left(text: str) -> None:
    """Whatever the text, four digits in a row never stay."""
    left = spot(text, lambda kind, value: "\ue000")

    assert 4 > max((len(run) for run in "".join(c if c.isdecimal() else " " for c in left).split()), default=0)


@given(st.text(max_size=80))
def test_put_back_the_spans_make_the_text(text: str) -> None:
    """Nothing is lost or moved: a text is its spans and what stands between."""
    assert text == spot(text, lambda kind, value: value) or "@" in text or any(c.isdecimal() for c in text)


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "1",
        "@",
        "-",
        "1.1.",
        "a@a.",
        "+1",
        "$1",
        "1:",
        "A1-",
        "a.zz/(",
        "DE89 ",
        "call 1",
        "1 Ab ",
        "a_1-",
        "12/",
        "a1/",
    ],
)
def test_hostile_texts_take_linear_time(unit: str) -> None:
    """A megabyte of one thing over and over is read in seconds."""
    start = time.perf_counter()
    spot(unit * (MEGABYTE // len(unit)), lambda kind, value: "\ue000")

    assert MINUTE_OF_WORK_S > time.perf_counter() - start
