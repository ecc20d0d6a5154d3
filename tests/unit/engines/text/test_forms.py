"""How values are written is learnt from two records on, and never what they say."""

from lookalike.engines.text.forms import STANDARD, learn


def seen(kind: str, *values: str) -> list[str]:
    """The patterns of values that stand in a record each."""
    return ["".join(pattern.slots) for pattern in learn(kind, list(enumerate(values)), 2)[0]]


def test_a_form_of_one_record_is_not_kept() -> None:
    """One record's way of writing, however often it stands there, gives way to the usual one."""
    patterns, weights = learn("id", [(0, "QX-7/111"), (0, "QX-7/222")], 2)

    assert (STANDARD["id"], [1]) == (patterns, weights.tolist())
    assert STANDARD["amount"] == learn("amount", [(0, "7'777"), (0, "8'888")], 2)[0]


def test_dates_keep_order_and_decade() -> None:
    """Day and month that could be either stand as the other dates have them."""
    assert ["words:month/words:day/=20=2"] != seen("date", "5/6/2021", "5/7/2022", "5/31/2023")
    assert ["words:month=/words:day=/=2020"] == seen("date", "5/6/2021", "5/7/2022", "5/31/2023")
    assert ["words:day/two=.words:month/two=.=2020"] == seen("date", "31.12.2021", "01.02.2022")


def test_amounts_keep_their_digits_and_points() -> None:
    """As many digits before and behind the point, and noughts stay noughts."""
    assert ["1000=.=0=0"] == seen("amount", "1250.00", "3999.00")
    assert ["1=,000=.00"] == seen("amount", "1,250.75", "3,999.99")


def test_no_domain_of_a_web_address_is_kept() -> None:
    """Scheme, www and whether there is a path is all that is learnt."""
    assert all("example" in slots for slots in seen("url", *["https://www.bank.test/me"] * 9))
    assert not any(
        "bank" in slots or "me" in slots.replace("example", "") for slots in seen("url", *["bank.test/me"] * 9)
    )
