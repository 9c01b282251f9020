"""Learn from gathered moments all that a linear model with squared loss can learn."""

from collections.abc import Sequence
from typing import overload

from torch import Tensor

from linreg._check import check_lr, check_ridge, check_start, check_steps
from linreg._gathering import Gathering
from linreg._model import fit_sums
from linreg._powers import Powers
from linreg._quadratic import Quadratic
from linreg._residuals import Residuals
from linreg.descent import Descent
from linreg.linear_fit import LinearFit


class Moments(Gathering):
    """Weighted count, means and products of features and targets: O(p^2) memory, one pass.

    Rows come by `update`, in chunks of any size, or by `merge` from another part of the data. Then,
    without the rows, `solve` fits them, `descend` trains on them and `without` takes a fold away.

    Args:
        n_features: How many features, p.
        n_targets: How many targets, k.
        accuracy: "fast" rounds the products of each part of the rows to float64, and keeps what
            adding up the parts would round off; "exact" keeps about 28 digits, at several times the
            cost (`linreg._products` names the method and its source).
        device: Where the rows will be, and where what is gathered is kept, in float64.

    Attributes:
        rows: How many rows of positive weight were gathered.

    Raises:
        ValueError: If a number is below 1 or the accuracy has another name.
    """

    @overload
    def solve(self, ridge: float | None = None, *, intercept: bool = True) -> LinearFit: ...

    @overload
    def solve(self, ridge: Sequence[float], *, intercept: bool = True) -> list[LinearFit]: ...

    def solve(
        self, ridge: float | Sequence[float] | None = None, *, intercept: bool = True
    ) -> LinearFit | list[LinearFit]:
        """Fit the rows: the weights and biases of least squared error.

        Args:
            ridge: What the sum of the squared weights costs, in units of the sum of squared
                errors; the intercept is free. A sequence gives one fit for each.
            intercept: Whether the model has a bias.

        Returns:
            The fit, or a list of fits for a sequence of ridges.

        Raises:
            RankError: If features are constant or combinations of others; it names them.
            ValueError: If there are fewer rows than coefficients, the sum of the sample weights is
                0, or a ridge is negative or not finite.
        """
        if isinstance(ridge, Sequence):
            return [self.solve(value, intercept=intercept) for value in ridge]
        cost = 0.0 if ridge is None else check_ridge(ridge)
        return self._solve(None, cost, intercept)

    def _solve(
        self,
        names: tuple[str, ...] | None,
        ridge: float,
        intercept: bool,
        powers: Powers | None = None,
        residuals: Residuals | None = None,
    ) -> LinearFit:
        """Fit the rows, calling the features by name."""
        return fit_sums(
            self._sums,
            self.rows,
            names or tuple(f"x{i + 1}" for i in range(self.n_features)),
            ridge=ridge,
            intercept=intercept,
            powers=powers,
            residuals=residuals,
        )

    def divergence_rate(self) -> float:
        """The learning rate at which gradient descent begins to diverge: every lower one converges.

        It is 2 / c, where c is the largest curvature of the mean squared error in weights and bias
        (Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 4.3.1).

        Raises:
            ValueError: If no rows of positive weight were gathered.
        """
        return self._quadratic().divergence_rate()

    def descend(self, lr: float, steps: int, start: tuple[Tensor, Tensor] | None = None) -> Descent:
        """Full-batch gradient descent on the rows gathered, at O(p^2) a step whatever their number.

        The trajectory is that of `fit` with `torch.nn.Linear` in float64, up to rounding: the
        gradient of the mean squared error needs the rows' products only.

        Args:
            lr: Learning rate, above 0.
            steps: How many steps to take, 0 or more.
            start: Weight (p, k) and bias (k,) to start from; None starts from zeros.

        Returns:
            Weight and bias after the last step, and the losses before, between and after the steps.

        Raises:
            DivergenceError: If the loss stops being finite; the message names the rate to stay
                below.
            ValueError: If `lr`, `steps` or `start` do not fit, or there are no rows.
        """
        check_lr(lr)
        check_steps(steps)
        quadratic = self._quadratic()
        weight, bias = check_start(start, self.n_features, self.n_targets, quadratic.mean)
        return quadratic.descend(lr, steps, weight, bias)

    def _quadratic(self) -> Quadratic:
        """The mean squared error of the rows as a function of weight and bias."""
        if not self.sample_weight_sum > 0:
            raise ValueError(
                "the sum of the sample weights is 0: gather rows of positive weight first"
            )
        return Quadratic(self.mean, self.covariance, self.variance)
