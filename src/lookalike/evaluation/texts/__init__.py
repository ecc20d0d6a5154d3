"""
How near synthetic texts are to real ones, and how far from those learnt from; every figure beside its floor.

Parts live in ``fidelity/``, ``utility/``, ``privacy/``; a part exports `metric`, a function of a `TextComparison` that
gives a `Figure`. Its public name is ``family.file``, e.g. ``fidelity.c2st_word``.
"""
