/** <broadcast-figure>: two shapes in, and which elements meet; the table that a flat target makes. */

import { choice, clamp, Figure, keys, plain, show, whole } from "./base.js";
import { broadcast, difference, meanSquare, size, source } from "./maths.js";
import { rides } from "./rides.js";

export const LINES = { eye: [1.5, 1.5], first: [0, 0], true: [2, 1] };

/** What a − b comes to, where a holds predictions and b prices, element by element as rides go. */
export function compute(a_shape, b_shape, [w, b]) {
  const result = broadcast(a_shape, b_shape);
  if (result.error) return result;
  const ride = (i) => i % rides.x.length;
  const predicted = Array.from({ length: size(a_shape) }, (_, i) => w * rides.x[ride(i)] + b);
  const paid = Array.from({ length: size(b_shape) }, (_, i) => rides.y[ride(i)]);
  const values = difference(predicted, a_shape, paid, b_shape, result.shape);
  const paired = predicted.length === paid.length ? meanSquare(predicted.map((p, i) => p - paid[i])) : null;
  return { shape: result.shape, predicted, paid, values, loss: meanSquare(values), paired };
}

const write = (shape) => `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
const parse = (text) => (text ? text.split("x").map(Number) : []);
const shape = (initial) => ({
  initial,
  read: (text) => (/^(\d{1,3}(x\d{1,3}){0,2})?$/.test(text) && parse(text).every((n) => n > 0 && n <= 100) ? text : undefined),
});
const PRESETS = [["6x1", "6x1"], ["6x1", "6"], ["3x1", "4"], ["3", "4"], ["100x1", "100"]];
const MOST = 10000;

class BroadcastFigure extends Figure {
  static title = "Two shapes, and which of their elements meet";
  static fields = {
    a: shape("6x1"), b: shape("6"), line: choice("eye", "first", "true"), at: whole(1, 0, MOST - 1),
  };
  static css = `
    .both { display: grid; grid-template-columns: 17.5em 1fr; gap: 1.4em; flex: 1; }
    .side { display: flex; flex-direction: column; gap: .8em; min-width: 0; }
    .presets button { padding-inline: .55em; }
    .presets { gap: .4em; }
    .shape input { width: 6.5em; font-family: "JetBrains Mono", monospace; font-size: .86em; min-height: 2.3em; }
    .shape input[aria-invalid=true] { border-color: var(--loss); border-style: dashed; }
    .align { border-collapse: collapse; min-height: 5.6em; }
    .align td, .align th { padding: .1em .45em; text-align: right; font-weight: 400; white-space: nowrap; }
    .align th { text-align: left; padding-left: 0; }
    .align tr:last-child :is(td, th) { border-top: 1px solid var(--muted); }
    .verdict { min-height: 5.2em; user-select: text; }
    .verdict strong { font-size: 1.14em; }
    .plot { min-height: 17em; }
    .cell { fill: var(--loss); }
    .lines { stroke: var(--rule); fill: none; }
    .own { stroke: var(--ink); fill: none; }
    .strip-a { stroke: var(--prediction); fill: var(--paper); } .strip-b { stroke: var(--data); fill: var(--paper); }
    .pick { fill: none; stroke: var(--ink); stroke-width: 3; }
    .pick-a { fill: var(--prediction); fill-opacity: .25; stroke: var(--prediction); stroke-width: 3; }
    .pick-b { fill: var(--data); fill-opacity: .25; stroke: var(--data); stroke-width: 3; }
    .ray { fill: none; stroke: var(--ink); stroke-dasharray: 2 3; }
    svg text.number { fill: var(--ink); font-size: .78em; text-anchor: middle; pointer-events: none; }
    svg text.a { fill: var(--prediction); font-weight: 600; } svg text.b { fill: var(--data); font-weight: 600; }
    .grid { cursor: crosshair; }
    .grid:focus-visible .pick { stroke-width: 5; }
    .cursor { fill: transparent; }
    @media (max-width: 43.99em) {
      .both { grid-template-columns: 1fr; grid-template-rows: auto 1fr; }
      .verdict { min-height: 5.2em; }
      .plot { min-height: 25em; }
      .say { min-height: 7.3em; }
    }
  `;

  build() {
    const lines = [["eye", "by eye: w = 1.5, b = 1.5"], ["first", "first guess: w = 0, b = 0"], ["true", "true line: w = 2, b = 1"]];
    this.live.innerHTML = `
      <div class="row presets" role="group" aria-label="Examples">${PRESETS.map(([a, b], i) =>
        `<button id="preset-${i}"><code>${write(parse(a))} − ${write(parse(b))}</code></button>`).join("")}</div>
      <div class="both">
        <div class="side">
          <div class="row shape">
            <label><span class="mono prediction">a</span> <input id="in-a" type="text" aria-label="shape of a, the predictions" autocomplete="off" spellcheck="false"></label>
            <label><span class="mono data">b</span> <input id="in-b" type="text" aria-label="shape of b, the prices" autocomplete="off" spellcheck="false"></label>
          </div>
          <table class="align mono" aria-label="The shapes, aligned at their right ends"></table>
          <label><span class="prediction">a</span> predicts <select id="line">${lines.map(([key, text]) => `<option value="${key}">${text}</option>`).join("")}</select></label>
          <p class="verdict" id="verdict"></p>
        </div>
        <div class="plot"><svg role="group" aria-label="The elements of a − b">
          <g class="picture" aria-hidden="true"></g>
          <g class="grid" tabindex="0" role="slider" aria-label="An element of a − b" aria-roledescription="cell: the arrow keys go from cell to cell">
            <rect class="cursor"/><g class="marks"></g>
          </g></svg></div>
      </div>
      <p class="say" role="status" aria-live="polite"></p>`;
    PRESETS.forEach(([a, b], i) => this.on(`#preset-${i}`, "click", () => this.set({ a, b, at: 1 })));
    for (const name of ["a", "b"]) {
      this.on(`#in-${name}`, "input", (event) => {
        const text = (event.target.value.match(/\d+/g) ?? []).join("x");
        const read = /^[\s\d,()x]*$/.test(event.target.value) ? this.field(name).read(text) : undefined;
        event.target.setAttribute("aria-invalid", String(read === undefined));
        if (read !== undefined) this.set({ [name]: read, at: 0 });
      });
      this.on(`#in-${name}`, "blur", () => this.update());
    }
    this.on("#line", "change", (event) => this.set({ line: event.target.value }));
    const grid = this.find(".grid");
    const pick = (event) => {
      const box = this.find("svg").getBoundingClientRect();
      const column = Math.floor((event.clientX - box.left - this.left) / this.cell);
      const row = Math.floor((event.clientY - box.top - this.top) / this.cell);
      if (row >= 0 && row < this.rows && column >= 0 && column < this.columns) {
        this.state.at = row * this.columns + column;
        this.update();
      }
    };
    grid.addEventListener("pointermove", (event) => event.pointerType === "mouse" && pick(event));
    grid.addEventListener("click", (event) => {
      pick(event);
      this.link();
    });
    keys(grid, (right, up) => {
      if (!this.result.shape) return;
      const [row, column] = [Math.floor(this.at / this.columns), this.at % this.columns];
      this.set({ at: clamp(row - up, 0, this.rows - 1) * this.columns + clamp(column + right, 0, this.columns - 1) });
    });
  }

  update() {
    const { state } = this;
    this.a = parse(state.a);
    this.b = parse(state.b);
    const whole = broadcast(this.a, this.b).shape;
    const huge = whole && size(whole) > MOST;
    this.result = huge
      ? { error: `a − b would have ${size(whole)} elements: too many to draw here` }
      : compute(this.a, this.b, LINES[state.line]);
    for (const name of ["a", "b"]) {
      const input = this.find(`#in-${name}`);
      if (this.shadowRoot.activeElement === input) continue;
      input.value = write(this[name]);
      input.setAttribute("aria-invalid", "false");
    }
    PRESETS.forEach(([a, b], i) => this.find(`#preset-${i}`).setAttribute("aria-pressed", String(a === state.a && b === state.b)));
    this.find("#line").value = state.line;
    this.align();
    const { error, shape: out, loss, paired, values } = this.result;
    // A table is drawn from its last two directions; the others are held at 0.
    this.columns = out?.at(-1) ?? 1;
    this.rows = out?.at(-2) ?? 1;
    this.at = clamp(state.at, 0, this.rows * this.columns - 1);
    const wrong = paired !== null && values?.length !== this.result.paid?.length;
    this.find("#verdict").innerHTML = error
      ? `<span class="loss mono">${huge ? "" : "RuntimeError: "}${error}</span>`
      : `Mean of ${values.length === 1 ? "the square" : `all ${values.length} squares`}: <strong class="loss">${show(loss)}</strong>${wrong
        ? `<br>Each ride with its own price: <strong>${show(paired)}</strong><br><span class="muted">${Math.abs(loss - paired) < 5e-5
          ? "The same here, by the luck of a flat line." : "No error, and the wrong loss."}</span>` : ""}`;
    this.draw();
    this.say(this.words(huge));
  }

  align() {
    const rank = Math.max(this.a.length, this.b.length);
    const { shape: out } = broadcast(this.a, this.b);
    const cells = (own, other) => Array.from({ length: rank }, (_, i) => {
      const n = own[own.length - rank + i];
      const target = Math.max(n ?? 1, other[other.length - rank + i] ?? 1);
      if (n === undefined) return `<td class="muted">none${target > 1 ? ` → ${target}` : ""}</td>`;
      return `<td>${n === 1 && target > 1 ? `1 → ${target}` : n}</td>`;
    }).join("");
    const last = out ? out.map((n) => `<td><strong>${n}</strong></td>`).join("")
      : Array.from({ length: rank }, (_, i) => {
        const [m, n] = [this.a[this.a.length - rank + i] ?? 1, this.b[this.b.length - rank + i] ?? 1];
        return `<td class="${m === n || m === 1 || n === 1 ? "" : "loss"}">${m === n || m === 1 || n === 1 ? Math.max(m, n) : `${m} ≠ ${n}`}</td>`;
      }).join("");
    this.find(".align").innerHTML = `
      <tr><th scope="row" class="prediction">a</th>${cells(this.a, this.b)}</tr>
      <tr><th scope="row" class="data">b</th>${cells(this.b, this.a)}</tr>
      <tr><th scope="row">a − b</th>${last}</tr>`;
  }

  draw() {
    const { width, height } = this.find(".plot").getBoundingClientRect();
    if (!width) return;
    const { shape: out, values, predicted, paid } = this.result;
    const grid = this.find(".grid");
    if (!out) {
      this.find(".picture").innerHTML = this.find(".marks").innerHTML = "";
      this.find(".cursor").setAttribute("width", 0);
      grid.setAttribute("aria-valuenow", "0");
      grid.setAttribute("aria-valuetext", "nothing: the shapes do not fit");
      return;
    }
    const em = parseFloat(getComputedStyle(this.live).fontSize);
    const { rows, columns } = this;
    const last = (own) => ({ columns: own.at(-1) ?? 1, rows: own.at(-2) ?? 1 });
    // A column stands at the left, a row above; a whole table is not drawn again.
    const strips = [["a", this.a, predicted], ["b", this.b, paid]].map(([name, own, numbers]) => {
      const its = last(own);
      return { name, numbers, own, side: its.columns === 1 ? "left" : its.rows === 1 ? "top" : null };
    });
    const count = (side) => strips.filter((strip) => strip.side === side).length;
    const gap = 1.2 * em;
    const most = 3.2 * em;
    // Thin tables leave their strips a readable width.
    const band = (cell) => Math.max(cell, 0.5 * em);
    const fit = (room, n, sides) => {
      const cell = (room - sides * gap - 1.7 * em) / (n + sides);
      return cell >= 0.5 * em ? cell : (room - sides * (gap + 0.5 * em) - 1.7 * em) / n;
    };
    const cell = (this.cell = Math.max(Math.min(fit(width, columns, count("left")), fit(height, rows, count("top")), most), 0.5));
    const thick = band(cell);
    this.left = count("left") * (thick + gap) + 0.2 * em;
    this.top = count("top") * (thick + gap) + 1.5 * em;
    const parts = [];
    const numbers = cell >= 2.1 * em;
    const box = (x, y, w = cell, h = cell) => `M${x.toFixed(2)} ${y.toFixed(2)}h${w.toFixed(2)}v${h.toFixed(2)}h${(-w).toFixed(2)}z`;
    const text = (x, y, value, kind = "number") => `<text class="${kind}" x="${x}" y="${y}">${value}</text>`;

    // The table: the larger the difference, the deeper the red.
    const shown = values.slice(0, rows * columns);
    const deepest = Math.max(...shown.map(Math.abs), 1e-9);
    const levels = Array.from({ length: 7 }, () => "");
    let own = "";
    shown.forEach((value, i) => {
      const [x, y] = [this.left + (i % columns) * cell, this.top + Math.floor(i / columns) * cell];
      levels[Math.round((Math.abs(value) / deepest) * 6)] += box(x, y);
      if (source(i, out, this.a) === source(i, out, this.b)) own += box(x, y);
      if (numbers) parts.push(text(x + cell / 2, y + cell / 2 + 0.28 * em, show(value, 1)));
    });
    const shades = levels.map((d, i) => d && `<path class="cell" fill-opacity="${(0.04 + 0.09 * i).toFixed(2)}" d="${d}"/>`);
    const outline = cell > 6 ? `<path class="lines" d="${shown.map((_, i) => box(this.left + (i % columns) * cell, this.top + Math.floor(i / columns) * cell)).join("")}"/>` : "";
    const pairs = paid.length === predicted.length ? `<path class="own" stroke-width="${cell > 6 ? 1.6 : 0.8}" d="${own}"/>` : "";

    // The strips, and in each the element that is picked.
    const marks = [];
    const { at } = this;
    const [px, py] = [this.left + (at % columns) * cell, this.top + Math.floor(at / columns) * cell];
    const placed = { left: 0, top: 0 };
    for (const { name, numbers: held, own: its, side } of strips) {
      if (!side) continue;
      const order = placed[side]++;
      const offset = order * (thick + gap) + 0.2 * em;
      const many = side === "left" ? last(its).rows : last(its).columns;
      const picked = source(at, out, its) % many;
      const stretched = many === 1 ? (side === "left" ? rows : columns) : 1;
      const cells = Array.from({ length: many }, (_, i) => {
        const [x, y] = side === "left" ? [offset, this.top + i * cell] : [this.left + i * cell, offset + 1.3 * em];
        if (numbers) parts.push(text(x + (side === "left" ? thick : cell) / 2, y + (side === "left" ? cell : thick) / 2 + 0.28 * em, show(held[i], 1)));
        return side === "left" ? box(x, y, thick, cell) : box(x, y, cell, thick);
      });
      parts.unshift(`<path class="strip-${name}" stroke-width="${cell > 6 ? 1 : 0.4}" d="${cells.join("")}"/>`);
      marks.push(`<path class="pick-${name}" d="${cells[picked]}"/>`);
      if (side === "left") {
        parts.push(text(offset + thick / 2, this.top - 0.45 * em, name, `${name} number mono`));
        const y = stretched > 1 ? this.top + cell / 2 : py + cell / 2;
        if (order === placed.left - 1) marks.push(`<path class="ray" d="M${offset + thick} ${y}L${px} ${py + cell / 2}"/>`);
      } else {
        parts.push(text(this.left - 0.8 * em, offset + 1.3 * em + thick / 2 + 0.3 * em, name, `${name} number mono`));
        marks.push(`<path class="ray" d="M${px + cell / 2} ${offset + 1.3 * em + thick}V${py}"/>`);
      }
    }
    marks.push(`<path class="pick" d="${box(px, py)}"/>`);
    this.find(".picture").innerHTML = shades.join("") + outline + pairs + parts.join("");
    this.find(".marks").innerHTML = marks.join("");
    for (const [key, value] of Object.entries({ x: this.left, y: this.top, width: columns * cell, height: rows * cell })) {
      this.find(".cursor").setAttribute(key, value);
    }
    grid.setAttribute("aria-valuenow", String(at));
    grid.setAttribute("aria-valuemin", "0");
    grid.setAttribute("aria-valuemax", String(rows * columns - 1));
    grid.setAttribute("aria-valuetext", this.pair());
  }

  /** The picked element in words. */
  pair() {
    const { shape: out, values, predicted, paid } = this.result;
    const place = out.map((_, i) => (i === out.length - 1 ? this.at % this.columns : i === out.length - 2 ? Math.floor(this.at / this.columns) : 0));
    const [i, j] = [source(this.at, out, this.a), source(this.at, out, this.b)];
    const where = place.length ? `Element [${place.join(", ")}]` : "The only element";
    return `${where}: ride ${i + 1} is predicted at ${show(predicted[i], 2)} and ride ${j + 1} cost ${show(paid[j], 2)}, difference ${show(values[this.at], 2)}.`;
  }

  words(huge) {
    const { error, shape: out, paired, values, paid } = this.result;
    if (error) return huge ? error : `${write(this.a)} and ${write(this.b)} do not fit: sizes must be equal, or one of them 1, or missing.`;
    const trap = paired !== null && values.length !== paid.length
      ? ` Every prediction meets every price; only the outlined ones belong together.` : "";
    return `${write(this.a)} − ${write(this.b)} has the shape ${write(out)}.${trap} ${this.pair()}`;
  }
}

customElements.get("broadcast-figure") || customElements.define("broadcast-figure", BroadcastFigure);
