"""What the demos show."""

from io import StringIO
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from lookalike import plugins, samples
from lookalike.cli.demos import find
from lookalike.cli.demos.time_series import BARS, sparkline


@pytest.mark.parametrize("data_type", plugins.names("lookalike.cli.demos"))
def test_demos_fit_a_terminal(data_type: str, tmp_path: Path) -> None:
    """Each demo shows its output in 80 columns without cutting a cell."""
    demo = find(data_type)
    console = Console(file=StringIO(), width=80)
    demo.show(console, samples.path(demo.sample), samples.path(demo.sample))
    lines = console.file.getvalue().splitlines()

    assert data_type == demo.data_type
    assert len(lines) > 5
    assert all(cell_len(line) <= 80 for line in lines)
    assert data_type == "tabular" or not any("…" in line for line in lines)


@pytest.mark.parametrize(
    ("values", "drawn"),
    [
        ([0.0, 50.0, 100.0], "▁▅█"),
        ([5.0], "▁"),
        ([100.0] * 200, "█" * BARS),
        ([0.0] * 199 + [100.0], "▁" * (BARS - 1) + "█"),
    ],
)
def test_sparklines(values: list[float], drawn: str) -> None:
    """A bar stands for the greatest of its values; however many there are, the line has no more bars than fit."""
    assert drawn == sparkline(values, 0.0, 100.0)


def test_a_storm_without_wind(tmp_path: Path) -> None:
    """Of a single storm of a single step, with missing cells, the demo shows what there is."""
    path = tmp_path / "one.csv"
    path.write_text("storm_id,time,lat,long,wind,pressure\na,2000-01-01 00:00:00,1.0,2.0,,\n")
    console = Console(file=StringIO(), width=80)
    find("time_series").show(console, path, path)

    assert "01-01 00 h" in console.file.getvalue()
