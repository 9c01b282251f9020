"""The map of the loss that several pages draw: every line a point, the loss as rings."""

# --8<-- [start:sheet]
import matplotlib.pyplot as plt
import torch


def sheet(features, target, weights, biases):
    """Each pair of a weight and a bias, in two tables, and the loss of each line in a third."""
    ws, bs = torch.meshgrid(weights, biases, indexing="xy")
    rows = zip(features, target, strict=True)
    losses = sum((ws * x + bs - y) ** 2 for x, y in rows) / len(features)
    return ws, bs, losses


# --8<-- [end:sheet]


# --8<-- [start:rings]
def rings(ws, bs, losses, levels, height=4.4):
    """Draw the rings along which the loss is the same; the axes, to draw more."""
    _, axes = plt.subplots(figsize=(5.6, height))
    axes.contour(ws, bs, losses, levels, colors="C3", alpha=0.4, linewidths=1)
    axes.set(xlabel="weight w (euros per km)", ylabel="bias b (euros)")
    axes.set_aspect("equal")
    return axes


# --8<-- [end:rings]
