"""Training of any of the networks, epoch by epoch, so that it goes on from the last whole one."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, cos, pi
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch

from lookalike.data.streams import stream
from lookalike.engines import Kept
from lookalike.engines.tabular.file import pack, part, unpack
from lookalike.engines.text.trained.alike import begin
from lookalike.engines.text.trained.private import Private, budget
from lookalike.errors import ModelFileError

KIND = "text transformer training"
FLOPS = 40e9  # a second, of one thread of an ordinary processor: by it a budget of seconds is told in steps
MOST_EPOCHS = 40
BATCH_TEXTS, BATCH_TOKENS = 32, 2_048
WARM_STEPS, NORM = 100, 1.0
MOMENTS = (0.9, 0.99)
DECAY = 0.01
TOKENS_A_TEXT = 100  # that private training counts with: the real number is nobody's to know
SECRET_BITS = 128

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[Any]


class Task(Protocol):
    """What is trained, and on what."""

    @property
    def module(self) -> Any:
        """The network; what requires gradients of it is trained."""

    @property
    def lengths(self) -> Ints:
        """Tokens of each text that are gone through."""

    @property
    def flops(self) -> float:
        """Operations of one token in one step."""

    @property
    def rate(self) -> float:
        """Of learning, the highest."""

    def losses(self, texts: Ints, rng: np.random.Generator) -> tuple[Any, Any]:
        """Loss of each of some texts in nats, summed over its tokens, and how many these are: both ``(n,)``."""


@dataclass(frozen=True)
class Plan:
    """
    How a task is trained.

    Attributes:
        epochs: How often each text is seen; None: as often as the budget allows.
        epsilon: Of differential privacy; None: there is none.
    """

    epochs: int | None
    epsilon: float | None
    budget_s: float
    seed: int


def train(task: Task, plan: Plan, kept: Kept) -> dict[str, Floats]:
    """
    The trained weights; what `kept` holds of an earlier try need not be done again.

    Raises:
        ModelFileError: what is kept is of another task.
        ValidationError: the epsilon is out of reach.
    """
    run = _Run.of(task, plan)
    state = run.restore(kept.load())
    task.module.train()
    while state.n_steps < run.n_steps:
        state = run.epoch(state)
        kept.save(run.state(state))
    task.module.eval()
    return weights(task.module)


def weights(module: Any) -> dict[str, Floats]:
    """Copies of what is trained of a network, float32 by name."""
    return {name: p.detach().numpy().astype(np.float32, copy=True) for name, p in _trained(module).items()}


def put(module: Any, found: Mapping[str, Floats]) -> None:
    """
    Put weights in.

    Raises:
        ModelFileError: they are not of this network.
    """
    wanted = _trained(module)
    if {n: tuple(p.shape) for n, p in wanted.items()} != {n: a.shape for n, a in found.items()}:
        raise ModelFileError("The file is damaged: its weights are not of this network.")
    with torch.no_grad():
        for name, parameter in wanted.items():
            parameter.copy_(torch.from_numpy(np.ascontiguousarray(found[name])))


def _trained(module: Any) -> dict[str, Any]:
    return {name: p for name, p in module.named_parameters() if p.requires_grad}


@dataclass(frozen=True)
class _State:
    """Steps done, and the secret that noise and samples are drawn by: it is kept no longer than training lasts."""

    n_steps: int
    secret: int


@dataclass(frozen=True, eq=False)
class _Run:
    task: Task
    plan: Plan
    n_steps: int
    per_epoch: int
    optimizer: Any
    private: Private | None

    @staticmethod
    def of(task: Task, plan: Plan) -> "_Run":
        optimizer = torch.optim.AdamW(_trained(task.module).values(), task.rate, MOMENTS, weight_decay=DECAY)
        if plan.epsilon is None:
            per_epoch = len(_batches(task.lengths, plan.seed, 0))
            return _Run(task, plan, _n_steps(task, plan, per_epoch), per_epoch, optimizer, None)
        # told or not, how long training lasts depends on the number of texts alone, not on what stands in them
        affordable = _affordable(task, plan, len(task.lengths) * TOKENS_A_TEXT)
        epochs = plan.epochs or max(1, round(min(affordable, MOST_EPOCHS)))
        found = budget(plan.epsilon, len(task.lengths), epochs)
        return _Run(task, plan, found.n_steps, found.per_epoch, optimizer, Private(task.module, found))

    def epoch(self, state: _State) -> _State:
        """After one more epoch, or what is left of the last."""
        number = state.n_steps // self.per_epoch
        # what private training draws is drawn by the secret, all of it, or one text would change what others are told
        drawn_by = state.secret if self.private else self.plan.seed
        begin(drawn_by, "epoch", number)
        rng = stream(drawn_by, "epoch", number)
        end = min(self.n_steps, (number + 1) * self.per_epoch)
        for step in range(state.n_steps, end):
            self._set_rate(step)
            if self.private is None:
                self._plain(_batches(self.task.lengths, self.plan.seed, number)[step % self.per_epoch], rng)
            else:
                self.private.slopes(self.task, state.secret, step, rng)
            self.optimizer.step()
        return _State(end, state.secret)

    def _plain(self, texts: Ints, rng: np.random.Generator) -> None:
        self.optimizer.zero_grad(set_to_none=True)
        losses, n_tokens = self.task.losses(texts, rng)
        (losses.sum() / n_tokens.sum().clamp(min=1)).backward()
        torch.nn.utils.clip_grad_norm_(list(_trained(self.task.module).values()), NORM)

    def _set_rate(self, step: int) -> None:
        warm = min(WARM_STEPS, ceil(self.n_steps / 10))
        falling = 1.0 if self.private else 0.5 * (1 + cos(pi * step / self.n_steps))
        for group in self.optimizer.param_groups:
            group["lr"] = self.task.rate * min((step + 1) / warm, falling)

    def state(self, state: _State) -> bytes:
        arrays = {f"weights.{name}": array for name, array in weights(self.task.module).items()}
        for name, parameter in _trained(self.task.module).items():
            own = self.optimizer.state[parameter]
            arrays |= {f"first.{name}": own["exp_avg"].numpy(), f"second.{name}": own["exp_avg_sq"].numpy()}
        return pack(KIND, {"n_steps": state.n_steps, "secret": str(state.secret)}, arrays)

    def restore(self, value: bytes | None) -> _State:
        if value is None:
            return _State(0, secrets.randbits(SECRET_BITS) if self.private else 0)
        header, arrays = unpack(KIND, value)
        put(self.task.module, part(arrays, "weights."))
        first, second = part(arrays, "first."), part(arrays, "second.")
        for name, parameter in _trained(self.task.module).items():
            self.optimizer.state[parameter] = {
                "step": torch.tensor(float(header["n_steps"])),
                "exp_avg": torch.from_numpy(first[name]),
                "exp_avg_sq": torch.from_numpy(second[name]),
            }
        return _State(int(header["n_steps"]), int(header["secret"]))


def _n_steps(task: Task, plan: Plan, per_epoch: int) -> int:
    if plan.epochs is not None:
        return plan.epochs * per_epoch
    return max(1, ceil(min(_affordable(task, plan, int(task.lengths.sum())), MOST_EPOCHS) * per_epoch))


def _affordable(task: Task, plan: Plan, n_tokens: int) -> float:
    """Epochs of so many tokens that the budget has."""
    return plan.budget_s * FLOPS / (task.flops * max(n_tokens, 1))


def _batches(lengths: Ints, seed: int, epoch: int) -> list[Ints]:
    """Which texts each batch of an epoch has: of like length, in any order; as many batches in each epoch."""
    rng = stream(seed, "order", epoch)
    order = np.argsort(lengths * rng.uniform(0.9, 1.1, len(lengths)), kind="stable")
    found = np.split(order, _ends(np.sort(lengths)))
    return [found[i] for i in rng.permutation(len(found))]


def _ends(lengths: Ints) -> list[int]:
    """Where each batch of sorted texts but the last one ends."""
    found = [0]
    while found[-1] < len(lengths):
        longest = int(lengths[min(found[-1] + BATCH_TEXTS, len(lengths)) - 1])
        found.append(found[-1] + max(1, min(BATCH_TEXTS, BATCH_TOKENS // max(longest, 1))))
    return found[1:-1]
