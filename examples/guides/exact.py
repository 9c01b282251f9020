"""Count the right digits of a fit, find where the others went, and keep them."""

# --8<-- [start:longley]
import torch
from linreg import least_squares
from statsmodels.datasets import longley

table = longley.load_pandas()
X = torch.tensor(table.exog.to_numpy(dtype="float64"))
y = torch.tensor(table.endog.to_numpy(dtype="float64")).reshape(-1, 1)
fit = least_squares(X, y)

# NIST, Statistical Reference Datasets, "Longley", certified values:
certified = [
    "-3482258.63459582",
    "15.0618722713733",
    "-0.0358191792925910",
    "-2.02022980381683",
    "-1.03322686717359",
    "-0.0511041056535807",
    "1829.15146461355",
]

names = ["intercept", *table.exog.columns]
for name, value, nist in zip(names, fit.parameters, certified, strict=True):
    print(f"{name:9} {value.item():18.12g}   NIST {nist:>19}")
# --8<-- [end:longley]

# --8<-- [start:digits]
import math
from fractions import Fraction


def digits(found, true):
    worst = Fraction(1, 10**15)
    for value, truth in zip(found, true, strict=True):
        error = abs(Fraction(value) - Fraction(truth))
        worst = max(worst, error / abs(Fraction(truth)))
    return -math.log10(worst)


right = digits(fit.parameters.flatten().tolist(), certified)
assert right > 14
print(f"{right:.1f} digits of the worst coefficient are right")
# --8<-- [end:digits]


# --8<-- [start:school]
def dot(u, v):
    total = 0
    for a, b in zip(u, v, strict=True):
        total += a * b
    return total


def solve(matrix, right):
    rows = [[*row, r] for row, r in zip(matrix, right, strict=True)]
    for i, pivot in enumerate(rows):
        for row in rows[i + 1 :]:
            share = row[i] / pivot[i]
            row[:] = [a - share * b for a, b in zip(row, pivot, strict=True)]
    return back(rows)


def back(rows):
    found = []
    for i in reversed(range(len(rows))):
        known = dot(rows[i][i + 1 : -1], found)
        found.insert(0, (rows[i][-1] - known) / rows[i][i])
    return found


def normal_equations(columns, target):
    products = [[dot(u, v) for v in columns] for u in columns]
    return solve(products, [dot(u, target) for u in columns])


# --8<-- [end:school]

# --8<-- [start:two-numbers]
columns = [*X.T.tolist(), [1.0] * len(y)]
target = y.flatten().tolist()
ones_last = [*certified[1:], certified[0]]

in_floats = normal_equations(columns, target)
in_fractions = normal_equations(
    [[Fraction(str(v)) for v in column] for column in columns],
    [Fraction(str(v)) for v in target],
)
assert digits(in_fractions, ones_last) > 14
print(f"fractions {digits(in_fractions, ones_last):4.1f}")
print(f"float64   {digits(in_floats, ones_last):4.1f}")
# --8<-- [end:two-numbers]

# --8<-- [start:condition]
ones = torch.ones(len(X), 1, dtype=X.dtype)
A = torch.cat([ones, X], dim=1)
A = A / A.norm(dim=0)
condition = torch.linalg.cond(A).item()
squared = torch.linalg.cond(A.T @ A).item()
print(f"{condition:.2e}  costs {math.log10(condition):.1f} digits")
print(f"{squared:.2e}  costs {math.log10(squared):.1f} digits")
# --8<-- [end:condition]


# --8<-- [start:qr]
def qr(columns, target):
    left = [list(column) for column in (*columns, target)]
    rows = []
    for i in range(len(columns)):
        length = math.sqrt(dot(left[i], left[i]))
        q = [v / length for v in left[i]]
        row = [0.0] * len(left)
        for j in range(i, len(left)):
            row[j] = dot(q, left[j])
            pairs = zip(left[j], q, strict=True)
            left[j] = [v - row[j] * direction for v, direction in pairs]
        rows.append(row)
    return back(rows)


print(f"QR        {digits(qr(columns, target), ones_last):4.1f}")
# --8<-- [end:qr]


# --8<-- [start:nearly-alike]
def nearly_alike(k, draw):
    n, seed = range(1, 22), 12345677 + 1000 * draw
    first = [i + (seed * i % 2**25) / 2**25 for i in n]
    wobble = [((seed + 7919) * i % 1009 - 504) / 2 ** (k + 9) for i in n]
    second = [u + small for u, small in zip(first, wobble, strict=True)]
    target = [1 + u + v for u, v in zip(first, second, strict=True)]
    return [[1.0] * 21, first, second], target


def worst_digits(method, k):
    counts = []
    for draw in range(3):
        try:
            found = method(*nearly_alike(k, draw))
        except ZeroDivisionError:  # elimination is left with nothing
            found = [0, 0, 0]
        counts.append(max(digits(found, [1, 1, 1]), 0.0))
    return min(counts)


