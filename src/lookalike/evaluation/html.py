"""The report as one page: no network, no script, light and dark."""

import json
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from lookalike.evaluation import FAMILIES, Figure
from lookalike.evaluation.dial import dial
from lookalike.evaluation.maps import curves, heat
from lookalike.evaluation.svg import spread, track

if TYPE_CHECKING:
    from lookalike.evaluation.report import Report

MAX_COLUMNS = 50  # a page of more is neither read nor light
MAX_PAIRS = 10
MAX_GIVEAWAYS = 6

TITLES = {
    "fidelity.c2st": "Told apart by a classifier",
    "fidelity.c2st_train": "Told from rows learnt from",
    "fidelity.column_shapes": "Single columns",
    "fidelity.correlations": "Correlations of numbers",
    "fidelity.missing_patterns": "What is missing together",
    "fidelity.mutual_information": "What columns tell of each other",
    "fidelity.pair_distances": "Pairs of columns",
    "fidelity.rare_levels": "Rare levels",
    "fidelity.rules_kept": "Rules broken",
    "utility.tstr": "What a model learns",
    # of sequences
    "fidelity.acf1_diff": "Memory of one step",
    "fidelity.acf_dist": "Memory over many steps",
    "fidelity.c2st_row": "Rows told apart",
    "fidelity.c2st_seq": "Sequences told apart",
    "fidelity.c2st_trans": "Steps told apart",
    "fidelity.c2st_window": "Windows told apart",
    "fidelity.cat_tvd": "Shares of levels",
    "fidelity.corr_diff": "Correlations of numbers",
    "fidelity.daily_ks": "Drift over days",
    "fidelity.hour_profile": "Course of the day",
    "fidelity.ks": "Single numbers",
    "fidelity.ks_diff": "Steps of numbers",
    "fidelity.length_ks": "Lengths",
    "fidelity.missing_err": "What is missing",
    "fidelity.trans_tvd": "Changes of levels",
    "privacy.memo_share": "Windows nearer to those learnt from",
    "privacy.near_ratio": "Distance to windows learnt from",
    "privacy.row_copies": "Copied rows",
    "privacy.window_copies": "Copied windows",
    # of texts
    "fidelity.c2st_char": "Told apart by letters",
    "fidelity.c2st_emb": "Told apart by a language model",
    "fidelity.fd_emb": "Distance to a language model",
    "fidelity.c2st_svd": "Told apart by matter (TF-IDF and SVD)",
    "fidelity.c2st_word": "Told apart by words",
    "fidelity.distinct2": "Variety of phrases",
    "fidelity.duplicates": "Texts that stand twice",
    "fidelity.textless": "Records without text",
    "fidelity.fd_svd": "Distance of matter (TF-IDF and SVD)",
    "privacy.shingles": "Copied phrases",
    "privacy.text_copies": "Copied texts",
    "utility.tstr_f1": "What a model learns from texts",
    "privacy.attribute_inference": "A column told by the others",
    "privacy.copies": "Copies of what was learnt from",
    "privacy.dcr": "Distance to rows learnt from",
    "privacy.dcr_share": "Nearer to rows learnt from",
    "privacy.linkability": "Two files linked",
    "privacy.membership": "Members told by distance",
    "privacy.membership_density": "Members told by density",
    "privacy.nndr": "One row picked out",
    "privacy.singling_out": "One row singled out",
}


MAPS = (
    ("fidelity.mutual_information", "What columns tell of each other", "Mutual information, 0 to 1."),
    ("fidelity.correlations", "Correlations of numbers", "By ranks, -1 to 1; strength is what shows."),
)
CURVES = (
    (
        "privacy.dcr",
        "Distance to the closest row learnt from",
        "In columns that differ. Where the line lies above the dashed one, synthetic rows are nearer than fresh ones.",
    ),
    (
        "privacy.nndr",
        "Closest against second closest",
        "Ratio of the two distances. Where the line lies above the dashed one, single rows are picked out.",
    ),
)


def page(report: "Report") -> str:
    """HTML of the report; every name and level in it is escaped, the same report gives the same bytes."""
    return _environment().get_template("report.html.j2").render(report=report, **_parts(report))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("lookalike.evaluation"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(decimal=_decimal, settings=_settings)
    environment.globals.update(track=track, spread=spread, dial=dial, heat=heat, curves=curves)
    return environment


def _parts(report: "Report") -> dict[str, Any]:
    c2st, pairs = (report.figures.get(f"fidelity.{name}") for name in ("c2st", "pair_distances"))
    worst = report.worst_columns()
    return {
        "families": [(family, _titled(report, family)) for family in FAMILIES if _titled(report, family)],
        "maps": [(title, lead, matrices) for name, title, lead in MAPS if (matrices := _matrices(report, name))],
        "distances": [(title, lead, details) for name, title, lead in CURVES if (details := _curves(report, name))],
        "columns": worst[:MAX_COLUMNS],
        "n_columns": len(worst),
        "pairs": pairs.details.get("pairs", ())[:MAX_PAIRS] if pairs else (),
        "texts": _by_text(report),
        "giveaways": c2st.details.get("giveaways", ())[:MAX_GIVEAWAYS] if c2st else (),
    }


def _titled(report: "Report", family: str) -> list[tuple[str, str, Figure]]:
    """The figures of a family with their titles and names."""
    own = {name: figure for name, figure in report.figures.items() if name.partition(".")[0] == family}
    return [(TITLES.get(name, name), name, figure) for name, figure in own.items()]


def _by_text(report: "Report") -> list[tuple[str, str, list[Mapping[str, Any]]]]:
    """Title, name and the rows of each figure that several columns of texts have."""
    found = {name: figure.details.get("by_text", ()) for name, figure in report.figures.items()}
    return [(TITLES.get(name, name), name, list(rows)) for name, rows in found.items() if rows]


def _matrices(report: "Report", name: str) -> Mapping[str, Any] | None:
    """The matrices of a figure over pairs, if there are three columns to look at."""
    found = report.figures[name].details.get("matrices") if name in report.figures else None
    return found if found and len(found["names"]) > 2 else None


def _curves(report: "Report", name: str) -> Mapping[str, Any] | None:
    """The quantiles that a figure has of both sides."""
    found = report.figures[name].details if name in report.figures else {}
    return found if found.get("shares") else None


def _decimal(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _settings(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
