"""The whole loop on one page, and the same loop around a model that bends."""

# --8<-- [start:whole]
import torch
from torch import nn

from linreg import make_line, pick_device

device = pick_device()
data = make_line()
X, y = data.features.to(device), data.target.to(device)

torch.manual_seed(0)
model = nn.Linear(1, 1).to(device)
loss_function = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

for _ in range(1000):
    y_hat = model(X)  # forward
    loss = loss_function(y_hat, y)  # loss
    optimizer.zero_grad()
    loss.backward()  # backward
    optimizer.step()  # update

print(f"w {model.weight.item():.4f}")
print(f"b {model.bias.item():.4f}")
print(f"loss {loss.item():.4f}")
# --8<-- [end:whole]

# --8<-- [start:cycle]
import matplotlib.pyplot as plt

boxes = [
    (0, 1, "C1", "forward", "y_hat = model(X)"),
    (0.9, 0, "C3", "loss", "loss_function(y_hat, y)"),
    (0, -1, "C2", "backward", "loss.backward()"),
    (-1.1, 0, "C4", "update", "optimizer.step()"),
]

figure, axes = plt.subplots(figsize=(4.6, 3.2))
for x, height, color, name, code in boxes:
    frame = {"boxstyle": "round,pad=0.5", "edgecolor": color, "fill": False}
    text = f"{name}\n{code}"
    axes.text(x, height, text, ha="center", va="center", bbox=frame)

arrow = {"arrowstyle": "-|>", "color": "#6e7781"}
arrow["connectionstyle"] = "arc3,rad=-0.25"
corners = [((0.65, 0.95), (1, 0.35)), ((1, -0.35), (0.65, -0.95))]
corners += [((-0.65, -0.95), (-1.1, -0.35)), ((-1.1, 0.35), (-0.65, 0.95))]
for start, end in corners:
    axes.annotate("", end, start, arrowprops=arrow)

axes.text(-0.23, 0, "one step", ha="center", va="center")
axes.set(xlim=(-1.65, 1.65), ylim=(-1.3, 1.3))
axes.axis("off")
plt.show()
# --8<-- [end:cycle]

# --8<-- [start:waits]
generator = torch.Generator().manual_seed(0)
noise = 0.2 * torch.randn(100, 1, generator=generator)
times = 2 * torch.rand(100, 1, generator=generator) - 1
waits = 2 + torch.sin(3 * times) + noise
times, waits = times.to(device), waits.to(device)
# --8<-- [end:waits]


# --8<-- [start:train]
def train(model, features, target, steps=500, lr=0.2):
    loss_function = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(steps):
        loss = loss_function(model(features), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss_function(model(features), target).item()


line = nn.Linear(1, 1).to(device)
print(f"line     {train(line, times, waits):.3f}")

hidden = nn.Linear(1, 8)
network = nn.Sequential(hidden, nn.Tanh(), nn.Linear(8, 1)).to(device)
print(f"network  {train(network, times, waits):.3f}")
# --8<-- [end:train]

# --8<-- [start:curve]
day = torch.linspace(-1, 1, 101, device=device).unsqueeze(1)
with torch.no_grad():
    straight, bent = line(day).tolist(), network(day).tolist()

figure, axes = plt.subplots()
axes.plot(times.tolist(), waits.tolist(), "o", color="C0", label="waits")
axes.plot(day.tolist(), straight, "--", color="C1", label="line")
axes.plot(day.tolist(), bent, color="C1", label="network")
axes.set(xlabel="time of day", ylabel="wait (minutes)", ylim=(0, 4))
hours = ["6 am", "9 am", "noon", "3 pm", "6 pm"]
axes.set_xticks([-1, -0.5, 0, 0.5, 1], hours)
axes.legend(loc="upper left")
plt.show()
# --8<-- [end:curve]

# --8<-- [start:mistake]
two_lines = nn.Sequential(nn.Linear(1, 8), nn.Linear(8, 1)).to(device)
print(f"two layers, nothing between  {train(two_lines, times, waits):.3f}")
# --8<-- [end:mistake]

# --8<-- [start:batches]
from torch.utils.data import DataLoader, TensorDataset

rides = TensorDataset(X, y)
order = torch.Generator().manual_seed(0)
loader = DataLoader(rides, batch_size=20, shuffle=True, generator=order)

model = nn.Linear(1, 1).to(device)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(50):
    for features, target in loader:
        loss = loss_function(model(features), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

print(len(rides), "rides,", len(loader), "batches")
print(f"w {model.weight.item():.2f}, b {model.bias.item():.2f}")
# --8<-- [end:batches]

# --8<-- [start:exercise-features]
from linreg import fit, make_regression

many = make_regression(200, [2.0, 0.5, 1.0], 1.0, noise=0.3, seed=0)
wide = nn.Linear(3, 1).to(device)
fit(wide, many.features.to(device), many.target.to(device), lr=0.1, steps=500)

print("weights", [round(w, 2) for w in wide.weight.flatten().tolist()])
print("bias   ", round(wide.bias.item(), 2))
# --8<-- [end:exercise-features]


# --8<-- [start:exercise-new]
def seen_and_new(model, features, target, rows):
    seen = train(model, features[:rows], target[:rows])
    new = loss_function(model(features[rows:]), target[rows:])
    return f"seen {seen:.3f}, new {new.item():.3f}"


line = nn.Linear(1, 1).to(device)
print("line, 80 rides:   ", seen_and_new(line, X, y, 80))

torch.manual_seed(0)
hidden = nn.Linear(1, 8)
network = nn.Sequential(hidden, nn.Tanh(), nn.Linear(8, 1)).to(device)
print("network, 6 waits: ", seen_and_new(network, times, waits, 6))
# --8<-- [end:exercise-new]

# --8<-- [start:exercise-hidden]
for units in (1, 2):
    torch.manual_seed(0)
    layers = nn.Linear(1, units), nn.Tanh(), nn.Linear(units, 1)
    network = nn.Sequential(*layers).to(device)
    print(units, f"{train(network, times, waits):.3f}")
# --8<-- [end:exercise-hidden]
