"""What others offer for sequences: as in `bench.peers`, a file a peer, told which columns are key and index."""

from dataclasses import dataclass
from typing import Any, Protocol

from bench.peers import Kinds, Needs


@dataclass(frozen=True)
class Roles:
    """What a peer is told of a table of sequences; `kinds` of all its columns, key and index too."""

    key: str
    index: str
    kinds: Kinds


class SequencePeer(Protocol):
    """What a peer's file exports. Tables are pandas frames."""

    title: str
    needs: Needs

    def make(self, roles: Roles) -> Any:
        """What can be fitted. Neither this nor the imports in it are measured."""

    def fit(self, made: Any, train: Any) -> Any:
        """What was learnt, from which `sample` draws."""

    def sample(self, fitted: Any, n_sequences: int) -> Any:
        """So many new sequences as a frame, rows of one together and in order; the index may be missing."""
