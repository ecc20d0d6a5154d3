"""Texts with differential privacy: real ones only vote, each once, and nothing of them is told."""

import json
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.clock import ManualClock
from lookalike.completing import Completion, Prompt
from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.data.parameters import EndpointParameters, TextParameters
from lookalike.engines import NOWHERE, Kept
from lookalike.engines.text import Model as Fitted
from lookalike.engines.text import Plan, Synthesizer
from lookalike.engines.text.evolution.hashing import embed
from lookalike.engines.text.evolution.population import Population
from lookalike.engines.text.evolution.telling import counted_labels, counted_lengths, counted_votes
from lookalike.engines.text.writing import Help
from lookalike.errors import EndpointAway, EndpointBudget, EndpointFailed, InputRefused, ModelFileError

MATTERS = ("gardens", "engines", "recipes", "weather", "football", "taxes", "music", "chess")
OF = {"red": "gardens", "blue": "engines"}
METADATA = Metadata((Column("note", ColumnType.TEXT, pl.String()), Column("team", ColumnType.CATEGORICAL, pl.String())))
FEW = st.lists(st.tuples(st.sampled_from(["my card", "a lost parcel", "", "hello there", "card"]), st.integers(0, 1)))
SECRETS = 4  # of which a mean is told
CLOCK = ManualClock(datetime(2026, 1, 2, tzinfo=UTC))


def records(n: int = 1_500) -> pl.DataFrame:
    """Red records are about gardens, blue ones about engines; three in four are red."""
    teams = ["blue" if i % 4 == 0 else "red" for i in range(n)]
    notes = [f"Zebulon asks number {i} about {OF[team]} and {OF[team]}" for i, team in enumerate(teams)]
    return pl.DataFrame({"note": notes, "team": teams})


class Model:
    """Writes about a matter drawn at random; in other words, about the same one."""

    def __init__(self, fails: Callable[[int], bool] = lambda n: False, bad: str = "") -> None:
        self.prompts: list[Prompt] = []
        self._fails, self._bad = fails, bad

    def __call__(self, prompts: Sequence[Prompt], *, on_answer: Callable[[int, Completion], None]) -> None:
        for number, prompt in enumerate(prompts):
            if self._fails(len(self.prompts)):
                raise EndpointAway("gone")
            self.prompts.append(prompt)
            on_answer(number, Completion(self._bad or self._said(prompt), True, "stop", 50, 10))

    def _said(self, prompt: Prompt) -> str:
        rng = np.random.default_rng(prompt.seed)
        shown = [m for m in MATTERS if m in prompt.messages[1][1]]
        matter = shown[0] if shown else str(rng.choice(MATTERS))
        text = f"Somebody {rng.choice(['wants', 'needs', 'likes'])} {matter} no {rng.integers(99)}"
        return json.dumps({"text": text})


def helped(model: Model, share: float = 1.0) -> Help:
    return Help(model, lambda column: NOWHERE, CLOCK, share)


def planned(table: pl.DataFrame, epsilon: float = 4.0, metadata: Metadata = METADATA, **told: Any) -> Plan:
    endpoint = EndpointParameters(name="own", model="small", examples="none", dp_epsilon=epsilon, **told)
    parameters = TextParameters(backend="endpoint", endpoint=endpoint)
    return Synthesizer(parameters).prepare(table, metadata, seed=7)


def fitted(plan: Plan, model: Model, kept: Kept = NOWHERE) -> Fitted:
    own = plan.helped(helped(model))
    return own.join([own.fit_group(group, kept) for group in range(own.n_groups)])


def drawn(fit: Fitted, n: int = 60, model: Model | None = None) -> pl.DataFrame:
    return fit.helped(helped(model or Model())).draw(n, seed=3, block=0, total=n)


