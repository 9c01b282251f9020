"""From the textbook loop to the memory bus, and past it: count the work of a step."""

# --8<-- [start:measured]
import json
from pathlib import Path

runs = json.loads(Path("checks/fit.json").read_text(encoding="utf-8"))
kinds = {"loop": "loop over rows", "descend": "without rows"}
before = {"loop": "storing by column", "descend": "gathering"}


def steps_of(run):
    return [line for line in run["speed"] if line["case"] in kinds]


for cpu, run in runs.items():
    print(f"{cpu}, cores: {run['machine']['cores']}")
    print("microseconds a step             textbook      linreg    ratio   before")
    for line in steps_of(run):
        slow = 1e6 * line["median_s"]["textbook torch"]
        quick = 1e6 * line["median_s"]["linreg"]
        size = f"{line['n']:,} x {line['p']}"
        print(f"{kinds[line['case']]:14} {size:>15}", end="")
        prepared = 1e6 * line["median_s"][before[line["case"]]]
        print(f" {slow:10,.1f} {quick:11,.2f} {line['ratio']:8,.1f} {prepared / slow:8.1f}")
# --8<-- [end:measured]

# --8<-- [start:textbook]
import torch
from linreg import make_regression

n, p, lr = 10_000, 10, 0.05
truth = {"weight": [1.0] * p, "bias": 1.0, "noise": 0.3}
data = make_regression(n, **truth, seed=0, dtype=torch.float64)
X, y = data.features, data.target


def textbook(steps):
    """The loop of the tutorial."""
    W = torch.zeros(p, 1, dtype=X.dtype, requires_grad=True)
    b = torch.zeros(1, dtype=X.dtype, requires_grad=True)
    optimizer = torch.optim.SGD([W, b], lr=lr)
    for _ in range(steps):
        y_hat = X @ W + b
        loss = torch.mean((y_hat - y) ** 2)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return W.detach(), b.detach()


W, b = textbook(50)
print("first three weights:", [round(w, 4) for w in W.flatten().tolist()[:3]])
# --8<-- [end:textbook]

# --8<-- [start:count]
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class Count(TorchDispatchMode):
    """Count the calls that reach a kernel, and the bytes they touch."""

    def __init__(self):
        super().__init__()
        self.calls, self.bytes = 0, 0

    def __torch_dispatch__(self, call, types, args=(), kwargs=None):
        """Make the call, and note it unless it only views."""
        result = call(*args, **(kwargs or {}))
        if call.namespace == "aten" and not call.is_view:
            self.calls += 1
            touched = tree_leaves((args, kwargs, result))
            self.bytes += sum(t.nbytes for t in touched if torch.is_tensor(t))
        return result


def work(loop, steps=10):
    """Calls of one step, and how often it moves the size of the data."""
    counts = []
    for taken in (steps, 2 * steps):
        with Count() as count:
            loop(taken)
        counts.append((count.calls, count.bytes / (X.nbytes + y.nbytes)))
    return [(more - less) / steps for less, more in zip(*counts)]


calls, passes = work(textbook)
print(f"textbook  calls a step {calls:4.1f}, data moved {passes:4.2f} times")
# --8<-- [end:count]


# --8<-- [start:no-graph]
def two_lines(steps):
    """The gradient by hand: no graph, no optimizer."""
    W = torch.zeros(p, 1, dtype=X.dtype)
    b = torch.zeros(1, dtype=X.dtype)
    for _ in range(steps):
        miss = X @ W + b - y
        W -= lr * 2 / n * (X.T @ miss)
        b -= lr * 2 / n * miss.sum(0)
    return W, b


by_hand = two_lines(50)
assert (by_hand[0] - W).abs().max() < 1e-10
assert (by_hand[1] - b).abs().max() < 1e-10

calls, passes = work(two_lines)
print(f"two lines calls a step {calls:4.1f}, data moved {passes:4.2f} times")
# --8<-- [end:no-graph]

# --8<-- [start:layout]
columns = torch.ones(p + 1, n, dtype=X.dtype)
columns[:p] = X.T

print("by row   ", X.stride())
print("by column", columns.stride())
# --8<-- [end:layout]


# --8<-- [start:by-column]
def by_column(steps):
    """Rows stored by column, ones for the bias, and buffers made once."""
    state = torch.zeros(p + 1, dtype=X.dtype)
    miss, gradient = torch.empty_like(y[:, 0]), torch.empty_like(state)
    for _ in range(steps):
        torch.mv(columns.T, state, out=miss)
        miss.sub_(y[:, 0])
        torch.mv(columns, miss, out=gradient)
        state.add_(gradient, alpha=-lr * 2 / n)
    return state[:p, None], state[p:]


