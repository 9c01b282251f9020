"""Learn from gathered moments all that a linear model with squared loss can learn."""

from collections.abc import Iterable, Sequence
from typing import Any, overload

from torch import Tensor

from linreg._accuracy import Name
from linreg._check import check_lr, check_start, check_steps, read_ridge
from linreg._columns import shorten
from linreg._gathering import Gathering
from linreg._model import fit_sums
from linreg._powers import Powers
from linreg._quadratic import Quadratic
from linreg._reader import RowReader
from linreg._residuals import Residuals
from linreg._score import mean_squared_error
from linreg._take import take_rows
from linreg._tally import Tally
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
            cost (`linreg._exact_products` names the method, its source and a proof).
        device: Where the rows will be, and where what is gathered is kept, in float64.
        names: A name for each feature; None takes those of the first table, or x1, x2, ...

    Attributes:
        n_features: How many features, p.
        n_targets: How many targets, k.

    Raises:
        TypeError: If a number is not whole.
        ValueError: If a number is below 1, the accuracy has another name, or there is not one name
            for each feature.

    Examples:
        >>> import torch
        >>> from linreg import Moments
        >>> moments = Moments(n_features=1)
        >>> for start in (0.0, 10.0):
        ...     km = torch.arange(start, start + 10)[:, None]
        ...     moments.update(km, 1 + 2 * km)
        >>> moments.rows
        20
        >>> print(f"{moments.solve().coefficients.item():.3f}")
        2.000
    """

    @classmethod
    def gather(cls, chunks: Iterable[Sequence[Any]], *, accuracy: Name = "fast") -> "Moments":
        """Gather all chunks of rows, such as those of `read_csv`.

        Args:
            chunks: Features, target and, if any, sample weights, as `update` takes them. A reader
                gives its names and levels too, and counts the rows that it left out.
            accuracy: "fast" or "exact".

        Raises:
            ValueError: If there are no chunks, or as `update`.
        """
        moments = None
        for chunk in chunks:
            rows = take_rows(*chunk)
            if moments is None:
                p, k = rows.features.shape[1], rows.target.shape[1]
                moments = cls(p, k, accuracy=accuracy, device=rows.features.device)
            moments._gather(rows)
        if moments is None:
            raise ValueError("there are no chunks of rows to gather")
        if isinstance(chunks, RowReader):
            moments._labels = moments._labels.joined(chunks._labels)
            moments._tally += Tally(left_out=chunks.skipped + chunks.dropped)
        return moments

    @overload
    def solve(self, ridge: float | None = None, *, intercept: bool = True) -> LinearFit: ...

    @overload
    def solve(self, ridge: Iterable[float], *, intercept: bool = True) -> list[LinearFit]: ...

    def solve(
        self, ridge: float | Iterable[float] | None = None, *, intercept: bool = True
    ) -> LinearFit | list[LinearFit]:
        """Fit the rows: the weights and biases of least squared error.

        Args:
            ridge: What the sum of the squared weights costs, in units of the sum of squared
                errors; the intercept is free. Several, as a list or a tensor, give a
                fit for each.
            intercept: Whether the model has a bias.

        Returns:
            The fit, or a list of fits for several ridges.

        Raises:
            RankError: If features are constant or combinations of others; it names them.
            ValueError: If there are fewer rows than coefficients, the sum of the sample weights is
                0, or a ridge is negative or not finite.
        """
        costs = read_ridge(ridge)
        if isinstance(costs, list):
            return [self._solve(cost, intercept) for cost in costs]
        return self._solve(costs, intercept)

    def _solve(
        self,
        ridge: float,
        intercept: bool,
        powers: Powers | None = None,
        residuals: Residuals | None = None,
    ) -> LinearFit:
        """Fit the rows, or the polynomial of which they are the powers."""
        return fit_sums(
            self._sums,
            self._tally,
            self._labels,
            ridge=ridge,
            intercept=intercept,
            powers=powers,
            residuals=residuals,
        )

    def score(self, fit: LinearFit) -> Tensor:
        """How well a fit predicts these rows: its mean squared error on them, weighted.

        Args:
            fit: Of the same features and targets, to these rows or to others.

        Returns:
            Shape (k,), or () for a fit of a vector, in squared target units.

        Raises:
            ValueError: If there are no rows, or the fit is of other features or targets.
        """
        self._check_some()
        names = self._labels.feature_names(self.n_features)
        theirs = fit.names[int(fit.has_intercept) :]
        if fit._basis.powers or names != theirs or len(fit.target_names) != self.n_targets:
            raise ValueError(
                f"the fit is of {shorten(theirs)} and {len(fit.target_names)} targets, and these "
                f"moments are of {shorten(names)} and {self.n_targets}: they must be the same"
            )
        return mean_squared_error(self._sums, fit._basis)

    def select(self, features: str | Iterable[str]) -> "Moments":
        """Moments of some of the features, in the order given, with all targets.

        Args:
            features: Their names: those of a fit, or of the columns of a table, where one of kinds
                stands for all its columns of 0 and 1.

        Raises:
            ValueError: If a name is not there, is there twice, or there are none.
        """
        labels, index = self._labels.select(features, self.n_features)
        return self._of(self._tally, self._sums.select(index), labels)

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
            DivergenceError: If the loss stops being finite; the message names a rate to try.
            ValueError: If `lr`, `steps` or `start` do not fit, or there are no rows.
        """
        check_lr(lr)
        check_steps(steps)
        quadratic = self._quadratic()
        is_vector = self._labels.is_vector
        if is_vector and start is not None and start[1].ndim == 0:
            start = (start[0].reshape(-1, 1), start[1].reshape(1))
        weight, bias = check_start(start, self.n_features, self.n_targets, quadratic.mean)
        found = quadratic.descend(lr, steps, weight, bias)
        if is_vector:
            return Descent(found.weight[:, 0], found.bias[0], found.losses)
        return found

    def _check_some(self) -> None:
        """There are rows of positive weight."""
        if not self.sample_weight_sum > 0:
            raise ValueError(
                "the sum of the sample weights is 0: gather rows of positive weight first"
            )

    def _quadratic(self) -> Quadratic:
        """The mean squared error of the rows as a function of weight and bias."""
        self._check_some()
        return Quadratic(self.mean, self.covariance, self.variance)
