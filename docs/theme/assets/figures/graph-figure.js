/** <graph-figure>: the recorded computation, node by node, and gradients flowing back through it. */

import { clamp, Figure, narrow, number, plain, whole } from "./base.js";

const OPS = {
  mul: { grad_fn: "MulBackward0", value: (p, q) => p * q, slopes: (p, q) => [q, p] },
  add: { grad_fn: "AddBackward0", value: (p, q) => p + q, slopes: () => [1, 1] },
  sub: { grad_fn: "SubBackward0", value: (p, q) => p - q, slopes: () => [1, -1] },
  square: { grad_fn: "PowBackward0", value: (p) => p * p, slopes: (p) => [2 * p] },
};

/**
 * The two computations of the chapters. A node has a name, and either a default (a leaf; `asked`
 * if it requires a gradient) or an operation on earlier nodes and plain numbers. `at` is its place:
 * how far along the computation, and on which track.
 */
export const GRAPHS = {
  // (w·x + b − y)²
  line: [
    { name: "w", initial: 1.5, asked: true, at: [0, 1] },
    { name: "x", initial: 2, at: [0, 0] },
    { name: "p", op: "mul", from: ["w", "x"], code: "w * x", at: [1, 1] },
    { name: "b", initial: 1.5, asked: true, at: [1, 0] },
    { name: "y_hat", op: "add", from: ["p", "b"], code: "p + b", at: [2, 1] },
    { name: "y", initial: 5, at: [2, 0] },
    { name: "e", op: "sub", from: ["y_hat", "y"], code: "y_hat - y", at: [3, 1] },
    { name: "loss", op: "square", from: ["e"], code: "e ** 2", at: [4, 1] },
  ],
  // The chain of the chapter on autograd.
  chain: [
    { name: "a", initial: 1.5, asked: true, at: [0, 0] },
    { name: "b", op: "mul", from: ["a", 2], code: "a * 2", at: [1, 0] },
    { name: "c", op: "sub", from: ["b", 5], code: "b - 5", at: [2, 0] },
    { name: "d", op: "square", from: ["c"], code: "c ** 2", at: [3, 0] },
  ],
};

const steps = (graph) => graph.filter((node) => node.op);
const isRecorded = (graph) => {
  const recorded = new Set();
  for (const { name, asked, from = [] } of graph) if (asked || from.some((f) => recorded.has(f))) recorded.add(name);
  return recorded;
};

/** What torch calls the recorded step behind each node. */
export const recordedAs = (graph) => Object.fromEntries(steps(graph).map(({ name, op }) => [name, OPS[op].grad_fn]));

/** The values of all nodes. */
export function forward(graph, inputs) {
  const values = {};
  for (const { name, op, from } of graph) {
    values[name] = op ? OPS[op].value(...from.map((f) => values[f] ?? f)) : inputs[name];
  }
  return values;
}

/** What flows back: the gradient of the result in each recorded node, and the slope along each edge. */
export function backward(graph, values, count = Infinity) {
  const recorded = isRecorded(graph);
  const order = steps(graph).reverse();
  const gradients = { [order[0].name]: 1 };
  const slopes = {};
  for (const { name, op, from } of order.slice(0, count)) {
    const local = OPS[op].slopes(...from.map((f) => values[f] ?? f));
    from.forEach((f, i) => {
      if (!recorded.has(f)) return;
      slopes[`${f}-${name}`] = local[i];
      gradients[f] = (gradients[f] ?? 0) + gradients[name] * local[i];
    });
  }
  return { gradients, slopes };
}

const COLOURS = { w: "parameter", b: "parameter", a: "parameter", x: "data", y: "data", loss: "loss", d: "loss" };
const value = number(0, -99, 99);
const kept = number(0, -1e9, 1e9);

