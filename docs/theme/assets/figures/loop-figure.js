/** <loop-figure>: the training loop, a line at a time, beside the tensors that each line changes. */

import { choice, Figure, plain, rate, show, still, whole } from "./base.js";
import { gradient, landscape, mse } from "./maths.js";
import { MapPlot, RidesPlot } from "./plots.js";
import { rides } from "./rides.js";

const LIMIT = 1000;
export const LEAF_ERROR = "a leaf Variable that requires grad is being used in an in-place operation.";

/** Each line of the two loops: its code, what leaves it out, and what running it changes. */
export const PROGRAMS = {
  manual: [
    { code: "for step in range(1000):", run: () => [] },
    { code: "    y_hat = X @ W + b", run: predict },
    { code: "    loss = torch.mean((y_hat - y) ** 2)", run: score },
    { code: "    W.grad = b.grad = None", without: "zero", run: clear },
    { code: "    loss.backward()", run: differentiate },
    { code: "    with torch.no_grad():", without: "nograd", run: () => [] },
    { code: "        W -= lr * W.grad", run: (s, lr, options) => move(s, lr, options, "w") },
    { code: "        b -= lr * b.grad", run: (s, lr, options) => move(s, lr, options, "b") },
  ],
  optimizer: [
    { code: "for step in range(1000):", run: () => [] },
    { code: "    y_hat = model(X)", run: predict },
    { code: "    loss = loss_function(y_hat, y)", run: score },
    { code: "    optimizer.zero_grad()", without: "zero", run: clear },
    { code: "    loss.backward()", run: differentiate },
    { code: "    optimizer.step()", run: (s, lr, options) => [...move(s, lr, options, "w"), ...move(s, lr, options, "b")] },
  ],
};

function predict(s) {
  s.predicted = [s.w, s.b];
  return ["y_hat"];
}
function score(s) {
  s.loss = mse(s.rides, ...s.predicted);
  return ["loss"];
}
function clear(s) {
  s.slopes = null;
  return ["W.grad", "b.grad"];
}
function differentiate(s) {
  const fresh = gradient(s.rides, ...s.predicted);
  s.slopes = s.slopes ? [s.slopes[0] + fresh[0], s.slopes[1] + fresh[1]] : fresh;
  return ["W.grad", "b.grad"];
}
function move(s, lr, { nograd }, name) {
  if (!nograd) {
    s.error = LEAF_ERROR;
    return [];
  }
  s[name] -= lr * s.slopes[name === "w" ? 0 : 1];
  return [name === "w" ? "W" : "b"];
}

/** Run the loop from W = b = 0: `passes` whole passes, then `lines` lines more, or up to an error. */
export function run(rides, program, { lr, zero, nograd }, passes, lines) {
  const s = { rides, w: 0, b: 0, predicted: null, loss: null, slopes: null, error: null, changed: [], at: -1, pass: 0 };
  s.places = [[0, 0]];
  const options = { zero, nograd };
  for (s.pass = 0; s.pass <= passes; s.pass++) {
    const count = s.pass < passes ? program.length : lines;
    for (let i = 0; i < count; i++) {
      if (program[i].without && !options[program[i].without]) continue;
      s.at = i;
      s.changed = program[i].run(s, lr, options);
      if (s.error) return s;
    }
    if (s.pass < passes) s.places.push([s.w, s.b]);
    else if (lines >= program.length) s.places.push([s.w, s.b]);
  }
  s.pass = passes;
  return s;
}

