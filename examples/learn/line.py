"""A line is two numbers: choose them by eye, and measure the choice."""

# --8<-- [start:rides]
from linreg import make_line

data = make_line()
distances = data.features.flatten().tolist()
prices = data.target.flatten().tolist()

print(len(distances), "rides, the first three:")
for distance, price in list(zip(distances, prices))[:3]:
    print(f"{distance:.2f} km cost {price:.2f} euros")
# --8<-- [end:rides]

# --8<-- [start:scatter]
import matplotlib.pyplot as plt

figure, axes = plt.subplots()
axes.plot(distances, prices, "o", color="C0")
axes.set(xlabel="distance x (km)", ylabel="price y (euros)", ylim=(0, 6.5))
plt.show()
# --8<-- [end:scatter]


# --8<-- [start:predict]
def predict(x, w, b):
    return w * x + b


print(predict(0.0, w=1.5, b=1.5))
print(predict(1.0, w=1.5, b=1.5))
print(predict(2.0, w=1.5, b=1.5))
# --8<-- [end:predict]

# --8<-- [start:residual]
predicted = predict(distances[0], w=1.5, b=1.5)
residual = prices[0] - predicted
print(f"predicted {predicted:.2f}, paid {prices[0]:.2f}, residual {residual:.2f}")
# --8<-- [end:residual]


# --8<-- [start:residuals]
def draw(axes, w, b):
    axes.plot(distances, prices, "o", color="C0", label="price paid")
    line = [predict(x, w, b) for x in (0, 2)]
    axes.plot([0, 2], line, color="C1", label="predicted price")
    lengths = [(predict(x, w, b), y) for x, y in zip(distances, prices)]
    lows, highs = [min(pair) for pair in lengths], [max(pair) for pair in lengths]
    axes.vlines(distances, lows, highs, color="C3", linewidth=1, label="residual")
    axes.set(xlabel="distance x (km)", ylabel="price y (euros)", ylim=(0, 6.5))
    axes.legend(loc="upper left")


figure, axes = plt.subplots()
draw(axes, w=1.5, b=1.5)
plt.show()
# --8<-- [end:residuals]


# --8<-- [start:error]
def error(w, b):
    squares = [(predict(x, w, b) - y) ** 2 for x, y in zip(distances, prices)]
    return sum(squares) / len(squares)


print(f"{error(w=1.5, b=1.5):.4f}")
# --8<-- [end:error]

# --8<-- [start:mistake]
mean_price = sum(prices) / len(prices)
residuals = [y - predict(x, w=0.0, b=mean_price) for x, y in zip(distances, prices)]
print(f"average residual {abs(sum(residuals) / len(residuals)):.2f}")
print(f"average square   {error(w=0.0, b=mean_price):.2f}")
# --8<-- [end:mistake]

# --8<-- [start:exercise-flat]
print(f"{error(w=0.0, b=3.0):.2f}")
print(f"{error(w=3.0, b=0.0):.2f}")
# --8<-- [end:exercise-flat]

# --8<-- [start:exercise-search]
candidates = [(w / 10, b / 10) for w in range(31) for b in range(31)]
best = min(candidates, key=lambda pair: error(*pair))
print("w, b =", best)
print(f"error {error(*best):.4f}")
# --8<-- [end:exercise-search]
