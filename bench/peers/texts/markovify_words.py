"""Chains of two words, a chain a label, as markovify has them: what costs nothing."""

from typing import Any

from bench.peers import Needs
from bench.peers.texts import TextRoles

title = "markovify"
needs = Needs("markovify", (("markovify==0.9.4", "pandas", "pyarrow"),), packages=("markovify",))


def make(roles: TextRoles) -> Any:
    """The class of chains whose sentences are lines."""
    import markovify  # type: ignore[import-not-found]

    return markovify.NewlineText, roles


def fit(made: Any, train: Any) -> Any:
    """A chain of the texts of each label."""
    chain, roles = made
    labels = train[roles.label].tolist()
    lines = train[roles.text].str.replace(r"\s+", " ", regex=True)
    own = {label: lines[train[roles.label] == label] for label in dict.fromkeys(labels)}
    return roles, labels, {label: chain("\n".join(texts), well_formed=False) for label, texts in own.items()}


def sample(fitted: Any, n_rows: int) -> Any:
    """Labels as train has them; a text that is train's where the chain finds no other."""
    import pandas as pd

    roles, labels, chains = fitted
    drawn = pd.Series(labels).sample(n_rows, replace=True).tolist()
    texts = [chains[label].make_sentence(tries=20) or chains[label].make_sentence(test_output=False) for label in drawn]
    return pd.DataFrame({roles.text: texts, roles.label: drawn})
