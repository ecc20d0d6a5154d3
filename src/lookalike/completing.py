"""What is asked of a language model, and what comes back: the engine asks it, the network carries it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Prompt:
    """
    What is to be gone on from.

    Attributes:
        messages: Role (system, user) and content each, for a model that talks.
        text: The same for one that only goes on.
        max_tokens: The most that may come back.
        stop: Where an answer to `text` ends; not part of it.
        json_schema: What an answer to `messages` keeps to; None if it is free.
    """

    messages: tuple[tuple[str, str], ...]
    text: str
    max_tokens: int
    stop: tuple[str, ...] = ()
    temperature: float = 1.0
    top_p: float = 1.0
    seed: int | None = None
    json_schema: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Completion:
    """
    What came back.

    Attributes:
        chat: Whether it answers `messages`, or goes on from `text`.
        finish_reason: As the server says it; ``length`` if it was cut off at `max_tokens`.
        prompt_tokens, completion_tokens: As the server counts, else a fourth of the characters.
        n_requests: How often it was asked for, all in all.
    """

    text: str
    chat: bool
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int
    n_requests: int = 1


class Complete(Protocol):
    """A language model."""

    def __call__(self, prompts: Sequence[Prompt], *, on_answer: Callable[[int, Completion], None]) -> None:
        """
        Have all prompts completed, in whatever order.

        Args:
            on_answer: Is told the number of a prompt and its completion when it comes, in the caller's thread.

        Raises:
            EndpointFailed, EndpointAway: not all could be; what was told is good.
        """
