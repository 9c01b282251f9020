"""Autograd records what you compute, and walks it backward to find exact slopes."""

# --8<-- [start:answer]
import torch

a = torch.tensor(1.5, requires_grad=True)  # a weight: euros per kilometre
b = a * 2.0  # the price it predicts for two kilometres
c = b - 5.0  # how far that is from the price paid
d = c**2  # squared

d.backward()
print(a.grad)
# --8<-- [end:answer]


# --8<-- [start:tangent]
import matplotlib.pyplot as plt


def squared(a):
    return (a * 2.0 - 5.0) ** 2


weights = torch.linspace(0.5, 3.5, 61)
near = torch.tensor([0.8, 2.0])
value, slope = d.item(), a.grad.item()
start = a.item()

figure, axes = plt.subplots()
axes.plot(weights, squared(weights), color="C3")
axes.plot(near, value + slope * (near - start), "--", color="C2")
axes.plot(start, value, "o", color="C4")
note = f"a = {start}, d = {value}"
axes.annotate(note, (start - 0.12, value), ha="right", va="center")
axes.annotate(f"slope {slope}", (2.0, 2.4), color="C2")
axes.annotate("d", (3.3, 3.6), color="C3")
axes.set(xlabel="weight a (euros per km)", ylabel="squared error d")
plt.show()
# --8<-- [end:tangent]

# --8<-- [start:by-hand]
slope_of_square = 2 * c.item()  # d = c ** 2
slope_of_difference = 1.0  # c = b - 5.0
slope_of_product = 2.0  # b = a * 2.0

by_hand = slope_of_square * slope_of_difference * slope_of_product
print(slope_of_square, "*", slope_of_difference, "*", slope_of_product)
print("by hand    ", by_hand)
print("by autograd", a.grad.item())
assert a.grad.item() == by_hand
# --8<-- [end:by-hand]

# --8<-- [start:record]
chain = {"a": a, "b": b, "c": c, "d": d}
for name, tensor in chain.items():
    made_by = "you" if tensor.grad_fn is None else tensor.grad_fn.name()
    print(f"{name} = {tensor.item():4.1f}  made by {made_by}")
# --8<-- [end:record]

# --8<-- [start:leaves]
for name, tensor in chain.items():
    print(name, tensor.requires_grad, tensor.is_leaf)
# --8<-- [end:leaves]


# --8<-- [start:walk]
def walk(node, depth=0):
    name = type(node).__name__
    print("    " * depth + name)
    for earlier, _ in node.next_functions:
        if earlier is not None:  # None: a number that no one asks about
            walk(earlier, depth + 1)


walk(d.grad_fn)
# --8<-- [end:walk]

# --8<-- [start:end-of-walk]
node = d.grad_fn
while node.next_functions:
    node = node.next_functions[0][0]

print(type(node).__name__, node.variable is a)
# --8<-- [end:end-of-walk]

# --8<-- [start:graph]
nodes = [d.grad_fn]
while nodes[-1].next_functions:
    nodes.append(nodes[-1].next_functions[0][0])
nodes.reverse()  # from the leaf to the result

steps = ["times 2.0", "minus 5.0", "squared"]
slopes = [slope_of_product, slope_of_difference, slope_of_square]


def box(axes, x, y, text, color):
    style = {"boxstyle": "round", "fc": "none", "ec": color}
    axes.annotate(text, (x, y), ha="center", va="center", bbox=style)


def arrow(axes, start, end, text, color, line="-"):
    style = {"arrowstyle": "->", "color": color, "linestyle": line}
    axes.annotate("", end, start, arrowprops={**style, "linewidth": 1.5})
    middle = ((start[0] + end[0]) / 2, start[1] + 0.1)
    axes.annotate(text, middle, ha="center", va="bottom", color=color)


figure, axes = plt.subplots(figsize=(5.6, 3.2))
for x, (name, tensor) in enumerate(chain.items()):
    box(axes, x, 1, f"{name}\n{tensor.item()}", "C1" if x else "C4")
    kind = type(nodes[x]).__name__  # such as MulBackward0
    for end in ("Backward", "Grad"):
        kind = kind.replace(end, f"\n{end}")
    box(axes, x, 0, kind, "C2")
    axes.plot([x, x], [0.22, 0.78], ":", color="#6e7781", linewidth=1)
    link = "grad_fn" if x else "variable"
    axes.annotate(link, (x + 0.05, 0.5), va="center", color="#6e7781")

