"""Which columns hold texts, and which say of what kind each is."""

from typing import Any

import polars as pl
import pytest

from lookalike.data.inference import infer
from lookalike.data.metadata import ColumnType, Metadata
from lookalike.data.parameters import TextParameters, checked
from lookalike.data.texts.roles import TextRoles, find_label, find_texts, typed_texts, with_texts
from lookalike.errors import InputInvalid, InputRefused, LookalikeError
from questions import questions

N = 240


def base() -> pl.DataFrame:
    """Questions with what they are about, stars, a number, a key, an e-mail and a day."""
    numbers = range(N)
    return questions(N, 1).with_columns(
        stars=pl.Series([n * n % 5 for n in numbers]),
        height=pl.Series([n * 0.37 for n in numbers]),
        ticket=pl.Series([f"T{n * 7919 % 9973:05}" for n in numbers]),
        mail=pl.Series([f"anna{n}@example.org" for n in numbers]),
        day=pl.Series([f"2024-0{n % 9 + 1}-1{n % 10}" for n in numbers]),
        urgent=pl.Series([n % 3 == 0 for n in numbers]),
    )


def typed(table: pl.DataFrame, *, textual: bool = False, **told: Any) -> tuple[pl.DataFrame, Metadata, TextParameters]:
    parameters = checked(TextParameters, told)
    return *infer(table, textual=textual, columns=parameters.told_columns, exclude=parameters.exclude), parameters


def found(table: pl.DataFrame, *, textual: bool = False, **told: Any) -> TextRoles:
    return find_texts(*typed(table, textual=textual, **told))


def test_free_text_is_found_with_what_says_its_kind() -> None:
    """Keys, personal cells, days and measures say nothing of the kind of a text; labels, stars and booleans do."""
    roles = found(base())

    assert (("text",), ("about", "stars", "urgent")) == (roles.texts, roles.attributes)
    assert (
        "'text' is the texts: free text.",
        "'about', 'stars' and 'urgent' say of what kind a text is.",
    ) == roles.why


def test_all_free_text_is_text() -> None:
    """Several columns of it are all texts, none of them an attribute."""
    table = base().with_columns(answer=pl.col("text").str.reverse())

    assert ("text", "answer") == found(table).texts


def test_what_is_told_is_so() -> None:
    """Told columns are the roles, in the order in which they are told, and nothing is to be explained."""
    roles = found(base(), text_columns="text", attributes=["height", "about"])

    assert TextRoles(("text",), ("height", "about")) == roles
    assert TextRoles(("mail", "text"), ()) == found(base(), text_columns=["mail", "text"], attributes=[])


def test_short_titles_are_texts() -> None:
    """Without free text it is the text column with most characters in different cells; labels are none."""
    words = ["red", "old", "new", "big", "odd", "wet"]
    titles = [f"{words[n % 6]} {words[n // 6 % 6]} {words[n // 36 % 6]} car" for n in range(N)]
    table = (
        base()
        .select("about", "ticket", "mail", "stars")
        .with_columns(title=pl.Series(titles), code=pl.Series([f"x {n % 230}" for n in range(N)]))
    )
    roles = found(table)

    assert ("title",) == roles.texts
    assert "'title' is the texts: the longest and most various cells." == roles.why[0]


@pytest.mark.parametrize("name", ["mail", "ticket", "text", "about"])
def test_the_only_column_is_the_texts(name: str) -> None:
    """A table of one column of text needs no word, whatever the text looks like."""
    roles = found(base().select(name))

    assert TextRoles((name,), (), roles.why) == roles
    assert "No column says of what kind a text is." == roles.why[1]


def test_numbers_told_to_be_texts_keep_their_zeros() -> None:
    """A told column of a text format is read as it stands; missing and empty texts stay apart."""
    cells = [f"{n:04}" for n in range(50)] + ["", None]
    table, metadata, parameters = typed(pl.DataFrame({"a": cells}), textual=True, text_columns="a")
    roles = find_texts(table, metadata, parameters)

    assert cells == table["a"].to_list()
    assert (("a",), ColumnType.TEXT) == (roles.texts, metadata["a"].type)


def test_dates_told_to_be_texts_stay_texts() -> None:
    """Text that is dates throughout, as text of a frame or of a file."""
    for textual in (True, False):
        table, metadata, parameters = typed(base().select("day"), textual=textual, text_columns="day")

        assert base()["day"].to_list() == table["day"].to_list()
        assert ("day",) == find_texts(table, metadata, parameters).texts


def test_attributes_may_be_anything_that_measures_or_names() -> None:
    """Told attributes need not have few levels."""

    assert ("height", "day") == found(base(), attributes=["height", "day"]).attributes


