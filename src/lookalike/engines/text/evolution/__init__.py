"""
Texts with differential privacy: a language model writes without seeing any real one, the real ones vote, winners go on.

Aug-PE (Xie and others, "Differentially private synthetic data via foundation model APIs 2: text", arXiv:2403.01749,
2024). Real records are looked at in `RELEASES` tables of counts only (`telling`), in each of which one counts once at
most: labels, lengths, and the votes of each iteration. Each has Gaussian noise (`accounting`). All else follows from
these tables and the model's answers, so that it costs no privacy: the columns beside the texts are learnt from rows
drawn from the first two (`private_plan`), votes are for a population (`evolving`), new texts are its winners
(`evolved`).

Covered: texts, labels and lengths that come out, against the presence of any one record. Not covered: which labels
there are, their names, and how many records in all, which count as public. Noise is drawn as floats, which is no
defence against somebody who sees all digits of it; nobody does: only what was made from the noisy counts is shown.
"""

ITERATIONS = 4  # each costs privacy and a request a text; the paper's gain little beyond
RELEASES = ITERATIONS + 2
LABELS, LENGTHS, VOTES = 0, 1, 2  # numbers of releases: of labels, of lengths, of the first votes
