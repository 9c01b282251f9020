"""A tensor is many numbers under one name: make some, index, compute, broadcast, summarise."""

# --8<-- [start:answer]
from linreg import make_line

data = make_line()
X, y = data.features, data.target

print(f"{((1.5 * X + 1.5 - y) ** 2).mean().item():.4f}")
# --8<-- [end:answer]

# --8<-- [start:make]
import torch

print(torch.tensor([0.5, 1.0, 2.0]))
print(torch.tensor([[0.5, 2.0], [1.0, 3.0], [2.0, 5.0]]))
print(torch.zeros(2, 3))
print(torch.ones(3))
print(torch.arange(4))
print(torch.linspace(0, 2, 5))
# --8<-- [end:make]

# --8<-- [start:attributes]
print(tuple(X.shape))
print(X.dtype)
print(X.device)
# --8<-- [end:attributes]

# --8<-- [start:dtype]
whole = torch.tensor([1, 2, 3])
mixed = torch.tensor([1, 2, 3.5])
print(whole.dtype, mixed.dtype)

third = torch.tensor(1 / 3)
print(f"{third.item():.16f}")
print(f"{torch.tensor(1 / 3, dtype=torch.float64).item():.16f}")
# --8<-- [end:dtype]

# --8<-- [start:indexing]
rides = torch.hstack([X, y])  # distances and prices, side by side
print(tuple(rides.shape))

print(rides[0])  # a row
print(rides[0, 1])  # one value, still a tensor
print(f"{rides[0, 1].item():.2f}")  # one value, a Python number
print(rides[:3, 0])  # the first column of three rows
print(rides[:3, 0:1])  # the same values, kept as a column
print(rides[rides[:, 0] > 1.95])  # the rows of the long rides
# --8<-- [end:indexing]

# --8<-- [start:shapes]
import matplotlib.pyplot as plt


def draw(axes, tensor, left, color, top=0):
    columns = tensor.shape[-1] if tensor.ndim else 1
    for i, row in enumerate(tensor.reshape(-1, columns).tolist()):
        for j, value in enumerate(row):
            corner = (left + j, top - i - 1)
            cell = plt.Rectangle(corner, 1, 1, fill=False, edgecolor=color)
            axes.add_patch(cell)
            middle = (left + j + 0.5, top - i - 0.5)
            axes.annotate(f"{value:.2f}", middle, ha="center", va="center")


figure, axes = plt.subplots(figsize=(5.6, 2.3))
parts = [
    ("rides[0, 0]", rides[0, 0], 0.5),
    ("rides[:3, 0]", rides[:3, 0], 2.8),
    ("rides[:3, 0:1]", rides[:3, 0:1], 7.3),
    ("rides[:3]", rides[:3], 10),
]
for code, part, left in parts:
    draw(axes, part, left, "C0")
    centre = left + (part.shape[-1] if part.ndim else 1) / 2
    label = f"{code}\n{tuple(part.shape)}"
    axes.annotate(label, (centre, 0.3), ha="center")
axes.set(xlim=(-0.5, 12.3), ylim=(-3.1, 1.7))
axes.axis("off")
plt.show()
# --8<-- [end:shapes]

# --8<-- [start:arithmetic]
km = torch.tensor([0.5, 1.0, 2.0])
paid = torch.tensor([2.0, 3.0, 5.0])

print(1.5 * km + 1.5)
print(paid - (1.5 * km + 1.5))
print(paid / km)
print(km**2)
print(paid > 2.5)
# --8<-- [end:arithmetic]

# --8<-- [start:broadcasting]
column = km.reshape(3, 1)
per_km = torch.tensor([1.0, 1.5, 2.0, 2.5])
prices = column * per_km

print(tuple(column.shape), tuple(per_km.shape), tuple(prices.shape))
print(prices)
# --8<-- [end:broadcasting]

