"""
The plan of texts with differential privacy: all that is learnt of labels and lengths is learnt from rows drawn from
noisy counts, so that whatever the tabular engine makes of them costs no privacy.
"""

import secrets
from collections.abc import Sequence

import numpy as np
import polars as pl

from lookalike.data.learnt import learnt_from
from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.data.parameters import TextParameters
from lookalike.data.streams import stream
from lookalike.engines import tabular
from lookalike.engines.text import attributes
from lookalike.engines.text.column import Learning
from lookalike.engines.text.evolution import LABELS, LENGTHS, RELEASES
from lookalike.engines.text.evolution.accounting import Account, account
from lookalike.engines.text.evolution.evolved import labels_of, n_labels_of
from lookalike.engines.text.evolution.population import shared
from lookalike.engines.text.evolution.telling import ENDS, SECRET_BITS, Telling, counted_labels, counted_lengths
from lookalike.engines.text.guarding import guard
from lookalike.engines.text.hidden import free_name
from lookalike.engines.text.masking import find
from lookalike.engines.text.plan import Plan, settings_of
from lookalike.engines.text.writing import Asked, Given
from lookalike.errors import InputRefused

LEAST_RECORDS = 100  # with fewer all is noise, and a delta of 1 / (n log n) promises nothing
MOST_RECORDS = 100_000  # vote: of more a sample, whose votes say the same
MOST_LABELS = 1_000
POPULATION_MOST = 1_000
VOTES_PER_NOISE = 4.0  # records for each text of a population, in deviations of the noise

_HINT = "Tell which other columns to exclude, or leave dp_epsilon out."


def make_private_plan(
    table: pl.DataFrame, metadata: Metadata, parameters: TextParameters, seed: int, conditions: pl.DataFrame | None
) -> Plan:
    """
    The plan of a table with one column of texts and one label at most.

    Its noise is drawn anew each time: nobody may foretell it.

    Raises:
        InputRefused: other columns, too few records, too many labels; and as `tabular` raises.
    """
    text, label = _columns(metadata)
    told = settings_of(parameters, "endpoint")
    rows = learnt_from(table, min(parameters.fit_rows or MOST_RECORDS, MOST_RECORDS), seed)
    texts = tuple(rows[text].cast(pl.String).fill_null("").to_list())
    if len(texts) < LEAST_RECORDS:
        few = f"Differential privacy needs {LEAST_RECORDS} records, there are {len(texts):,}."
        raise InputRefused(few, hint="Give more records, or leave dp_epsilon out.")
    telling = Telling(account(told["dp_epsilon"], len(texts), RELEASES), secrets.randbits(SECRET_BITS))
    words = free_name(table.columns, f"{text} (words)")
    drawn = pl.DataFrame([*_labels(rows.select(label), telling), _words(words, texts, telling)])
    columns = (*(metadata[name] for name in label), Column(words, ColumnType.INTEGER, pl.Int64()))
    known = Metadata(columns)
    beside = tabular.Synthesizer(parameters.beside).prepare(drawn, known, seed=seed, conditions=conditions)
    about = attributes.learn(drawn, known, label)
    first = _first(Asked(drawn, drawn[words].to_numpy()), about, telling)
    settings = {**told, **first, "secret": telling.secret}
    asked = Asked(rows.select(*label, pl.lit(1, pl.Int64).alias(words)), np.ones(len(texts), np.int64))
    given = Given(texts, asked, about, 1, 0.0, high=False, seed=seed, settings=settings)
    note = f"Column '{text}': {_promise(telling.account)}"
    learning = Learning(text, words, "endpoint", given, guard([], 1), find([])[1], (note,))
    return Plan(metadata, beside, (learning,), (note,), seed)


def _columns(metadata: Metadata) -> tuple[str, list[str]]:
    """The column of texts, and the label, if there is one."""
    texts = [c.name for c in metadata.columns if c.type is ColumnType.TEXT]
    labels = [c.name for c in metadata.columns if c.type in (ColumnType.CATEGORICAL, ColumnType.BOOLEAN)]
    other = [name for name in metadata.names if name not in {*texts[:1], *labels[:1]}]
    if other:
        told = f"With dp_epsilon there is one column of texts and one of labels, categorical: not '{other[0]}'."
        raise InputRefused(told, hint=_HINT)
    return texts[0], labels


def _labels(cells: pl.DataFrame, telling: Telling) -> list[pl.Series]:
    """Labels as often as is told, in any order."""
    found = []
    for column in cells.iter_columns():
        levels = column.unique().sort()
        if len(levels) > MOST_LABELS:
            told = (
                f"Column '{column.name}' has {len(levels):,} labels; with dp_epsilon there are {MOST_LABELS:,} at most."
            )
            raise InputRefused(told, hint=_HINT)
        places = pl.DataFrame({"level": levels, "place": np.arange(len(levels))})
        own = column.alias("level").to_frame().join(places, "level", "left", nulls_equal=True)["place"].to_numpy()
        counts = telling.told(LABELS, counted_labels(own, len(levels)))
        order = stream(telling.secret, "labels").permutation(
            np.repeat(np.arange(len(levels)), shared(counts, len(own)))
        )
        found.append(levels.gather(order).alias(column.name))
    return found


def _words(name: str, texts: Sequence[str], telling: Telling) -> pl.Series:
    """Lengths as often as is told of each part."""
    counts, rng = telling.told(LENGTHS, counted_lengths(texts)), stream(telling.secret, "lengths")
    part = rng.permutation(np.repeat(np.arange(len(counts)), shared(counts, len(texts))))
    return pl.Series(name, rng.integers(np.array(ENDS[:-1])[part], np.array(ENDS[1:])[part]), pl.Int64)


def _first(drawn: Asked, about: attributes.Attributes, telling: Telling) -> dict[str, list[int]]:
    """The population to begin with: as many as votes can be told from noise, two of each label at least."""
    labels, n_labels = labels_of(about, drawn), n_labels_of(about)
    counts = np.bincount(labels, minlength=n_labels)
    sure = int(len(labels) / (VOTES_PER_NOISE * telling.account.sigma))
    sizes = shared(counts.astype(np.float64), min(sure, POPULATION_MOST))
    sizes = np.where(counts > 0, np.maximum(sizes, 2), 0)
    rows = np.concatenate(
        [np.resize(np.flatnonzero(labels == n), size) for n, size in enumerate(sizes.tolist()) if size]
    )
    return {"labels": labels[rows].tolist(), "words": drawn.words[rows].tolist()}


def _promise(found: Account) -> str:
    return (
        "texts are written by a language model that the service asks and that no real record is shown; the records "
        "only vote for what it writes. Texts, labels and lengths keep to differential privacy of single records with "
        f"epsilon {found.epsilon:g} and delta {found.delta:.2g} (one more or less): {found.n_releases} tables of "
        f"counts with Gaussian noise of deviation {found.sigma:.3g}, in each of which a record counts once. Not "
        "covered are the labels' names, how many records there were, and the figures of this report, which are "
        "counted from real records without noise. The noise is drawn anew in each job, so that a seed does not give "
        "the same texts."
    )
