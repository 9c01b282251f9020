"""Say how sure a fit is: errors, intervals, tests and influence, each checked."""

# --8<-- [start:fit]
import torch
from linreg import Moments, least_squares, load_dataset, make_line

rides = make_line()
X, y = rides.features.double(), rides.target.double()
fit = least_squares(X, y)
print(fit.summary())
# --8<-- [end:fit]

# --8<-- [start:many]
generator = torch.Generator().manual_seed(1)
noise = 0.3 * torch.randn(100, 1000, generator=generator, dtype=X.dtype)

moments = Moments(n_features=1, n_targets=1000)
moments.update(X, 1 + 2 * X + noise)
many = moments.solve()

slopes = many.coefficients[0]
print(f"lowest  {slopes.min().item():.3f}")
print(f"mean    {slopes.mean().item():.3f}")
print(f"highest {slopes.max().item():.3f}")
print(f"spread  {slopes.std().item():.3f}")
# --8<-- [end:many]

# --8<-- [start:spread]
import matplotlib.pyplot as plt

estimate = fit.coefficients[0, 0].item()
error = fit.standard_errors[1, 0].item()

figure, axes = plt.subplots()
bins = [1.8 + 0.02 * i for i in range(21)]
axes.hist(slopes.tolist(), bins=bins, color="C4", alpha=0.45)
axes.axvline(2, color="#24292f", linestyle="--", linewidth=1.2)
axes.annotate(" truth", (2, 172))
axes.errorbar(estimate, 12, xerr=error, fmt="s", color="C4", capsize=5)
axes.annotate("our fit", (estimate, 19), ha="center")
axes.set(xlabel="slope w (euros per km)", ylabel="days", ylim=(0, 185))
plt.show()
# --8<-- [end:spread]

# --8<-- [start:by-hand]
residuals = fit.residuals(X, y)
sigma = (residuals.square().sum() / (len(X) - 2)).sqrt()
by_hand = sigma / (X - X.mean()).square().sum().sqrt()

torch.testing.assert_close(by_hand, fit.standard_errors[1, 0])
print(f"sigma          {sigma.item():.4f}")
print(f"standard error {by_hand.item():.4f}")
# --8<-- [end:by-hand]

# --8<-- [start:coverage]
intervals = many.confidence_intervals()
truth = torch.tensor([[1.0], [2.0]])
inside = (intervals[..., 0] < truth) & (truth < intervals[..., 1])

for name, share in zip(many.names, inside.sum(dim=1), strict=True):
    print(f"{name:9} covered on {share} of 1000 days")
# --8<-- [end:coverage]

# --8<-- [start:forty]
figure, axes = plt.subplots()
for day in range(40):
    low, high = intervals[1, day].tolist()
    hit, miss = ("C4", "o", 4.5), ("C3", "X", 9)
    color, marker, size = hit if inside[1, day] else miss
    axes.plot([day, day], [low, high], color=color)
    axes.plot(day, slopes[day].item(), marker, color=color, markersize=size)
axes.axhline(2, color="#24292f", linestyle="--", linewidth=1.2)
axes.set(xlabel="day", ylabel="slope w (euros per km)")
plt.show()
# --8<-- [end:forty]

# --8<-- [start:test]
t = fit.coefficients[0, 0] / fit.standard_errors[1, 0]
hubble = load_dataset("hubble")
distance, velocity = hubble.features.double(), hubble.target.double()
universe = least_squares(distance, velocity)
print(f"rides     t {t.item():6.2f}")
columns = (universe.names, universe.t_values, universe.p_values)
for name, t, p in zip(*columns, strict=True):
    print(f"{name:9} t {t.item():6.2f}  p {p.item():.2g}")
# --8<-- [end:test]

# --8<-- [start:statsmodels]
import numpy as np
import statsmodels.api as sm

theirs = sm.OLS(velocity.numpy(), sm.add_constant(distance.numpy())).fit()
table = theirs.get_prediction().summary_frame(alpha=0.05)
influence = theirs.get_influence()
bounds = universe.confidence_intervals()[:, 0]
mean = universe.mean_interval(distance)
single = universe.prediction_interval(distance)
rows = universe.influence(distance, velocity)