const COLOURS = [
  [/\b[Wb]\.grad\b/, "gradient"], [/\by_hat\b/, "prediction"], [/\bloss\b(?!_)/, "loss"], [/\b[Wb]\b/, "parameter"], [/\b[Xy]\b/, "data"],
];
const ALL = new RegExp(COLOURS.map(([pattern]) => `(${pattern.source})`).join("|"), "g");
const colour = (code) => code.replace(ALL, (text, ...groups) => `<span class="${COLOURS[groups.findIndex((g) => g !== undefined)][1]}">${text}</span>`);
class LoopFigure extends Figure {
  static title = "The training loop, a line at a time";
  static fields = {
    p: whole(0, 0, LIMIT - 1), l: whole(0, 0, 8), zero: choice(1, 0), nograd: choice(1, 0),
    lr: { initial: 0.1, read: (text) => (Number(text) >= 0.005 && Number(text) <= 0.6 ? Number(text) : undefined) },
  };
  static css = `
    .top { display: flex; gap: 1.4em; align-items: stretch; }
    .code { flex: 1.12; min-width: 0; background: var(--wash); border-radius: .35em; padding: .45em 0; overflow: hidden; }
    ol { list-style: none; margin: 0; padding: 0; }
    li { display: grid; grid-template-columns: 2em 1fr; align-items: center; min-height: 1.75em; border-left: 3px solid transparent; }
    li.at { background: var(--paper); border-color: var(--ink); }
    li code { white-space: pre; }
    li label { justify-content: center; min-height: 24px; gap: 0; }
    li.out .text { text-decoration: line-through; }
    li.out .text, li.out .text span { color: var(--muted); }
    li .pointer { text-align: center; visibility: hidden; font-size: .8em; }
    li.at .pointer { visibility: visible; }
    li.fault { border-color: var(--loss); }
    .fault-text { padding: .4em .8em 0 2em; color: var(--loss); font-size: .88em; line-height: 1.3; min-height: 4.9em; user-select: text; }
    table { flex: 1; border-collapse: collapse; align-self: start; min-width: 0; }
    td, th { text-align: left; font-weight: 400; padding: .2em .3em; height: 2em; border-bottom: 1px solid var(--rule); white-space: nowrap; }
    td:last-child { text-align: right; width: 60%; }
    th { padding-left: 1.1em; position: relative; }
    tr.changed { background: var(--wash); }
    tr.changed th::before { content: "●"; position: absolute; left: .2em; font-size: .6em; top: .95em; }
    tr.changed td:last-child { font-weight: 700; }
    .plots { min-height: 11em; }
    @media (max-width: 43.99em) {
      .top { flex-direction: column; gap: .6em; }
      .plots { flex-direction: row; gap: .6em; }
      .say { min-height: 5.8em; }
      .code, table { width: 100%; flex: none; }
    }
  `;

  get program() {
    return PROGRAMS[this.getAttribute("loop")] ?? PROGRAMS.manual;
  }

