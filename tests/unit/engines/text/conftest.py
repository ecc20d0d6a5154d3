"""Texts to learn from, a tiny model in a folder, and kept states: all made here, nothing is fetched."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.engines.text import attributes
from lookalike.engines.text.writing import Asked, Given

TOPICS = {"card": ["my card is lost", "the card was stolen today", "where is my card"], "fee": ["why a fee", "no fee"]}


@pytest.fixture
def given() -> Callable[..., Given]:
    """Texts of two kinds with settings of the backend."""

    def made(n: int = 40, **settings: Any) -> Given:
        rows = [(kind, TOPICS[kind][i % len(TOPICS[kind])]) for i in range(n) for kind in [("card", "fee")[i % 2]]]
        frame = pl.DataFrame({"kind": [kind for kind, _ in rows]})
        known = attributes.learn(frame, Metadata((Column("kind", ColumnType.CATEGORICAL, pl.String()),)), ["kind"])
        texts = tuple(f"{text} \ue000" if i % 4 == 0 else text for i, (_, text) in enumerate(rows))
        words = np.array([len(text.split()) for text in texts], np.int64)
        return Given(texts, Asked(frame, words), known, 2, 1.0, False, 7, settings)

    return made


class Kept:
    """Keeps every state; `broken` after so many, as if the process had died."""

    def __init__(self, value: bytes | None = None, broken: int | None = None) -> None:
        self.states: list[bytes] = []
        self._value, self._broken = value, broken

    def load(self) -> bytes | None:
        return self._value

    def save(self, value: bytes) -> None:
        self.states.append(value)
        if len(self.states) == self._broken:
            raise KeyboardInterrupt


@pytest.fixture
def kept() -> type[Kept]:
    return Kept


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A causal language model of two layers and a tokenizer of bytes, both at random."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("peft")
    transformers = pytest.importorskip("transformers")
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    place = tmp_path_factory.mktemp("tiny")
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = {letter: i for i, letter in enumerate(["<end>", *letters])}
    tokenizer = Tokenizer(models.BPE(vocab=words, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<end>").save_pretrained(place)
    config = transformers.LlamaConfig(
        vocab_size=len(words), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=2, max_position_embeddings=256, eos_token_id=0, bos_token_id=None, pad_token_id=0,
        initializer_range=0.3,
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        transformers.LlamaForCausalLM(config).save_pretrained(place, safe_serialization=True)
    return place
