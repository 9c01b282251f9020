"""Open `nn.Linear`: a weight, a bias, and the formula, transposed."""

# --8<-- [start:layer]
import torch
from torch import nn

from linreg import make_line, pick_device

device = pick_device()
data = make_line()
X, y = data.features.to(device), data.target.to(device)

torch.manual_seed(0)
layer = nn.Linear(1, 1).to(device)

print(layer)
print("weight", tuple(layer.weight.shape), f"{layer.weight.item():.4f}")
print("bias  ", tuple(layer.bias.shape), f"{layer.bias.item():.4f}")
# --8<-- [end:layer]

# --8<-- [start:call]
y_hat = layer(X)
print(tuple(X.shape), "in,", tuple(y_hat.shape), "out")
# --8<-- [end:call]

# --8<-- [start:formula]
by_hand = X @ layer.weight.T + layer.bias
print(torch.allclose(y_hat, by_hand))
# --8<-- [end:formula]

# --8<-- [start:wide]
wide = nn.Linear(3, 2).to(device)
print("weight", tuple(wide.weight.shape))
print("bias  ", tuple(wide.bias.shape))
print("output", tuple(wide(torch.ones(100, 3, device=device)).shape))
# --8<-- [end:wide]

# --8<-- [start:shapes]
import matplotlib.pyplot as plt


def grid(axes, left, top, rows, columns, color, name, strong=()):
    for row in range(rows):
        for column in range(columns):
            corner = (left + column, top - row - 1)
            alpha = 0.8 if (row, column) in strong else 0.2
            cell = {"facecolor": color, "edgecolor": "none", "alpha": alpha}
            axes.add_patch(plt.Rectangle(corner, 1, 1, **cell))
            edge = {"edgecolor": color, "fill": False}
            axes.add_patch(plt.Rectangle(corner, 1, 1, **edge))
    axes.text(left + columns / 2, top + 0.2, name, ha="center", va="bottom")


first_column = [(row, 0) for row in range(7)]
first_row = [(0, column) for column in range(3)]
figure, axes = plt.subplots()
grid(axes, 0, 7, 7, 3, "C0", "X\n(n, 3)")
grid(axes, 5, 7, 3, 2, "C4", "weight.T\n(3, 2)", first_column)
grid(axes, 4.5, 2, 2, 3, "C4", "stored: weight\n(2, 3)", first_row)
grid(axes, 9, 7, 1, 2, "C4", "bias\n(2,)", first_column)
grid(axes, 13, 7, 7, 2, "C1", "output\n(n, 2)", first_column)
for x, sign in [(4, "@"), (8, "+"), (12, "=")]:
    axes.text(x, 6.5, sign, ha="center", va="center")
axes.set(xlim=(-0.2, 15.2), ylim=(-0.2, 9.2), aspect="equal")
axes.axis("off")
plt.show()
# --8<-- [end:shapes]

# --8<-- [start:parameters]
for name, parameter in layer.named_parameters():
    print(name, "- leaf:", parameter.is_leaf, "- gradient:", parameter.grad)
print("prediction - leaf:", y_hat.is_leaf)
# --8<-- [end:parameters]

# --8<-- [start:gradients]
loss = torch.mean((y_hat - y) ** 2)
loss.backward()

for name, parameter in layer.named_parameters():
    print(f"{name:6} gradient {parameter.grad.item():.4f}")
# --8<-- [end:gradients]

# --8<-- [start:same-numbers]
W = torch.tensor([[1.8971]], device=device)
b = torch.tensor([1.0997], device=device)

with torch.no_grad():
    layer.weight.copy_(W.T)
    layer.bias.copy_(b)

print(torch.allclose(layer(X), X @ W + b))
# --8<-- [end:same-numbers]

# --8<-- [start:lines]
torch.manual_seed(0)
fresh = nn.Linear(1, 1).to(device)
ends = torch.tensor([[0.0], [2.0]], device=device)

figure, axes = plt.subplots()
axes.plot(X.tolist(), y.tolist(), "o", color="C0")
axes.plot([0, 2], fresh(ends).tolist(), "--", color="C1")
axes.plot([0, 2], layer(ends).tolist(), color="C1")
axes.text(1.4, 0.65, "as it was made")
axes.text(1.1, 3.9, "with two numbers\ncopied into it", ha="right")
axes.set(xlabel="distance x (km)", ylabel="price y (euros)", ylim=(0, 6.5))
plt.show()
# --8<-- [end:lines]

# --8<-- [start:ride]
ride = torch.tensor([[1.5]], device=device)
print(f"1.5 km cost {layer(ride).item():.2f} euros")
# --8<-- [end:ride]

# --8<-- [start:exercise-count]
for layer_to_count in (nn.Linear(3, 2), nn.Linear(3, 2, bias=False)):
    print(sum(parameter.numel() for parameter in layer_to_count.parameters()))
# --8<-- [end:exercise-count]

# --8<-- [start:exercise-start]
torch.manual_seed(0)
for inputs in (1, 4, 100):
    weight = nn.Linear(inputs, 10_000).weight
    print(f"{inputs:3} in: from {weight.min():.2f} to {weight.max():.2f}")
# --8<-- [end:exercise-start]

# --8<-- [start:exercise-truth]
with torch.no_grad():
    layer.weight.copy_(data.weight.T)
    layer.bias.copy_(data.bias)

print(f"{nn.MSELoss()(layer(X), y).item():.4f}")
# --8<-- [end:exercise-truth]
