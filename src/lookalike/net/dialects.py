"""How servers that complete texts are spoken to: all the way OpenAI's is, but few take all of it."""

import json
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

from lookalike.completing import Completion, Prompt

CHARS_PER_TOKEN = 4  # of English, about; used only where a server does not count
_OTHER_NAMES = {"max_tokens": "max_completion_tokens"}
_OPTIONAL = ("response_format", "seed", "top_p", "temperature", "stop")
_NO_SUCH_PATH = frozenset({404, 405, 501})
_NOT_TAKEN = frozenset({400, 422})


@dataclass(frozen=True)
class Dialect:
    """
    What a server takes.

    Attributes:
        chat: Whether messages.
        dropped: Fields that it does not.
    """

    chat: bool
    dropped: frozenset[str] = frozenset()

    @property
    def path(self) -> str:
        """Behind the base URL."""
        return "/chat/completions" if self.chat else "/completions"

    def body(self, model: str, prompt: Prompt) -> bytes:
        """What is posted."""
        told: dict[str, Any] = {"model": model, "max_tokens": prompt.max_tokens, "n": 1, "stream": False}
        told |= {"temperature": prompt.temperature, "top_p": prompt.top_p, "seed": prompt.seed}
        told |= self._chat(prompt) if self.chat else {"prompt": prompt.text, "stop": list(prompt.stop) or None}
        kept = {self._name(k): v for k, v in told.items() if v is not None and not self._drops(k)}
        # a lone half of a surrogate pair is no UTF-8: escaped it travels
        return json.dumps(kept).encode()

    def without(self, status: int, body: bytes) -> "Dialect | None":
        """
        The dialect to try after a refusal: messages for plain texts where there is no such path, or without the field
        that is complained of, else without the one that fewest servers take. None if there is no other.
        """
        if self.chat and status in _NO_SUCH_PATH:
            return Dialect(chat=False)
        if status not in _NOT_TAKEN:
            return None
        named = _complaint(body)
        if named not in {*_OPTIONAL, *_OTHER_NAMES}:
            named = "response_format" if self.chat else None
        return replace(self, dropped=self.dropped | {named}) if named and named not in self.dropped else None

    def read(self, prompt: Prompt, body: bytes) -> Completion | None:
        """What a server answered; None if it is nothing that can be read."""
        try:
            told = json.loads(body)
            choice = told["choices"][0]
            text = choice["message"]["content"] if self.chat else choice["text"]
            reason = choice.get("finish_reason")
            usage = told.get("usage")
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
            return None
        if text is not None and not isinstance(text, str):
            return None
        asked = sum(len(content) for _, content in prompt.messages) if self.chat else len(prompt.text)
        return Completion(
            text or "",  # a model that declines to write may send null
            self.chat,
            str(reason),
            _count(usage, "prompt_tokens", asked),
            _count(usage, "completion_tokens", len(text or "")),
        )

    def _chat(self, prompt: Prompt) -> dict[str, Any]:
        messages = [{"role": role, "content": content} for role, content in prompt.messages]
        if prompt.json_schema is None:
            return {"messages": messages}
        schema = {"name": "record", "strict": True, "schema": dict(prompt.json_schema)}
        return {"messages": messages, "response_format": {"type": "json_schema", "json_schema": schema}}

    def _name(self, field: str) -> str:
        return _OTHER_NAMES.get(field, field) if field in self.dropped else field

    def _drops(self, field: str) -> bool:
        return field in self.dropped and field not in _OTHER_NAMES


def _complaint(body: bytes) -> str | None:
    """The field that an error names in OpenAI's way."""
    try:
        named = json.loads(body)["error"]["param"]
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        return None
    return named.partition(".")[0] if isinstance(named, str) else None


def _count(usage: Any, name: str, n_chars: int) -> int:
    found = usage.get(name) if isinstance(usage, dict) else None
    if isinstance(found, int) and not isinstance(found, bool) and found >= 0:
        return found
    return ceil(n_chars / CHARS_PER_TOKEN)
