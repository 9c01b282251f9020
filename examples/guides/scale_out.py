"""Fit one line on many machines: every rank reads its own rows, and all end with one answer."""

# --8<-- [start:join]
import os

import torch
import torch.distributed as dist
from linreg import pick_device


def join():
    """Meet the other ranks if torchrun started them, or be the only one."""
    if dist.is_torchelastic_launched():
        dist.init_process_group()
    else:
        dist.init_process_group(store=dist.HashStore(), rank=0, world_size=1)
    return dist.get_rank(), dist.get_world_size()


def own_device():
    """A GPU of its own for each rank of this machine, or the CPU for all."""
    here = int(os.environ.get("LOCAL_RANK", 0))
    beside = int(os.environ.get("LOCAL_WORLD_SIZE", 1))
    if pick_device().type == "cuda" and torch.cuda.device_count() >= beside:
        torch.cuda.set_device(here)
        return torch.device("cuda", here)
    return torch.device("cpu")


device = own_device()
rank, ranks = join()


def say(text):
    """Let one rank speak for all."""
    if rank == 0:
        print(text)


say(f"ranks: {ranks}")
# --8<-- [end:join]

# --8<-- [start:shard]
from linreg import make_regression


def shard(rank, ranks):
    """The rows of one rank: of a sorted table, a slice that grows with the rank."""
    truth = {"weight": [2.0, 0.5], "bias": 1.0, "noise": 0.3}
    rides = make_regression(12_000, **truth, seed=0, dtype=torch.float64)
    by_distance = rides.features[:, 0].argsort()
    first = len(by_distance) * rank**2 // ranks**2
    last = len(by_distance) * (rank + 1) ** 2 // ranks**2
    mine = by_distance[first:last]
    return rides.features[mine], rides.target[mine]


X, y = (rows.to(device) for rows in shard(rank, ranks))
say(f"rows on the first rank: {len(X)}")
# --8<-- [end:shard]

# --8<-- [start:gather]
from linreg import Moments

moments = Moments(n_features=2, device=device)
moments.update(X, y)

state = moments.state_dict().values()
small = sum(part.numel() for part in state if torch.is_tensor(part))
say(f"numbers read: {X.numel() + y.numel()}")
say(f"numbers kept: {small}")
# --8<-- [end:gather]


# --8<-- [start:all-merge]
def all_merge(moments):
    """The moments of all ranks' rows, the same on every rank."""
    mine = moments.state_dict()
    for name, value in mine.items():
        if torch.is_tensor(value):
            mine[name] = value.cpu()
    states = [None] * dist.get_world_size()
    dist.all_gather_object(states, mine)

    merged, *parts = map(Moments.from_state_dict, states)
    for part in parts:
        merged = merged.merge(part)
    return merged


merged = all_merge(moments)
fit = merged.solve()
say(f"rows gathered: {merged.rows}")
say(f"per km      {fit.coefficients[0].item():.13f}")
say(f"per minute  {fit.coefficients[1].item():.13f}")
say(f"to get in   {fit.intercept.item():.13f}")
# --8<-- [end:all-merge]

# --8<-- [start:same]
answers = [None] * ranks
dist.all_gather_object(answers, fit.parameters.tolist())
assert all(answer == answers[0] for answer in answers)
# --8<-- [end:same]

# --8<-- [start:train]
from torch import nn
from torch.nn.parallel import DistributedDataParallel

model = nn.Linear(2, 1, dtype=torch.float64, device=device)
nn.init.zeros_(model.weight)
nn.init.zeros_(model.bias)
model = DistributedDataParallel(model)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

total = torch.tensor(len(X), device=device)
dist.all_reduce(total)

for _ in range(200):
    y_hat = model(X)
    loss = ((y_hat - y) ** 2).sum() * ranks / total
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

trained = model.module.cpu()
say(f"per km      {trained.weight[0, 0].item():.13f}")
say(f"per minute  {trained.weight[0, 1].item():.13f}")
say(f"to get in   {trained.bias.item():.13f}")
# --8<-- [end:train]

# --8<-- [start:check]
walk = merged.descend(lr=0.1, steps=200)
assert (trained.weight.T - walk.weight).abs().max() < 1e-12
assert (trained.bias - walk.bias).abs().max() < 1e-12
# --8<-- [end:check]

# --8<-- [start:leave]
dist.barrier()
dist.destroy_process_group()
if rank > 0:
    raise SystemExit  # what follows explains, and one process can do that
# --8<-- [end:leave]


# --8<-- [start:two-shards]
def slopes(rows):
    """Slopes of the mean squared error of some rows, at the first guess."""
    X, y = rows
    columns = torch.cat([X, torch.ones_like(y)], dim=1)
    return -2 * columns.T @ y / len(y)