stored = by_column(50)
assert (stored[0] - W).abs().max() < 1e-10
assert (stored[1] - b).abs().max() < 1e-10

calls, passes = work(by_column)
print(f"by column calls a step {calls:4.1f}, data moved {passes:4.2f} times")
# --8<-- [end:by-column]

# --8<-- [start:library]
from linreg import gradient_descent

trained = gradient_descent(X, y, lr=lr, steps=50)
assert (trained.weight - W).abs().max() < 1e-10
assert (trained.bias - b).abs().max() < 1e-10
print(f"losses kept: {len(trained.losses)}")
# --8<-- [end:library]

# --8<-- [start:descend]
from linreg import Moments

moments = Moments(n_features=p)
moments.update(X, y)

walk = moments.descend(lr=lr, steps=50)
assert (walk.weight - W).abs().max() < 1e-10
assert (walk.bias - b).abs().max() < 1e-10
for ours, theirs in zip(walk.losses, trained.losses, strict=True):
    assert abs(ours - theirs) < 1e-10

calls, passes = work(lambda steps: moments.descend(lr, steps), steps=2048)
print(f"no rows   calls a step {calls:.2f}, data moved {passes:.2f} times")
# --8<-- [end:descend]

# --8<-- [start:powers]
for steps in (20, 1_000, 100_000):
    with Count() as count:
        moments.descend(lr, steps)
    print(f"{steps:7,} steps: {count.calls:4} calls, {count.calls / steps:6.3f} a step")
# --8<-- [end:powers]

# --8<-- [start:roofline]
import matplotlib.pyplot as plt

run = next(iter(runs.values()))
measured, roof = steps_of(run), run["roof"]
ceiling = 1 / (4 * roof["call_s"])
corner = roof["bytes_per_s"] / ceiling

figure, axes = plt.subplots(figsize=(5.6, 4.2))
right = roof["bytes_per_s"] / 1e9
axes.plot([250, corner, 1e9], [ceiling, ceiling, right], color="#24292f")
axes.text(corner, ceiling / 1.3, "roof: four calls", ha="right", va="top")
axes.text(corner * 14, ceiling / 8, "roof: the memory bus")
who_is_who = [
    ("loop", "textbook torch", "s", "C3", "textbook"),
    ("loop", "linreg", "o", "C1", "gradient_descent"),
    ("descend", "linreg", "^", "C4", "descend"),
]
for case, who, shape, colour, name in who_is_who:
    lines = [line for line in measured if line["case"] == case]
    read = [4 * line["n"] * (line["p"] + 1) for line in lines]
    speed = [1 / line["median_s"][who] for line in lines]
    dots = {"color": colour, "markersize": 8, "label": name}
    axes.plot(read, speed, shape + (":" if case == "descend" else ""), **dots)
axes.set(xscale="log", yscale="log", ylim=(None, 5 * max(speed)))
axes.minorticks_off()
axes.set(xlabel="bytes of data", ylabel="steps a second")
axes.legend(loc="lower left")
plt.show()
# --8<-- [end:roofline]

# --8<-- [start:mistake]
odometers = torch.tensor([[130_000.0 + 10 * taxi] for taxi in range(1, 6)])
squares, total = 0.0, 0.0
for km in odometers[:, 0]:
    squares, total = squares + km * km, total + km
spread = squares / 5 - (total / 5) ** 2
print(f"float32 sums: variance {spread.item():.0f}")
# --8<-- [end:mistake]

# --8<-- [start:way-out]
safe = Moments(n_features=1)
safe.update(odometers, torch.zeros_like(odometers))
print(f"Moments:      variance {safe.covariance[0, 0].item():.0f}")
# --8<-- [end:way-out]

# --8<-- [start:exercise-pays]
with Count() as count:
    Moments(n_features=p).update(X, y)
gathering = count.bytes / (X.nbytes + y.nbytes)
_, passes = work(textbook)
print("paid after six textbook steps:", gathering < 6 * passes)
# --8<-- [end:exercise-pays]

# --8<-- [start:exercise-rate]
from linreg import DivergenceError

largest = moments.divergence_rate()
for share in (0.99, 1.01):
    try:
        losses = moments.descend(lr=share * largest, steps=20_000).losses
        print(f"{share:.2f} of it: the loss ends at {losses[-1]:.4f}")
    except DivergenceError:
        print(f"{share:.2f} of it: diverges")
# --8<-- [end:exercise-rate]

# --8<-- [start:exercise-small]
X, y, n, p = X[:100], y[:100], 100, 10
for loop in (textbook, two_lines):
    calls, _ = work(loop)
    print(f"{loop.__name__:9} calls a step {calls:4.1f}")
# --8<-- [end:exercise-small]
