# %% [markdown]
# # Can you fit a line in one sitting?
#
# The whole tutorial in one notebook: points, a line, its error, a loop, a check, and an answer.
# Read it here, or download it and put in points of your own.
#
# You need: nothing, to look on.
# To know why each line stands where it stands, read [the chapters](../learn/line.md).

# %% [markdown]
# ## The question
#
# A taxi driver has written down a hundred rides: how far each went, and what it cost.
# The next passenger wants to go one and a half kilometres.
# What will that cost?

# %%
import torch
from linreg import make_line

data = make_line()
X, y = data.features, data.target

print("X", tuple(X.shape), "y", tuple(y.shape))
for ride in range(3):
    print(f"{X[ride].item():.2f} km cost {y[ride].item():.2f} euros")

# %% [markdown]
# `X` holds the [feature](../reference/glossary.md#feature), a distance in each row.
# `y` holds the [target](../reference/glossary.md#target), a price in each row.
# Look at them before you compute anything.

# %% alt="A hundred blue points that rise from the lower left to the upper right in a straight band." caption="A hundred rides. A straight line is a fair description: the band does not bend, and is about as wide on the left as on the right."
import matplotlib.pyplot as plt

figure, axes = plt.subplots()
axes.plot(X, y, "o", color="C0")
axes.set(xlabel="distance x (km)", ylabel="price y (euros)")
axes.set_ylim(0, 6.5)
plt.show()

# %% [markdown]
# ## A line that is wrong
#
# A line is two numbers: what a kilometre costs, and what getting in costs.
# `nn.Linear(1, 1)` holds both, as its `weight` and its `bias`.
# It begins with random numbers; here both are set to nought, so that every run of this notebook is the same.

# %%
from linreg import mse
from torch import nn

model = nn.Linear(1, 1)
nn.init.zeros_(model.weight)
nn.init.zeros_(model.bias)

print(f"mean squared error: {mse(model(X), y).item():.3f}")

# %% [markdown]
# Every ride is free, says this line.
# The [mean squared error](../reference/glossary.md#mean-squared-error) says how wrong that is: the average of
#
# $$ (y - \hat y)^2 $$
#
# over all rides, where $y$ is the price paid and $\hat y$ the price that the line predicts.

# %% [markdown]
# ## Four steps downhill
#
# Predict. Measure the error. Find its slope in both numbers. Move both a little against the slope.

# %%
y_hat = model(X)
loss = torch.mean((y_hat - y) ** 2)
loss.backward()
with torch.no_grad():
    for parameter in model.parameters():
        parameter -= 0.1 * parameter.grad

print(f"mean squared error: {mse(model(X), y).item():.3f}")
print(f"{model.weight.item():.4f} x + {model.bias.item():.4f}")

# %% [markdown]
# One move, and most of the error is gone.
# The learning rate, a tenth, says how far to move; [chapter eight](../learn/update.md) says how to choose it.

# %% [markdown]
# ## The same four steps, until nothing changes
#
# `linreg.fit` is that cell in a loop: the loop of [chapter nine](../learn/loop.md).
# It returns the error at every step.
# With the step above, these make a thousand.

# %%
from linreg import fit

losses = fit(model, X, y, lr=0.1, steps=999)

w, b = model.weight.item(), model.bias.item()
print(f"{w:.4f} x + {b:.4f}")
print(f"mean squared error: {losses[-1]:.4f}")

# %% alt="A red curve of the error against the step. It falls steeply for about five steps, then sinks a little further, and is flat from about step sixty on." caption="The error over the first hundred of these steps, on a scale where each line is ten times the one below. The other nine hundred change nothing that could be seen here."
figure, axes = plt.subplots()
axes.semilogy(losses[:100], color="C3")
axes.set(xlabel="step", ylabel="mean squared error", ylim=(0.05, 5))
plt.show()

# %% [markdown]
# ## Is there a better line?
#
# For a straight line, the best two numbers can also be computed directly, without any loop.
# `torch.linalg.lstsq` does that, and knows nothing of our steps.
# The column of ones beside the distances stands for the bias.

# %%
columns = torch.hstack([X, torch.ones_like(X)])
best = torch.linalg.lstsq(columns, y).solution.flatten().tolist()

print(f"loop    {w:.4f} x + {b:.4f}")
print(f"direct  {best[0]:.4f} x + {best[1]:.4f}")

# %% [markdown]
# To the digits shown, the two agree.
# No line has a smaller error on these rides.

# %% alt="The hundred blue points with an orange line through the middle of the band. A purple dot on the line stands at one and a half kilometres." caption="The fitted line, and the answer on it."
asked = torch.tensor([[1.5]])
answer = model(asked).item()

figure, axes = plt.subplots()
axes.plot(X, y, "o", color="C0", label="price paid")
axes.plot([0, 2], [b, 2 * w + b], color="C1", label="predicted price")
axes.plot(1.5, answer, "D", color="C4", markersize=8, label="next ride")
axes.set(xlabel="distance x (km)", ylabel="price y (euros)")
axes.set_ylim(0, 6.5)
axes.legend(loc="upper left")
plt.show()

# %% [markdown]
# ## What it means

# %%
miss = losses[-1] ** 0.5
print(f"a ride of 1.5 km: {answer:.2f} euros, give or take {miss:.2f}")

# %% [markdown]
# A kilometre costs about 1.90<!--= w --> euros, and getting in about 1.10<!--= b -->.
# The next ride should cost about 3.95<!--= answer --> euros.
# Prices scatter around the line by about 0.27<!--= miss --> euros, so the last digit is not worth an argument.
#
# These rides were made up by `make_line`, so the truth is known: 2<!--= data.weight.item() --> euros a kilometre and 1<!--= data.bias.item() --> for getting in.
# The fit is off by a few cents in the one and ten in the other, because a hundred rides are not all rides.
# With real data, nobody tells you.

# %% [markdown]
# ## Two things to try
#
# 1. **Points of your own.** Put two columns that you measured in place of `X` and `y`, written as `asked` is, with a pair of brackets for each row. Run all cells again. If `fit` complains about the learning rate, take the one that it names.
# 2. **Fewer rides.** Ask `make_line` for five rides only, with its argument `n`. How far from the truth is the line now? Change `seed` as well, several times: how much does the answer move?
