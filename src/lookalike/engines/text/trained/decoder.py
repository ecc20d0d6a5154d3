"""
A small transformer that tells the next token from those before, the attributes of the text and what is left of it.

Layers are normed at their input (Radford et al., "Language models are unsupervised multitask learners", 2019), places
are learnt, tokens are tied on both sides (Press and Wolf, EACL 2017).
"""

from typing import Any

import torch
from torch import nn
from torch.nn import functional

from lookalike.engines.text.trained.shape import HEADS, PLACES, Shape

DROP = 0.1
SPREAD = 0.02  # of weights to begin with

Past = list[tuple[Any, Any]]


class Decoder(nn.Module):
    """The network; see `Shape` for its sizes."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        d = shape.width
        self.tokens, self.places = nn.Embedding(shape.n_tokens, d), nn.Embedding(PLACES, d)
        self.kinds, self.left = nn.Embedding(shape.n_kinds, d), nn.Embedding(shape.n_left, d)
        self.layers = nn.ModuleList(_Layer(d) for _ in range(shape.n_layers))
        self.norm = nn.LayerNorm(d)
        self.out = nn.Linear(d, shape.n_tokens)
        self.apply(_begin)
        self.out.weight = self.tokens.weight

    def forward(self, before: Any, left: Any, kinds: Any, past: Past | None = None) -> tuple[Any, Past]:
        """
        Logits of the next token at each step, and what later steps need of these.

        Args:
            before: The token before, ``(n, steps)``. left: Step of what is left, like that.
            kinds: Rows of the table of attributes, ``(n, attributes)``.
            past: Of the steps before these.
        """
        first = past[0][0].shape[2] if past else 0
        places = torch.arange(first, first + before.shape[1]).expand(before.shape)
        told = self.kinds(kinds).sum(dim=1, keepdim=True)
        x = functional.dropout(self.tokens(before) + self.places(places) + self.left(left) + told, DROP, self.training)
        now: Past = []
        for number, layer in enumerate(self.layers):
            x, own = layer(x, past[number] if past else None)
            now.append(own)
        return self.out(self.norm(x)), now


class _Layer(nn.Module):
    def __init__(self, d: int) -> None:
        super().__init__()
        self.norm_look, self.norm_think = nn.LayerNorm(d), nn.LayerNorm(d)
        self.look, self.seen = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.up, self.down = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)

    def forward(self, x: Any, past: tuple[Any, Any] | None) -> tuple[Any, tuple[Any, Any]]:
        n, steps, d = x.shape
        query, key, value = (
            part.reshape(n, steps, HEADS, d // HEADS).transpose(1, 2)
            for part in self.look(self.norm_look(x)).split(d, dim=2)
        )
        if past is not None:
            key, value = torch.cat([past[0], key], dim=2), torch.cat([past[1], value], dim=2)
        ahead = torch.ones(steps, key.shape[2], dtype=torch.bool).tril(key.shape[2] - steps)
        seen = functional.scaled_dot_product_attention(query, key, value, ahead)
        x = x + functional.dropout(self.seen(seen.transpose(1, 2).reshape(n, steps, d)), DROP, self.training)
        thought = self.down(functional.gelu(self.up(self.norm_think(x))))
        return x + functional.dropout(thought, DROP, self.training), (key, value)


def _begin(module: Any) -> None:
    if isinstance(module, nn.Linear | nn.Embedding):
        nn.init.normal_(module.weight, std=SPREAD)
    if isinstance(module, nn.Linear):
        nn.init.zeros_(module.bias)


def kept(past: Past, rows: Any) -> Past:
    """Of these rows only, ``(n,)`` bool."""
    return [(key[rows], value[rows]) for key, value in past]