def by_linreg(columns, target):
    features = torch.tensor(columns[1:], dtype=torch.float64).T
    column = torch.tensor(target, dtype=torch.float64).reshape(-1, 1)
    found = least_squares(features, column, accuracy="exact")
    return found.parameters.flatten().tolist()


conditions, curves = [], {"normal equations": [], "QR": [], "linreg": []}
for k in range(0, 37, 4):
    A = torch.tensor(nearly_alike(k, 0)[0], dtype=torch.float64).T
    condition = torch.linalg.cond(A / A.norm(dim=0)).item()
    conditions.append(condition)
    curves["normal equations"].append(worst_digits(normal_equations, k))
    curves["QR"].append(worst_digits(qr, k))
    at_least = min(14.9, 2 * 15.95 - 2 * math.log10(condition))
    assert worst_digits(by_linreg, k) > at_least
    curves["linreg"].append(at_least)

# --8<-- [end:nearly-alike]

# --8<-- [start:curves]
import matplotlib.pyplot as plt


def show(curves):
    figure, axes = plt.subplots()
    for power, word in ((1, "once"), (2, "twice")):
        ends = [10, 10 ** (15.95 / power)]
        lost = [15.95 - power * math.log10(c) for c in ends]
        axes.plot(ends, lost, color="#6e7781", linewidth=1)
        at = 10 ** (11.8 / power)
        axes.annotate(word, (at, 2), color="#6e7781", ha="right")
    styles = {"normal equations": "s:", "QR": "o--", "linreg": "^-"}
    for name, style in styles.items():
        label = "linreg, at least" if name == "linreg" else name
        axes.plot(conditions, curves[name], style, color="C4", label=label)
    axes.set(xscale="log", xlabel="condition number", ylabel="right digits")
    axes.set(xlim=(8, 1e13), ylim=(-0.4, 16.4))
    figure.legend(loc="outside upper center", ncols=3)
    plt.show()


show(curves)
# --8<-- [end:curves]


# --8<-- [start:noisy]
def noisy(k, draw):
    columns, target = nearly_alike(k, draw)
    exact = [[Fraction(v) for v in column] for column in columns]
    noise = [Fraction((7919 + draw) * i % 1009 - 504, 16) for i in range(1, 22)]
    shares = normal_equations(exact, noise)
    left = [e - dot(shares, row) for e, row in zip(noise, zip(*exact, strict=True), strict=True)]
    return columns, [t + float(e) for t, e in zip(target, left, strict=True)]


def worst_noisy(method, k):
    counts = []
    for draw in range(3):
        columns, target = noisy(k, draw)
        true = normal_equations(
            [[Fraction(v) for v in column] for column in columns],
            [Fraction(v) for v in target],
        )
        try:
            found = method(columns, target)
        except ZeroDivisionError:
            found = [0, 0, 0]
        counts.append(max(digits(found, true), 0.0))
    return min(counts)


on_noise = {"normal equations": [], "QR": [], "linreg": []}
for k, at_least in zip(range(0, 37, 4), curves["linreg"], strict=True):
    on_noise["normal equations"].append(worst_noisy(normal_equations, k))
    on_noise["QR"].append(worst_noisy(qr, k))
    assert worst_noisy(by_linreg, k) > at_least
    on_noise["linreg"].append(at_least)

# --8<-- [end:noisy]

# --8<-- [start:noise-curves]
show(on_noise)
# --8<-- [end:noise-curves]

# --8<-- [start:wampler]
import statsmodels.api as sm
from sklearn.linear_model import LinearRegression

x = torch.arange(21, dtype=torch.float64).reshape(-1, 1)
powers = torch.cat([x**k for k in range(1, 6)], dim=1)
wampler = 1 + powers.sum(dim=1, keepdim=True)


def with_ones(features):
    return torch.cat([torch.ones_like(features[:, :1]), features], dim=1)


def by_torch(features, target):
    return torch.linalg.lstsq(with_ones(features), target).solution


def by_statsmodels(features, target):
    return sm.OLS(target.numpy(), with_ones(features).numpy()).fit().params


def by_sklearn(features, target, **settings):
    model = LinearRegression(**settings)
    model.fit(features.numpy(), target.numpy())
    return [*model.intercept_, *model.coef_.flatten()]


def by_least_squares(features, target):
    return least_squares(features, target).parameters


# --8<-- [end:wampler]


# --8<-- [start:side-by-side]
def worst_order(method, features, target, true, orders):
    counts = []
    for seed in range(orders):
        generator = torch.Generator().manual_seed(seed)
        order = torch.randperm(len(features), generator=generator)
        found = torch.as_tensor(method(features[order], target[order]))
        counts.append(max(digits(found.flatten().tolist(), true), 0.0))
    return min(counts)


def by_sklearn_tol(features, target):
    return by_sklearn(features, target, tol=1e-15)