@pytest.fixture
def foreseen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Secrets that are known: what is said of many draws must be true each time the tests run."""
    numbers = count()
    monkeypatch.setattr(secrets, "randbits", lambda bits: next(numbers))


def right(rows: pl.DataFrame) -> float:
    """The share of texts that are about what their label is about."""
    return float(np.mean([OF[team] in note for note, team in rows.select("note", "team").iter_rows()]))


@pytest.mark.usefixtures("foreseen")
def test_votes_lead_to_what_records_are_about() -> None:
    """
    Of eight matters a model writes about at random, those of the records come out, for each label its own; with hardly
    any epsilon they are about anything: it is the votes that tell the matter.
    """
    rows = pl.concat(drawn(fitted(planned(records()), Model())) for _ in range(SECRETS))
    blind = [right(drawn(fitted(planned(records(), epsilon=0.001), Model()))) for _ in range(3 * SECRETS)]

    assert (60 * SECRETS, ["note", "team"]) == (rows.height, rows.columns)
    assert right(rows) > 0.8
    assert 0.6 < (rows["team"] == "red").mean() < 0.9  # type: ignore[operator]
    assert np.mean(blind) < 0.4


def test_nothing_real_is_told() -> None:
    """No prompt, no text and no byte of the model has a word that only real ones have."""
    model = Model()
    fit = fitted(planned(records()), model)
    rows = drawn(fit, model=model)

    assert not any("Zebulon" in repr(prompt) or "asks" in repr(prompt) for prompt in model.prompts)
    assert not any("Zebulon" in text for text in rows["note"])
    assert b"Zebulon" not in fit.to_bytes()


@given(FEW, st.integers(0, 10), st.sampled_from(["my card", "zzz", "a b c d e f"]), st.integers(0, 1))
def test_a_record_counts_once(some: list[tuple[str, int]], place: int, text: str, label: int) -> None:
    """One more record, wherever it stands, adds at most 1 to a single cell of each table that is told."""
    population = Population(np.array([0, 0, 1]), np.array([2, 2, 2]), ("my card here", "hello you", "parcels"))

    def tables(own: list[tuple[str, int]]) -> list[Any]:
        texts, labels = [t for t, _ in own], np.array([b for _, b in own], np.int64)
        return [counted_labels(labels, 2), counted_lengths(texts), counted_votes(labels, embed(texts), population)]

    for more, without in zip(tables([*some[:place], (text, label), *some[place:]]), tables(some), strict=True):
        assert 1 >= np.abs(more - without).sum()
        assert (more >= without).all()


def test_the_note_says_what_is_kept_to() -> None:
    """Epsilon, delta, releases and noise are told, and what is not covered."""
    note = " ".join(planned(records()).notes)

    assert all(told in note for told in ("epsilon 4", "delta 9.1e-05", "6 tables", "Not covered", "how many records"))


def test_the_same_again_and_nothing_paid_for_twice() -> None:
    """Ended anywhere, it goes on: no prompt that was answered is asked again, and what comes out is the same."""
    plan, whole = planned(records()), Model()
    expected = fitted(plan, whole).to_bytes()

    class Folder:
        value: bytes | None = None

        def load(self) -> bytes | None:
            return self.value

        def save(self, value: bytes) -> None:
            self.value = value

    kept, n_asked = Folder(), 0
    for end in (3, 40, 61):
        dying = Model(fails=lambda n, end=end: n == end)  # type: ignore[misc]
        with pytest.raises(EndpointAway):
            fitted(Synthesizer(TextParameters()).load_plan(plan.to_bytes()), dying, kept)
        n_asked += len(dying.prompts)
    last = Model()

    assert expected == fitted(plan, last, kept).to_bytes()
    assert len(whole.prompts) == n_asked + len(last.prompts)


def test_the_noise_is_nobodys_to_know() -> None:
    """A seed is told in reports: if noise came of it, whoever has it could take the noise away."""
    assert planned(records()).to_bytes() != planned(records()).to_bytes()


def test_a_loaded_model_writes_the_same() -> None:
    """What was evolved survives its bytes; damaged it is refused."""
    fit = fitted(planned(records()), Model())
    value = fit.to_bytes()

    assert drawn(fit).equals(drawn(Fitted.from_bytes(value)))
    with pytest.raises(ModelFileError):
        Fitted.from_bytes(value[:-50])


def test_what_is_refused() -> None:
    """Fewer than 100 records, for all would be noise; columns that no count covers; a fit without a model at hand."""
    other = Metadata((*METADATA.columns, Column("stars", ColumnType.INTEGER, pl.Int64())))
    with pytest.raises(InputRefused, match="100 records, there are 99"):
        planned(records(99))
    with pytest.raises(InputRefused, match="'stars'"):
        planned(records().with_columns(stars=1), metadata=other)
    plan = planned(records(200))
    with pytest.raises(EndpointFailed, match="at hand"):
        plan.fit_group(plan.n_groups - 1)


def test_a_model_that_writes_nothing() -> None:
    """A model none of whose answers can be used is an error."""
    with pytest.raises(EndpointFailed):
        fitted(planned(records(200)), Model(bad="As an AI I would rather not"))


@pytest.mark.usefixtures("foreseen")
def test_a_text_of_another_length_is_asked_for_again() -> None:
    """A model that says a single word three times in five says more when it is asked again, in another way."""

    class Terse(Model):
        def _said(self, prompt: Prompt) -> str:
            return super()._said(prompt) if (prompt.seed or 0) % 5 < 2 else json.dumps({"text": "the"})

    model = Terse()
    rows = drawn(fitted(planned(records()), model), model=model)

    assert np.mean(rows["note"].to_numpy() == "the") < 0.25


def test_a_budget_is_of_learning_and_writing_together() -> None:
    """What learning spent is not there for writing."""
    whole, once = Model(), Model()
    drawn(fitted(planned(records(200)), whole), 40, once)
    plan = planned(records(200), max_requests=len(whole.prompts))
    with pytest.raises(EndpointBudget):
        drawn(fitted(plan, Model()), 200)
    with pytest.raises(EndpointBudget):
        fitted(planned(records(200), max_requests=3), Model())


@pytest.mark.parametrize("n", [1, 2, 500])
def test_exactly_as_many_as_asked_for(n: int) -> None:
    """So many texts come out, fewer or more than a population has."""
    assert n == drawn(fitted(planned(records(200)), Model()), n).height


@pytest.mark.usefixtures("foreseen")
def test_without_a_label() -> None:
    """Texts alone vote for all there are."""
    metadata = Metadata(METADATA.columns[:1])
    rows = drawn(fitted(planned(records().select("note"), metadata=metadata), Model()))

    assert (60, ["note"]) == (rows.height, rows.columns)
    assert np.mean(["gardens" in note or "engines" in note for note in rows["note"]]) > 0.8


@pytest.mark.usefixtures("foreseen")
def test_labels_and_texts_that_are_missing() -> None:
    """Records without words, without a text, without a label do no harm."""
    table = (
        records(300)
        .with_row_index("n")
        .with_columns(
            note=pl.when(pl.col("n") % 9 == 0).then(pl.lit("")).when(pl.col("n") % 9 == 1).then(None).otherwise("note"),
            team=pl.when(pl.col("n") % 5 == 0).then(None).otherwise("team"),
        )
    )
    rows = drawn(fitted(planned(table.drop("n")), Model()))

    assert 60 == rows.height
    assert 0 == rows["note"].null_count()
    assert rows["team"].null_count() > 0
