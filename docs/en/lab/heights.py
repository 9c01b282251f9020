# %% [markdown]
# # Do tall parents have tall children?
#
# Francis Galton measured families, drew a line through them, and was puzzled by its slope.
# He called what he saw *regression*, and the name has stayed with every line that was fitted since.
#
# You need: [a first line](first-line.ipynb), or the chapters up to [the loop](../learn/loop.md).

# %% [markdown]
# ## The question
#
# Take parents who are taller than the average.
# How much taller than the average will their children be?

# %%
from textwrap import fill

import torch
from linreg import load_dataset

data = load_dataset("galton")
parents, children = data.features, data.target

print(fill(data.source))
print(len(parents), "children")
for name, heights in [("parents", parents), ("children", children)]:
    mean, spread = heights.mean(), heights.std()
    print(f"{name:8} mean {mean:.2f} in, spread {spread:.2f} in")

# %% [markdown]
# Heights are in inches; an inch is 2.54<!--= 2.54 --> centimetres.
# Each row is a grown child.
# The feature is the average height of its father and its mother, the target is its own.
# Women's heights were multiplied by 1.08<!--= 1.08 -->, so that sons and daughters can stand in one column.
# The spread is the [standard deviation](../reference/glossary.md#standard-deviation).
#
# Galton sorted the heights into classes an inch wide, so many children share a point.
# In the picture, a larger dot stands for more of them.

# %% alt="A grid of blue dots of different sizes. The largest lie in the middle, and the cloud is a broad ellipse that tilts upwards to the right." caption="Parents and children. The area of a dot is the number of children in it. Most are near the middle, and taller parents tend to have taller children."
import matplotlib.pyplot as plt

pairs = torch.hstack([parents, children])
points, counts = pairs.unique(dim=0, return_counts=True)


def dots(axes, points):
    for count in counts.unique():
        x, y = points[counts == count].T
        axes.plot(x, y, "o", color="C0", markersize=(2 * count) ** 0.5)


figure, axes = plt.subplots()
dots(axes, points)
axes.set(xlabel="parents (in)", ylabel="child (in)")
plt.show()

# %% [markdown]
# ## Measure everybody from the average
#
# The question speaks of *taller than the average*, so let the numbers say that too: take off the mean from both columns.
# It also helps the loop.
# Heights that all lie near seventy pull weight and bias along together, and gradient descent creeps; numbers around nought let it walk.

# %%
X = parents - parents.mean()
y = children - children.mean()
print(f"X from {X.min():.1f} to {X.max():.1f}")
print(f"y from {y.min():.1f} to {y.max():.1f}")

# %% [markdown]
# ## Fit the line
#
# $$ \hat y = w\,x + b $$
#
# $x$ says by how many inches the parents are above the average, $\hat y$ the same of the child that the line predicts.
# The slope $w$ is inches per inch: a plain number.

# %%
from linreg import fit
from torch import nn

model = nn.Linear(1, 1)
nn.init.zeros_(model.weight)
nn.init.zeros_(model.bias)
fit(model, X, y, lr=0.1, steps=200)

w, b = model.weight.item(), model.bias.item()
print(f"loop   w = {w:.4f}, b = {abs(b):.4f}")

columns = torch.hstack([X, torch.ones_like(X)])
best = torch.linalg.lstsq(columns, y).solution.flatten().tolist()
print(f"direct w = {best[0]:.4f}, b = {abs(best[1]):.4f}")

# %% alt="The blue dots with two lines that cross in the middle: a dashed grey diagonal and an orange line that is flatter. On the right the orange line lies below the diagonal, on the left above it." caption="The fitted line, and the diagonal on which children would be exactly as far from the average as their parents. The fitted line is flatter."
ends = torch.tensor([-5.0, 5.0])

figure, axes = plt.subplots()
dots(axes, points - pairs.mean(dim=0))
axes.plot(ends, ends, "--", color="#6e7781", label="as far as parents")
axes.plot(ends, w * ends + b, color="C1", label="fitted line")
axes.set_xlabel("parents, from the average (in)")
axes.set_ylabel("child, from the average (in)")
axes.legend(loc="lower right")
plt.show()

# %% [markdown]
# ## What it means

# %%
tall = torch.tensor([[3.0]])
above, below = model(tall).item(), -model(-tall).item()
print(f"parents 3 in above: child {above:.1f} in above")
print(f"parents 3 in below: child {below:.1f} in below")

# %% [markdown]
# The bias is nought, as it must be between two columns that average nought.
# The slope is 0.65<!--= w -->, about two thirds, as Galton found.
# Tall parents do have tall children, but on average the children stand a third nearer to the middle.
# Short parents have short children, and these too stand nearer to the middle.
# This is **regression to the mean**.

# %% [markdown]
# ## What it does not mean
#
# It looks as if something pulled each generation towards the middle, until all are the same height.
# So ask the question the other way round: given the *children*, how tall are the parents?

# %%
backwards = nn.Linear(1, 1)
nn.init.zeros_(backwards.weight)
nn.init.zeros_(backwards.bias)
fit(backwards, y, X, lr=0.1, steps=200)

back = backwards.weight.item()
above = backwards(tall).item()
print(f"slope {back:.4f}")
print(f"children 3 in above: parents {above:.1f} in above")

# %% [markdown]
# The parents of tall children are nearer to the middle than their children.
# Children do not pull at their parents, so nothing was pulling in the first place.
# A very tall person is tall by inheritance and by luck; the parents and the children share the inheritance, and not the luck.
#
# The middle does not get crowded either.
# An average of two people spreads less than one person does, by a factor of $\sqrt{2}$ if they did not choose each other by height.
# Undo that, and both generations spread alike:

# %%
print(f"one parent {parents.std() * 2**0.5:.2f} in")
print(f"one child  {children.std():.2f} in")

# %% [markdown]
# The same happens wherever a measurement is partly luck: the best pupil of one test does a little worse in the next, and the worst a little better, without anybody's doing.
#
# One caution: brothers and sisters share their parents, so the 928<!--= len(parents) --> rows come from only 205<!--= 205 --> couples.
# That leaves the slope as it is, but it is less certain than the number of rows suggests.

# %% [markdown]
# ## Two things to try
#
# 1. **Without centring.** Fit `parents` and `children` as they are, with the same learning rate. `fit` stops; take the rate that it names, and see how far two hundred steps bring you.
# 2. **In spreads.** Divide `X` and `y` by their standard deviations, and fit both ways again. The two slopes become the same number. It is called the correlation.
