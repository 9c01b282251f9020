"""Write the loop as everybody does, and hold it against the one by hand."""

# --8<-- [start:by-hand]
import torch

from linreg import fit, make_line, pick_device

device = pick_device()
data = make_line()
X, y = data.features.to(device), data.target.to(device)
lr = 0.1


def by_hand(steps):
    W = torch.zeros(1, 1, device=device, requires_grad=True)
    b = torch.zeros(1, device=device, requires_grad=True)
    path = []
    for _ in range(steps):
        y_hat = X @ W + b
        loss = torch.mean((y_hat - y) ** 2)

        W.grad = b.grad = None
        loss.backward()
        with torch.no_grad():
            W -= lr * W.grad
            b -= lr * b.grad

        path.append((W.item(), b.item()))
    return path


# --8<-- [end:by-hand]


# --8<-- [start:module]
from torch import nn


class Line(nn.Module):
    """A line that starts at zero."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(1, 1)
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)

    def forward(self, features):
        """Turn features (n, 1) into predictions (n, 1)."""
        return self.linear(features)


model = Line().to(device)
for name, parameter in model.named_parameters():
    print(name, tuple(parameter.shape), f"{parameter.item():.1f}")
# --8<-- [end:module]

# --8<-- [start:loss]
loss_function = nn.MSELoss()
loss = loss_function(model(X), y)
print(f"{loss.item():.3f}")
# --8<-- [end:loss]

# --8<-- [start:optimizer]
optimizer = torch.optim.SGD(model.parameters(), lr=lr)
held = optimizer.param_groups[0]["params"]

print(held[0] is model.linear.weight, held[1] is model.linear.bias)
# --8<-- [end:optimizer]

# --8<-- [start:one-step]
optimizer.zero_grad()
loss.backward()
optimizer.step()

w, b = model.linear.weight.item(), model.linear.bias.item()
print(f"w {w:.4f}, b {b:.4f}")
print(f"loss {loss_function(model(X), y).item():.4f}")
# --8<-- [end:one-step]


# --8<-- [start:idiomatic]
def idiomatic(steps):
    model = Line().to(device)
    loss_function = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    path = []
    for _ in range(steps):
        y_hat = model(X)
        loss = loss_function(y_hat, y)

        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

        path.append((model.linear.weight.item(), model.linear.bias.item()))
    return path


# --8<-- [end:idiomatic]

# --8<-- [start:side-by-side]
import difflib
import inspect

before = inspect.getsource(by_hand).splitlines()
after = inspect.getsource(idiomatic).splitlines()
compared = list(difflib.unified_diff(before, after, n=99, lineterm=""))
print("\n".join(compared[3:]))
# --8<-- [end:side-by-side]

# --8<-- [start:difference]
old, new = torch.tensor(by_hand(1000)), torch.tensor(idiomatic(1000))
difference = (old - new).abs().max().item()
assert difference < 0.00002

print(f"largest difference {difference:.4f}")
# --8<-- [end:difference]

# --8<-- [start:paths]
import matplotlib.pyplot as plt

every = sorted({round(10 ** (k / 20)) for k in range(61)})
some = [1, 2, 4, 8, 16, 32, 64, 125, 250, 500, 1000]
old_w, old_b = old.T.tolist()
new_w, new_b = new.T.tolist()

figure, axes = plt.subplots()
hollow = {"color": "C4", "markerfacecolor": "none", "markersize": 8}
for path, line in ((old_w, "-"), (old_b, "--")):
    axes.plot(every, [path[k - 1] for k in every], line, color="C4")
for path, marker in ((new_w, "o"), (new_b, "s")):
    axes.plot(some, [path[k - 1] for k in some], marker, **hollow)
names = ["weight, by hand", "bias, by hand"]
names += ["weight, idiomatic", "bias, idiomatic"]
axes.legend(axes.lines, names, loc="lower right")
axes.set(xlabel="step", xscale="log", ylim=(0, 2.1))
axes.set_xticks([1, 10, 100, 1000], ["1", "10", "100", "1000"])
plt.show()
# --8<-- [end:paths]

# --8<-- [start:packed]
model = Line().to(device)
losses = fit(model, X, y, lr=lr, steps=1000)

print(f"loss {losses[0]:.3f} -> {losses[-1]:.3f}")
print(f"w {model.linear.weight.item():.4f}")
print(f"b {model.linear.bias.item():.4f}")
# --8<-- [end:packed]

# --8<-- [start:ride]
ride = torch.tensor([[1.5]], device=device)
with torch.no_grad():
    print(f"1.5 km cost {model(ride).item():.2f} euros")
# --8<-- [end:ride]

# --8<-- [start:mistake]
optimizer = torch.optim.SGD(model.parameters(), lr=lr)
model = Line().to(device)

for step in range(3):
    loss = loss_function(model(X), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(step, f"{loss.item():.3f}")
# --8<-- [end:mistake]


# --8<-- [start:exercise-own]
class OwnLine(nn.Module):
    """The same line, with the tensors of the loop by hand."""

    def __init__(self):
        super().__init__()
        self.W = nn.Parameter(torch.zeros(1, 1))
        self.b = nn.Parameter(torch.zeros(1))

    def forward(self, features):
        """Turn features (n, 1) into predictions (n, 1)."""
        return features @ self.W + self.b


own = OwnLine().to(device)
fit(own, X, y, lr=lr, steps=10)
print(f"own module      w {own.W.item():.4f}, b {own.b.item():.4f}")
print(f"loop by hand    w {old[9, 0]:.4f}, b {old[9, 1]:.4f}")
# --8<-- [end:exercise-own]

# --8<-- [start:exercise-save]
import tempfile
from pathlib import Path

with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "line.pt"
    torch.save(own.state_dict(), file)
    fresh = OwnLine().to(device)
    print(f"before  {fresh(ride).item():.4f}")
    fresh.load_state_dict(torch.load(file))

print(f"after   {fresh(ride).item():.4f}")
print(f"saved   {own(ride).item():.4f}")
# --8<-- [end:exercise-save]


# --8<-- [start:exercise-momentum]
def steps_needed(momentum, near):
    model = Line().to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    for step in range(1000):
        loss = loss_function(model(X), y)
        if loss.item() < losses[-1] + near:
            return step
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


for momentum in (0.0, 0.5, 0.9):
    print(momentum, "->", steps_needed(momentum, near=0.001), "steps")
# --8<-- [end:exercise-momentum]
