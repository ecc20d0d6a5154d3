import json
import re
from html.parser import HTMLParser

import polars as pl
import pytest

from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.errors import UsageError
from lookalike.evaluation import ROOM, Figure, metric_names
from lookalike.evaluation.html import TITLES
from lookalike.evaluation.report import Report, ReportSettings, evaluate_tables
from lookalike.evaluation.sequences import report as sequences
from lookalike.evaluation.svg import track
from lookalike.evaluation.texts import report as texts

HOSTILE = "<script>alert('x')</script>\"&"


@pytest.fixture
def report(people, metadata) -> Report:
    settings = ReportSettings(settings={"privacy": "balanced"}, notes=("Column 'id' was left out.",))
    return evaluate_tables(people(400, 1), people(300, 3), people(100, 2), metadata=metadata, seed=7, settings=settings)


@pytest.fixture
def hostile(people, metadata) -> Report:
    """A report on tables whose column name and levels try to be markup."""

    def poison(table: pl.DataFrame) -> pl.DataFrame:
        return table.rename({"town": HOSTILE}).with_columns(pl.col(HOSTILE) + HOSTILE)

    columns = [*metadata.columns[:2], Column(HOSTILE, ColumnType.CATEGORICAL, pl.String())]
    tables = [poison(people(n, n)) for n in (400, 300, 100)]
    return evaluate_tables(*tables, metadata=Metadata(tuple(columns)), seed=7)


def test_json_says_what_the_report_says(report) -> None:
    """The JSON form holds figures, columns, facts, notes and the verdict, with its name and version."""
    value = json.loads(report.to_json())

    assert ("lookalike-report", 2) == (value["format"], value["version"])
    assert round(report.figures["fidelity.c2st"].value, 6) == value["figures"]["fidelity.c2st"]["value"]
    assert ["age", "height", "town"] == [c["name"] for c in value["columns"]]
    assert (400, 100, 300, 7) == tuple(value["facts"][k] for k in ("n_train", "n_holdout", "n_synthetic", "seed"))
    assert value["notes"][0] == "Column 'id' was left out."
    assert value["verdict"]["sentence"] == report.verdict.sentence


def test_same_tables_same_bytes(people, metadata) -> None:
    """The same tables and seed give the same bytes in both forms."""
    tables = people(400, 1), people(300, 3), people(100, 2)
    one, two = (evaluate_tables(*tables, metadata=metadata, seed=7) for _ in range(2))

    assert one.to_json() == two.to_json()
    assert one.to_html() == two.to_html()


def test_no_rare_cell_gets_out(people, metadata) -> None:
    """A level that fewer than five rows share, and an extreme value, appear in neither form."""
    odd = pl.DataFrame({"age": [123_457], "height": [987.654], "town": ["Einzelhof"]})
    train = pl.concat([people(400, 1), odd, odd, odd, odd])
    holdout, synthetic = (pl.concat([people(100, seed), odd]) for seed in (2, 3))
    report = evaluate_tables(train, synthetic, holdout, metadata=metadata, seed=7)

    for text in (report.to_json(), report.to_html()):
        assert not re.search(r"Einzelhof|123,?45|987\.6", text)


def test_shared_levels_are_named(report) -> None:
    """Levels that enough real rows share are on the page."""
    assert "Köln" in report.to_html()


