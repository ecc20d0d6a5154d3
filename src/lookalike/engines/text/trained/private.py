"""
Training with differential privacy: each text changes the weights by so much at most, and noise hides that.

DP-SGD of Abadi et al., "Deep learning with differential privacy", CCS 2016; slopes of each text and the accounting
(Renyi divergences, Mironov et al., arXiv:1908.10530) are those of opacus.
"""

from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from lookalike.data.streams import stream
from lookalike.engines.text.trained import delta
from lookalike.errors import ValidationError

CLIP = 1.0  # the norm that the slope of one text has at most
LEAST_TEXTS, PER_EPOCH = 64, 40  # expected in a step: large steps have less noise for the same epsilon
AT_A_TIME = 32  # texts whose slopes are held at once

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Budget:
    """
    How a promise is kept.

    Attributes:
        noise: Standard deviation of the noise, as a multiple of `CLIP`.
        share: With which each text is in a step, on its own.
        n_texts: Expected in a step.
    """

    noise: float
    share: float
    n_texts: float
    n_steps: int
    per_epoch: int


def budget(epsilon: float, n_texts: int, epochs: int) -> Budget:
    """
    The least noise with which so many epochs are (epsilon, delta)-differentially private.

    Raises:
        ValidationError: no noise is enough.
    """
    from opacus.accountants.utils import get_noise_multiplier

    share = min(1.0, max(LEAST_TEXTS, n_texts / PER_EPOCH) / n_texts)
    per_epoch = ceil(1 / share)
    try:
        noise = get_noise_multiplier(
            target_epsilon=epsilon,
            target_delta=delta(n_texts),
            sample_rate=share,
            steps=epochs * per_epoch,
            accountant="rdp",
            epsilon_tolerance=min(0.01, epsilon / 100),
        )
    except ValueError:
        told = (
            f"is out of reach with {n_texts:,} texts and {epochs} epochs; give more of the first or fewer of the second"
        )
        raise ValidationError(f"The epsilon {told}.", fields=[("parameters.transformer.dp_epsilon", told)]) from None
    return Budget(float(noise), share, share * n_texts, epochs * per_epoch, per_epoch)


class Private:
    """A network whose slopes are private; made once, as it changes the network."""

    def __init__(self, module: Any, found: Budget) -> None:
        from opacus import GradSampleModule

        self.budget = found
        self._watched = GradSampleModule(module, loss_reduction="sum", strict=False)
        self._trained = [p for p in module.parameters() if p.requires_grad]

    def slopes(self, task: Any, secret: int, step: int, rng: np.random.Generator) -> None:
        """Set the slopes of a step: of texts drawn for it, clipped, summed, noise on them, by what is expected."""
        drawn = stream(secret, "texts", step).random(len(task.lengths)) < self.budget.share
        total = self._clipped(task, np.flatnonzero(drawn), rng)
        noise = stream(secret, "noise", step)
        for parameter, slope in zip(self._trained, total, strict=True):
            more = noise.normal(0.0, self.budget.noise * CLIP, tuple(parameter.shape)).astype(np.float32)
            parameter.grad = (slope + torch.from_numpy(more)) / self.budget.n_texts

    def _clipped(self, task: Any, texts: Ints, rng: np.random.Generator) -> list[Any]:
        """The sum of the slopes of some texts, each of norm `CLIP` at most."""
        total = [torch.zeros_like(p) for p in self._trained]
        for start in range(0, len(texts), AT_A_TIME):
            losses, n_tokens = task.losses(texts[start : start + AT_A_TIME], rng)
            (losses / n_tokens.clamp(min=1)).sum().backward()
            own = [p.grad_sample for p in self._trained]
            sizes = torch.stack([s.flatten(1).norm(dim=1) for s in own], dim=1).norm(dim=1)
            factors = (CLIP / (sizes + 1e-6)).clamp(max=1.0)
            total = [t + torch.einsum("i,i...->...", factors, s) for t, s in zip(total, own, strict=True)]
            self._watched.zero_grad(set_to_none=True)
        return total
