# %% [markdown]
# # Do farther galaxies run away faster?
#
# In 1929<!--= 1929 --> Edwin Hubble put twenty-four nebulae on one sheet: how far away each is, and how fast it moves.
# The points lie around a line, and that line is why we speak of an expanding universe.
# Here it is fitted again, to his numbers.
#
# You need: [a first line](first-line.ipynb), or the chapters up to [the loop](../learn/loop.md).

# %% [markdown]
# ## The question
#
# A distance can be estimated from how faint a star looks, if you know how bright such a star is.
# A velocity can be read from the colours of the light: they shift to the red when the source moves away.
# Do the two have anything to do with each other?

# %%
from textwrap import fill

import torch
from linreg import load_dataset

data = load_dataset("hubble")
X, y = data.features, data.target

print(fill(data.source))
print(data.feature_names, data.target_name)
approaching = int((y < 0).sum())
print(f"{len(X)} nebulae, {approaching} of them approaching")

# %% [markdown]
# Distances are in megaparsecs; one megaparsec is a little over three million light years.
# Velocities are in kilometres per second, and a negative one means that the nebula comes nearer.

# %% alt="Twenty-four blue points. Near the left edge some lie below zero, and towards the right they spread out and rise to about a thousand kilometres per second." caption="Hubble's nebulae. The five below the dotted line come towards us, and four of them are near. Those farther out recede, on the whole the faster the farther, with much scatter."
import matplotlib.pyplot as plt

figure, axes = plt.subplots()
axes.axhline(0, color="#6e7781", linestyle=":", linewidth=1)
axes.plot(X, y, "o", color="C0")
axes.set(xlabel="distance (Mpc)", ylabel="velocity (km/s)")
plt.show()

# %% [markdown]
# ## Fit the line
#
# The velocity is the target, the distance is the feature, and the model is a line:
#
# $$ \hat v = H\,d + b $$
#
# $d$ is a distance in megaparsecs and $\hat v$ the predicted velocity in kilometres per second.
# So the slope $H$ has the units of one over the other: kilometres per second, per megaparsec.
# The bias $b$ is a velocity too.

# %%
from linreg import fit
from torch import nn

model = nn.Linear(1, 1)
nn.init.zeros_(model.weight)
nn.init.zeros_(model.bias)
losses = fit(model, X, y, lr=0.1, steps=500)

slope, bias = model.weight.item(), model.bias.item()
print(f"H = {slope:.1f} km/s per Mpc")
print(f"b = {bias:.1f} km/s")

# %% [markdown]
# The direct solution has to agree, and it does:

# %%
columns = torch.hstack([X, torch.ones_like(X)])
best = torch.linalg.lstsq(columns, y).solution.flatten().tolist()
print(f"H = {best[0]:.1f} km/s per Mpc")
print(f"b = {best[1]:.1f} km/s")

# %% alt="The same points with an orange line that rises from just below zero to about nine hundred kilometres per second at two megaparsecs. The points scatter around it by a few hundred either way." caption="The fitted line, in orange. It charges the same velocity for every further megaparsec; the nebulae keep to it only on the whole."
with torch.no_grad():
    ends = torch.tensor([[0.0], [2.1]])
    line = model(ends)

figure, axes = plt.subplots()
axes.axhline(0, color="#6e7781", linestyle=":", linewidth=1)
axes.plot(X, y, "o", color="C0")
axes.plot(ends, line, color="C1")
axes.set(xlabel="distance (Mpc)", ylabel="velocity (km/s)")
plt.show()

# %% [markdown]
# ## What it means
#
# A nebula that is one megaparsec farther away recedes faster by about 454<!--= slope --> kilometres per second.
# Hubble himself took out the motion of the Sun, which we left in, and found 465<!--= 465 -->, with an uncertainty of about fifty.
#
# That does not put us in the middle.
# Bake a cake with raisins: while the dough rises, every raisin sees the others move away, and those twice as far move twice as fast.
#
# The line also says when.
# Divide a distance by its velocity and you get a time: how long ago everything was in one place, had nothing ever sped up or slowed down.

# %%
km_per_megaparsec = 3.0857e19
seconds_per_year = 3.156e7

years = km_per_megaparsec / slope / seconds_per_year
print(f"{years / 1e9:.1f} billion years")

# %% [markdown]
# And there something is wrong.
# The Earth is about 4.5<!--= 4.5 --> billion years old, and cannot be older than the universe.

# %% [markdown]
# ## Seven times too steep
#
# Today's measurements of the same slope lie between 67<!--= 67 --> and 73<!--= 73 -->.
# Ours is 6.2<!--= slope / 73 --> to 6.8<!--= slope / 67 --> times as large; the round 500<!--= 500 --> that became known as Hubble's constant was seven times as large.
#
# The fit is not to blame, and neither are the velocities, which a spectrum shows directly.
# The distances were too small by about that factor, for two reasons:
#
# - **The measuring stick was calibrated on the wrong stars.** For the near nebulae Hubble used Cepheids, stars whose rhythm tells their brightness. There are two kinds, and his were about four times as bright as the kind that he took them for. A light that is four times as bright as you think is twice as far away. Walter Baade found this in 1952<!--= 1952 -->.
# - **Some stars were not stars.** For the farther nebulae he took the brightest stars in them as a standard. Many were clouds of glowing hydrogen, brighter than any star, and so their nebulae are farther away than he thought. Allan Sandage showed it in 1958<!--= 1958 -->.
#
# Three of the twenty-four, with their distances then and as they are measured today:

# %%
then_and_now = {
    "Andromeda": (0.275, 0.77),
    "M81": (0.9, 3.6),
    "M87": (2.0, 16.4),
}
for name, (then, now) in then_and_now.items():
    ratio = now / then
    print(f"{name:9} {then:.3f} -> {now:5.2f} Mpc: {ratio:.1f} times")

# %% [markdown]
# The farther the nebula, the larger the mistake: the second reason comes on top of the first.
# The line was right, and its slope was wrong.
# No amount of fitting could have shown it: a fit believes its features.

# %% [markdown]
# ## Two things to try
#
# 1. **Through the origin.** At no distance there should be no velocity. Give the layer the argument `bias=False`, and leave out the line that sets the bias. The slope comes out as 424<!--= torch.linalg.lstsq(X, y).solution.item() -->. Which of the two would you publish?
# 2. **Farther away.** Multiply every distance by seven, and fit again. `fit` stops, because the larger numbers make the bowl steeper ([chapter eight](../learn/update.md) knows why). Take the learning rate that it names, and ten times the steps. What has become of the slope, and what of the age?