class _Tags(HTMLParser):
    """Collects the elements, attributes and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_hostile_names_stay_text(hostile) -> None:
    """A column name or level that looks like markup is text on the page, and no script element comes of it."""
    page = _Tags(hostile.to_html())

    assert HOSTILE in page.text
    assert "script" not in {tag for tag, _ in page.tags}
    assert any(HOSTILE in str(attributes.get("aria-label")) for _, attributes in page.tags)


def test_the_page_needs_nothing_else(report) -> None:
    """The page loads nothing: no address, no script, no linked file."""
    html = report.to_html()
    page = _Tags(html)

    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in page.tags}
    assert not re.search(r"https?://|url\(|@import", html)


def test_the_page_reads_well_without_eyes(report) -> None:
    """One first heading, every section named by a heading that exists, every drawing told in words."""
    tags = _Tags(report.to_html()).tags
    ids = {attributes.get("id") for _, attributes in tags}

    assert 1 == sum(tag == "h1" for tag, _ in tags)
    assert all(a["aria-labelledby"] in ids for tag, a in tags if tag == "section")
    assert all("aria-label" in a or a.get("aria-hidden") == "true" for tag, a in tags if tag == "svg")


def test_wide_tables_make_a_light_page(people, metadata) -> None:
    """Of many columns the page shows the worst 50 and says so; it stays under 2 MB."""
    n = 600
    wide = [pl.DataFrame({f"c{i}": people(60, s)["age"].shuffle(i) for i in range(n)}) for s in (1, 2, 3)]
    columns = Metadata(tuple(Column(f"c{i}", ColumnType.INTEGER, pl.Int64()) for i in range(n)))
    report = evaluate_tables(wide[0], wide[1], wide[2], metadata=columns, seed=7)
    html = report.to_html()

    assert "Shown are the worst 50 of 600 columns." in html
    assert len(html.encode()) < 2_000_000
    assert n == len(json.loads(report.to_json())["columns"])


def test_save_goes_by_suffix(report, tmp_path) -> None:
    """The suffix decides the form, in any case; another one is refused."""
    report.save(tmp_path / "r.json")
    report.save(str(tmp_path / "r.HTML"))

    assert report.to_json() == (tmp_path / "r.json").read_text(encoding="utf-8")
    assert report.to_html() == (tmp_path / "r.HTML").read_text(encoding="utf-8")
    with pytest.raises(UsageError, match=r"\.pdf"):
        report.save(tmp_path / "r.pdf")


@pytest.mark.parametrize("n", [0, 1, 30])
@pytest.mark.parametrize("n_holdout", [None, 1, 60])
def test_tiny_tables_get_a_report(people, metadata, n, n_holdout) -> None:
    """However few rows there are, a report comes of them, and it judges neither fidelity nor privacy."""
    holdout = None if n_holdout is None else people(n_holdout, 2)
    report = evaluate_tables(people(n, 1), people(n, 3), holdout, metadata=metadata, seed=7)

    assert ("unknown", "unknown") == (report.verdict.fidelity.grade, report.verdict.privacy.grade)
    assert "too few rows" in report.to_html()


@pytest.mark.parametrize(
    ("figure", "ends"),
    [
        (Figure(0.52, 0.5, "half", ""), ("0.4", "1")),
        (Figure(0.3, 0.5, "half", ""), ("0", "1")),
        (Figure(0.03, 0.02, "lower", ""), ("0", "0.05")),
        (Figure(0.93, 0.97, "higher", ""), ("0.9", "1")),
        (Figure(0.3, 0.97, "higher", ""), ("0", "1")),
        (Figure(1.04, 1.0, "higher", "", bounds=(0.0, 2.0)), ("0.9", "2")),
        (Figure(0.93, 0.97, "higher", "", interval=(0.85, 0.99)), ("0.8", "1")),
        (Figure(3.0, 1.0, "lower", "", bounds=(0.0, 4.0)), ("0", "4")),
        (Figure(0.9, 0.2, "lower", ""), ("0", "1")),
        (Figure(7.0, 1.0, "higher", "", bounds=(0.0, 10.0)), ("0.9", "10")),
    ],
)
def test_a_track_holds_what_it_shows(figure: Figure, ends: tuple[str, str]) -> None:
    """The line is as long as value, interval and floor ask for, and the ideal is on it where the direction says."""
    drawn = str(track(figure))
    ideal = float(re.findall(r'class="ideal" x1="([\d.]+)"', drawn)[0])

    assert ends == tuple(re.findall(r">([\d.]+)</text>", drawn))
    assert 8 <= ideal <= 272
    assert (figure.direction == "lower") == (ideal == 8)


def test_every_figure_has_a_title() -> None:
    """No figure is shown by its bare name."""
    rooms = ROOM, sequences.ROOM, texts.ROOM, f"{texts.ROOM}.embedded"

    assert {name for room in rooms for name in metric_names(room)} == set(TITLES)


def test_a_page_of_many_columns_is_light() -> None:
    """A report on 120 columns is a page of less than 2 MB, with maps of the worst thirty."""
    rows = pl.int_range(300, eager=True)
    columns = {f"column {i}": (rows * (7 + i) % (50 + i)) for i in range(120)}
    table = pl.DataFrame(columns)
    metadata = Metadata(tuple(Column(name, ColumnType.INTEGER, pl.Int64()) for name in columns))
    page = evaluate_tables(table[:100], table[100:200], table[200:], metadata=metadata, seed=1).to_html()

    assert len(page.encode()) < 2_000_000
    assert 3 * 30 * 29 < page.count("</title></rect>") <= 2 * 3 * 30 * 29
