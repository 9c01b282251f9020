"""Compare two fits of the same rows, of which one has only some of the other's features."""

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from linreg._columns import shorten
from linreg._distributions import f_above

if TYPE_CHECKING:
    from linreg.linear_fit import LinearFit


class FTest(NamedTuple):
    """Whether the features that a smaller model lacks explain more than noise would.

    Attributes:
        f: Mean square explained by them over the mean square left, shape (k,).
        p: Probability of an F at least so large if all their coefficients were 0, shape (k,).
        features: How many features they are.
        degrees_of_freedom: Those of the larger fit.
    """

    f: Tensor
    p: Tensor
    features: int
    degrees_of_freedom: int


def f_test(larger: "LinearFit", smaller: "LinearFit") -> FTest:
    """The F test of nested models (Draper and Smith, "Applied Regression Analysis", 1998, 6.1)."""
    for what in ("rows", "sample_weight_sum", "target_names"):
        ours, theirs = getattr(larger, what), getattr(smaller, what)
        if ours != theirs:
            raise ValueError(
                f"the smaller fit has {what} {theirs}, and this one {ours}: fit both to the same "
                "rows, such as with Moments.select"
            )
    more = [name for name in smaller.names if name not in larger.names]
    if more or len(smaller.names) == len(larger.names):
        problem = f"has {shorten(more)} besides" if more else "has the same parameters"
        raise ValueError(f"the smaller fit {problem}: its parameters must be some of this one's")
    same = larger.has_intercept == smaller.has_intercept
    if same and not torch.allclose(larger.total_square, smaller.total_square, rtol=1e-9, atol=0):
        raise ValueError("the smaller fit is of other targets: fit both to the same rows")
    used, free = len(larger.names) - len(smaller.names), larger.degrees_of_freedom
    explained = (smaller.squared_error - larger.squared_error) / used
    f = explained / larger.sigma.square()
    p = f.new_tensor([f_above(each, used, free) for each in f.flatten().tolist()]).view_as(f)
    return FTest(f, p, used, free)