class GraphFigure extends Figure {
  static title = "The recorded computation and the gradients that flow back";
  static fields = { t: whole(0, 0, 99) };
  static css = `
    .canvas { position: relative; flex: 1; min-height: 9em; }
    .edge { fill: none; stroke-width: 1.6; }
    .forth { stroke: var(--prediction); } .back { stroke: var(--gradient); stroke-dasharray: 5 3; }
    .idle { stroke: var(--rule); }
    .tip-forth { fill: var(--prediction); } .tip-back { fill: var(--gradient); } .tip-idle { fill: var(--rule); }
    svg text.slope { fill: var(--gradient); font-weight: 600; }
    .node {
      position: absolute; width: 7em; height: 5.3em; margin: -2.65em 0 0 -3.5em; padding: .3em .5em;
      border: 1px solid var(--rule); border-radius: .4em; background: var(--paper);
      display: grid; grid-template-rows: 1.35em 1.9em 1.6em; text-align: center; line-height: 1.35;
      transition: border-color .2s;
    }
    .node.asked { border-style: double; border-width: 3px; padding: calc(.3em - 2px) calc(.5em - 2px); }
    .node.on { border-color: currentColor; }
    .node.now { outline: 2px solid currentColor; outline-offset: 2px; }
    .node b { font-weight: 600; }
    .node .value { color: var(--ink); font-size: 1.12em; align-self: center; }
    .node input { width: 100%; text-align: center; min-height: 24px; padding: 0; }
    .node .grad { color: var(--gradient); border-top: 1px solid var(--rule); padding-top: .15em; white-space: nowrap; }
    .node .grad.none { color: var(--muted); }
    .fn { font-size: .68em; color: var(--muted); }
    .legend { gap: .1em 1.4em; font-size: .92em; color: var(--muted); }
    .legend svg { position: static; display: inline-block; width: 2.4em; height: .8em; vertical-align: middle; }
    @media (prefers-reduced-motion: reduce) { .node { transition: none; } }
  `;

  get graph() {
    return GRAPHS[this.getAttribute("graph")] ?? GRAPHS.line;
  }

  field(name) {
    const node = this.graph.find((n) => n.name === name && !n.op);
    if (node) return { ...value, initial: node.initial };
    if (this.graph.some((n) => n.asked && `kept_${n.name}` === name)) return kept;
    return super.field(name);
  }

  reset() {
    super.reset();
    for (const { name, op, initial, asked } of this.graph) {
      if (!op) this.state[name] ??= initial;
      if (asked) this.state[`kept_${name}`] ??= 0;
    }
    this.start = { ...this.state };
  }

  build() {
    this.count = steps(this.graph).length;
    this.end = 2 * this.count + 1;
    this.leaves = this.graph.filter((node) => node.asked).map((node) => node.name);
    this.result = this.graph.at(-1).name;
    const grads = this.leaves.map((name) => `${name}.grad`).join(" = ");
    this.live.innerHTML = `
      <div class="row">
        <button id="step">Step</button>
        <button id="forward">Forward</button>
        <button id="backward"><code>${this.result}.backward()</code></button>
        <button id="clear"><code>${grads} = None</code></button>
        <button class="quiet" id="reset">Start again</button>
      </div>
      <div class="canvas plot"><svg aria-hidden="true"></svg>${this.graph.map((node) => this.card(node)).join("")}</div>
      <div class="row legend" aria-hidden="true">
        <span><svg viewBox="0 0 36 12"><path class="edge forth" d="M0 6H30"/><path class="tip-forth" d="M36 6l-8-4v8z"/></svg> data</span>
        <span><svg viewBox="0 0 36 12"><path class="edge back" d="M6 6H36"/><path class="tip-back" d="M0 6l8-4v8z"/></svg> gradient, × the step's own slope</span>
        <span>double border: a leaf with <code>requires_grad</code></span>
      </div>
      <p class="say" role="status" aria-live="polite"></p>`;
    for (const { name, op } of this.graph) {
      if (op) continue;
      this.on(`#in-${name}`, "input", (event) => {
        const read = value.read(event.target.value);
        if (read !== undefined) this.set({ [name]: read });
      });
      this.on(`#in-${name}`, "blur", () => this.update());
    }
    this.on("#step", "click", () => this.go(this.state.t + 1, 0));
    this.on("#forward", "click", () => this.go(this.count));
    this.on("#backward", "click", () => this.again());
    this.on("#clear", "click", () => {
      this.stop();
      this.set({ t: Math.min(this.state.t, this.count), ...this.remember(() => 0) });
    });
    this.on("#reset", "click", () => {
      this.stop();
      this.reset();
      this.set({});
    });
  }

