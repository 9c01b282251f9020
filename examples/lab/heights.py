"""Galton's families, fitted forwards and backwards: the lab `heights`."""

# --8<-- [start:heights]
from textwrap import fill

import torch
from linreg import load_dataset

data = load_dataset("galton")
parents, children = data.features, data.target

print(fill(data.source))
print(len(parents), "children")
for name, heights in [("parents", parents), ("children", children)]:
    mean, spread = heights.mean(), heights.std()
    print(f"{name:8} mean {mean:.2f} in, spread {spread:.2f} in")
# --8<-- [end:heights]

# --8<-- [start:dots]
import matplotlib.pyplot as plt

pairs = torch.hstack([parents, children])
points, counts = pairs.unique(dim=0, return_counts=True)


def dots(axes, points):
    for count in counts.unique():
        x, y = points[counts == count].T
        axes.plot(x, y, "o", color="C0", markersize=(2 * count) ** 0.5)


figure, axes = plt.subplots()
dots(axes, points)
axes.set(xlabel="parents (in)", ylabel="child (in)")
plt.show()
# --8<-- [end:dots]

# --8<-- [start:centred]
X = parents - parents.mean()
y = children - children.mean()
print(f"X from {X.min():.1f} to {X.max():.1f}")
print(f"y from {y.min():.1f} to {y.max():.1f}")
# --8<-- [end:centred]

# --8<-- [start:fit]
from linreg import fit
from torch import nn

model = nn.Linear(1, 1)
nn.init.zeros_(model.weight)
nn.init.zeros_(model.bias)
fit(model, X, y, lr=0.1, steps=200)

w, b = model.weight.item(), model.bias.item()
print(f"loop   w = {w:.4f}, b = {abs(b):.4f}")

columns = torch.hstack([X, torch.ones_like(X)])
best = torch.linalg.lstsq(columns, y).solution.flatten().tolist()
print(f"direct w = {best[0]:.4f}, b = {abs(best[1]):.4f}")
# --8<-- [end:fit]

# --8<-- [start:lines]
ends = torch.tensor([-5.0, 5.0])

figure, axes = plt.subplots()
dots(axes, points - pairs.mean(dim=0))
axes.plot(ends, ends, "--", color="#6e7781", label="as far as parents")
axes.plot(ends, w * ends + b, color="C1", label="fitted line")
axes.set_xlabel("parents, from the average (in)")
axes.set_ylabel("child, from the average (in)")
axes.legend(loc="lower right")
plt.show()
# --8<-- [end:lines]

# --8<-- [start:tall]
tall = torch.tensor([[3.0]])
above, below = model(tall).item(), -model(-tall).item()
print(f"parents 3 in above: child {above:.1f} in above")
print(f"parents 3 in below: child {below:.1f} in below")
# --8<-- [end:tall]

# --8<-- [start:backwards]
backwards = nn.Linear(1, 1)
nn.init.zeros_(backwards.weight)
nn.init.zeros_(backwards.bias)
fit(backwards, y, X, lr=0.1, steps=200)

back = backwards.weight.item()
above = backwards(tall).item()
print(f"slope {back:.4f}")
print(f"children 3 in above: parents {above:.1f} in above")
# --8<-- [end:backwards]

# --8<-- [start:spreads]
print(f"one parent {parents.std() * 2**0.5:.2f} in")
print(f"one child  {children.std():.2f} in")
# --8<-- [end:spreads]
