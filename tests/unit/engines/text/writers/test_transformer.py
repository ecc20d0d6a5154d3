"""Texts by a transformer: same seed, same bytes, also if killed; what is refused and what is promised."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lookalike.data.streams import stream
from lookalike.engines import NOWHERE
from lookalike.engines.tabular.file import pack, unpack
from lookalike.engines.text.trained import alike, promise
from lookalike.engines.text.writers import backend
from lookalike.engines.text.writing import Asked, Given, Writer
from lookalike.errors import ExtraMissing, LookalikeError, ModelFileError, ValidationError

TRANSFORMER = backend("transformer")
THERE = all(alike.find_spec(name) for name in alike.NEEDED)

Made = Callable[..., Given]


def with_extra(test: Callable[..., None]) -> Any:
    return pytest.mark.extras(pytest.mark.skipif(not THERE, reason="needs the extra transformer")(test))


def saved(writer: Writer) -> bytes:
    header, arrays = writer.state()
    return pack("test", header, arrays)


def loaded(value: bytes, given: Given) -> Writer:
    return TRANSFORMER.load(*unpack("test", value), given.attributes)


def asked(given: Given, n: int = 12) -> Asked:
    return given.about.take(np.arange(n))


@pytest.fixture(params=["scratch", "scratch, private", "folder", "folder, private"])
def settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    """How a transformer may be asked for."""
    of, _, private = request.param.partition(", ")
    place = "scratch" if of == "scratch" else str(request.getfixturevalue("folder"))
    return {"model_dir": place, "epochs": 2, "dp_epsilon": 4.0 if private else None}


@with_extra
def test_a_killed_training_goes_on_with_the_same_bytes(settings: dict[str, Any], given: Made, kept: Any) -> None:
    """Killed after the first epoch and taken up again it gives the model that it gives if left alone."""
    told, killed = given(**settings), kept(broken=1)
    with pytest.raises(KeyboardInterrupt):
        TRANSFORMER.learn(told, killed)
    went_on = TRANSFORMER.learn(told, kept(killed.states[0]))
    again = TRANSFORMER.learn(told, kept(killed.states[0]))

    assert saved(went_on) == saved(again)
    if settings["dp_epsilon"] is None:
        assert saved(went_on) == saved(TRANSFORMER.learn(told, NOWHERE))


@with_extra
def test_the_noise_of_privacy_is_nobodys_to_know(given: Made) -> None:
    """The seed is told in reports: if noise came of it, whoever has it could take the noise away."""
    told = given(model_dir="scratch", epochs=1, dp_epsilon=4.0)

    assert saved(TRANSFORMER.learn(told, NOWHERE)) != saved(TRANSFORMER.learn(told, NOWHERE))


@with_extra
def test_a_loaded_model_writes_the_same_texts(settings: dict[str, Any], given: Made) -> None:
    """A text for each row, the same ones for the same stream."""
    told = given(**settings)
    writer = TRANSFORMER.learn(told, NOWHERE)
    texts = writer.write(asked(told), stream(1))

    assert 12 == len(texts)
    assert texts == loaded(saved(writer), told).write(asked(told), stream(1))
    assert texts == writer.write(asked(told), stream(1))


@with_extra
def test_scratch_learns_what_it_is_told(given: Made) -> None:
    """After enough epochs texts are those of their kind, masks where they were."""
    told = given(100, model_dir="scratch", epochs=40, dp_epsilon=None)
    rows = asked(told, 100)
    texts = TRANSFORMER.learn(told, NOWHERE).write(rows, stream(3))
    right = [("card" in text) == (kind == "card") for text, kind in zip(texts, rows.frame["kind"], strict=True)]

    assert sum(right) >= 90
    assert any("\ue000" in text for text in texts)


@with_extra
def test_a_folder_is_trained(given: Made, folder: Path) -> None:
    """The loss of what stands behind the prompts falls; masks come as words and go back."""
    from lookalike.engines.text.trained import plain
    from lookalike.engines.text.trained.folder import look, read
    from lookalike.engines.text.trained.prompting import Answers

    told = given(64, model_dir=str(folder), epochs=20, dp_epsilon=None)
    writer = TRANSFORMER.learn(told, NOWHERE)
    prompts = plain.prompts(told.attributes, told.about.frame, told.about.words)
    texts = [f" {plain.shown(text)}" for text in told.texts]

    def loss(model: Any) -> float:
        task = Answers.of(model, prompts, texts)
        losses, n = task.losses(np.arange(64), stream(0))
        return float(losses.sum() / n.sum())

    with alike.alike():
        assert loss(writer._loaded) < loss(read(look(str(folder)))) - 0.2  # type: ignore[attr-defined]


@with_extra
def test_a_folder_that_has_changed_is_told(given: Made, folder: Path, tmp_path: Path) -> None:
    """Changes to one model mean nothing to another."""
    place = Path(shutil.copytree(folder, tmp_path / "model"))
    told = given(model_dir=str(place), epochs=1)
    value = saved(TRANSFORMER.learn(told, NOWHERE))
    (place / "config.json").write_text((place / "config.json").read_text() + "\n")

    with pytest.raises(ModelFileError, match="not the one"):
        loaded(value, told).write(asked(told), stream(0))


@with_extra
@pytest.mark.parametrize(
    "wrong",
    [
        '{"model_type": "nothing"}',
        "[1",
        '{"model_type": "bert", "hidden_size": 8}',
        '{"auto_map": {"AutoConfig": "evil.C"}}',
    ],
)
def test_a_folder_that_cannot_be_read_is_told(wrong: str, given: Made, folder: Path, tmp_path: Path) -> None:
    """Whatever its configuration says; code that it brings is not run."""
    place = Path(shutil.copytree(folder, tmp_path / "model"))
    (place / "config.json").write_text(wrong)
    (place / "evil.py").write_text("raise SystemExit('run')")

    with pytest.raises(ValidationError, match="cannot be read"):
        TRANSFORMER.learn(given(model_dir=str(place), epochs=1), NOWHERE)


@with_extra
def test_very_long_and_single_texts(given: Made, folder: Path) -> None:
    """Longer than all places: learnt in stretches, written with what was written before in sight."""
    short = given(1)
    rows = Asked(short.about.frame, np.array([700]))

    def learnt(**settings: Any) -> Writer:
        return TRANSFORMER.learn(replace(short, texts=("word " * 2_000,), floor=1, settings=settings), NOWHERE)

    header, arrays = learnt(model_dir="scratch", epochs=1).state()
    arrays["w.out.bias"][0] = -1e3  # never ends by itself
    endless = TRANSFORMER.load(header, arrays, short.attributes).write(rows, stream(0))

    assert endless[0].count("word") > 512
    assert 1 == len(learnt(model_dir="scratch", epochs=1, dp_epsilon=50.0).write(rows, stream(0)))
    assert 1 == len(learnt(model_dir=str(folder), epochs=1).write(rows, stream(0)))


@with_extra
def test_a_kept_state_of_another_training_is_refused(given: Made, kept: Any, folder: Path) -> None:
    """Weights of another network are not taken for its own."""
    scratch = kept()
    TRANSFORMER.learn(given(model_dir="scratch", epochs=1), scratch)

    with pytest.raises(LookalikeError):
        TRANSFORMER.learn(given(model_dir=str(folder), epochs=1), kept(scratch.states[0]))


@with_extra
def test_damaged_weights_are_refused(given: Made) -> None:
    """A missing one, one of another shape, one that is no number."""
    told = given(model_dir="scratch", epochs=1)
    header, arrays = TRANSFORMER.learn(told, NOWHERE).state()
    less = {name: a for name, a in arrays.items() if name != "w.out.bias"}
    for wrong in (
        less,
        {**arrays, "w.out.bias": np.zeros(3, np.float32)},
        {**arrays, "w.out.bias": arrays["w.out.bias"] * np.nan},
    ):
        with pytest.raises(ValueError):
            TRANSFORMER.load(header, wrong, told.attributes)


def test_without_the_extra_the_command_that_brings_it_is_told(given: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """No import fails in between."""
    monkeypatch.setattr(alike, "find_spec", lambda name: None)

    with pytest.raises(ExtraMissing, match=r"pip install 'lookalike\[transformer\]'"):
        TRANSFORMER.learn(given(), NOWHERE)


def test_a_promise_says_what_is_covered_and_what_is_not() -> None:
    """Epsilon and delta of so many records, or that there is no such promise."""
    private = promise({"model_dir": "scratch", "dp_epsilon": 2.0}, 1_000, "Kept")

    assert "(2, 0.00014)-differentially private" in private
    assert "Not covered" in private
    assert "no differential privacy" in promise({}, 1_000, "Kept")
    assert "a language model of a folder" in promise({"model_dir": "/models/a"}, 1_000, "Kept")
