"""Made-up values stand where the characters stood: safe, consistent, and none of the training texts."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.data.checksums import are_cards, are_ibans
from lookalike.data.streams import stream
from lookalike.engines.text.filling import fill
from lookalike.engines.text.kinds import KINDS, LAST, character
from lookalike.engines.text.masking import find

N = 200
TEXTS = [
    f"Dear Peter, call 0800{n:07d} or +44 20 7946 {n:04d}, write to peter.smith{n}@bank{n % 3}.test, see "
    f"https://www.bank.test/{n}; order AB-{n:05d}, £{n + 10}.99 on {1 + n % 28:02d}/12/2021 at 1{n % 10}:30"
    for n in range(N)
]


def made(kind: str, texts: list[str], n: int = N) -> list[str]:
    """Values of a kind, as the texts write them."""
    return fill([character(kind, 0)] * n, find(texts)[1], stream(1, "fill"))


def test_what_is_filled_looks_like_the_texts_and_is_none_of_them() -> None:
    """Masked and filled again a text has the same shape; no phone, code or address of the training texts is in it."""
    masked, kinds = find(TEXTS)
    filled = fill(masked, kinds, stream(1, "fill"))
    values = {value for text in TEXTS for value in re.findall(r"0800\d{7}|\+44[\d ]+|AB-\d{5}|\S+@\S+|https\S+", text)}

    assert not any(value in text for text in filled for value in values)
    assert masked == find(filled)[0]


@pytest.mark.parametrize("texts", [[], TEXTS])
def test_addresses_of_mail_and_web_lie_in_domains_of_nobody(texts: list[str]) -> None:
    """E-mails and web addresses end in example.com, example.org or example.net."""
    assert all(re.fullmatch(r"[a-z0-9._+\-]+@example\.(com|org|net)", value) for value in made("email", texts))
    assert all(
        re.fullmatch(r"(https?://)?(www\.)?[a-z]+\.example\.(com|org|net)(/[a-z]+)?", v) for v in made("url", texts)
    )


@pytest.mark.parametrize("cards", [[], ["card 4111 1111 1111 1111", "card 5500 0000 0000 0004"]])
def test_cards_and_accounts_pass_their_checks(cards: list[str]) -> None:
    """Card numbers satisfy Luhn, accounts modulo 97, with formats learnt or not."""
    ibans = [f"IBAN {told}" for told in ("DE89 3704 0044 0532 0130 00", "DE02 1203 0000 0000 2020 51")] if cards else []

    assert are_cards([value.replace(" ", "") for value in made("card", cards)]).all()
    assert are_ibans([value.replace(" ", "") for value in made("iban", ibans)]).all()
    assert not cards or all(re.fullmatch(r"DE\d\d( \d{4}){4} \d\d", value) for value in made("iban", ibans))


def test_a_text_repeats_its_value() -> None:
    """The same character has the same value throughout a text."""
    mask = character("phone", 0)
    for text in fill([f"{mask} {mask} {mask}"] * N, find([])[1], stream(2, "fill")):
        assert 1 == len(set(text.split()))


def test_the_same_seed_fills_alike() -> None:
    """Same texts, same kinds, same seed: same texts; another seed, others."""
    masked, kinds = find(TEXTS)
    first = fill(masked, kinds, stream(3, "fill"))

    assert first == fill(masked, kinds, stream(3, "fill"))
    assert first != fill(masked, kinds, stream(4, "fill"))


def test_values_of_a_small_room_grow_rather_than_come_again() -> None:
    """Where every four-digit number was seen, longer ones are made up."""
    texts = [f"no {n:04d} nor {n:04d}0 nor {n:04d}1" for n in range(10_000)]
    seen = {word for text in texts for word in text.split()}

    assert not seen & set(made("number", texts))


def test_long_forms_are_filled() -> None:
    """An address of many words may be longer than those that are learnt from."""
    texts = [f"live at {n} Upper Old Green Road" for n in (11, 12)]
    values = made("address", texts)

    assert all(re.fullmatch(r"[1-9]\d \S+ Road", value) for value in values)
    assert not {"11 Upper Old Green Road", "12 Upper Old Green Road"} & set(values)


def test_a_character_of_no_kind_is_no_value() -> None:
    """What stands for nothing becomes U+FFFD."""
    assert ["a \ufffd"] == fill([f"a {chr(LAST)}"], find([])[1], stream(1, "fill"))


@settings(max_examples=50)
@given(
    st.lists(st.text(st.sampled_from([character(k, n) for k in KINDS for n in (0, 7)] + ["a", " ", "☃"]), max_size=9))
)
def test_no_private_character_stays(texts: list[str]) -> None:
    """Whatever stands beside them, all characters are filled, and what is no such character stays."""
    filled = fill(texts, find(TEXTS[:3])[1], np.random.default_rng(1))

    assert not re.search("[\ue000-\uf8ff]", "".join(filled))
    assert [text.count("☃") for text in texts] == [text.count("☃") for text in filled]
