/** The two pictures that the figures share: the rides with the line, and the loss seen from above. */

import { clamp } from "./base.js";

const line = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
const dots = (points) => points.map(([x, y]) => `M${x.toFixed(1)} ${y.toFixed(1)}h0`).join("");
const FAR = 1e4;

/** Axes in a box of the page: `x` and `y` are { from, to, ticks, name }. */
class Plot {
  constructor(host, { x, y, title, layers }) {
    this.host = host;
    this.x = x;
    this.y = y;
    const id = `clip-${Math.random().toString(36).slice(2)}`;
    host.innerHTML = `
      <svg role="group" aria-label="${title}">
        <clipPath id="${id}"><rect/></clipPath>
        <g class="axes" aria-hidden="true"></g>
        <g clip-path="url(#${id})" aria-hidden="true">${layers}</g>
        <g class="handles"></g>
      </svg>`;
    this.svg = host.firstElementChild;
    this.clip = this.find("rect");
  }

  find(selector) {
    return this.svg.querySelector(selector);
  }

  set(selector, attributes) {
    for (const [name, value] of Object.entries(attributes)) this.find(selector).setAttribute(name, value);
  }

  /** Fit the axes to the room there is; true if there is any. */
  resize() {
    const { width, height } = this.host.getBoundingClientRect();
    if (!width || !height) return false;
    if (width === this.width && height === this.height) return true;
    Object.assign(this, { width, height });
    const em = parseFloat(getComputedStyle(this.host).fontSize);
    this.left = 1.7 * em;
    this.right = width - 0.6 * em;
    this.top = 1.9 * em;
    this.bottom = height - 2.9 * em;
    for (const [name, value] of [["x", this.left], ["y", this.top], ["width", this.right - this.left], ["height", this.bottom - this.top]]) {
      this.clip.setAttribute(name, Math.max(value, 0));
    }
    // Where there is little room, every second number is enough.
    const some = ({ ticks }, room, need) => ticks.filter((_, i) => i % Math.ceil((need * ticks.length) / room) === 0);
    const ticks = [
      ...some(this.x, this.right - this.left, 2.2 * em).map((t) => `<text x="${this.px(t)}" y="${this.bottom + 1.15 * em}" text-anchor="middle">${t}</text>
        <path class="axis" d="M${this.px(t)} ${this.bottom}v4"/>`),
      ...some(this.y, this.bottom - this.top, 1.5 * em).map((t) => `<text x="${this.left - 0.5 * em}" y="${this.py(t) + 0.3 * em}" text-anchor="end">${String(t).replace("-", "−")}</text>
        <path class="axis" d="M${this.left} ${this.py(t)}H${this.right}" opacity=".55"/>`),
    ];
    this.find(".axes").innerHTML = `${ticks.join("")}
      <path class="axis" d="M${this.left} ${this.bottom}H${this.right}"/>
      <text x="0" y="${0.95 * em}">${this.y.name}</text>
      <text x="${this.right}" y="${this.bottom + 2.4 * em}" text-anchor="end">${this.x.name}</text>`;
    return true;
  }

  px = (x) => this.left + ((x - this.x.from) / (this.x.to - this.x.from)) * (this.right - this.left);
  py = (y) => this.bottom - ((y - this.y.from) / (this.y.to - this.y.from)) * (this.bottom - this.top);

  /** Where a pointer is, in the units of the axes. */
  at(event) {
    const box = this.svg.getBoundingClientRect();
    const [px, py] = [event.clientX - box.left, event.clientY - box.top];
    return {
      px, py,
      x: this.x.from + ((px - this.left) / (this.right - this.left)) * (this.x.to - this.x.from),
      y: this.y.from + ((this.bottom - py) / (this.bottom - this.top)) * (this.y.to - this.y.from),
    };
  }

  /** Add a knob that can be focused, 32 px wide to a finger. */
  handle(label, knob) {
    const handle = document.createElementNS("http://www.w3.org/2000/svg", "g");
    handle.setAttribute("class", "handle");
    handle.setAttribute("tabindex", "0");
    handle.setAttribute("role", "slider");
    handle.setAttribute("aria-label", label);
    handle.setAttribute("aria-valuemin", "-4");
    handle.setAttribute("aria-valuemax", "8");
    handle.innerHTML = `<circle class="hit" r="16"/><circle class="ring" r="14"/>${knob}`;
    this.find(".handles").append(handle);
    return handle;
  }

  /** Put a knob at a place of the plot, at its edge where the place is outside. */
  put(handle, x, y, value, text) {
    const px = clamp(this.px(x), this.left, this.right);
    const py = clamp(this.py(y), this.top, this.bottom);
    handle.classList.toggle("away", Math.abs(px - this.px(x)) + Math.abs(py - this.py(y)) > 1);
    handle.setAttribute("transform", `translate(${px.toFixed(1)} ${py.toFixed(1)})`);
    handle.setAttribute("aria-valuenow", String(value));
    handle.setAttribute("aria-valuetext", text);
    return [px, py];
  }
}

export const circle = (letter, x, y) => `<circle class="knob" r="8"/><text x="${x}" y="${y}" aria-hidden="true">${letter}</text>`;
export const diamond = `<path class="knob" d="M0-10 10 0 0 10-10 0Z"/>`;

export class RidesPlot extends Plot {
  constructor(host, title = "The rides and the line") {
    super(host, {
      title,
      x: { from: 0, to: 2, ticks: [0, 0.5, 1, 1.5, 2], name: "distance x (km)" },
      y: { from: 0, to: 6.5, ticks: [0, 1, 2, 3, 4, 5, 6], name: "price y (euros)" },
      layers: `<g class="squares"></g><path class="sticks"/><path class="dots"/><path class="fit"/>`,
    });
  }

