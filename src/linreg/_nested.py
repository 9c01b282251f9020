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

    Examples:
        >>> import torch
        >>> from linreg import Moments
        >>> moments = Moments(2, names=["km", "minutes"])
        >>> x = torch.tensor([[1.0, 9], [2, 4], [3, 7], [4, 8], [5, 2], [6, 5]])
        >>> moments.update(x, torch.tensor([3.1, 4.9, 7.1, 8.9, 11.2, 12.9]))
        >>> test = moments.solve().f_test(moments.select("km").solve())
        >>> test.features, test.degrees_of_freedom
        (1, 3)
        >>> print("minutes matter:", bool(test.p < 0.05))
        minutes matter: False
    """

    f: Tensor
    p: Tensor
    features: int
    degrees_of_freedom: int


def f_test(larger: "LinearFit", smaller: "LinearFit") -> FTest:
    """The F test of nested models (Draper and Smith, "Applied Regression Analysis", 1998, 6.1)."""
    if larger.error_kind != "equal noise":
        raise ValueError(
            "the F test takes the noise to be equal, and the errors of this fit are "
            f"{larger.error_kind}: compare the fits as they were before"
        )
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
