"""What others offer for texts: as in `bench.peers`, a file a peer, told which column holds texts and which labels."""

from dataclasses import dataclass
from typing import Any, Protocol

from bench.peers import Needs


@dataclass(frozen=True)
class TextRoles:
    """What a peer is told of a table of texts: it has these two columns."""

    text: str
    label: str


class TextPeer(Protocol):
    """What a peer's file exports. Tables are pandas frames."""

    title: str
    needs: Needs

    def make(self, roles: TextRoles) -> Any:
        """What can be fitted. Neither this nor the imports in it are measured."""

    def fit(self, made: Any, train: Any) -> Any:
        """What was learnt, from which `sample` draws."""

    def sample(self, fitted: Any, n_rows: int) -> Any:
        """So many new texts with their labels, as a frame."""
