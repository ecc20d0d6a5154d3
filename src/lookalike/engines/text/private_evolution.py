"""
Texts with differential privacy: a language model writes without seeing any real one, the real ones vote, winners go on.

Aug-PE (Xie and others, "Differentially private synthetic data via foundation model APIs 2: text", arXiv:2403.01749,
2024). Real records are looked at in `ITERATIONS` + 2 tables of counts only, in each of which one counts once at most:
labels, lengths, and the votes of each iteration. Each has Gaussian noise. All else follows from these tables and the
model's answers, so that it costs no privacy.

Covered: texts, labels and lengths that come out, against the presence of any one record. Not covered: which labels
there are, their names, and how many records in all, which count as public. Noise is drawn as floats, which is no
defence against somebody who sees all digits of it; nobody does: only what was made from the noisy counts is shown.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import numpy.typing as npt

from lookalike.clock import Clock
from lookalike.completing import Complete, Prompt
from lookalike.data.streams import stream
from lookalike.engines import Kept
from lookalike.engines.text.accounting import Account, account
from lookalike.engines.text.filling import fill
from lookalike.engines.text.hashing import Vectors, embed
from lookalike.engines.text.masking import find
from lookalike.engines.text.paid import paid
from lookalike.engines.text.prompting import Framing, Record
from lookalike.engines.text.refusing import blind
from lookalike.engines.text.spending import Spending
from lookalike.engines.text.words import folded, n_words
from lookalike.errors import EndpointFailed, InputRefused

ITERATIONS = 4  # each costs privacy and a request a text; the paper's gain little beyond
TRIES = 4  # answers that a text may be given
LEAST_RECORDS = 100  # with fewer all is noise, and a delta of 1 / (n log n) promises nothing
POPULATION_MOST = 1_000
VOTES_PER_NOISE = 4.0  # records for each text of a population, in deviations of the noise
LENGTHS = (1, 2, 4, 8, 16, 32, 64, 128, 256)  # ends of parts of the words of a text, told in advance
SIBLINGS = 2  # shown beside a winner to a model that only goes on
_PHASE = 10_000_000  # numbers of answers of one phase

Codes = npt.NDArray[np.int64]
Counts = npt.NDArray[np.float64]
Noise = Callable[[int], np.random.Generator]


@dataclass(frozen=True, eq=False)
class Private:
    """
    Real records.

    Attributes:
        texts: As they are: masks are told from all records, so that one record would count in others' votes.
        labels: Of each its place in `about`.
        about: All labels there are, by names and values of attributes; public.
    """

    texts: Sequence[str]
    labels: Codes
    about: tuple[tuple[tuple[str, str], ...], ...]


@dataclass(frozen=True, eq=False)
class Released:
    """New records: the place of the label of each, and its text, nothing masked; and what they keep to."""

    labels: Codes
    texts: list[str]
    account: Account

    @property
    def note(self) -> str:
        """What is promised, for the report."""
        a = self.account
        return (
            f"Texts, labels and lengths keep to differential privacy of single records with epsilon {a.epsilon:g} and "
            f"delta {a.delta:.2g} (one more or less): {a.n_releases} tables of counts with Gaussian noise of deviation "
            f"{a.sigma:.3g}, in each of which a record counts once. Not covered are the labels' names, how many "
            "records there were, and columns other than texts and label."
        )


@dataclass(frozen=True)
class Pool:
    """Texts that are voted for: the label of each, how long it was to be, what it says (masked)."""

    labels: Codes
    words: Codes
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Evolution:
    """How texts evolve: a budget of privacy, and one of requests and tokens."""

    framing: Framing
    epsilon: float
    clock: Clock
    max_requests: int | None = None
    max_tokens: int | None = None

    def run(self, private: Private, n: int, complete: Complete, noise: Noise, kept: Kept) -> Released:
        """
        So many new records.

        Args:
            noise: A generator for each release, by its number, always the same one for a number. Nobody else may know
                what it will draw: whoever knows the noise can take it away again.
            kept: Answers of an earlier try, after which it goes on.

        Raises:
            InputRefused: fewer than 100 records.
            EndpointBudget, EndpointFailed, EndpointAway: as `EndpointWriter.write` raises.
        """
        if len(private.texts) < LEAST_RECORDS:
            told = f"Differential privacy needs {LEAST_RECORDS} records, there are {len(private.texts):,}."
            raise InputRefused(told, hint="Give more records, or leave dp_epsilon out.")
        spent = account(self.epsilon, len(private.texts), ITERATIONS + 2)
        told = repr((self.framing, self.epsilon, private.about, n, _seed(noise)))  # public, but for the last
        whose = sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
        spending = Spending(complete, paid(whose, kept, self.clock), self.max_requests, self.max_tokens)
        return _Run(self.framing, private, spent, spending, noise).released(n)


class _Run:
    """One run: `_told` is the only place where real records are counted."""

    def __init__(self, framing: Framing, private: Private, spent: Account, spending: Spending, noise: Noise) -> None:
        self._framing = framing
        self._private = private
        self._account = spent
        self._spending = spending
        self._noise = noise
        self._filters = blind()
        self._vectors = embed(private.texts)
        self._seed = _seed(noise)

    def released(self, n: int) -> Released:
        labels = self._told(0, private_labels(self._private))
        lengths = self._told(1, private_lengths(self._private))
        pool = self._first(_shared(labels, self._size(labels, n)), lengths)
        for turn in range(1, ITERATIONS + 1):
            votes = self._told(turn + 1, votes_of(self._private.labels, self._vectors, pool))
            if turn < ITERATIONS:
                winners = _winners(pool, votes, np.bincount(pool.labels, minlength=len(labels)), self._rng("win", turn))
                varied = self._varied(pool, winners, turn)
                pool = _unique([_taken(pool, np.unique(winners)), varied])
        return self._last(pool, votes, _shared(labels, n))

    def _told(self, release: int, counts: Counts) -> Counts:
        """A table of counts as it may be told: with noise, and without what can be nothing but noise."""
        noisy = counts + self._noise(release).normal(0.0, self._account.sigma, counts.shape)
        return np.maximum(noisy - (self._account.sigma if release > 1 else 0.0), 0.0)

    def _size(self, labels: Counts, n: int) -> int:
        """Texts of a population: as many as votes can be told from noise, two of each label at least."""
        sure = int(labels.sum() / (VOTES_PER_NOISE * self._account.sigma))
        return max(2 * len(labels), min(sure, n, POPULATION_MOST))

    def _first(self, sizes: Codes, lengths: Counts) -> Pool:
        """A population that knows labels and lengths only."""
        labels = np.repeat(np.arange(len(sizes)), sizes)
        rng = self._rng("lengths")
        shares = lengths / lengths.sum() if lengths.sum() > 0 else np.full(len(lengths), 1 / len(lengths))
        part = rng.choice(len(lengths), len(labels), p=shares)
        words = rng.integers(np.array(LENGTHS[:-1])[part], np.array(LENGTHS[1:])[part])

        def prompt(number: int) -> Prompt:
            wanted = Record(self._private.about[labels[number]], int(words[number]))
            return self._framing.prompt([], wanted, self._rng("first", number))

        texts = self._asked(0, len(labels), prompt)
        some = np.array([number for number, text in enumerate(texts) if text is not None], np.int64)
        if not len(some):
            raise EndpointFailed("The language model wrote nothing that can be used.", hint="Take a larger model.")
        return Pool(labels[some], words[some], tuple(texts[i] or "" for i in some.tolist()))

    def _varied(self, pool: Pool, winners: Codes, turn: int) -> Pool:
        """Another wording of each winner; where the model has none, that one is missing."""

        def prompt(number: int) -> Prompt:
            rng, parent = self._rng("varied", turn, number), int(winners[number])
            others = np.unique(winners[(pool.labels[winners] == pool.labels[parent]) & (winners != parent)])
            siblings = rng.choice(others, min(SIBLINGS, len(others)), replace=False)
            shown = [self._record(pool, row) for row in siblings.tolist()]
            return self._framing.variation(self._record(pool, parent), shown, rng)

        texts = self._asked(turn, len(winners), prompt)
        some = np.array([number for number, text in enumerate(texts) if text is not None], np.int64)
        rows = winners[some]
        return Pool(pool.labels[rows], pool.words[rows], tuple(texts[i] or "" for i in some.tolist()))

    def _last(self, pool: Pool, votes: Counts, sizes: Codes) -> Released:
        """The winners; those that won more than once are said in other words each further time, if the model can."""
        winners = _winners(pool, votes, sizes, self._rng("win", ITERATIONS))
        _, first = np.unique(winners, return_index=True)
        again = np.setdiff1d(np.arange(len(winners)), first)
        texts = [pool.texts[row] for row in winners.tolist()]
        labels = np.repeat(np.arange(len(sizes)), sizes)
        for place, text in zip(again.tolist(), self._again(pool, winners[again]), strict=True):
            texts[place] = text or texts[place]
        standard = find([])[1]  # ways of writing that no record has a part in
        return Released(labels, fill(texts, standard, self._rng("fill")), self._account)

    def _again(self, pool: Pool, winners: Codes) -> list[str | None]:
        def prompt(number: int) -> Prompt:
            rng = self._rng("again", number)
            return self._framing.variation(self._record(pool, int(winners[number])), [], rng)

        return self._asked(ITERATIONS + 1, len(winners), prompt)

    def _asked(self, phase: int, n: int, prompt: Callable[[int], Prompt]) -> list[str | None]:
        """The first usable answer to each of some prompts; None where four are not."""
        found: list[str | None] = [None] * n
        answers = self._spending.paid.answers
        for turn in range(TRIES):
            left = [number for number in range(n) if found[number] is None]
            rows = [phase * _PHASE + number for number in left]
            asked = [row for row in rows if len(answers[row]) <= turn]
            self._spending.ask(asked, lambda row: prompt(row % _PHASE), lambda: f"{phase} of {ITERATIONS + 2} steps")
            for number, row in zip(left, rows, strict=True):
                text = self._framing.read(answers[row][turn])
                found[number] = None if text is None or self._filters.refuses(text, []) else text
        return found

    def _record(self, pool: Pool, row: int) -> Record:
        return Record(self._private.about[pool.labels[row]], int(pool.words[row]), pool.texts[row])

    def _rng(self, *names: str | int) -> np.random.Generator:
        return stream(self._seed, *names)


def _seed(noise: Noise) -> int:
    """What is drawn beside the noise comes from where the noise does: it must be as hard to foretell."""
    return int(noise(-1).integers(2**62))


def private_labels(private: Private) -> Counts:
    """How many records each label has: a record counts once."""
    return np.bincount(private.labels, minlength=len(private.about)).astype(np.float64)


def private_lengths(private: Private) -> Counts:
    """How many records there are of each part of `LENGTHS`: a record counts once."""
    words = np.array([min(max(n_words(text), LENGTHS[0]), LENGTHS[-1] - 1) for text in private.texts])
    return np.histogram(words, LENGTHS)[0].astype(np.float64)


def votes_of(labels: Codes, vectors: Vectors, pool: Pool) -> Counts:
    """How many records each text is the nearest one to, among those of its own label: a record counts once at most."""
    found, texts = np.zeros(len(pool.texts)), embed(pool.texts)
    for label in np.unique(pool.labels):
        own, voters = np.flatnonzero(pool.labels == label), np.flatnonzero(labels == label)
        for some in np.array_split(voters, len(voters) // 4_096 + 1):
            nearest = (vectors[some] @ texts[own].T).argmax(axis=1)
            found += np.bincount(own[nearest], minlength=len(found))
    return found


def _shared(weights: Counts, n: int) -> Codes:
    """So many, shared out by weights to the nearest whole ones; equally where all weights are 0."""
    weights = weights if weights.sum() > 0 else np.ones(len(weights))
    exact = n * weights / weights.sum()
    found: Codes = np.floor(exact).astype(np.int64)
    more = np.argsort(found - exact, kind="stable")[: n - int(found.sum())]
    found[more] += 1
    return found


def _winners(pool: Pool, votes: Counts, sizes: Codes, rng: np.random.Generator) -> Codes:
    """
    Rows of a pool, as many of each label as `sizes` says, in the order of labels: evenly spread over the votes.

    A label without a text takes those of all labels; one without votes all of its own alike.
    """
    found = []
    for label, size in enumerate(sizes.tolist()):
        own = np.flatnonzero(pool.labels == label)
        own = own if len(own) else np.arange(len(pool.texts))
        weights = votes[own] if votes[own].sum() > 0 else np.ones(len(own))
        ends = np.cumsum(weights) / weights.sum()
        places = np.searchsorted(ends, (np.arange(size) + rng.random()) / max(size, 1))
        found.append(own[np.minimum(places, len(own) - 1)])
    return np.concatenate(found).astype(np.int64)


def _taken(pool: Pool, rows: Codes) -> Pool:
    return Pool(pool.labels[rows], pool.words[rows], tuple(pool.texts[row] for row in rows.tolist()))


def _unique(pools: Sequence[Pool]) -> Pool:
    """All texts of some pools, those that say the same of the same label once."""
    labels, words = (np.concatenate([getattr(pool, name) for pool in pools]) for name in ("labels", "words"))
    texts = tuple(text for pool in pools for text in pool.texts)
    first = {
        (int(label), folded(text)): row
        for row, (label, text) in reversed([*enumerate(zip(labels, texts, strict=True))])
    }
    return _taken(Pool(labels, words, texts), np.array(sorted(first.values()), np.int64))
