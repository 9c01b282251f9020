"""Sum in pairs, then pairs of pairs: of n values no more than log2(n) roundings meet any."""

import math

from torch import Tensor, cat

# Half a unit in the last place of float64, relative.
UNIT = 2.0**-53


def pairwise_sum(values: Tensor) -> Tensor:
    """The sum over the first dimension."""
    while len(values) > 1:
        half = -(-len(values) // 2)
        above, below = values[:half], values[half:]
        values = above + below if len(below) == half else cat([above[:-1] + below, above[-1:]])
    return values[0]


def pairwise_error(n: int) -> float:
    """How far the sum of n values above 0 is off at most, relative."""
    return math.ceil(math.log2(max(n, 2))) * UNIT
