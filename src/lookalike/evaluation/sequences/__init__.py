"""
How near synthetic sequences are to real ones, and how far from those learnt from; every figure beside its floor.

Parts live in ``fidelity/``, ``utility/``, ``privacy/``; a part exports `metric`, a function of a `SequenceComparison`
that gives a `Figure`. Its public name is ``family.file``, e.g. ``fidelity.c2st_seq``.
"""
