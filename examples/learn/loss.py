"""Make one number of a hundred misses, draw it as a bowl, and fall into its trap on purpose."""

# --8<-- [start:by-hand]
import torch
from linreg import make_line, mse, pick_device

device = pick_device()
data = make_line()
X, y = data.features.to(device), data.target.to(device)

W = torch.tensor([[1.5]], device=device)
b = torch.tensor([1.5], device=device)
y_hat = X @ W + b

residuals = (y - y_hat).flatten().tolist()
by_hand = sum(residual**2 for residual in residuals) / len(residuals)
print(f"{by_hand:.4f}")
# --8<-- [end:by-hand]

# --8<-- [start:three-ways]
from torch import nn

by_mean = torch.mean((y_hat - y) ** 2)
by_module = nn.MSELoss()(y_hat, y)
by_linreg = mse(y_hat, y)

for value in (by_mean, by_module, by_linreg):
    torch.testing.assert_close(value.item(), by_hand, rtol=1e-6, atol=0)
    print(f"{value.item():.4f}")
# --8<-- [end:three-ways]


# --8<-- [start:lines]
def loss_at(w, b):
    return torch.mean((w * X + b - y) ** 2).item()


print(f"drawn by eye:  {loss_at(w=1.5, b=1.5):.4f}")
print(f"a bit steeper: {loss_at(w=1.6, b=1.5):.4f}")
print(f"much steeper:  {loss_at(w=2.5, b=1.5):.4f}")
# --8<-- [end:lines]

# --8<-- [start:bowl]
import matplotlib.pyplot as plt

ws = torch.linspace(-1, 5, 101).tolist()
bs = torch.linspace(-1.5, 4, 101).tolist()
heights = [[loss_at(w, b) for w in ws] for b in bs]

figure, axes = plt.subplots(figsize=(5.6, 4.4))
levels = [0.1, 0.3, 1, 3, 10, 20, 30]
rings = axes.contour(ws, bs, heights, levels, colors="C3", linewidths=1.2)
axes.clabel(rings, [1, 10, 20, 30], fontsize=10)
axes.axhline(1.1, color="#24292f", linestyle="--", linewidth=1)
axes.plot(0, 0, "s", color="C4", markersize=7, label="first guess")
axes.plot(1.5, 1.5, "^", color="C4", markersize=7, label="by eye")
axes.plot(1.9, 1.1, "*", color="C4", markersize=11, label="lowest")
axes.set(xlabel="weight w (euros per km)", ylabel="bias b (euros)")
figure.legend(loc="outside upper right", ncols=3)
plt.show()
# --8<-- [end:bowl]

# --8<-- [start:slice]
figure, axes = plt.subplots()
axes.plot(ws, [loss_at(w, 1.1) for w in ws], "--", color="C3")
axes.plot(1.9, loss_at(1.9, 1.1), "*", color="C4", markersize=12)
axes.annotate("lowest", (1.9, 0), (1.9, 0.9), ha="center")
axes.set(xlabel="weight w (euros per km), with b = 1.1", ylabel="loss")
plt.show()
# --8<-- [end:slice]

# --8<-- [start:first-loss]
W = torch.zeros(1, 1, device=device, requires_grad=True)
b = torch.zeros(1, device=device, requires_grad=True)
y_hat = X @ W + b

loss = torch.mean((y_hat - y) ** 2)
print(f"{loss.item():.3f}")
# --8<-- [end:first-loss]

# --8<-- [start:parts]
offset = (y - y_hat).mean().item()
spread = y.var(correction=0).item()
torch.testing.assert_close(offset**2 + spread, loss.item(), rtol=1e-6, atol=0)
print(f"{offset**2:.3f} + {spread:.3f} = {offset**2 + spread:.3f}")
# --8<-- [end:parts]

# --8<-- [start:trap]
y_flat = y.flatten()
differences = y_hat - y_flat
shapes = [tuple(t.shape) for t in (y_hat, y_flat, differences)]
print("{} - {} -> {}".format(*shapes))
# --8<-- [end:trap]