programs = {
    "torch.linalg.lstsq": (by_torch, 100),
    "statsmodels OLS": (by_statsmodels, 100),
    "sklearn, default": (by_sklearn, 100),
    "sklearn, tol=1e-15": (by_sklearn_tol, 100),
    "linreg": (by_least_squares, 3),
}
worst = {}
print(f"{'':20} Longley  Wampler")
for name, (method, orders) in programs.items():
    on_longley = worst_order(method, X, y, certified, orders)
    on_wampler = worst_order(method, powers, wampler, [1] * 6, orders)
    worst[name] = (on_longley, on_wampler)
    print(f"{name:20} {on_longley:7.0f}  {on_wampler:7.0f}")

assert min(worst["linreg"]) > 14
assert max(worst["torch.linalg.lstsq"]) < 12
assert worst["sklearn, default"][1] < 1
# --8<-- [end:side-by-side]

# --8<-- [start:trusted]
model = LinearRegression().fit(powers.numpy(), wampler.numpy())
print(f"R2        {model.score(powers.numpy(), wampler.numpy()):.6f}")
print(f"intercept {model.intercept_[0]:.4f}")
print("weights  ", [f"{weight:.4f}" for weight in model.coef_[0]])
# --8<-- [end:trusted]

# --8<-- [start:dropped]
print("columns", powers.shape[1])
print("rank   ", model.rank_)
# --8<-- [end:dropped]

# --8<-- [start:scaled]
lengths = powers.norm(dim=0)
scaled = LinearRegression().fit((powers / lengths).numpy(), wampler.numpy())
weights = scaled.coef_[0] / lengths.numpy()
print("rank   ", scaled.rank_)
print("weights", [f"{weight:.4f}" for weight in weights])
# --8<-- [end:scaled]

# --8<-- [start:summary]
print(fit.summary())

nist_sigma = "304.854073561965"
assert digits(fit.sigma.tolist(), [nist_sigma]) > 14
# --8<-- [end:summary]

# --8<-- [start:promise]
for name, features, column, true in (
    ("Longley", X, y, certified),
    ("Wampler", powers, wampler, [1] * 6),
):
    for accuracy in ("fast", "exact"):
        tried = least_squares(features, column, accuracy=accuracy)
        found = digits(tried.parameters.flatten().tolist(), true)
        promised = tried.expected_digits
        assert found > min(promised, 14.5)  # NIST can confirm no more
        print(f"{name} {accuracy:5}  promised {promised:5.2f}")
# --8<-- [end:promise]

# --8<-- [start:polynomial]
from linreg import polynomial

x = -8 + 0.1 * torch.arange(51, dtype=torch.float64).reshape(-1, 1)
y_curve = 1 / x

exact_x = [Fraction(v) for v in x.flatten().tolist()]
exact_powers = [[v**k for v in exact_x] for k in range(9)]
exact_target = [Fraction(v) for v in y_curve.flatten().tolist()]
exact_curve = normal_equations(exact_powers, exact_target)

powers_of_x = [[float(v**k) for k in range(1, 9)] for v in exact_x]
rounded = torch.tensor(powers_of_x, dtype=torch.float64)
from_columns = least_squares(rounded, y_curve, accuracy="exact")
from_x = polynomial(x, y_curve, 8)
for name, found in (("columns", from_columns), ("x", from_x)):
    count = digits(found.parameters.flatten().tolist(), exact_curve)
    print(f"from {name:8} {count:4.1f}")

assert digits(from_x.parameters.flatten().tolist(), exact_curve) > 14
# --8<-- [end:polynomial]

# --8<-- [start:exercise-middle]
shifted = X.clone()
shifted[:, -1] -= 1954.5
A = with_ones(shifted)
print(f"condition {torch.linalg.cond(A / A.norm(dim=0)).item():.0f}")

centre = X.mean(dim=0).floor()
A = with_ones(X - centre)
print(f"condition {torch.linalg.cond(A / A.norm(dim=0)).item():.0f}")

centred = [*(X - centre).T.tolist(), [1.0] * len(y)]
weights = normal_equations(centred, target)[:-1]
print(f"normal equations {digits(weights, certified[1:]):.1f}")
weights = qr(centred, target)[:-1]
print(f"QR               {digits(weights, certified[1:]):.1f}")
# --8<-- [end:exercise-middle]

# --8<-- [start:exercise-float32]
small = least_squares(X.float(), y.float())
found = digits(small.parameters.flatten().tolist(), certified)
print(f"linreg {found:.1f}, promised {small.expected_digits:.0f}")

rounded_data = normal_equations(
    [[Fraction(v) for v in c] for c in [[1] * 16, *X.float().T.tolist()]],
    [Fraction(v) for v in y.flatten().tolist()],
)
print(f"exact  {digits(rounded_data, certified):.1f}")
# --8<-- [end:exercise-float32]

# --8<-- [start:exercise-refuse]
alike = torch.cat([X, X[:, :1] + X[:, 1:2]], dim=1)
try:
    least_squares(alike, y)
except ValueError as error:
    print(f"{type(error).__name__}:", str(error).split(". ")[0])
# --8<-- [end:exercise-refuse]
