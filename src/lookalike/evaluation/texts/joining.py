"""Figures of several columns of texts as one report's: each figure is that of the column which is worst by it."""

from collections.abc import Mapping
from dataclasses import replace

from lookalike.evaluation import Figure
from lookalike.evaluation.grading import UNKNOWN
from lookalike.evaluation.verdict import Side

ByColumn = Mapping[str, Mapping[str, Figure]]


def joined(by_column: ByColumn) -> dict[str, Figure]:
    """
    The figures by name; those of a single column as they are.

    Of several columns each figure is that of the one furthest above its floor. Its note names that column and those it
    could not be judged of; `details` has `column` and `by_text`, value and floor of each.

    Args:
        by_column: By the column and then by the figure's name; all columns have the same.
    """
    first = next(iter(by_column.values()))
    if len(by_column) == 1:
        return dict(first)
    return {name: _joined({column: figures[name] for column, figures in by_column.items()}) for name in first}


def worst_sides(by_column: Mapping[str, Mapping[str, Side]]) -> dict[str, Side]:
    """For each figure's name the worst side that a column has; unknown if none is known."""
    names = next(iter(by_column.values()))
    known = {name: [s[name] for s in by_column.values() if s[name].score is not None] for name in names}
    return {name: min(sides, key=lambda s: s.score or 0.0, default=UNKNOWN) for name, sides in known.items()}


def excess(figure: Figure) -> float:
    """How much worse than fresh real texts, where there is a value; without a floor how much worse than ideal."""
    value, ideal = figure.value or 0.0, {"half": 0.5, "higher": figure.bounds[1]}.get(figure.direction, 0.0)
    floor = ideal if figure.floor is None else figure.floor
    return {
        "lower": value - floor,
        "higher": floor - value,
        "half": value - max(floor, 0.5),
        "floor": abs(value - floor),
    }[figure.direction]


def _joined(figures: Mapping[str, Figure]) -> Figure:
    judged = [column for column, figure in figures.items() if figure.value is not None]
    worst = max(judged, key=lambda column: excess(figures[column]), default=next(iter(figures)))
    table = [{"column": column, "value": f.value, "floor": f.floor} for column, f in figures.items()]
    chosen, unjudged = figures[worst], [column for column in figures if column not in judged]
    told = [chosen.note] if chosen.note else []
    told += [f"Of '{worst}', the worst of {len(judged)} columns of texts."] if len(judged) > 1 else []
    told += [f"Not judged of {', '.join(repr(column) for column in unjudged)}."] if judged and unjudged else []
    return replace(chosen, note=" ".join(told), details={**chosen.details, "column": worst, "by_text": table})
