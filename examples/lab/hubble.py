"""Hubble's nebulae of 1929, fitted again: the lab `hubble`."""

# --8<-- [start:table]
from textwrap import fill

import torch
from linreg import load_dataset

data = load_dataset("hubble")
X, y = data.features, data.target

print(fill(data.source))
print(data.feature_names, data.target_name)
approaching = int((y < 0).sum())
print(f"{len(X)} nebulae, {approaching} of them approaching")
# --8<-- [end:table]

# --8<-- [start:points]
import matplotlib.pyplot as plt

figure, axes = plt.subplots()
axes.axhline(0, color="#6e7781", linestyle=":", linewidth=1)
axes.plot(X, y, "o", color="C0")
axes.set(xlabel="distance (Mpc)", ylabel="velocity (km/s)")
plt.show()
# --8<-- [end:points]

# --8<-- [start:fit]
from linreg import fit
from torch import nn

model = nn.Linear(1, 1)
nn.init.zeros_(model.weight)
nn.init.zeros_(model.bias)
losses = fit(model, X, y, lr=0.1, steps=500)

slope, bias = model.weight.item(), model.bias.item()
print(f"H = {slope:.1f} km/s per Mpc")
print(f"b = {bias:.1f} km/s")
# --8<-- [end:fit]

# --8<-- [start:direct]
columns = torch.hstack([X, torch.ones_like(X)])
best = torch.linalg.lstsq(columns, y).solution.flatten().tolist()
print(f"H = {best[0]:.1f} km/s per Mpc")
print(f"b = {best[1]:.1f} km/s")
# --8<-- [end:direct]

# --8<-- [start:line]
with torch.no_grad():
    ends = torch.tensor([[0.0], [2.1]])
    line = model(ends)

figure, axes = plt.subplots()
axes.axhline(0, color="#6e7781", linestyle=":", linewidth=1)
axes.plot(X, y, "o", color="C0")
axes.plot(ends, line, color="C1")
axes.set(xlabel="distance (Mpc)", ylabel="velocity (km/s)")
plt.show()
# --8<-- [end:line]

# --8<-- [start:age]
km_per_megaparsec = 3.0857e19
seconds_per_year = 3.156e7

years = km_per_megaparsec / slope / seconds_per_year
print(f"{years / 1e9:.1f} billion years")
# --8<-- [end:age]

# --8<-- [start:then-and-now]
then_and_now = {
    "Andromeda": (0.275, 0.77),
    "M81": (0.9, 3.6),
    "M87": (2.0, 16.4),
}
for name, (then, now) in then_and_now.items():
    ratio = now / then
    print(f"{name:9} {then:.3f} -> {now:5.2f} Mpc: {ratio:.1f} times")
# --8<-- [end:then-and-now]
