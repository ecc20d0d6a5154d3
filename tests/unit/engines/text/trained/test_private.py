"""Slopes that are private: against a slow twin, and the budget against the accountant."""

from collections.abc import Callable

import numpy as np
import pytest

from lookalike.data.streams import stream
from lookalike.engines.text.writing import Given
from lookalike.errors import ValidationError

torch = pytest.importorskip("torch")
opacus = pytest.importorskip("opacus")

from lookalike.engines.text.trained import decoder, delta  # noqa: E402
from lookalike.engines.text.trained.decoder import Decoder  # noqa: E402
from lookalike.engines.text.trained.decoding import Stretches  # noqa: E402
from lookalike.engines.text.trained.letters import Letters  # noqa: E402
from lookalike.engines.text.trained.private import CLIP, Budget, Private, budget  # noqa: E402
from lookalike.engines.text.trained.shape import Shape  # noqa: E402

pytestmark = [pytest.mark.extras, pytest.mark.filterwarnings("ignore")]  # of opacus and torch, as `alike` does


def task(given: Given) -> Stretches:
    torch.manual_seed(1)
    letters = Letters()
    encoded = letters.encode(given.texts)
    shape = Shape(len(letters), given.attributes.n_kinds, 2, 16)
    kinds = np.tile(given.attributes.untold, (len(given.texts), 1))
    begun = np.zeros(len(encoded.ids), np.bool_)
    return Stretches(Decoder(shape).eval(), shape, encoded, begun, (kinds, given.attributes.untold))


class NoLuck:
    """Draws nothing: every text is told as it is."""

    def integers(self, low: object, high: object, size: int | None = None) -> object:
        return np.zeros(size or np.shape(high), np.int64)

    def random(self, size: int) -> object:
        return np.ones(size)


def test_slopes_are_those_of_each_text_clipped_and_summed(
    given: Callable[..., Given], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin goes through the texts one by one; tied weights count once, padding not at all."""
    told = task(given(n=40))
    slow = [torch.zeros_like(p) for p in told.module.parameters()]
    for text in range(40):
        told.module.zero_grad()
        losses, n = told.losses(np.array([text]), NoLuck())  # type: ignore[arg-type]
        (losses / n).sum().backward()
        own = [p.grad.clone() for p in told.module.parameters()]
        size = torch.sqrt(sum((s**2).sum() for s in own))
        slow = [total + s * min(1.0, CLIP / (float(size) + 1e-6)) for total, s in zip(slow, own, strict=True)]
    told.module.train()
    monkeypatch.setattr(decoder, "DROP", 0.0)
    private = Private(told.module, Budget(noise=0.0, share=1.0, n_texts=1.0, n_steps=1, per_epoch=1))
    private.slopes(told, 0, 0, NoLuck())  # type: ignore[arg-type]

    for expected, parameter in zip(slow, told.module.parameters(), strict=True):
        assert torch.allclose(expected, parameter.grad, atol=1e-4)


def test_noise_has_the_size_that_was_budgeted(given: Callable[..., Given]) -> None:
    """A step without a text has nothing but noise, divided by the texts that were expected."""
    told = task(given(n=40))
    private = Private(told.module, Budget(noise=3.0, share=0.0, n_texts=10.0, n_steps=1, per_epoch=1))
    private.slopes(told, 5, 0, stream(0))
    found = np.concatenate([p.grad.numpy().ravel() for p in told.module.parameters()])

    assert abs(0.3 * CLIP - found.std()) < 0.01
    assert abs(found.mean()) < 0.01


@pytest.mark.parametrize("epsilon", [0.5, 2.0, 8.0])
def test_the_budget_is_what_the_accountant_counts(epsilon: float) -> None:
    """As many steps of that noise and share spend no more than epsilon, and hardly less."""
    from opacus.accountants import RDPAccountant

    found = budget(epsilon, 5_000, 10)
    accountant = RDPAccountant()
    accountant.history = [(found.noise, found.share, found.n_steps)]
    spent = accountant.get_epsilon(delta(5_000))

    assert 0.97 * epsilon <= spent <= epsilon


def test_an_epsilon_out_of_reach_is_told() -> None:
    """No noise makes an epsilon of nearly nothing."""
    with pytest.raises(ValidationError, match="out of reach") as error:
        budget(1e-12, 50, 1_000)

    assert error.value.fields[0][0] == "parameters.transformer.dp_epsilon"
