"""A line through a hundred rides, from the points to an answer: the lab `first-line`."""

# --8<-- [start:rides]
import torch
from linreg import make_line

data = make_line()
X, y = data.features, data.target

print("X", tuple(X.shape), "y", tuple(y.shape))
for ride in range(3):
    print(f"{X[ride].item():.2f} km cost {y[ride].item():.2f} euros")
# --8<-- [end:rides]

# --8<-- [start:points]
import matplotlib.pyplot as plt

figure, axes = plt.subplots()
axes.plot(X, y, "o", color="C0")
axes.set(xlabel="distance x (km)", ylabel="price y (euros)")
axes.set_ylim(0, 6.5)
plt.show()
# --8<-- [end:points]

# --8<-- [start:start]
from linreg import mse
from torch import nn

model = nn.Linear(1, 1)
nn.init.zeros_(model.weight)
nn.init.zeros_(model.bias)

print(f"mean squared error: {mse(model(X), y).item():.3f}")
# --8<-- [end:start]

# --8<-- [start:step]
y_hat = model(X)
loss = torch.mean((y_hat - y) ** 2)
loss.backward()
with torch.no_grad():
    for parameter in model.parameters():
        parameter -= 0.1 * parameter.grad

print(f"mean squared error: {mse(model(X), y).item():.3f}")
print(f"{model.weight.item():.4f} x + {model.bias.item():.4f}")
# --8<-- [end:step]

# --8<-- [start:loop]
from linreg import fit

losses = fit(model, X, y, lr=0.1, steps=999)

w, b = model.weight.item(), model.bias.item()
print(f"{w:.4f} x + {b:.4f}")
print(f"mean squared error: {losses[-1]:.4f}")
# --8<-- [end:loop]

# --8<-- [start:curve]
figure, axes = plt.subplots()
axes.semilogy(losses[:100], color="C3")
axes.set(xlabel="step", ylabel="mean squared error", ylim=(0.05, 5))
plt.show()
# --8<-- [end:curve]

# --8<-- [start:direct]
columns = torch.hstack([X, torch.ones_like(X)])
best = torch.linalg.lstsq(columns, y).solution.flatten().tolist()

print(f"loop    {w:.4f} x + {b:.4f}")
print(f"direct  {best[0]:.4f} x + {best[1]:.4f}")
# --8<-- [end:direct]

# --8<-- [start:fitted]
asked = torch.tensor([[1.5]])
answer = model(asked).item()

figure, axes = plt.subplots()
axes.plot(X, y, "o", color="C0", label="price paid")
axes.plot([0, 2], [b, 2 * w + b], color="C1", label="predicted price")
axes.plot(1.5, answer, "D", color="C4", markersize=8, label="next ride")
axes.set(xlabel="distance x (km)", ylabel="price y (euros)")
axes.set_ylim(0, 6.5)
axes.legend(loc="upper left")
plt.show()
# --8<-- [end:fitted]

# --8<-- [start:answer]
miss = losses[-1] ** 0.5
print(f"a ride of 1.5 km: {answer:.2f} euros, give or take {miss:.2f}")
# --8<-- [end:answer]
