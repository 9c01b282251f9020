"""The slopes of the loss: one call, a pencil and a nudge agree on them."""

# --8<-- [start:forward]
import torch
from linreg import make_line, pick_device

device = pick_device()
data = make_line()
X, y = data.features.to(device), data.target.to(device)

W = torch.zeros(1, 1, device=device, requires_grad=True)
b = torch.zeros(1, device=device, requires_grad=True)

y_hat = X @ W + b
excess = y_hat - y
loss = torch.mean(excess**2)
print(f"loss {loss.item():.3f}")
# --8<-- [end:forward]

# --8<-- [start:first-gradient]
loss.backward()

print(f"dL/dW {W.grad.item():.4f}")
print(f"dL/db {b.grad.item():.4f}")
# --8<-- [end:first-gradient]

# --8<-- [start:promise]
x64, y64 = data.features.double(), data.target.double()


def loss_at(w, b):
    return torch.mean((w * x64 + b - y64) ** 2).item()


promised = W.grad.item() * 0.01
kept = loss_at(0.01, 0.0) - loss_at(0.0, 0.0)
print(f"promised {promised:.4f}")
print(f"kept     {kept:.4f}")
# --8<-- [end:promise]

# --8<-- [start:slices]
import matplotlib.pyplot as plt

figure, (left, right) = plt.subplots(1, 2, sharey=True)
places = [-1.0 + 0.1 * k for k in range(56)]
left.plot(places, [loss_at(w, 0.0) for w in places], color="C3")
right.plot(places, [loss_at(0.0, bias) for bias in places], color="C3")

height = loss.item()
for axes, slope in ((left, W.grad.item()), (right, b.grad.item())):
    ends = [height + slope * place for place in (-0.9, 1.3)]
    axes.plot((-0.9, 1.3), ends, "--", color="C2")
    axes.plot(0, height, "s", color="C4", markersize=7)
    axes.text(0.3, height, f"slope {slope:.2f}", color="C2", va="bottom")

left.set(title="b held at 0", xlabel="weight w", ylabel="loss")
right.set(title="w held at 0", xlabel="bias b", ylim=(0, 20))
plt.show()
# --8<-- [end:slices]

# --8<-- [start:by-hand]
n = len(X)
missed = excess.detach()  # the numbers alone, cut off from the graph
by_hand_W = X.T @ missed * 2 / n
by_hand_b = missed.sum(dim=0) * 2 / n

print("W:", *map(tuple, (X.T.shape, missed.shape, by_hand_W.shape)))
print("b:", *map(tuple, (missed.shape, by_hand_b.shape)))
# --8<-- [end:by-hand]

# --8<-- [start:table]
h = 0.001
nudged_W = (loss_at(h, 0.0) - loss_at(-h, 0.0)) / (2 * h)
nudged_b = (loss_at(0.0, h) - loss_at(0.0, -h)) / (2 * h)

print("        by hand     .grad    nudged")
for name, *three in (
    ("dL/dW", by_hand_W.item(), W.grad.item(), nudged_W),
    ("dL/db", by_hand_b.item(), b.grad.item(), nudged_b),
):
    print(name, *(f"{slope:9.4f}" for slope in three))
    assert max(three) - min(three) < 0.00001
# --8<-- [end:table]

# --8<-- [start:arrows]
from examples.plots import rings, sheet


def gradient_at(w, bias):
    too_high = w * x64 + bias - y64
    return (2 * too_high * x64).mean().item(), (2 * too_high).mean().item()


w_axis, b_axis = torch.linspace(-0.8, 4.4, 70), torch.linspace(-1.1, 3.1, 60)
ws, bs, bowl = sheet(x64, y64, w_axis, b_axis)
axes = rings(ws, bs, bowl, levels=[0.2, 1, 2.5, 5, 10, 15, 20], height=4.6)
arrow = {"angles": "xy", "scale_units": "xy", "scale": 12, "width": 0.008}
places = [(0, 0), (0, 2), (1, 0), (1.4, 0.9), (1.2, 2.4), (2, 2), (3, 1.2)]
for place in places:
    axes.plot(*place, "o" if any(place) else "s", color="C4")
    axes.quiver(*place, *gradient_at(*place), color="C2", **arrow)
at = bowl.argmin()
lowest = (ws.flatten()[at].item(), bs.flatten()[at].item())
axes.plot(*lowest, "*", color="C4", markersize=11)
axes.annotate("first guess", (0, 0), (-12, 9), textcoords="offset points")
axes.annotate("lowest", lowest, (7, 2), textcoords="offset points")
plt.show()
# --8<-- [end:arrows]

# --8<-- [start:mistake]
W.grad = b.grad = None
loss = torch.tensor(loss.item(), requires_grad=True)
loss.backward()
print(W.grad, b.grad)
# --8<-- [end:mistake]

# --8<-- [start:exercise-truth]
W = torch.full((1, 1), 2.0, device=device, requires_grad=True)
b = torch.full((1,), 1.0, device=device, requires_grad=True)
loss = torch.mean((X @ W + b - y) ** 2)
loss.backward()
print(f"dL/dW {W.grad.item():.4f}")
print(f"dL/db {b.grad.item():.4f}")
# --8<-- [end:exercise-truth]

# --8<-- [start:exercise-votes]
votes = (2 / n * missed * X).flatten()
print(f"sum of the votes {votes.sum().item():.4f}")
print(f"votes against    {(votes > 0).sum().item()}")
loudest = votes.argmin()
print(f"loudest vote     {votes[loudest].item():.4f}")
print(f"its distance     {X[loudest].item():.2f} km")
# --8<-- [end:exercise-votes]

# --8<-- [start:exercise-nudges]
for h in (1.0, 0.1, 0.01):
    one_sided = (loss_at(h, 0.0) - loss_at(0.0, 0.0)) / h
    two_sided = (loss_at(h, 0.0) - loss_at(-h, 0.0)) / (2 * h)
    print(f"{h:5}   one side {one_sided:.4f}   both sides {two_sided:.4f}")
# --8<-- [end:exercise-nudges]
