/** The arithmetic of the figures: pure functions, which tests/figures replays against torch. */

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean squared error of the line w·x + b. */
export const mse = ({ x, y }, w, b) => mean(x.map((x_i, i) => (w * x_i + b - y[i]) ** 2));

/** The slopes of the mean squared error in w and in b. */
export function gradient({ x, y }, w, b) {
  const excess = x.map((x_i, i) => w * x_i + b - y[i]);
  return [2 * mean(excess.map((e, i) => e * x[i])), 2 * mean(excess)];
}

/** One step of gradient descent. */
export function step(rides, [w, b], lr) {
  const [slope_w, slope_b] = gradient(rides, w, b);
  return [w - lr * slope_w, b - lr * slope_b];
}

/** Gradient descent from (w, b): steps + 1 places, the first of them (w, b). */
export function path(rides, w, b, lr, steps) {
  const places = [[w, b]];
  while (places.length <= steps) places.push(step(rides, places.at(-1), lr));
  return places;
}

/**
 * The loss as a landscape: its lowest place and loss, its bends (the eigenvalues of the Hessian,
 * the largest first) with their directions, and the learning rate at which descent flies apart.
 */
export function landscape({ x, y }) {
  const mean_x = mean(x);
  const mean_y = mean(y);
  const w =
    mean(x.map((x_i, i) => (x_i - mean_x) * (y[i] - mean_y))) / mean(x.map((v) => (v - mean_x) ** 2));
  const b = mean_y - w * mean_x;
  const [p, q, r] = [2 * mean(x.map((v) => v * v)), 2 * mean_x, 2];
  const half = Math.hypot((p - r) / 2, q);
  const bends = [(p + r) / 2 + half, (p * r - q * q) / ((p + r) / 2 + half)];
  const angle = Math.atan2(bends[0] - p, q);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const directions = [[cos, sin], [-sin, cos]];
  return { lowest: [w, b], least: mse({ x, y }, w, b), bends, directions, bound: 2 / bends[0] };
}

/** The shape that a and b broadcast to, or torch's error text. */
export function broadcast(a, b) {
  const rank = Math.max(a.length, b.length);
  const shape = Array(rank);
  for (let i = rank - 1; i >= 0; i--) {
    const [m, n] = [a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1];
    if (m !== n && m !== 1 && n !== 1) {
      return {
        error:
          `The size of tensor a (${m}) must match the size of tensor b (${n}) ` +
          `at non-singleton dimension ${i}`,
      };
    }
    shape[i] = m === 1 ? n : m;
  }
  return { shape };
}

/** How many elements a shape has. */
export const size = (shape) => shape.reduce((product, n) => product * n, 1);

/** Which element of a tensor of shape `from` meets element number `index` of the broadcast shape. */
export function source(index, shape, from) {
  let [element, stride] = [0, 1];
  for (let i = shape.length - 1, j = from.length - 1; i >= 0; i--, j--) {
    const place = index % shape[i];
    index = Math.floor(index / shape[i]);
    if (j < 0) continue;
    if (from[j] !== 1) element += place * stride;
    stride *= from[j];
  }
  return element;
}

/** a − b, broadcast to `shape`; each given as its elements, row by row, and its shape. */
export function difference(a, a_shape, b, b_shape, shape) {
  return Array.from(
    { length: size(shape) },
    (_, i) => a[source(i, shape, a_shape)] - b[source(i, shape, b_shape)],
  );
}

/** The mean of the squares. */
export const meanSquare = (values) => mean(values.map((value) => value * value));
