"""Predict a hundred prices at once with a first line, and look at the graph it leaves behind."""

# --8<-- [start:guess]
import torch
from linreg import make_line, pick_device

device = pick_device()
data = make_line()
X, y = data.features.to(device), data.target.to(device)

W = torch.zeros(1, 1, device=device, requires_grad=True)
b = torch.zeros(1, device=device, requires_grad=True)
y_hat = X @ W + b

three = y_hat[:3].flatten().tolist()
print(len(y_hat), "predictions, the first three:", three)
# --8<-- [end:guess]

# --8<-- [start:shapes]
pieces = {"X": X, "W": W, "X @ W": X @ W, "b": b, "y_hat": y_hat}
for name, tensor in pieces.items():
    print(f"{name:6} {tuple(tensor.shape)}")
# --8<-- [end:shapes]

# --8<-- [start:rows]
W_eye = torch.tensor([[1.5]], device=device)
b_eye = torch.tensor([1.5], device=device)
at_once = X @ W_eye + b_eye

one_by_one = torch.tensor([1.5 * x + 1.5 for x in X.flatten().tolist()])
torch.testing.assert_close(at_once.flatten().cpu(), one_by_one)
print(f"first ride: {at_once[0].item():.2f} euros")
# --8<-- [end:rows]

# --8<-- [start:first-guess]
import matplotlib.pyplot as plt

x_plot, y_plot = X[::2].flatten().cpu(), y[::2].flatten().cpu()

figure, axes = plt.subplots()
axes.vlines(x_plot, 0, y_plot, color="C3", linewidth=1, label="residual")
axes.plot(x_plot, y_plot, "o", color="C0", label="price paid")
axes.plot([0, 2], [0, 0], color="C1", linewidth=3, label="first guess")
axes.set(xlabel="distance x (km)", ylabel="price y (euros)", ylim=(-0.4, 6.5))
axes.legend(loc="upper left")
plt.show()
# --8<-- [end:first-guess]


# --8<-- [start:other-guesses]
def mean_residual(w, b):
    return (y - (w * X + b)).mean().item()


for w_try, b_try in ((0, 0), (-1, 2), (4, 3), (0, 10)):
    print(f"w {w_try:2}   b {b_try:2}   {mean_residual(w_try, b_try):+.2f}")
# --8<-- [end:other-guesses]

# --8<-- [start:graph]
add = y_hat.grad_fn
multiply, to_b = [node for node, _ in add.next_functions]
to_X, to_W = [node for node, _ in multiply.next_functions]

print(type(add).__name__, "<-", type(multiply).__name__)
print("leads to b:", to_b.variable is b)
print("leads to W:", to_W.variable is W)
print("leads to X:", to_X)
# --8<-- [end:graph]


# --8<-- [start:drawn-graph]
def box(axes, x, y, text, color):
    frame = {"boxstyle": "round", "facecolor": "none", "edgecolor": color}
    axes.text(x, y, text, ha="center", va="center", fontsize=10, bbox=frame)


def arrow(axes, tail, head, **style):
    axes.annotate("", head, tail, arrowprops={"arrowstyle": "->", **style})


figure, axes = plt.subplots(figsize=(5.6, 3.2))
axes.set(xlim=(0, 10), ylim=(0, 6))
axes.axis("off")
box(axes, 0.9, 5.2, f"X\n{tuple(X.shape)}", "C0")
box(axes, 0.9, 3.2, f"W\n{tuple(W.shape)}", "C4")
box(axes, 0.9, 1, f"b\n{tuple(b.shape)}", "C4")
box(axes, 3.7, 4.2, f"X @ W\n{type(multiply).__name__}", "#6e7781")
box(axes, 6.5, 2.6, f"+ b\n{type(add).__name__}", "#6e7781")
box(axes, 9.2, 2.6, f"y_hat\n{tuple(y_hat.shape)}", "C1")

ways = [  # the way there, and the way back
    ((1.5, 5.0), (2.6, 4.6), None),
    ((1.4, 3.5), (2.6, 3.9), ((2.6, 3.5), (1.4, 3.1))),
    ((1.2, 1.3), (5.4, 2.4), ((5.4, 2.0), (1.2, 0.9))),
    ((4.8, 3.8), (6.0, 3.25), ((5.5, 3.1), (4.3, 3.6))),
    ((7.6, 2.8), (8.5, 2.8), ((8.5, 2.4), (7.6, 2.4))),
]
for there_tail, there_head, back in ways:
    arrow(axes, there_tail, there_head, color="#24292f")
    if back:
        arrow(axes, *back, color="C2", linestyle="--")
axes.text(5.3, 5.4, "solid: computed", fontsize=9.5)
axes.text(5.3, 4.8, "dashed: recorded", fontsize=9.5, color="C2")
plt.show()
# --8<-- [end:drawn-graph]

# --8<-- [start:mean-residual]
print(f"{(y - y_hat).mean().item():.4f}")
# --8<-- [end:mean-residual]

# --8<-- [start:exercise-flat]
flat = X @ torch.zeros(1, 1, device=device) + y.mean()
print(f"mean residual {abs((y - flat).mean().item()):.4f}")
print("the first three rides cost", [f"{p:.2f}" for p in flat[:3].flatten()])
# --8<-- [end:exercise-flat]

# --8<-- [start:exercise-minutes]
minutes = 3 * X + 1
both = torch.cat([X, minutes], dim=1)
W_both = torch.zeros(2, 1, device=device)
answers = both @ W_both
print(tuple(both.shape), "@", tuple(W_both.shape), "->", tuple(answers.shape))
# --8<-- [end:exercise-minutes]

# --8<-- [start:exercise-no-graph]
with torch.no_grad():
    quiet = X @ W + b
print(torch.equal(quiet, y_hat), quiet.grad_fn)
# --8<-- [end:exercise-no-graph]