  card({ name, op, asked, code }) {
    const held = op ? `<span class="value" id="v-${name}"></span>`
      : `<span class="value"><input type="number" step="0.5" id="in-${name}" aria-label="value of ${name}"></span>`;
    const colour = COLOURS[name] && !(name === "b" && op) ? COLOURS[name] : "prediction";
    return `<div class="node ${colour} ${asked ? "asked" : ""}" id="n-${name}">
      <span><b class="mono">${name}</b> ${code ? `<span class="fn mono">= ${code}</span>` : ""}</span>${held}
      <span class="grad mono" id="g-${name}"></span></div>`;
  }

  remember(of) {
    return Object.fromEntries(this.leaves.map((name) => [`kept_${name}`, of(name)]));
  }

  /** backward(): the rest of this pass; after a whole pass, compute again and add another. */
  again() {
    if (this.state.t >= this.end) {
      const { gradients } = backward(this.graph, forward(this.graph, this.state));
      this.set({ t: this.count, ...this.remember((name) => this.state[`kept_${name}`] + gradients[name]) });
    }
    if (this.state.t < this.count) this.set({ t: this.count });
    this.go(this.end);
  }

  go(to, pace = 420) {
    const from = this.state.t > to ? 0 : this.state.t;
    to = Math.min(to, this.end);
    const count = Math.max(to - from, 0);
    this.animate(count * pace, (part) => {
      const t = from + Math.ceil(count * part);
      if (t !== this.state.t) {
        this.state.t = t;
        this.update();
      }
    }, () => this.set({ t: to }));
  }

  update() {
    const { graph, state, count } = this;
    const t = Math.min(state.t, this.end);
    const values = forward(graph, state);
    const flowed = t > count ? backward(graph, values, t - count - 1) : { gradients: {}, slopes: {} };
    const order = steps(graph).map((node) => node.name);
    const recorded = isRecorded(graph);

    for (const { name, op, asked } of graph) {
      const known = !op || order.indexOf(name) < t;
      const now = order.indexOf(name) === (t <= count ? t - 1 : clamp(2 * count + 1 - t, 0, count - 1)) && op;
      const node = this.find(`#n-${name}`);
      node.classList.toggle("on", known);
      node.classList.toggle("now", Boolean(now) && t > 0 && t < this.end);
      if (op) this.find(`#v-${name}`).textContent = known ? plain(values[name]) : "·";
      else if (this.shadowRoot.activeElement !== this.find(`#in-${name}`)) this.find(`#in-${name}`).value = state[name];
      this.find(`#g-${name}`).textContent = this.gradientText(name, asked, flowed.gradients[name], recorded.has(name));
      this.find(`#g-${name}`).classList.toggle("none", !(name in flowed.gradients) && !state[`kept_${name}`]);
    }
    this.find("#step").disabled = t >= this.end;
    this.find("#forward").disabled = t >= count;
    this.find("#clear").disabled = !this.leaves.some((name) => state[`kept_${name}`] || name in flowed.gradients);
    this.draw(t, flowed);
    this.say(this.words(t, values, flowed));
  }

  gradientText(name, asked, arrived, recorded) {
    if (!recorded) return "no grad";
    if (!asked) return arrived === undefined ? "" : plain(arrived);
    const before = this.state[`kept_${name}`];
    if (arrived === undefined) return before ? `grad ${plain(before)}` : "grad None";
    return `grad ${plain(before + arrived)}`;
  }

  place([along, track]) {
    const { width, height } = this.find(".canvas").getBoundingClientRect();
    const em = parseFloat(getComputedStyle(this.live).fontSize);
    const last = this.graph.at(-1).at[0];
    const tracks = Math.max(...this.graph.map((node) => node.at[1]));
    const [w, h] = [3.5 * em + 2, 2.65 * em + 4];
    const spread = (share, low, high) => low + share * (high - low);
    if (narrow.matches) {
      const across = tracks ? spread(track, width - w - 0.04 * width, w + 0.04 * width) : width / 2;
      return [across, spread(along / last, h, height - h)];
    }
    return [spread(along / last, w, width - w), tracks ? spread(track, h, height - h) : height / 2];
  }

