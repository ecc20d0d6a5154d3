"""What tells of people is found by what it is; what does not, is left alone."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from lookalike.data.checksums import are_cards, are_ibans
from lookalike.data.inference import infer
from lookalike.data.metadata import ColumnType

RNG = np.random.default_rng(5)
GIVEN = ["Anna", "Bob", "Carla", "David", "Elena", "Frank", "Grace", "Henry", "Irina", "Jan"]
LAST = [f"{a}{b}" for a in ("Mil", "Sor", "Tan", "Vel") for b in ("ler", "ensen", "aka", "ova", "ton")]


def kind(cells: list[Any] | pl.Series, name: str = "c") -> str:
    return infer(pl.DataFrame({name: cells}), textual=False)[1][name].type.value


def digits(n: int, length: int) -> list[str]:
    return ["".join(map(str, row)) for row in RNG.integers(0, 10, (n, length)).tolist()]


def cards(n: int) -> list[str]:
    """Valid card numbers, found by trying."""
    tried = ["4" + text for text in digits(30 * n, 15)]
    return [text for text, good in zip(tried, are_cards(tried), strict=True) if good][:n]


def ibans(n: int) -> list[str]:
    tried = [f"DE{check:02d}{text}" for text in digits(n, 18) for check in range(2, 99)]
    return [text for text, good in zip(tried, are_ibans(tried), strict=True) if good][:n]


PEOPLE = [f"{g} {last}" for g in GIVEN for last in LAST]
STREETS = [f"{n} {w} Street" for w in LAST for n in range(1, 12)]
FOUND: list[tuple[str, str, list[Any]]] = [
    ("email", "c", [f"u{i}@site{i % 3}.com" for i in range(100)]),
    ("email", "c", ["info@firm.de", "sales@firm.de"] * 50),
    ("card", "c", [f"{c[:4]} {c[4:8]} {c[8:12]} {c[12:]}" for c in cards(40)]),
    ("card", "c", list(map(int, cards(40)))),
    ("card", "c", cards(40)),
    ("iban", "c", ibans(40)),
    ("iban", "c", [" ".join(b[i : i + 4] for i in range(0, 22, 4)) for b in ibans(40)]),
    ("phone", "c", [f"+49 {n[:3]} {n[3:]}" for n in digits(100, 10)]),
    ("phone", "c", [f"({n[:3]}) {n[3:6]}-{n[6:]}" for n in digits(100, 10)]),
    ("phone", "mobile", ["0" + n for n in digits(100, 10)]),
    ("phone", "Phone Number", list(range(2_000_000_000, 2_000_000_400, 4)) * 2),
    ("name", "c", PEOPLE),
    ("name", "c", [person.upper() for person in PEOPLE]),
    ("name", "c", [", ".join(reversed(person.split())) for person in PEOPLE]),
    ("name", "customerName", [f"Qw{last.lower()} {last}" for last in LAST] * 2 + PEOPLE[:90]),
    ("first_name", "first_name", [f"{g}{last.lower()}" for g in GIVEN for last in LAST]),
    ("last_name", "Surname", [f"{last}{g.lower()}" for g in GIVEN for last in LAST]),
    ("address", "c", STREETS),
    ("address", "c", [f"{w}straße {n}, {n:05d} Berlin" for w in LAST for n in range(1, 12)]),
    ("address", "home_address", [f"Plot {n} {w}" for w in LAST for n in range(1, 12)]),
    ("ip", "c", [".".join(map(str, row)) for row in RNG.integers(0, 255, (100, 4)).tolist()]),
    ("id", "c", [f"AB-{i:05d}" for i in range(40)]),
    ("id", "c", [f"{h:032x}" for h in RNG.integers(1, 2**62, 60).tolist()]),
    ("text", "c", [f"The {w} was not what {g} had ordered at all, sadly." for w in LAST for g in GIVEN]),
]  # fmt: skip
LEFT: list[tuple[str, list[Any]]] = [
    ("city", [f"San {w}" for w in LAST] * 10),
    ("city", ["Paris", "Austin", "St. Paul", "Jackson", "Victoria", "Charlotte"] * 20),
    ("name", [f"{a} {b} {c}" for a in ("Blue", "Red", "Green") for b in ("Cotton", "Silk") for c in LAST] * 2),
    ("name", LAST * 10),
    ("street type", ["Main Street", "Side Road"] * 30),
    ("version", ["1.2.3", "1.2.4"] * 30),
    ("range", ["1-5", "6-10", "11-15"] * 20),
    ("date", ["01/02/2020", "03/04/2020"] * 20),
    ("phone brand", ["Nokia 3310", "iPhone 12"] * 30),
    ("state", ["CA", "NY"] * 30),
    ("salesperson", ["Anna Smith", "Bob Jones"] * 30),
    ("answer", ["I do not agree with any of this at all", "I fully agree with all that was said"] * 50),
]


@pytest.mark.parametrize(("wanted", "name", "cells"), FOUND)
def test_kinds_are_found(wanted: str, name: str, cells: list[Any]) -> None:
    """Each kind is found by its cells, some with the help of the column's name, a few missing or odd cells aside."""

    assert wanted == kind(cells, name)
    assert wanted == kind([*cells, None, None], name)