# --8<-- [start:broadcast]
figure, axes = plt.subplots(figsize=(5.6, 3.0))
draw(axes, column, 0, "C0")
draw(axes, per_km, 1.5, "C4", top=1.5)
draw(axes, prices, 1.5, "C1")
axes.annotate("×", (0.5, 1), ha="center", va="center")
notes = {
    "per_km\n(4,)": (5.8, 1),
    "prices\n(3, 4)": (5.8, -1.5),
    "column\n(3, 1)": (-0.3, -1.5),
}
for note, place in notes.items():
    side = "right" if place[0] < 0 else "left"
    axes.annotate(note, place, ha=side, va="center", color="#6e7781")
axes.set(xlim=(-1.6, 7.1), ylim=(-3.1, 1.7))
axes.axis("off")
plt.show()
# --8<-- [end:broadcast]

# --8<-- [start:matmul]
table = torch.tensor([[0.5, 1.0], [1.0, 1.0], [2.0, 1.0]])  # km, and a one
line = torch.tensor([[1.5], [1.0]])  # w, and below it b

print(table @ line)
print(1.5 * km + 1.0)
# --8<-- [end:matmul]

# --8<-- [start:model]
W = torch.tensor([[1.5]])
b = torch.tensor([1.5])
y_hat = X @ W + b

print(tuple(X.shape), "@", tuple(W.shape), "+", tuple(b.shape), end=" ")
print("->", tuple(y_hat.shape))
print(f"{((y_hat - y) ** 2).mean().item():.4f}")
# --8<-- [end:model]

# --8<-- [start:summaries]
print(f"sum    {y.sum().item():.1f}")
print(f"mean   {y.mean().item():.4f}")
print(f"max    {y.max().item():.4f}")
print(f"median {y.median().item():.4f}")
print(f"std    {y.std().item():.4f}")
# --8<-- [end:summaries]

# --8<-- [start:columns]
print(rides.mean(dim=0))
# --8<-- [end:columns]

# --8<-- [start:median]
four = torch.tensor([1.0, 2.0, 3.0, 10.0])
print("mean  ", four.mean().item())
print("median", four.median().item())

squares = (four - four.mean()) ** 2
print(f"std    {four.std().item():.4f}")
print(f"       {(squares.sum() / (len(four) - 1)).sqrt().item():.4f}")
# --8<-- [end:median]

# --8<-- [start:device]
from linreg import pick_device

device = pick_device()
X_there, y_there = X.to(device), y.to(device)
error_there = ((1.5 * X_there + 1.5 - y_there) ** 2).mean()

print(error_there.device == X_there.device)
print(f"{error_there.item():.4f}")
# --8<-- [end:device]

# --8<-- [start:nudge]
X64, y64 = X.double(), y.double()


def error(w, b):
    return ((w * X64 + b - y64) ** 2).mean().item()


h = 0.001
slope = (error(1.5 + h, 1.5) - error(1.5, 1.5)) / h
print(f"{slope:.4f}")
# --8<-- [end:nudge]

# --8<-- [start:exercise-sides]
residual = y - y_hat
print(f"short rides {residual[X < 1].mean().item():.2f}")
print(f"long rides  {residual[X >= 1].mean().item():.2f}")
# --8<-- [end:exercise-sides]

# --8<-- [start:exercise-transpose]
print(tuple(X.T.shape), "@", tuple(X.shape), "->", tuple((X.T @ X).shape))
print(f"{(X.T @ X).item():.2f}")
print(f"{(X**2).sum().item():.2f}")
# --8<-- [end:exercise-transpose]

# --8<-- [start:exercise-tiny]
h = 1e-9
print(f"float64 {(error(1.5 + h, 1.5) - error(1.5, 1.5)) / h:.4f}")


def error_32(w, b):
    return ((w * X + b - y) ** 2).mean().item()


print(f"float32 {(error_32(1.5 + h, 1.5) - error_32(1.5, 1.5)) / h:.4f}")
# --8<-- [end:exercise-tiny]