def test_roles_are_told_on() -> None:
    """Parameters with the roles find the same again; in the metadata texts are free text."""
    table, metadata, parameters = typed(base(), text_columns=["mail", "text"])
    roles = find_texts(table, metadata, parameters)
    known = with_texts(parameters, roles)

    assert TextRoles(roles.texts, roles.attributes) == find_texts(table, metadata, known)
    assert {"mail", "text"} == {c.name for c in typed_texts(metadata, roles).columns if c.type is ColumnType.TEXT}


def test_the_label_is_the_rightmost_attribute() -> None:
    """Of those asked about, or of all columns; none where none has few levels."""
    table, metadata, _ = typed(base())

    assert "urgent" == find_label(table, metadata, "text")
    assert "stars" == find_label(table, metadata, "text", ("about", "stars", "height"))
    assert find_label(table, metadata, "text", ("height",)) is None


@pytest.mark.parametrize(
    ("told", "error", "says"),
    [
        ({"exclude": ["text"]}, InputRefused, "No column could be the texts"),
        (
            {"text_columns": "about", "exclude": ["text", "about"]},
            InputInvalid,
            "no column 'about', which text_columns",
        ),
        ({"attributes": "mood"}, InputInvalid, "no column 'mood', which attributes names"),
        ({"text_columns": "about"}, InputRefused, "'text' holds free text and is not among the text_columns"),
        ({"attributes": "text"}, InputRefused, "holds free text|could be the texts"),
        ({"attributes": "mail"}, InputInvalid, "'mail' is email and cannot say"),
        ({"attributes": "ticket"}, InputInvalid, "'ticket' is id and cannot say"),
        ({"rebalance": {"text": {"x": 1.0}}}, InputInvalid, "rebalance names 'text', a column of texts"),
        ({"conditions": [{"about": "card"}, {"text": "x"}]}, InputInvalid, "conditions names 'text'"),
        ({"impute": ["text"]}, InputInvalid, "impute names 'text'"),
        ({"fairness": {"target": "about", "protected": ["text"]}}, InputInvalid, "fairness names 'text'"),
        ({"constraints": [{"type": "equal", "columns": ["text", "about"]}]}, InputInvalid, "constraints names 'text'"),
    ],
)
def test_what_cannot_be_is_said(told: dict[str, Any], error: type[LookalikeError], says: str) -> None:
    """The parameter and the column are named, with what to do; no cell is."""
    with pytest.raises(error, match=says) as caught:
        found(base(), **told)

    assert "ticket 1" not in str(caught.value)
    assert len(caught.value.hint) > 8


NUMBERS = pl.DataFrame({"a": range(30), "b": [n * 0.5 for n in range(30)]})
BLANK = pl.DataFrame({"a": ["", " ", "\n", None, "\u3000"] * 6, "b": ["x", "y"] * 15})


@pytest.mark.parametrize(
    ("table", "told", "error", "says"),
    [
        (NUMBERS, {}, InputRefused, "No column holds texts: all are numbers"),
        (NUMBERS.select("a"), {}, InputRefused, "No column holds texts"),
        (NUMBERS, {"text_columns": "a"}, InputInvalid, "'a' is told to be text, but it is stored as Int64"),
        (BLANK, {"text_columns": "a"}, InputRefused, "All texts of column 'a' are empty"),
        (BLANK.select("a"), {}, InputRefused, "All texts of column 'a' are empty"),
        (
            pl.DataFrame({"a": [None] * 30}, schema={"a": pl.String}),
            {},
            InputRefused,
            "All texts of column 'a' are empty",
        ),
        (
            pl.DataFrame({"a": [None] * 30, "b": [1] * 30}, schema={"a": pl.String, "b": pl.Int64}),
            {"text_columns": "a"},
            InputRefused,
            "All texts of column 'a' are empty",
        ),
        (pl.DataFrame({"a": [None] * 30, "b": [None] * 30}), {}, InputRefused, "All texts are empty"),
        (BLANK.select("b"), {"exclude": ["b"]}, InputRefused, "All columns are excluded"),
        (
            pl.DataFrame({"a": ["x", "y"] * 15}, schema={"a": pl.Enum(["x", "y"])}),
            {"text_columns": "a"},
            InputInvalid,
            "'a' is stored as Enum, which takes no new texts",
        ),
    ],
)
def test_tables_without_texts(
    table: pl.DataFrame, told: dict[str, Any], error: type[LookalikeError], says: str
) -> None:
    """Numbers alone, empty texts, levels that are fixed: each is said by name."""
    with pytest.raises(error, match=says):
        found(table, **told)


def test_categorical_texts_are_texts() -> None:
    """Text that is stored by its levels, as JSON's text of digits is read, may be texts."""
    table = base().with_columns(pl.col("text").cast(pl.Categorical))

    assert ("text",) == found(table, text_columns="text").texts
