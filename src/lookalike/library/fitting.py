"""What all synthesizers of the library do alike: a seed, parameters that mean something here, a plan carried out."""

import secrets
from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeVar

from lookalike.data.asking import ConditionTable
from lookalike.data.parameters import SEED_MAX, Parameters, checked, refuse

P = TypeVar("P", bound=Parameters)
M = TypeVar("M", covariant=True)


class Fitting(Protocol[M]):
    """A plan of an engine, see `engines.Plan`."""

    @property
    def n_groups(self) -> int: ...

    def fit_group(self, group: int) -> bytes: ...

    def join(self, groups: Iterable[bytes]) -> M: ...


def carried_out(plan: Fitting[M]) -> M:
    """The model of a plan, its groups fitted one after the other."""
    return plan.join(plan.fit_group(group) for group in range(plan.n_groups))


def seed_or_new(seed: int | None) -> int:
    """The seed, drawn if there is none."""
    return secrets.randbelow(SEED_MAX) if seed is None else seed


def chosen(model: type[P], values: Mapping[str, Any]) -> P:
    """
    The parameters as their model.

    Raises:
        ValidationError: as `data.parameters.checked`; and what only the service has: a table of conditions in a bucket,
            another job's model, a release gate.
    """
    parameters = checked(model, values)
    fields = []
    if isinstance(getattr(parameters, "conditions", None), ConditionTable):
        fields.append(("parameters.conditions", "names a bucket, which only the service reads: give rows in a list"))
    if parameters.model_from_job is not None:
        fields.append(("parameters.model_from_job", "names a job, which only the service knows: load its model file"))
    if getattr(parameters, "endpoint", None) is not None:
        fields.append(("parameters.endpoint", "names a server of the settings, which only the service knows"))
    if parameters.release_gate is not None:
        fields.append(("parameters.release_gate", "is for what judges rows: give it to evaluate"))
    refuse(fields)
    return parameters
