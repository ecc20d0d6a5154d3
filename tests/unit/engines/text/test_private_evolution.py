"""Texts with differential privacy: real ones only vote, each once, and nothing of them is told."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.clock import ManualClock
from lookalike.completing import Completion, Prompt
from lookalike.data.streams import stream
from lookalike.engines import NOWHERE, Kept
from lookalike.engines.text.hashing import embed
from lookalike.engines.text.private_evolution import (
    ITERATIONS,
    Evolution,
    Pool,
    Private,
    Released,
    private_labels,
    private_lengths,
    votes_of,
)
from lookalike.engines.text.prompting import Framing
from lookalike.errors import EndpointAway, EndpointFailed, InputRefused

ABOUT = ((("team", "red"),), (("team", "blue"),))
MATTERS = ("gardens", "engines", "recipes", "weather", "football", "taxes", "music", "chess")
FEW = st.lists(st.tuples(st.sampled_from(["my card", "a lost parcel", "", "hello there", "card"]), st.integers(0, 1)))


def private(n: int = 1_500) -> Private:
    """Red records are about gardens, blue ones about engines; three in four are red."""
    labels = np.array([i % 4 == 0 for i in range(n)], np.int64)
    texts = [f"Zebulon asks number {i} about {MATTERS[label]} and {MATTERS[label]}" for i, label in enumerate(labels)]
    return Private(texts, labels, ABOUT)


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
        return json.dumps(
            {"text": f"Somebody {rng.choice(['wants', 'needs', 'likes'])} {matter} no {rng.integers(99)}"}
        )


def run(
    own: Private, n: int = 60, *, epsilon: float = 4.0, model: Model | None = None, kept: Kept = NOWHERE
) -> Released:
    evolution = Evolution(
        Framing("note", ("team",), lines=False), epsilon, ManualClock(datetime(2026, 1, 2, tzinfo=UTC))
    )
    return evolution.run(own, n, model or Model(), lambda release: stream(7, "noise", release), kept)


def test_votes_lead_to_what_records_are_about() -> None:
    """Of eight matters a model writes about at random, those of the records come out, for each label its own."""
    found = run(private())
    right = [MATTERS[label] in text for label, text in zip(found.labels, found.texts, strict=True)]

    assert 60 == len(found.texts) == len(found.labels)
    assert np.mean(right) > 0.8
    assert 0.6 < np.mean(found.labels == 0) < 0.9


def test_without_a_budget_nothing_is_learnt() -> None:
    """With hardly any epsilon the texts are about anything: it is the votes that tell the matter."""
    found = run(private(), epsilon=0.001)
    right = [MATTERS[label] in text for label, text in zip(found.labels, found.texts, strict=True)]

    assert np.mean(right) < 0.7


def test_nothing_real_is_told() -> None:
    """No prompt and no text has a word that only real ones have."""
    model = Model()
    found = run(private(), model=model)

    assert not any("Zebulon" in repr(prompt) or "asks" in repr(prompt) for prompt in model.prompts)
    assert not any("Zebulon" in text for text in found.texts)


@given(FEW, st.integers(0, 10), st.sampled_from(["my card", "zzz", "a b c d e f"]), st.integers(0, 1))
def test_a_record_counts_once(records: list[tuple[str, int]], place: int, text: str, label: int) -> None:
    """One more record, wherever it stands, adds at most 1 to a single cell of each table that is told."""
    more = [*records[:place], (text, label), *records[place:]]
    pool = Pool(np.array([0, 0, 1]), np.array([2, 2, 2]), ("my card here", "hello you", "parcels"))
    for table in (private_labels, private_lengths, lambda p: votes_of(p.labels, embed(p.texts), pool)):
        with_it, without = (
            table(Private([t for t, _ in some], np.array([b for _, b in some], np.int64), ABOUT))
            for some in (more, records)
        )

        assert 1 >= np.abs(with_it - without).sum()
        assert (with_it >= without).all()


def test_the_note_says_what_is_kept_to() -> None:
    """Epsilon, delta, releases and noise are told, and what is not covered."""
    found = run(private())

    assert ITERATIONS + 2 == found.account.n_releases
    assert all(
        told in found.note for told in ("epsilon 4", "delta 9.1e-05", "6 tables", "Not covered", "how many records")
    )


def test_the_same_again_and_nothing_paid_for_twice() -> None:
    """Ended anywhere, it goes on: no prompt that was answered is asked again, and the texts are the same."""
    whole = Model()
    expected = run(private(), model=whole)

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
            run(private(), model=dying, kept=kept)
        n_asked += len(dying.prompts)
    last = Model()
    found = run(private(), model=last, kept=kept)

    assert expected.texts == found.texts
    assert len(whole.prompts) == n_asked + len(last.prompts)


def test_too_few_records() -> None:
    """Fewer than 100 records are refused: all would be noise."""
    with pytest.raises(InputRefused, match="100 records, there are 99"):
        run(Private(["a"] * 99, np.zeros(99, np.int64), ABOUT))


def test_a_model_that_writes_nothing() -> None:
    """A model none of whose answers can be used is an error."""
    with pytest.raises(EndpointFailed):
        run(private(200), model=Model(bad="As an AI I would rather not"))


@pytest.mark.parametrize("n", [1, 2, 500])
def test_exactly_as_many_as_asked_for(n: int) -> None:
    """So many texts come out, fewer or more than a population has."""
    assert n == len(run(private(200), n).texts)


def test_a_label_nobody_has() -> None:
    """A label without records, and records without words, do no harm."""
    own = private(300)
    found = run(Private([*own.texts[:-9], *[""] * 9], own.labels, (*ABOUT, (("team", "none"),))))

    assert 60 == len(found.texts)
    assert 2 >= (found.labels == 2).sum()