  draw({ x, y }, w, b, { squares = false, sticks = true, mean } = {}) {
    const at = (v) => clamp(this.py(v), -FAR, FAR);
    this.set(".dots", { d: dots(x.map((v, i) => [this.px(v), at(y[i])])) });
    this.set(".sticks", {
      d: sticks ? x.map((v, i) => `M${this.px(v).toFixed(1)} ${at(y[i]).toFixed(1)}V${at(w * v + b).toFixed(1)}`).join("") : "",
    });
    this.set(".fit", { d: Number.isFinite(w * 2 + b) ? line([[this.px(0), at(b)], [this.px(2), at(2 * w + b)]]) : "" });
    this.find(".squares").innerHTML = squares ? x.map((v, i) => this.square(v, y[i], w * v + b)).join("") + this.average(mean) : "";
  }

  square(x, y, predicted) {
    const side = Math.abs(this.py(y) - this.py(predicted));
    if (!(side < 3 * this.width)) return "";
    // Towards the inside of the picture.
    const left = x > 1 ? this.px(x) - side : this.px(x);
    return `<rect x="${left.toFixed(1)}" y="${this.py(Math.max(y, predicted)).toFixed(1)}" width="${side.toFixed(1)}" height="${side.toFixed(1)}"/>`;
  }

  /** The loss itself, as a square: as large as the squares are on average. */
  average(mean) {
    const side = this.py(0) - this.py(Math.sqrt(mean));
    if (!(side < (this.right - this.left) * 0.6)) return "";
    const [x, y] = [this.right - side - 1, this.bottom - side - 1];
    return `<rect class="mean" x="${x}" y="${y}" width="${side}" height="${side}"/>
      <text x="${x - 6}" y="${this.bottom - 6}" text-anchor="end" class="mean-name">their mean: the loss</text>`;
  }
}

export class MapPlot extends Plot {
  constructor(host, title = "The loss over weight and bias, seen from above") {
    super(host, {
      title,
      x: { from: -1, to: 5, ticks: [0, 1, 2, 3, 4], name: "weight w" },
      y: { from: -1.5, to: 4, ticks: [-1, 0, 1, 2, 3], name: "bias b" },
      layers: `<g class="rings"></g><path class="lowest"/><path class="trail"/><path class="trail-dots"/>
        <path class="arrow"/><path class="arrow-head"/><path class="here"/>`,
    });
  }

  /** The rings on which all lines are equally wrong: exact ellipses, for the loss is quadratic. */
  land({ lowest, least, bends, directions }) {
    const [sx, sy] = [this.px(1) - this.px(0), this.py(1) - this.py(0)];
    const rings = [0.1, 0.3, 1, 3, 10, 20, 30].filter((level) => level > least).map((level) => {
      const [r, s] = bends.map((bend) => Math.sqrt((2 * (level - least)) / bend));
      const [[a, b], [c, d]] = directions;
      const matrix = [a * r * sx, b * r * sy, c * s * sx, d * s * sy, this.px(lowest[0]), this.py(lowest[1])];
      return `<circle r="1" transform="matrix(${matrix.map((v) => v.toFixed(3)).join(" ")})"/>`;
    });
    // What each ring stands for, where it crosses the short way up from the lowest place.
    const [c, d] = directions[0];
    const up = Math.sign(d);
    const names = [1, 3, 10, 20].filter((level) => level > least).map((level) => {
      const r = Math.sqrt((2 * (level - least)) / bends[0]) * up;
      const [x, y] = [this.px(lowest[0] + r * c), this.py(lowest[1] + r * d)];
      const inside = x < this.right - 12 && y > this.top + 12 && x > this.left + 8 && y < this.bottom - 4;
      return inside ? `<text x="${x.toFixed(1)}" y="${(y + 4).toFixed(1)}" text-anchor="middle">${level}</text>` : "";
    });
    this.find(".rings").innerHTML = rings.join("") + names.join("");
    const [x, y] = [this.px(lowest[0]), this.py(lowest[1])];
    this.set(".lowest", { d: `M${x - 5} ${y}h10M${x} ${y - 5}v10` });
  }

  /** The places that descent came through, as far as a picture can hold them. */
  walk(places) {
    const points = [];
    for (const [w, b] of places) {
      const point = [this.px(w), this.py(b)];
      if (!point.every((v) => Math.abs(v) < FAR)) break;
      points.push(point);
    }
    this.set(".trail", { d: points.length > 1 ? line(points) : "" });
    this.set(".trail-dots", { d: points.length > 1 ? dots(points) : "" });
  }

  /** The next step, as an arrow down the gradient; false where it is too short or too long to draw. */
  next([w, b], [to_w, to_b]) {
    const [x, y, to_x, to_y] = [this.px(w), this.py(b), this.px(to_w), this.py(to_b)];
    const length = Math.hypot(to_x - x, to_y - y);
    const fits = length > 24 && [x, y, to_x, to_y].every((v) => Math.abs(v) < FAR);
    const [u, v] = [(to_x - x) / length, (to_y - y) / length];
    this.set(".arrow", { d: fits ? line([[x, y], [to_x - 8 * u, to_y - 8 * v]]) : "" });
    const [back_x, back_y] = [to_x - 10 * u, to_y - 10 * v];
    this.set(".arrow-head", {
      d: fits ? line([[to_x, to_y], [back_x - 4.5 * v, back_y + 4.5 * u], [back_x + 4.5 * v, back_y - 4.5 * u]]) + "Z" : "",
    });
    return fits;
  }
}