  draw(t, { slopes }) {
    const box = this.find(".canvas").getBoundingClientRect();
    if (!box.width) return;
    const em = parseFloat(getComputedStyle(this.live).fontSize);
    const parts = [];
    const order = steps(this.graph).map((node) => node.name);
    for (const node of this.graph) {
      const [x, y] = this.place(node.at);
      Object.assign(this.find(`#n-${node.name}`).style, { left: `${x}px`, top: `${y}px` });
      for (const from of node.from ?? []) {
        const origin = this.graph.find((n) => n.name === from);
        if (!origin) continue;
        const [x0, y0] = this.place(origin.at);
        const done = order.indexOf(node.name) < t;
        const slope = slopes[`${from}-${node.name}`];
        parts.push(this.edge([x0, y0], [x, y], [3.5 * em, 2.65 * em], done, slope));
      }
    }
    this.find(".canvas svg").innerHTML = parts.join("");
  }

  /** An edge between two cards: data forth on one side of it, the gradient back on the other. */
  edge([x0, y0], [x1, y1], [w, h], done, slope) {
    const length = Math.hypot(x1 - x0, y1 - y0);
    const [u, v] = [(x1 - x0) / length, (y1 - y0) / length];
    const reach = Math.min(w / Math.abs(u || 1e-9), h / Math.abs(v || 1e-9)) + 4;
    const arrow = (from, to, side, kind) => {
      const [sx, sy] = [-v * side, u * side];
      const a = [x0 + u * from + sx, y0 + v * from + sy];
      const b = [x0 + u * to + sx, y0 + v * to + sy];
      const way = Math.sign(to - from);
      const tip = [b[0] - way * u * 8, b[1] - way * v * 8];
      return `<path class="edge ${kind}" d="M${a}L${tip}"/>
        <path class="tip-${kind}" d="M${b}L${tip[0] - v * 4},${tip[1] + u * 4}L${tip[0] + v * 4},${tip[1] - u * 4}Z"/>`;
    };
    const [start, stop] = [reach, length - reach];
    if (slope === undefined) return arrow(start, stop, 0, done ? "forth" : "idle");
    const [mx, my] = [(x0 + x1) / 2 - v * 11, (y0 + y1) / 2 + u * 17 + 4];
    const label = `<text class="slope" x="${mx}" y="${my}" text-anchor="${v > 0.2 ? "end" : "middle"}">× ${plain(slope)}</text>`;
    return arrow(start, stop, -5, "forth") + arrow(stop, start, 5, "back") + label;
  }

  words(t, values, { gradients, slopes }) {
    const { graph, state, count } = this;
    const order = steps(graph);
    if (t === 0) return "Nothing is computed yet. Step to compute and record one operation at a time; change a number at any time.";
    if (t <= count) {
      const { name, op, code } = order[t - 1];
      return `Forward: ${name} = ${code} = ${plain(values[name])}. The step is recorded as ${OPS[op].grad_fn}.`;
    }
    const { name, from } = order[clamp(2 * count + 1 - t, 0, count - 1)];
    if (t === count + 1) return `Backward begins at ${this.result}, whose slope in itself is 1.`;
    if (t < this.end) {
      const passed = from.filter((f) => `${f}-${name}` in slopes);
      return `Backward through ${name}: ${passed.map((f) => `${plain(gradients[name])} × ${plain(slopes[`${f}-${name}`])} = ${plain(gradients[f])} arrives at ${f}`).join(", and ")}.`;
    }
    const sums = this.leaves.map((leaf) => {
      const before = state[`kept_${leaf}`];
      const sum = plain(before + gradients[leaf]);
      return before ? `${leaf}.grad is ${sum}: ${plain(before)} from before, and ${plain(gradients[leaf])} added` : `${leaf}.grad is ${sum}`;
    });
    return `${sums.join("; ")}. Call backward() again on a fresh computation, and it adds up.`;
  }
}

customElements.get("graph-figure") || customElements.define("graph-figure", GraphFigure);
