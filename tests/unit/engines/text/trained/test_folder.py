"""Folders of models: what is read of them, and what is refused."""

import json
import shutil
from pathlib import Path

import pytest

from lookalike.engines.text.trained.folder import look
from lookalike.errors import ValidationError

pytestmark = pytest.mark.extras


@pytest.fixture
def copied(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "model"))


def test_a_folder_is_known_by_the_bytes_of_its_files(copied: Path) -> None:
    """The same files are the same base; one byte of weights more, and it is another."""
    before = look(str(copied))
    same = look(str(copied))
    weights = copied / "model.safetensors"
    weights.write_bytes(weights.read_bytes() + b"\0")

    assert before == same
    assert look(str(copied)).sha256 != before.sha256


def test_a_place_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    """A name that a hub may know is no folder of this machine, nor one that no file can have."""
    for name in ("openai-community/gpt2", "/" + "a" * 300, "a\0b"):
        with pytest.raises(ValidationError, match="no folder") as error:
            look(name)

        assert "parameters.transformer.model_dir" == error.value.fields[0][0]
    with pytest.raises(ValidationError, match="safetensors"):
        look(str(tmp_path))


def test_pickled_weights_are_refused(copied: Path) -> None:
    """Weights that are no safetensors are not looked at."""
    (copied / "model.safetensors").rename(copied / "pytorch_model.bin")

    with pytest.raises(ValidationError, match="safetensors"):
        look(str(copied))


def test_an_adapter_that_names_another_model_is_refused(copied: Path) -> None:
    """The weights of a base elsewhere are not read."""
    (copied / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": "/etc"}))

    with pytest.raises(ValidationError, match="lies elsewhere"):
        look(str(copied))