near, far = shard(0, 2), shard(1, 2)
n_near, n_far = len(near[1]), len(far[1])

right = slopes(shard(0, 1))
plain = (slopes(near) + slopes(far)) / 2
weighed = (n_near * slopes(near) + n_far * slopes(far)) / (n_near + n_far)

named = {"all rows": right, "plain": plain, "weighed": weighed}
for name, value in named.items():
    off = (value - right).norm() / right.norm()
    numbers = "  ".join(f"{x:.4f}" for x in value.flatten().tolist())
    print(f"{name:9} {numbers}  off by {100 * off:.0f} %")
# --8<-- [end:two-shards]

# --8<-- [start:balance]
import matplotlib.pyplot as plt

places = [slopes(near)[0].item(), slopes(far)[0].item()]
middle, centre = plain[0].item(), right[0].item()

figure, axes = plt.subplots(figsize=(5.6, 2.6))
axes.plot(places, [0, 0], color="#6e7781", linewidth=3, zorder=1)
axes.scatter(places, [0.32, 0.32], [160, 480], color="C0", zorder=2)
axes.text(places[0], 0.85, "rank zero,\na quarter of the rows", ha="right")
axes.text(places[1], 0.85, "rank one,\nthree quarters")
axes.plot(centre, -0.3, "^", color="C2", markersize=14)
axes.text(centre, -0.75, "weighed", color="C2", ha="center", va="top")
axes.plot(middle, -0.3, "x", color="C3", markersize=10, markeredgewidth=2.5)
axes.text(middle, -0.75, "plain mean", color="C3", ha="center", va="top")
axes.set(ylim=(-1.5, 1.9), yticks=[])
axes.set(xlabel="slope of the loss in the price per km")
axes.grid(visible=False)
axes.spines["left"].set_visible(False)
plt.show()
# --8<-- [end:balance]


# --8<-- [start:mistake]
def plain_ddp(ranks, steps):
    """What a loss of `mean` and plain averaging make of the shards."""
    shards = [shard(rank, ranks) for rank in range(ranks)]
    W = torch.zeros(2, 1, dtype=torch.float64, requires_grad=True)
    b = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    for _ in range(steps):
        losses = [torch.mean((X @ W + b - y) ** 2) for X, y in shards]
        W.grad = b.grad = None
        (sum(losses) / ranks).backward()  # the mean of the ranks' gradients
        with torch.no_grad():
            W -= 0.1 * W.grad
            b -= 0.1 * b.grad
    return [*W.flatten().tolist(), b.item()]


for steps in (1, 200):
    for ranks in (1, 2, 3):
        numbers = "  ".join(f"{x:.4f}" for x in plain_ddp(ranks, steps))
        print(f"steps {steps:3}, ranks {ranks}:  {numbers}")
# --8<-- [end:mistake]


# --8<-- [start:way-out]
def one_step(ranks):
    """One step with a loss of `sum`, times the ranks, over the rows of all."""
    shards = [shard(rank, ranks) for rank in range(ranks)]
    total = sum(len(y) for _, y in shards)
    W = torch.zeros(2, 1, dtype=torch.float64, requires_grad=True)
    losses = [((X @ W - y) ** 2).sum() * ranks / total for X, y in shards]
    (sum(losses) / ranks).backward()
    return (-0.1 * W.grad).flatten().tolist()


for ranks in (1, 2, 3):
    numbers = "  ".join(f"{x:.4f}" for x in one_step(ranks))
    print(f"ranks {ranks}:  {numbers}")
# --8<-- [end:way-out]

# --8<-- [start:exercise-order]
parts = []
for rank in range(5):
    part = Moments(n_features=2)
    part.update(*shard(rank, 5))
    parts.append(part)

up, down = Moments(n_features=2), Moments(n_features=2)
for part in parts:
    up = up.merge(part)
for part in reversed(parts):
    down = down.merge(part)
apart = (up.solve().parameters - down.solve().parameters).abs().max()
print("rows", up.rows, down.rows)
print("agree to twelve decimals:", apart.item() < 1e-12)
# --8<-- [end:exercise-order]

# --8<-- [start:exercise-empty]
nobody = far[0][:0], far[1][:0]
merged = up.merge(Moments(n_features=2))
errors = (nobody[0].sum(1, keepdim=True) - nobody[1]) ** 2
print("moments  ", merged.rows, "rows")
print("sum loss ", errors.sum().item())
print("mean loss", errors.mean().item())
# --8<-- [end:exercise-empty]

# --8<-- [start:exercise-sampler]
from torch.utils.data import DistributedSampler

for rank in range(3):
    dealt = DistributedSampler(range(10), 3, rank, shuffle=False)
    print(f"rank {rank}:", list(dealt))
# --8<-- [end:exercise-sampler]