pairs = {
    "parameters": (universe.parameters, theirs.params),
    "standard errors": (universe.standard_errors, theirs.bse),
    "t values": (universe.t_values, theirs.tvalues),
    "p values": (universe.p_values, theirs.pvalues),
    "confidence intervals": (bounds, theirs.conf_int()),
    "R2": (universe.r_squared, theirs.rsquared),
    "adjusted R2": (universe.adjusted_r_squared, theirs.rsquared_adj),
    "F": (universe.f_statistic, theirs.fvalue),
    "p of F": (universe.f_p_value, theirs.f_pvalue),
    "leverage": (rows.leverage, influence.hat_matrix_diag),
    "studentised residuals": (
        rows.externally_studentised,
        influence.resid_studentized_external,
    ),
    "Cook's distance": (rows.cooks_distance, influence.cooks_distance[0]),
    "mean interval, low": (mean.low, table["mean_ci_lower"]),
    "mean interval, high": (mean.high, table["mean_ci_upper"]),
    "prediction, low": (single.low, table["obs_ci_lower"]),
    "prediction, high": (single.high, table["obs_ci_upper"]),
}
for name, (ours, other) in pairs.items():
    ours = ours.numpy().reshape(np.shape(other))
    np.testing.assert_allclose(ours, other, rtol=1e-9, atol=0)
    print(f"{name:21} agree")
# --8<-- [end:statsmodels]

# --8<-- [start:influence]
rows = universe.influence(distance, velocity)
pull, cook = rows.leverage, rows.cooks_distance.flatten()
print("distance  velocity  leverage   Cook")
for i in cook.argsort(descending=True)[:4].tolist():
    row = [column[i].item() for column in (distance, velocity, pull, cook)]
    print("{:8.2f}  {:8.0f}  {:8.2f}  {:5.2f}".format(*row))

rest = torch.arange(len(cook)) != cook.argmax()
without = least_squares(distance[rest], velocity[rest])
print(f"slope with the first    {universe.coefficients.item():.0f}")
print(f"slope without the first {without.coefficients.item():.0f}")
# --8<-- [end:influence]

# --8<-- [start:bands]
grid = torch.linspace(0, 2, 41, dtype=X.dtype).reshape(-1, 1)
km = grid.flatten().tolist()
mean, single = fit.mean_interval(grid), fit.prediction_interval(grid)
line, low, high = (v.flatten().tolist() for v in mean)
_, below, above = (v.flatten().tolist() for v in single)

figure, axes = plt.subplots()
axes.plot(X.flatten().tolist(), y.flatten().tolist(), "o", color="C0")
axes.fill_between(km, low, high, color="C1", alpha=0.5, linewidth=0)
axes.plot(km, line, color="C1", linewidth=1)
axes.plot(km, below, "--", color="C1", linewidth=1.5)
axes.plot(km, above, "--", color="C1", linewidth=1.5)
thin = {"arrowstyle": "-", "color": "#6e7781"}
axes.annotate("a ride", (1.0, 3.54), (0.35, 4.6), arrowprops=thin)
axes.annotate("the mean", (1.5, 3.91), (1.5, 2.2), arrowprops=thin)
axes.set(xlabel="distance x (km)", ylabel="price y (euros)")
plt.show()
# --8<-- [end:bands]

# --8<-- [start:new-ride]
ride = torch.tensor([[1.5]], dtype=X.dtype)
price = 1 + 2 * ride + 0.3 * torch.randn(1, 1000, generator=generator)


def covered(interval, value):
    return ((interval.low < value) & (value < interval.high)).sum().item()


print("the mean price, by the mean interval      ", end=" ")
print(covered(many.mean_interval(ride), 4.0))
print("a single ride, by the mean interval       ", end=" ")
print(covered(many.mean_interval(ride), price))
print("a single ride, by the prediction interval ", end=" ")
print(covered(many.prediction_interval(ride), price))
# --8<-- [end:new-ride]

# --8<-- [start:exercise-more]
for n in (100, 400, 1600):
    more = make_line(n)
    found = least_squares(more.features.double(), more.target.double())
    print(f"{n:4} rides: {found.standard_errors[1, 0].item():.4f}")
# --8<-- [end:exercise-more]

# --8<-- [start:exercise-flat]
moments = Moments(n_features=1, n_targets=400)
moments.update(X, 3 + noise[:, :400])
p_values = moments.solve().p_values[1]
print(f"p below 0.05 on {(p_values < 0.05).sum()} of 400 days")
print(f"smallest p      {p_values.min().item():.4f}")
# --8<-- [end:exercise-flat]

# --8<-- [start:exercise-galton]
galton = load_dataset("galton")
heights = least_squares(galton.features.double(), galton.target.double())
low, high = heights.confidence_intervals()[1, 0].tolist()
print(f"slope between {low:.2f} and {high:.2f}")
print(f"R2 {heights.r_squared.item():.2f}")
# --8<-- [end:exercise-galton]