@pytest.mark.parametrize(("name", "cells"), LEFT)
def test_ordinary_categories_are_left_alone(name: str, cells: list[Any]) -> None:
    """Cities, products, versions and the like are categories, though some look a little like people."""

    assert "categorical" == kind(cells, name)


KEYS: list[tuple[bool, str, Any]] = [
    (True, "c", range(1, 101)),
    (True, "c", RNG.permutation(200)),
    (True, "c", RNG.choice(3_000, 500, replace=False)),
    (True, "order_id", RNG.choice(10**9, 50, replace=False)),
    (True, "orderId", np.sort(RNG.choice(10**9, 50, replace=False))),
    (True, "invoice no", RNG.choice(10**6, 50, replace=False)),
    (False, "c", RNG.choice(10**9, 50, replace=False)),
    (False, "c", np.sort(RNG.choice(3_000, 500, replace=False))),
    (False, "price_cents", RNG.choice(3_000, 500, replace=False)),
    (False, "timestamp", range(1_600_000_000, 1_600_000_100)),
    (False, "c", range(1_600_000_000, 1_600_360_000, 3_600)),
    (False, "c", range(1950, 2020)),
    (False, "rank", range(1, 101)),
    (False, "id", [*range(99), 98]),
    (False, "id", range(19)),
    (False, "c", RNG.integers(0, 3_000, 500)),
]


@pytest.mark.parametrize(("wanted", "name", "cells"), KEYS)
def test_keys_are_told_from_measurements(wanted: bool, name: str, cells: Any) -> None:
    """Numbers that never repeat are a key if named so, or if a measurement would have repeated; else a number."""
    column = pl.Series(name, list(cells) + [None] * 5, dtype=pl.Int64)

    assert ("id" if wanted else "integer") == kind(column, name)


@pytest.mark.parametrize("dtype", [pl.Int8, pl.UInt8, pl.Int16, pl.UInt64])
def test_all_whole_dtypes_may_be_keys(dtype: pl.DataType) -> None:
    """Narrow and wide whole numbers are looked at alike."""

    assert "id" == kind(pl.Series(range(100), dtype=dtype))


def test_points_need_both() -> None:
    """A latitude without a longitude is a decimal; both are places; what is out of range is none."""
    table = pl.DataFrame({"lat": RNG.uniform(-90, 90, 40), "lng": RNG.uniform(-180, 180, 40), "long": [200.5] * 40})

    assert ["latitude", "longitude", "decimal"] == [c.type for c in infer(table, textual=False)[1].columns]
    assert [ColumnType.DECIMAL] == [c.type for c in infer(table.select("lat"), textual=False)[1].columns]


def test_check_sums_are_the_published_ones() -> None:
    """Numbers that the standards' own examples give are valid, and those with a digit changed are not."""

    assert [True, True, False] == are_cards(["4111111111111111", "378282246310005", "4111111111111112"]).tolist()
    assert [True, True, False] == are_ibans(
        ["GB82WEST12345698765432", "NL91ABNA0417164300", "GB82WEST12345698765433"]
    ).tolist()
