"""Every symbol of the tutorial by its shape, and the rules by which shapes combine."""

# --8<-- [start:symbols]
import torch
from linreg import make_regression, pick_device

device = pick_device()
data = make_regression(100, [2.0, -1.0, 0.5], bias=1.0, noise=0.3, seed=0)
X, y = data.features.to(device), data.target.to(device)
n, p = X.shape

W = torch.zeros(p, 1, device=device, requires_grad=True)
b = torch.zeros(1, device=device, requires_grad=True)
y_hat = X @ W + b
residual = y - y_hat
loss = torch.mean(residual**2)
loss.backward()

print("n, p    ", (n, p))
print("X       ", tuple(X.shape))
print("y       ", tuple(y.shape))
print("W       ", tuple(W.shape))
print("b       ", tuple(b.shape))
print("y_hat   ", tuple(y_hat.shape))
print("residual", tuple(residual.shape))
print("loss    ", tuple(loss.shape))
print("W.grad  ", tuple(W.grad.shape))
print("b.grad  ", tuple(b.grad.shape))
# --8<-- [end:symbols]


# --8<-- [start:boxes]
import matplotlib.pyplot as plt

figure, axes = plt.subplots(figsize=(5.6, 2.6))


def box(left, rows, columns, name, shape, color):
    top = rows / 2
    corner = (left, -top)
    axes.add_patch(plt.Rectangle(corner, columns, rows, color=color, alpha=0.25))
    axes.add_patch(plt.Rectangle(corner, columns, rows, fill=False, color=color))
    heights = [row - top for row in range(1, rows)]
    axes.hlines(heights, left, left + columns, color=color, linewidth=0.8)
    widths = [left + column for column in range(1, columns)]
    axes.vlines(widths, -top, top, color=color, linewidth=0.8)
    axes.text(left + columns / 2, top + 0.3, name, color=color, ha="center")
    axes.text(left + columns / 2, -4.5, shape, color="#6e7781", ha="center")


box(0, 7, 3, "X", "(n, p)", "C0")
box(5, 3, 1, "W", "(p, 1)", "C4")
box(8, 1, 1, "b", "(1,)", "C4")
box(11, 7, 1, "y_hat", "(n, 1)", "C1")
for left, sign in ((4, "@"), (7, "+"), (10, "=")):
    axes.text(left, 0, sign, ha="center", va="center")
axes.set(xlim=(-0.5, 12.5), ylim=(-5, 4.8), aspect="equal")
axes.axis("off")
plt.show()
# --8<-- [end:boxes]

# --8<-- [start:running]
from linreg import make_line

rides = make_line()
print("X", tuple(rides.features.shape))
print("y", tuple(rides.target.shape))
print("true W", tuple(rides.weight.shape))
print("true b", tuple(rides.bias.shape))
noise = rides.target - (rides.features @ rides.weight + rides.bias)
print("noise", tuple(noise.shape))
# --8<-- [end:running]

# --8<-- [start:product]
print("X @ W  ", tuple((X @ W).shape))
print("X.T    ", tuple(X.T.shape))
print("X.T @ y", tuple((X.T @ y).shape))
print("X.T @ X", tuple((X.T @ X).shape))
# --8<-- [end:product]

# --8<-- [start:broadcasting]
print("X @ W + b  ", tuple((X @ W + b).shape))
print("X - mean   ", tuple((X - X.mean(dim=0)).shape))
print("y - y_hat  ", tuple((y - y_hat).shape))
print("y.flatten()", tuple(y.flatten().shape))
print("y.flatten() - y_hat", tuple((y.flatten() - y_hat).shape))
# --8<-- [end:broadcasting]

# --8<-- [start:reducing]
print("X.mean()     ", tuple(X.mean().shape))
print("X.mean(dim=0)", tuple(X.mean(dim=0).shape))
print("X.mean(dim=1)", tuple(X.mean(dim=1).shape))
# --8<-- [end:reducing]

# --8<-- [start:gradient]
lr = 0.1
print("W         ", tuple(W.shape))
print("W.grad    ", tuple(W.grad.shape))
print("one update", tuple((W - lr * W.grad).shape))
# --8<-- [end:gradient]

# --8<-- [start:layer]
from torch import nn

layer = nn.Linear(3, 1).to(device)
print("layer.weight  ", tuple(layer.weight.shape))
print("layer.weight.T", tuple(layer.weight.T.shape))
print("layer.bias    ", tuple(layer.bias.shape))
print("layer(X)      ", tuple(layer(X).shape))

by_hand = X @ layer.weight.T + layer.bias
torch.testing.assert_close(layer(X), by_hand)
# --8<-- [end:layer]

# --8<-- [start:curvature]
columns = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
hessian = 2 / len(X) * columns.T @ columns
curvatures = torch.linalg.eigvalsh(hessian.cpu())
print("columns   ", tuple(columns.shape))
print("hessian   ", tuple(hessian.shape))
print("curvatures", tuple(curvatures.shape))
print("lambda_max", tuple(curvatures.max().shape))
# --8<-- [end:curvature]
