"""Fit one straight line, from a wrong guess to a good one, and draw every stop on the way."""

# --8<-- [start:fit]
import torch
from linreg import make_line, pick_device

device = pick_device()
rides = make_line()
X, y = rides.features.to(device), rides.target.to(device)
W = torch.zeros(1, 1, device=device, requires_grad=True)
b = torch.zeros(1, device=device, requires_grad=True)

stops = {}
for step in range(101):
    loss = torch.mean((X @ W + b - y) ** 2)
    if step in (0, 1, 2, 5, 100):
        w, bias = W.item(), b.item()
        stops[step] = (w, bias)
        print(f"step {step:3}: {w:.2f} x + {bias:.2f}, loss {loss:.2f}")
    loss.backward()
    with torch.no_grad():
        W -= 0.1 * W.grad
        b -= 0.1 * b.grad
    W.grad = b.grad = None
# --8<-- [end:fit]

# --8<-- [start:settling]
import matplotlib.pyplot as plt

figure, axes = plt.subplots()
axes.plot(X.flatten().tolist(), y.flatten().tolist(), "o", color="C0")
for step, (w, bias) in stops.items():
    style = "-" if step == 100 else "--"
    axes.plot([0, 2], [bias, w * 2 + bias], style, color="C1")
    axes.text(2.04, w * 2 + bias, f"step {step}", color="C1", va="center")
axes.set(xlabel="distance x (km)", ylabel="price y (euros)")
axes.set(xlim=(-0.05, 2.4), ylim=(-0.3, 6.5))
plt.show()
# --8<-- [end:settling]
