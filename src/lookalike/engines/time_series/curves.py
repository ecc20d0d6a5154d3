"""Logarithms and exponentials in plain arithmetic, the same on every machine: those of system libraries are not."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from lookalike.engines.tabular.compiled import compiled, inner

LN2_HIGH, LN2_LOW = 0.693147180369123816490, 1.90821492927058770002e-10  # the first has zeros at its end
LN2 = 0.6931471805599453
LOG_TERMS, EXP_TERMS = 11, 14
LARGEST = 700.0

Array = npt.NDArray[Any]


@inner
def log(x: float) -> float:
    """The natural logarithm of a positive finite number, to about 1e-16 of its size or of one."""
    part, power = math.frexp(x)
    if part < 0.7071067811865476:
        part, power = 2.0 * part, power - 1
    s = (part - 1.0) / (part + 1.0)
    square, total = s * s, 0.0
    for k in range(LOG_TERMS - 1, -1, -1):
        total = total * square + 2.0 / (2 * k + 1)
    return power * LN2_HIGH + (power * LN2_LOW + s * total)


@inner
def exp(x: float) -> float:
    """e to the power of a number between -700 and 700, at which others are held."""
    x = min(max(x, -LARGEST), LARGEST)
    power = np.rint(x / LN2)
    rest = (x - power * LN2_HIGH) - power * LN2_LOW
    total = 1.0
    for k in range(EXP_TERMS, 0, -1):
        total = 1.0 + rest * total / k
    return math.ldexp(total, int(power))


@compiled
def logs(values: Array) -> Array:
    """`log` of each of an array, float64 ``(n,)``."""
    told = np.empty(len(values))
    for i in range(len(values)):
        told[i] = log(values[i])
    return told


@compiled
def exps(values: Array) -> Array:
    """`exp` of each of an array, float64 ``(n,)``."""
    told = np.empty(len(values))
    for i in range(len(values)):
        told[i] = exp(values[i])
    return told