arrived = 1.0
for x in (3, 2, 1):
    axes.annotate(f"{arrived}", (x, -0.4), ha="center", color="C2")
    factor = f"× {slopes[x - 1]}"
    arrow(axes, (x - 0.36, 0), (x - 0.64, 0), factor, "C2", "--")
    arrow(axes, (x - 0.8, 1), (x - 0.2, 1), steps[x - 1], "C1")
    arrived = arrived * slopes[x - 1]
assert arrived == a.grad.item()
axes.annotate(f"a.grad = {arrived}", (0, -0.4), ha="center", color="C2")

axes.set(xlim=(-0.5, 3.5), ylim=(-0.5, 1.3))
axes.axis("off")
plt.show()
# --8<-- [end:graph]

# --8<-- [start:three]
rides = torch.tensor([1.0, 2.0, 3.0, 4.0])
a = torch.tensor(1.5, requires_grad=True)
prices = a * rides
# --8<-- [end:three]

# --8<-- [start:mean]
prices.mean().backward()
print("by autograd", a.grad.item())
print("by hand    ", rides.mean().item())
assert a.grad == rides.mean()
# --8<-- [end:mean]

# --8<-- [start:accumulate]
a = torch.tensor(1.5, requires_grad=True)
by_hand = 2 * (1.5 * 2.0 - 5.0) * 2.0
for times in (1, 2, 3):
    d = (a * 2.0 - 5.0) ** 2
    d.backward()
    print(a.grad.item(), "by hand", times * by_hand)
    assert a.grad.item() == times * by_hand
# --8<-- [end:accumulate]

# --8<-- [start:clear]
a.grad = None
d = (a * 2.0 - 5.0) ** 2
d.backward()
print(a.grad.item(), "by hand", by_hand)
assert a.grad.item() == by_hand
# --8<-- [end:clear]

# --8<-- [start:slope]
from linreg import make_line

data = make_line()
X, y = data.features, data.target

w = torch.tensor(1.5, requires_grad=True)
b = torch.tensor(1.5, requires_grad=True)
error = ((w * X + b - y) ** 2).mean()

error.backward()
print(f"slope in w: {w.grad.item():.4f}")
print(f"slope in b: {b.grad.item():.4f}")
# --8<-- [end:slope]

# --8<-- [start:slope-by-hand]
difference = 1.5 * X + 1.5 - y
hand_w = 2 * (difference * X).mean()
hand_b = 2 * difference.mean()

print(f"slope in w: {hand_w.item():.4f}")
print(f"slope in b: {hand_b.item():.4f}")
assert torch.isclose(w.grad, hand_w, atol=1e-5)
assert torch.isclose(b.grad, hand_b, atol=1e-5)
# --8<-- [end:slope-by-hand]

# --8<-- [start:two-leaves]
walk(error.grad_fn)
# --8<-- [end:two-leaves]

# --8<-- [start:exercise-bottom]
a = torch.tensor(2.5, requires_grad=True)
d = (a * 2.0 - 5.0) ** 2
d.backward()
by_hand = 2 * (a.item() * 2.0 - 5.0) * 2.0
print("d", d.item(), "slope", a.grad.item(), "by hand", by_hand)
assert a.grad.item() == by_hand == 0.0
# --8<-- [end:exercise-bottom]

# --8<-- [start:exercise-twice]
a = torch.tensor(2.0, requires_grad=True)
d = a**2 + 3 * a
d.backward()
by_hand = 2 * a.item() + 3
print("by autograd", a.grad.item(), "by hand", by_hand)
assert a.grad.item() == by_hand
walk(d.grad_fn)
# --8<-- [end:exercise-twice]

# --8<-- [start:exercise-sum]
w = torch.tensor(1.5, requires_grad=True)
total = ((w * X + 1.5 - y) ** 2).sum()
total.backward()
by_hand = 2 * ((1.5 * X + 1.5 - y) * X).sum()
print(f"slope of the sum:  {w.grad.item():.2f}, by hand {by_hand.item():.2f}")
print(f"slope of the mean: {w.grad.item() / len(X):.4f}")
assert torch.isclose(w.grad, by_hand)
# --8<-- [end:exercise-sum]
