"""Hold the digits that fits promise against whole-number arithmetic: 20,000 problems by default.

For each kind it prints the worst excess of `expected_digits` over the digits that are right, and
how many digits were promised; above 0.3 the command fails and names the problem.
"""

import argparse
import sys
from statistics import median

from linreg import RankError
from tests.support.exactly import right_digits, solve
from tests.support.problems import KINDS, Problem, problems

ALLOWED = 0.3
ACCURACIES = ("auto", "fast", "exact")


def excesses(problem: Problem) -> dict[str, tuple[float, float]]:
    """By accuracy: the excess, and the digits promised; -inf and 0 where the fit is refused."""
    rows = problem.counted
    truth = solve(
        rows.features, rows.target, rows.weight, intercept=rows.intercept, ridge=rows.ridge
    )
    found = {}
    for accuracy in ACCURACIES:
        try:
            fit = problem.fit(accuracy)
        except RankError:
            found[accuracy] = (-float("inf"), 0.0)
            continue
        promised = fit.expected_digits
        found[accuracy] = (promised - right_digits(fit, truth), promised)
    return found


def main() -> int:
    """Try all; the exit status is 1 if a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--problems", type=int, default=20_000)
    parser.add_argument("--kinds", nargs="*", default=list(KINDS), choices=list(KINDS))
    options = parser.parse_args()
    each = -(-options.problems // len(options.kinds))
    broken = 0
    print(f"{'kind':14}{'problems':>9}  worst excess (promised, least to median, refused)")
    for kind in options.kinds:
        worst = {accuracy: (-float("inf"), -1) for accuracy in ACCURACIES}
        promised: dict[str, list[float]] = {accuracy: [] for accuracy in ACCURACIES}
        refused = dict.fromkeys(ACCURACIES, 0)
        for i, problem in enumerate(problems(kind, each)):
            found = excesses(problem)
            for accuracy, (excess, digits) in found.items():
                worst[accuracy] = max(worst[accuracy], (excess, i))
                promised[accuracy].append(digits)
                refused[accuracy] += excess == -float("inf")
                broken += excess > ALLOWED
            # Going back to the rows never loses.
            if found["auto"][1] < max(found["fast"][1] - 1e-9, 0) and problem.parts == 1:
                print(f"  {kind} {i}: auto promises less than fast")
                broken += 1
        cells = [
            f"{a} {worst[a][0]:+.2f} (#{worst[a][1]}, {min(promised[a]):.1f} to "
            f"{median(promised[a]):.1f}, {refused[a]})"
            for a in ACCURACIES
        ]
        print(f"{kind:14}{each:9,}  {'  '.join(cells)}", flush=True)
    print("every promise is kept" if not broken else f"{broken} promises are broken")
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())