  build() {
    const { bound } = landscape(rides);
    this.land = landscape(rides);
    const names = { zero: "clear the gradients", nograd: "switch the recorder off" };
    const lines = this.program.map(({ code, without }, i) => `
      <li id="line-${i}">${without
        ? `<label><input type="checkbox" id="${without}" aria-label="Run this line: ${code.trim().replace(/"/g, "")} (${names[without]})"></label>`
        : `<span class="pointer" aria-hidden="true">▶</span>`}<code>${code.match(/^ */)[0]}<span class="text">${colour(code.trim())}</span></code></li>`);
    const rows = [["step", "", "muted"], ["y_hat", "(100, 1)", "prediction"], ["loss", "()", "loss"], ["W.grad", "(1, 1)", "gradient"], ["b.grad", "(1,)", "gradient"], ["W", "(1, 1)", "parameter"], ["b", "(1,)", "parameter"]];
    this.live.innerHTML = `
      <div class="top">
        <div class="code"><ol aria-label="The loop">${lines.join("")}</ol><p class="fault-text mono" id="fault"${this.program.some((line) => line.without === "nograd") ? "" : " hidden"}></p></div>
        <table aria-label="The tensors">${rows.map(([name, shape, kind]) => `<tr id="row-${name.replace(".", "-")}">
          <th scope="row"><code class="${kind}">${name}</code></th><td class="muted"><code>${shape}</code></td><td class="mono"></td></tr>`).join("")}</table>
      </div>
      <div class="row">
        <span class="group" role="group" aria-label="Run the loop">
          <button id="line">Line</button><button id="pass">Pass</button><button id="play" aria-pressed="false">Play</button>
        </span>
        <button class="quiet" id="reset">Start again</button>
        ${rate(bound)}
      </div>
      <div class="plots"><div class="plot rides"></div><div class="plot map"></div></div>
      <p class="say" role="status" aria-live="polite"></p>`;
    this.rides = new RidesPlot(this.find(".rides"));
    this.map = new MapPlot(this.find(".map"));

    for (const [id, onward] of [["#line", () => this.onward()], ["#pass", () => this.whole()]]) {
      this.on(id, "click", () => {
        this.pause();
        this.set(onward());
      });
    }
    this.on("#play", "click", () => (this.playing ? this.pause() : this.play()));
    this.on("#lr", "input", (event) => this.set({ lr: Number(event.target.value) }));
    for (const { without } of this.program) {
      if (without) this.on(`#${without}`, "change", (event) => this.set({ [without]: Number(event.target.checked) }));
    }
    this.on("#reset", "click", () => {
      this.pause();
      this.reset();
      this.set({});
    });
  }

  get passes() {
    return this.state.p + (this.state.l >= this.program.length ? 1 : 0);
  }

  /** Whether the loop has come to its end, or to an error. */
  get over() {
    return Boolean(this.now.error) || this.passes >= LIMIT;
  }

  /** The state one line on: lines that are left out take no time. */
  onward() {
    let { p, l } = this.state;
    const skipped = (i) => this.program[i]?.without && !this.state[this.program[i].without];
    if (l >= this.program.length) [p, l] = [p + 1, 0];
    while (skipped(l)) l++;
    l++;
    while (skipped(l)) l++;
    return { p, l };
  }

  /** The state at the end of this pass, or of the next. */
  whole() {
    const { p, l } = this.state;
    return { p: l < this.program.length ? p : p + 1, l: this.program.length };
  }

  play() {
    this.playing = true;
    // The first pass line by line, the next ones ever faster; whole passes where motion is unwanted.
    const tick = () => {
      if (!this.playing) return;
      if (this.over) return this.pause();
      const slow = this.state.p < 1 && !still.matches;
      this.set(slow ? this.onward() : this.whole());
      this.timer = setTimeout(tick, still.matches ? 1000 : slow ? 450 : Math.max(60, 400 / this.state.p));
    };
    tick();
    this.update();
  }

  pause() {
    this.playing = false;
    clearTimeout(this.timer);
    this.update();
  }

  stop() {
    super.stop();
    this.playing = false;
    clearTimeout(this.timer);
  }

  update() {
    const { state, program } = this;
    const s = (this.now = run(rides, program, state, state.p, Math.min(state.l, program.length)));
    program.forEach(({ without }, i) => {
      const line = this.find(`#line-${i}`);
      const out = without && !state[without];
      line.classList.toggle("at", i === s.at);
      line.classList.toggle("out", Boolean(out));
      line.classList.toggle("fault", i === s.at && Boolean(s.error));
      if (i === s.at) line.setAttribute("aria-current", "step");
      else line.removeAttribute("aria-current");
      if (without) this.find(`#${without}`).checked = !out;
    });
    this.find("#fault").textContent = s.error ? `RuntimeError: ${s.error}` : "";

    const first = s.predicted ? rides.x.slice(0, 2).map((x) => show(s.predicted[0] * x + s.predicted[1], 2)).join(", ") : "";
    const values = {
      "step": String(Math.max(this.passes - (state.l >= program.length ? 1 : 0), 0)),
      "y_hat": s.predicted ? `[${first}, …]` : "", "loss": s.loss === null ? "" : show(s.loss),
      "W-grad": show(s.slopes?.[0]), "b-grad": show(s.slopes?.[1]), "W": show(s.w), "b": show(s.b),
    };
    for (const [name, value] of Object.entries(values)) {
      const row = this.find(`#row-${name}`);
      row.lastElementChild.textContent = value;
      row.classList.toggle("changed", s.changed.includes(name.replace("-", ".")));
    }

    for (const id of ["line", "pass", "play"]) this.find(`#${id}`).disabled = this.over;
    this.find("#play").textContent = this.playing ? "Pause" : "Play";
    this.find("#play").setAttribute("aria-pressed", String(Boolean(this.playing)));
    this.find("#lr").value = state.lr;
    this.find("#lr-value").textContent = show(state.lr, 3);

    if (this.rides.resize()) this.rides.draw(rides, s.w, s.b);
    if (this.map.resize()) {
      this.map.land(this.land);
      this.map.walk(s.places);
      const [x, y] = [this.map.px(s.w), this.map.py(s.b)];
      const inside = Math.abs(x) < 1e4 && Math.abs(y) < 1e4;
      this.map.set(".here", { d: inside ? `M${x} ${y - 8}l8 8-8 8-8-8Z` : "" });
      const from = s.predicted ?? [0, 0];
      this.map.next(from, from.map((v, i) => v - state.lr * (s.slopes?.[i] ?? 0)));
    }
    if (!this.playing || this.state.p % 10 === 0) this.say(this.words(s));
  }

  words(s) {
    const { state, program } = this;
    if (s.error) return `Without no_grad, torch refuses to change W in place: RuntimeError: ${s.error}`;
    if (s.at < 0) return "W and b are zero. Run the loop a line at a time, or untick a line to leave it out.";
    const { passes } = this;
    const names = { "y_hat": "the predictions", "loss": `loss = ${show(s.loss)}`, "W.grad": `W.grad = ${show(s.slopes?.[0])}`, "b.grad": `b.grad = ${show(s.slopes?.[1])}`, "W": `W = ${show(s.w)}`, "b": `b = ${show(s.b)}` };
    const changed = s.changed.map((name) => names[name]);
    const count = passes === 1 ? "one pass" : `${passes} passes`;
    const what = changed.length ? `the line ${program[s.at].code.trim()} changed ${changed.join(" and ")}.` : `the line ${program[s.at].code.trim()} changes no tensor.`;
    const piled = state.zero || passes < 2 ? "" : " Nothing clears the gradients, so each backward adds to the last, and the steps grow too long.";
    const flown = state.lr > this.land.bound && passes > 1 ? " The learning rate is above 2/λmax, and the path flies apart." : "";
    const text = passes ? `After ${count}: ${what}` : what[0].toUpperCase() + what.slice(1);
    return text + (piled || flown);
  }
}

customElements.get("loop-figure") || customElements.define("loop-figure", LoopFigure);
