"""
A causal language model that lies in a folder, in the layout of Hugging Face: read, never fetched, nothing of it run.

Weights are read from safetensors only; code that a folder brings and kernels that it names are not looked at.
"""

import os
from dataclasses import dataclass
from functools import cache
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from lookalike.errors import ValidationError

FIELD = "parameters.transformer.model_dir"
WEIGHTS = "*.safetensors"
RANK, STRENGTH = 8, 16.0  # of the changes (LoRA, Hu et al., ICLR 2022)
# what families of models call the products of attention
ATTENTION = frozenset(
    {"q_proj", "k_proj", "v_proj", "o_proj", "out_proj", "c_attn", "query_key_value", "qkv_proj", "Wqkv", "qkv"}
)


@dataclass(frozen=True)
class Base:
    """A folder, and the SHA-256 of its configuration, tokenizer and weights."""

    folder: str
    sha256: str


@dataclass(frozen=True, eq=False)
class Loaded:
    """A model with untrained changes to its attention, its tokenizer, and how many tokens it takes at once."""

    model: Any
    tokenizer: Any
    n_places: int


def look(folder: str) -> Base:
    """
    The folder as it is now.

    Raises:
        ValidationError: it is none, has no model in safetensors, or names another one.
    """
    path = Path(folder)
    if not os.path.isdir(path):  # unlike pathlib's it takes names that no file can have
        raise _refused("is no folder of this machine")
    if not (path / "config.json").is_file() or not list(path.glob(WEIGHTS)):
        raise _refused("holds no config.json with weights as safetensors")
    if (path / "adapter_config.json").exists():
        raise _refused("holds changes to a model that lies elsewhere; merge them into it first")
    path = path.resolve()
    return Base(str(path), _digest(str(path), _stamp(path)))


def read(base: Base) -> Loaded:
    """
    The model of a folder; within `alike.alike` and after `alike.begin`, as changes begin at random.

    Raises:
        ValidationError: it cannot be read, is no causal language model, or knows no end of a text.
    """
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()  # standard error is the log's, an object a line
    logging.set_verbosity_error()
    told = {"local_files_only": True, "trust_remote_code": False}
    try:
        tokenizer = AutoTokenizer.from_pretrained(base.folder, **told)
        model = AutoModelForCausalLM.from_pretrained(
            base.folder, use_safetensors=True, dtype=torch.float32, attn_implementation="eager", **told
        )
    except Exception:  # a library that reads a stranger's files raises anything
        raise _refused("cannot be read as a causal language model with its tokenizer") from None
    if tokenizer.eos_token_id is None:
        raise _refused("has a tokenizer that knows no end of a text (eos_token)")
    targets = _targets(model)
    config = LoraConfig(r=RANK, lora_alpha=STRENGTH, target_modules=targets, lora_dropout=0.05, task_type="CAUSAL_LM")
    n_places = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    return Loaded(get_peft_model(model, config), tokenizer, int(n_places or 1_024))


def _targets(model: Any) -> list[str]:
    """The products of attention that can be changed."""
    kinds = ("Linear", "Conv1D")
    last = {n.rpartition(".")[2] for n, module in model.named_modules() if type(module).__name__ in kinds}
    found = sorted(last & ATTENTION)
    if not found:
        raise _refused("has a model in which no attention was found that could be trained")
    return found


def _stamp(path: Path) -> tuple[tuple[str, int, int], ...]:
    files = sorted({*path.glob(WEIGHTS), *path.glob("*.json"), *path.glob("*.model"), *path.glob("*.txt")})
    return tuple((f.name, f.stat().st_size, f.stat().st_mtime_ns) for f in files)


@cache
def _digest(folder: str, stamp: tuple[tuple[str, int, int], ...]) -> str:
    """Of all files of the stamp with their names; read once for each state of the folder."""
    found = sha256()
    for name, size, _ in stamp:
        with (Path(folder) / name).open("rb") as stream:
            found.update(f"{name}\0{size}\0{file_digest(stream, 'sha256').hexdigest()}\n".encode())
    return found.hexdigest()


def _refused(what: str) -> ValidationError:
    return ValidationError(
        f"The folder of the model {what}.",
        fields=[(FIELD, what)],
        hint="Give the folder of a causal language model in the layout of Hugging Face, or 'scratch'.",
    )
