"""What is counted of rows, beside their sums."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tally:
    """Counts over rows.

    Attributes:
        rows: How many have positive weight.
        left_out: How many were left out because a value is missing or bad.
        log_weights: The sum of the logarithms of their weights, which the likelihood needs.
    """

    rows: int = 0
    left_out: int = 0
    log_weights: float = 0.0

    def __add__(self, other: "Tally") -> "Tally":
        """Counts over the rows of both."""
        return Tally(
            self.rows + other.rows,
            self.left_out + other.left_out,
            self.log_weights + other.log_weights,
        )

    def __sub__(self, other: "Tally") -> "Tally":
        """Counts over the rows that are not in the other."""
        return self + Tally(-other.rows, -other.left_out, -other.log_weights)
