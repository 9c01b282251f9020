"""One step downhill: how to write it, how it fails, and how far to go."""

# --8<-- [start:slopes]
import torch
from linreg import make_line, pick_device

device = pick_device()
data = make_line()
X, y = data.features.to(device), data.target.to(device)

W = torch.zeros(1, 1, device=device, requires_grad=True)
b = torch.zeros(1, device=device, requires_grad=True)

loss = torch.mean((X @ W + b - y) ** 2)
loss.backward()
print(f"loss {loss.item():.3f}")
print(f"slopes {W.grad.item():.4f} and {b.grad.item():.4f}")
# --8<-- [end:slopes]

# --8<-- [start:first-step]
lr = 0.1
with torch.no_grad():
    W -= lr * W.grad
    b -= lr * b.grad

loss = torch.mean((X @ W + b - y) ** 2)
print(f"w {W.item():.4f}, b {b.item():.4f}")
print(f"loss {loss.item():.4f}")
# --8<-- [end:first-step]

# --8<-- [start:one-step]
import matplotlib.pyplot as plt

w_slope, b_slope = W.grad.item(), b.grad.item()


def loss_after(rate):
    w, bias = -rate * w_slope, -rate * b_slope
    missed = w * data.features + bias - data.target
    return torch.mean(missed**2).item()


rates = [0.005 * k for k in range(105)]
start, fall = loss_after(0), w_slope**2 + b_slope**2

figure, axes = plt.subplots()
axes.plot(rates, [loss_after(rate) for rate in rates], color="C3")
axes.plot([0, 0.115], [start, start - 0.115 * fall], "--", color="C2")
axes.text(0.045, 3.2, "slope", color="C2", ha="right")
axes.axhline(start, color="#6e7781", linestyle=":", linewidth=1)
axes.text(0.23, start + 0.2, "before the step", color="#6e7781", ha="center")
for rate, side, gap in (
    (0.01, "left", 0.012),
    (0.1, "left", 0.012),
    (0.45, "right", -0.012),
    (0.5, "right", -0.012),
):
    height = loss_after(rate)
    axes.plot(rate, height, "o", color="C4", markersize=7)
    axes.text(rate + gap, height, f"{rate}", color="C4", ha=side, va="center")
axes.set(xlabel="learning rate", ylabel="loss after one step")
axes.set(ylim=(-0.5, 15))
plt.show()
# --8<-- [end:one-step]

# --8<-- [start:reassigned]
import warnings

W = W - lr * W.grad
print("leaf:", W.is_leaf)

loss = torch.mean((X @ W + b - y) ** 2)
loss.backward()
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    try:
        W = W - lr * W.grad
    except TypeError as error:
        print("TypeError:", error)

said = str(caught[0].message)
print(caught[0].category.__name__ + ":", said.partition(". ")[0])
# --8<-- [end:reassigned]


# --8<-- [start:descend]
def descend(lr, steps, forget=True):
    W = torch.zeros(1, 1, device=device, requires_grad=True)
    b = torch.zeros(1, device=device, requires_grad=True)
    path = []
    for _ in range(steps + 1):
        loss = torch.mean((X @ W + b - y) ** 2)
        path.append((W.item(), b.item(), loss.item()))
        if forget:
            W.grad = b.grad = None
        loss.backward()
        with torch.no_grad():
            W -= lr * W.grad
            b -= lr * b.grad
    return path


good = descend(lr=0.1, steps=100)
bad = descend(lr=0.1, steps=100, forget=False)

print("step   forgotten   piled up")
for step in (0, 1, 2, 3, 4, 5, 10, 50, 100):
    print(f"{step:4} {good[step][2]:11.2f} {bad[step][2]:10.2f}")
# --8<-- [end:descend]

# --8<-- [start:piled-up]
from examples.plots import rings, sheet

w_axis, b_axis = torch.linspace(-0.5, 4.6, 70), torch.linspace(-0.6, 3.3, 60)
bowl = sheet(data.features, data.target, w_axis, b_axis)
axes = rings(*bowl, levels=[0.2, 1, 2.5, 5, 10, 15])
for path, style, label in (
    (bad, "^--", "piled up"),
    (good, "o-", "forgotten"),
):
    w, bias, _ = zip(*path[:15], strict=True)
    axes.plot(w, bias, style, color="C4", linewidth=1.2, label=label)
axes.legend(loc="upper left")
plt.show()
# --8<-- [end:piled-up]

# --8<-- [start:rates]
print("  lr     1 step   10 steps  100 steps")
for rate in (0.01, 0.1, 0.4, 0.5):
    losses = [loss for _, _, loss in descend(rate, steps=100)]
    shown = [losses[step] for step in (1, 10, 100)]
    print(f"{rate:4}", *(f"{loss:10.4g}" for loss in shown))
# --8<-- [end:rates]

# --8<-- [start:curves]
figure, axes = plt.subplots(figsize=(5.6, 3.8))
for rate, style, end in (
    (0.5, "-.", 17),
    (0.45, ":", 30),
    (0.01, "--", 30),
    (0.1, "-", 30),
):
    losses = [loss for _, _, loss in descend(rate, steps=end)]
    axes.plot(losses, style, color="C3")
    axes.text(end + 0.5, losses[-1], f"{rate}", color="C3", va="center")
axes.set(xlabel="step", ylabel="loss", yscale="log")
axes.set(xlim=(0, 33), ylim=(0.05, 1000))
plt.show()
# --8<-- [end:curves]

# --8<-- [start:border]
n = len(data.features)
columns = torch.cat([data.features, torch.ones(n, 1)], dim=1)
wide = columns.double()
bends = torch.linalg.eigvalsh(2 / n * wide.T @ wide)
border = 2 / bends.max().item()

print(f"bends  {bends.min().item():.4f} and {bends.max().item():.4f}")
print(f"border {border:.4f}")
# --8<-- [end:border]

# --8<-- [start:checked]
below = descend(0.99 * border, steps=100)
above = descend(1.01 * border, steps=100)
print("step    below     above")
for step in (0, 1, 2, 50, 100):
    print(f"{step:4} {below[step][2]:8.1f} {above[step][2]:9.1f}")
# --8<-- [end:checked]

# --8<-- [start:mistake]
W = torch.zeros(1, 1, device=device, requires_grad=True)
b = torch.zeros(1, device=device, requires_grad=True)
loss = torch.mean((X @ W + b - y) ** 2)
loss.backward()
with torch.no_grad():
    W = W - lr * W.grad
    b = b - lr * b.grad
print(W.requires_grad)
# --8<-- [end:mistake]

# --8<-- [start:exercise-best]
best = min((rate / 100 for rate in range(1, 50)), key=loss_after)
print(f"lr {best}, loss {loss_after(best):.4f}")
# --8<-- [end:exercise-best]

# --8<-- [start:exercise-between]
W = torch.ones(1, 1, device=device, requires_grad=True)
b = torch.ones(1, device=device, requires_grad=True)
for _ in range(3):
    loss = torch.mean((X @ W + b - y) ** 2)
    print(f"loss {loss.item():.4f}")
    loss.backward()
    W.grad.zero_()
    b.grad.zero_()
    with torch.no_grad():
        W -= lr * W.grad
        b -= lr * b.grad
# --8<-- [end:exercise-between]

# --8<-- [start:exercise-patience]
for rate in (0.01, 0.1):
    losses = [loss for _, _, loss in descend(rate, steps=300)]
    below = next(step for step, loss in enumerate(losses) if loss < 0.075)
    print(f"lr {rate}: {below} steps")
# --8<-- [end:exercise-patience]
