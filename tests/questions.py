"""Made-up short texts of three kinds."""

import polars as pl

from lookalike.data.streams import stream

PARTS = {
    "card": (["my card", "the new card", "a second card"], ["has not arrived", "was lost", "is blocked", "expired"]),
    "transfer": (["my transfer", "the payment", "a top up"], ["failed", "is pending", "was declined", "came twice"]),
    "account": (["my account", "the app", "my profile"], ["shows an error", "cannot be opened", "is locked"]),
}
TIMES = ["today", "yesterday", "last week", "on Monday", "two days ago", "this morning", "again", "since May"]
PLACES = ["in Ulm", "abroad", "at the shop", "online", "at the bank", "in Rome", "while travelling", "at home"]
ENDS = ["?", ".", " and nobody helps me.", ", what can I do?", ", please tell me why.", ", is that normal?"]


def questions(n: int, seed: int) -> pl.DataFrame:
    """n questions, of some 4,000 that there are of each kind, and what they are about."""
    rng = stream(seed, "questions")
    found = []
    for label in rng.choice(list(PARTS), n).tolist():
        words = [str(rng.choice(part)) for part in (*PARTS[label], TIMES, PLACES, ENDS)]
        numbered = f"ticket {rng.integers(1, 60)} " if rng.random() < 0.5 else ""
        found.append((numbered + " ".join(words[:4]) + words[4], label))
    return pl.DataFrame(found, schema={"text": pl.String, "about": pl.String}, orient="row")
