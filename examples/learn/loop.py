"""Forward, loss, backward, update, a thousand times: the line is fitted."""

# --8<-- [start:loop]
import torch
from linreg import make_line, pick_device

device = pick_device()
data = make_line()
X, y = data.features.to(device), data.target.to(device)

W = torch.zeros(1, 1, device=device, requires_grad=True)
b = torch.zeros(1, device=device, requires_grad=True)
lr = 0.1
path = {}

for step in range(1000):
    y_hat = X @ W + b
    loss = torch.mean((y_hat - y) ** 2)
    path[step] = (W.item(), b.item(), loss.item())

    W.grad = b.grad = None
    loss.backward()
    with torch.no_grad():
        W -= lr * W.grad
        b -= lr * b.grad
# --8<-- [end:loop]

# --8<-- [start:result]
print(f"w {W.item():.4f}")
print(f"b {b.item():.4f}")
# --8<-- [end:result]

# --8<-- [start:stations]
print("step        w        b     loss")
for step in (0, 1, 10, 100, 999):
    w, bias, score = path[step]
    print(f"{step:4} {w:8.4f} {bias:8.4f} {score:8.3f}")
# --8<-- [end:stations]

# --8<-- [start:lines]
import matplotlib.pyplot as plt

figure, axes = plt.subplots(figsize=(5.6, 3.8))
axes.plot(data.features, data.target, "o", color="C0", markersize=3.5)
for step, style in ((0, ":"), (1, "-."), (10, "--"), (100, "-")):
    w, bias, _ = path[step]
    axes.plot([0, 2], [bias, w * 2 + bias], style, color="C1")
    height = w * 2 + bias + {10: -0.12, 100: 0.16}.get(step, 0.0)
    axes.text(2.04, height, f"step {step}", color="C1", va="center")
axes.set(xlabel="distance x (km)", ylabel="price y (euros)")
axes.set(xlim=(-0.05, 2.4), ylim=(-0.3, 6.5))
plt.show()
# --8<-- [end:lines]

# --8<-- [start:curve]
losses = [score for _, _, score in path.values()]

figure, axes = plt.subplots()
axes.plot(losses[:201], color="C3")
for step in (0, 1, 10, 100):
    axes.plot(step, losses[step], "o", color="C3")
    axes.text(step + 4, losses[step] * 1.15, f"step {step}")
axes.set(xlabel="step", ylabel="loss", yscale="log", ylim=(0.05, 20))
plt.show()
# --8<-- [end:curve]

# --8<-- [start:walk]
from examples.plots import rings, sheet

w_axis, b_axis = torch.linspace(-0.3, 3.3, 110), torch.linspace(-0.3, 2.5, 90)
bowl = sheet(data.features, data.target, w_axis, b_axis)
axes = rings(*bowl, levels=[0.08, 0.2, 0.5, 1, 2, 4, 8, 12])
walked_w = [path[step][0] for step in range(101)]
walked_b = [path[step][1] for step in range(101)]
axes.plot(walked_w, walked_b, ".-", color="C4", linewidth=1.2, markersize=4)
for step in (0, 1, 10, 100):
    w, bias, _ = path[step]
    axes.plot(w, bias, "o" if step else "s", color="C4", markersize=7)
    axes.text(w + 0.09, bias + (0.04 if step > 1 else -0.1), f"step {step}")
plt.show()
# --8<-- [end:walk]

# --8<-- [start:slope-left]
slopes = [abs(W.grad.item()), abs(b.grad.item())]
print(f"steepest slope left: {max(slopes):.4f}")
# --8<-- [end:slope-left]

# --8<-- [start:exact]
columns = torch.cat([data.features, torch.ones(len(data.features), 1)], dim=1)
exact = torch.linalg.lstsq(columns, data.target).solution.flatten().tolist()
fitted = [W.item(), b.item()]

print(f"loop   w {fitted[0]:.4f}  b {fitted[1]:.4f}")
print(f"exact  w {exact[0]:.4f}  b {exact[1]:.4f}")
for ours, theirs in zip(fitted, exact, strict=True):
    assert abs(ours - theirs) < 0.00005
# --8<-- [end:exact]

# --8<-- [start:exercise-digits]
for digits in (1, 2, 3):
    near = 0.5 / 10**digits
    for step, (w, bias, _) in path.items():
        if max(abs(w - exact[0]), abs(bias - exact[1])) < near:
            print(f"decimals {digits}, steps {step}")
            break
# --8<-- [end:exercise-digits]

# --8<-- [start:exercise-retain]
W = torch.zeros(1, 1, device=device, requires_grad=True)
b = torch.zeros(1, device=device, requires_grad=True)
loss = torch.mean((X @ W + b - y) ** 2)
for step in range(6):
    now = torch.mean((X @ W + b - y) ** 2)
    W.grad = b.grad = None
    loss.backward(retain_graph=True)
    print(f"{step} dL/dW {W.grad.item():.4f}  loss {now.item():6.3f}")
    with torch.no_grad():
        W -= lr * W.grad
        b -= lr * b.grad
# --8<-- [end:exercise-retain]

# --8<-- [start:exercise-elsewhere]
W = torch.tensor([[5.0]], device=device, requires_grad=True)
b = torch.tensor([-3.0], device=device, requires_grad=True)
for _ in range(600):
    W.grad = b.grad = None
    torch.mean((X @ W + b - y) ** 2).backward()
    with torch.no_grad():
        W -= lr * W.grad
        b -= lr * b.grad
print(f"w {W.item():.4f}, b {b.item():.4f}")
# --8<-- [end:exercise-elsewhere]
