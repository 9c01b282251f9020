"""Make rides whose true line is known: truth, noise, and a seed to get the same again."""

# --8<-- [start:make]
import torch

g = torch.Generator().manual_seed(0)
X = 2 * torch.rand(100, 1, generator=g)
y = 2 * X + 1 + 0.3 * torch.randn(100, 1, generator=g)

for i in range(3):
    print(f"{X[i].item():.2f} km cost {y[i].item():.2f} euros")
# --8<-- [end:make]

# --8<-- [start:same]
from linreg import make_line

data = make_line()
assert torch.equal(X, data.features)
assert torch.equal(y, data.target)
print("true weight", data.weight.item(), "and true bias", data.bias.item())
# --8<-- [end:same]

# --8<-- [start:truth]
truth = 2 * X + 1
noise = y - truth

print("  km   truth   noise    paid")
table = torch.cat([X, truth, noise, y], dim=1)
for x_i, truth_i, noise_i, y_i in table[:4].tolist():
    print(f"{x_i:.2f}    {truth_i:.2f}   {noise_i:+.2f}    {y_i:.2f}")
# --8<-- [end:truth]

# --8<-- [start:parts]
import matplotlib.pyplot as plt

figure, (left, right) = plt.subplots(1, 2, sharey=True, figsize=(5.6, 3.2))
ends = torch.tensor([0.0, 2.0])
x_half, truth_half, y_half = X[::2], truth[::2], y[::2]  # every second ride
for axes in (left, right):
    axes.plot(ends, 2 * ends + 1, "--", color="#24292f", linewidth=1.2)
    axes.set(xlabel="distance x (km)", xticks=(0, 1, 2), ylim=(0, 6))

left.plot(x_half, truth_half, "o", color="C0", markersize=3.5)
left.set(title="truth", ylabel="price y (euros)")
sticks = [column.flatten() for column in (x_half, truth_half, y_half)]
right.vlines(*sticks, color="C3", linewidth=1.2)
right.plot(x_half, y_half, "o", color="C0", markersize=3.5)
right.set_title("truth plus noise")
plt.show()
# --8<-- [end:parts]

# --8<-- [start:noise]
print(f"mean {noise.mean().item():+.3f}")
print(f"std   {noise.std().item():.3f}")
# --8<-- [end:noise]

# --8<-- [start:columns]
minutes = 3 * X + torch.rand(100, 1, generator=g)
both = torch.cat([X, minutes], dim=1)
print(tuple(X.shape), tuple(both.shape), tuple(y.shape))
# --8<-- [end:columns]

# --8<-- [start:flat]
x_flat = X.flatten()
print(tuple(x_flat.shape))
# --8<-- [end:flat]

# --8<-- [start:upright]
print(tuple(x_flat.reshape(-1, 1).shape))
# --8<-- [end:upright]


# --8<-- [start:seeds]
def rides(seed):
    g = torch.Generator().manual_seed(seed)
    X = 2 * torch.rand(100, 1, generator=g)
    y = 2 * X + 1 + 0.3 * torch.randn(100, 1, generator=g)
    return X, y


for seed in (0, 0, 1):
    X_seed, y_seed = rides(seed)
    three = ", ".join(f"{price:.2f}" for price in y_seed[:3].flatten())
    print(f"seed {seed}: {three}, ...")
# --8<-- [end:seeds]

# --8<-- [start:samples]
figure, panels = plt.subplots(1, 3, sharey=True, figsize=(5.6, 2.6))
for seed, axes in enumerate(panels):
    X_seed, y_seed = rides(seed)
    axes.plot(X_seed[::2], y_seed[::2], "o", color="C0", markersize=3)
    axes.plot(ends, 2 * ends + 1, "--", color="#24292f", linewidth=1.2)
    axes.set(title=f"seed {seed}", ylim=(0, 6))
panels[0].set_ylabel("price y (euros)")
panels[1].set_xlabel("distance x (km)")
plt.show()
# --8<-- [end:samples]

# --8<-- [start:private]
torch.rand(7)  # somebody else draws from the global generator
X_again, y_again = rides(seed=0)
print(torch.equal(X_again, X) and torch.equal(y_again, y))
# --8<-- [end:private]


# --8<-- [start:floor]
def error(w, b):
    return torch.mean((w * X + b - y) ** 2).item()


print(f"{error(w=2, b=1):.4f}")
# --8<-- [end:floor]

# --8<-- [start:exercise-noise]
loud = make_line(noise=0.6)
loud_floor = torch.mean((2 * loud.features + 1 - loud.target) ** 2)
print(f"{loud_floor.item():.4f}")
# --8<-- [end:exercise-noise]

# --8<-- [start:exercise-many]
many = make_line(n=100_000)
many_floor = torch.mean((2 * many.features + 1 - many.target) ** 2)
print(f"{many_floor.item():.3f}")
# --8<-- [end:exercise-many]

# --8<-- [start:exercise-twice]
g_distance = torch.Generator().manual_seed(0)
g_noise = torch.Generator().manual_seed(0)
distance = 2 * torch.rand(100, 1, generator=g_distance)
wobble = torch.rand(100, 1, generator=g_noise) - 0.5
price = 2 * distance + 1 + wobble

gap = (price - (2.5 * distance + 0.5)).abs().max()
print(f"largest distance from the line 2.5 x + 0.5: {gap.item():.4f}")
# --8<-- [end:exercise-twice]