# --8<-- [start:trapped]
def trapped_at(w, b):
    return torch.mean((w * X + b - y_flat) ** 2).item()


for name, w_try, b_try in (("first guess", 0, 0), ("true line", 2, 1)):
    right, wrong = loss_at(w_try, b_try), trapped_at(w_try, b_try)
    print(f"{name:11}  right {right:6.3f}  trapped {wrong:6.3f}")
# --8<-- [end:trapped]

# --8<-- [start:warning]
import textwrap
import warnings

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    nn.MSELoss()(y_hat, y_flat)

print(caught[0].category.__name__)
print(textwrap.fill(str(caught[0].message), width=66))
# --8<-- [end:warning]

# --8<-- [start:way-out]
y_column = y_flat.reshape(-1, 1)
print(f"{mse(y_hat, y_column).item():.3f}")
# --8<-- [end:way-out]

# --8<-- [start:pairs]
predicted, paid = 2 * X[:6] + 1, y_flat[:6]
table = (predicted - paid).tolist()
deepest = max(abs(value) for row in table for value in row)

figure, axes = plt.subplots(figsize=(5.6, 3.6))
middle = {"ha": "center", "va": "center"}
for i, row in enumerate(table):
    axes.annotate(f"{predicted[i].item():.1f}", (-1.1, i), color="C1", **middle)
    axes.annotate(f"{paid[i].item():.1f}", (i, -1.1), color="C0", **middle)
    for j, value in enumerate(row):
        corner, depth = (j - 0.5, i - 0.5), 0.6 * abs(value) / deepest
        axes.add_patch(plt.Rectangle(corner, 1, 1, facecolor="C3", alpha=depth))
        axes.annotate(f"{round(value, 1) + 0:.1f}", (j, i), **middle)
    edge = {"fill": False, "edgecolor": "#24292f", "linewidth": 2}
    axes.add_patch(plt.Rectangle((i - 0.5, i - 0.5), 1, 1, **edge))
axes.annotate("y_hat", (-1.1, -1.1), color="C1", **middle)
axes.annotate("y", (6.1, -1.1), color="C0", **middle)
axes.set(xlim=(-1.8, 6.8), ylim=(5.6, -1.6), aspect="equal")
axes.axis("off")
plt.show()
# --8<-- [end:pairs]

# --8<-- [start:meet]
x_mean, y_mean = X.mean().item(), y.mean().item()
slopes = torch.linspace(-1, 3, 41).tolist()
biases = [y_mean - w * x_mean for w in slopes]
right = [loss_at(w, b) for w, b in zip(slopes, biases, strict=True)]
trapped = [trapped_at(w, b) for w, b in zip(slopes, biases, strict=True)]

figure, axes = plt.subplots()
axes.plot(slopes, right, color="C3", label="right")
axes.plot(slopes, trapped, "--", color="C3", label="trapped")
axes.plot(0, trapped_at(0, y_mean), "o", color="C4", markersize=8)
axes.set(xlabel="weight w (euros per km)", ylabel="loss", ylim=(0, 4.5))
axes.legend(loc="lower left")
plt.show()
# --8<-- [end:meet]

# --8<-- [start:exercise-euros]
print(f"by eye      {loss_at(1.5, 1.5) ** 0.5:.2f} euros")
print(f"first guess {loss_at(0, 0) ** 0.5:.2f} euros")
# --8<-- [end:exercise-euros]

# --8<-- [start:exercise-typo]
y_typo = y.clone()
y_typo[0] = 10 * y[0]
squares = (1.5 * X + 1.5 - y_typo) ** 2
print(f"mean   {squares.mean().item():.2f}")
print(f"median {squares.median().item():.2f}")
# --8<-- [end:exercise-typo]

# --8<-- [start:exercise-parabola]
heights_at = torch.tensor([loss_at(w, 1.1) for w in (0, 1, 2, 3, 4)])
rises = heights_at.diff()
bends = rises.diff()
print("rises", [f"{rise:.2f}" for rise in rises])
print("bends", [f"{bend:.2f}" for bend in bends])
# --8<-- [end:exercise-parabola]
