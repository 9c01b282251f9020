/** <line-figure>: hold a line, and see its loss; then let gradient descent hold it. */

import { choice, clamp, drag, Figure, keys, number, plain, rate, round, show, whole } from "./base.js";
import { gradient, landscape, mse, path, step } from "./maths.js";
import { circle, diamond, MapPlot, RidesPlot } from "./plots.js";
import { rides } from "./rides.js";

/** The rides, with those prices that the state says were moved. */
export const moved = (state) => ({ x: rides.x, y: rides.y.map((y, i) => state[`y${i}`] ?? y) });

/** Everything that the figure shows for a state. */
export function compute(state) {
  const held = moved(state);
  const { w, b, lr, n } = state;
  const places = path(held, w, b, lr, n);
  const here = places.at(-1);
  return {
    places,
    here,
    loss: mse(held, ...here),
    slopes: gradient(held, ...here),
    next: step(held, here, lr),
    land: landscape(held),
  };
}

const price = number(undefined, 0, 6.5);
const LIMIT = 1000;

class LineFigure extends Figure {
  static title = "A line to hold: its residuals and its loss";
  static fields = {
    w: number(1.5, -4, 8),
    b: number(1.5, -4, 8),
    lr: number(0.1, 0.005, 0.6),
    n: whole(0, 0, LIMIT),
    squares: choice(0, 1),
  };
  static css = `
    .rides { flex: 1.2; }
    .hat { position: relative; }
    .hat::before { content: "^"; position: absolute; left: .12em; top: -.5em; font-style: normal; }
    .map { cursor: crosshair; }
    .squares .mean { fill-opacity: .22; stroke-opacity: 1; stroke-width: 1.5; }
    .squares .mean-name { fill: var(--loss); paint-order: stroke; stroke: var(--paper); stroke-width: 3px; }
    .chosen { fill: none; stroke: none; }
    .ride .knob { fill: none; stroke: none; stroke-width: 2; }
    .ride:focus-visible .knob, .ride:hover .knob { stroke: var(--data); }
    .ride .hit { r: 12px; }
    .ride .ring { r: 9px; }
    :host([parts]:not([parts~=map])) .map, :host([parts]:not([parts~=descent])) .descent { display: none; }
  `;

  field(name) {
    return /^y\d{1,2}$/.test(name) ? price : super.field(name);
  }

  build() {
    const { bound } = landscape(rides);
    this.live.innerHTML = `
      <div class="row readout">
        <span><i class="prediction hat" role="img" aria-label="y hat">y</i> = <span class="parameter" id="w"></span> <i class="data">x</i> <span id="b-sign">+</span> <span class="parameter" id="b"></span></span>
        <span>loss <strong class="loss" id="loss"></strong></span>
      </div>
      <div class="plots"><div class="plot rides"></div><div class="plot map"></div></div>
      <div class="row descent">
        <span class="group" role="group" aria-label="Steps of gradient descent from here">
          <button id="s1">1 step</button><button id="s10">10</button><button id="s100">100</button>
        </span>
        ${rate(bound)}
      </div>
      <div class="row">
        <label><input type="checkbox" id="squares"> squares</label>
        <button class="quiet" id="reset">Start again</button>
      </div>
      <p class="say" role="status" aria-live="polite"></p>`;

    this.rides = new RidesPlot(this.find(".rides"));
    this.map = new MapPlot(this.find(".map"));
    // The line itself, wide enough for a finger, under the knobs.
    this.rides.find(".handles").insertAdjacentHTML("beforebegin", `<path class="grip" stroke-width="24"/>`);
    this.grip = this.rides.find(".grip");
    this.ride = this.rides.handle("A ride", `<circle class="knob" r="5"/>`);
    this.ride.classList.add("ride");
    this.bias = this.rides.handle("Bias b", circle("b", -4, -14));
    this.weight = this.rides.handle("Weight w", circle("w", -7, -14));
    this.place = this.map.handle("The line's place on the map", diamond);
    this.place.setAttribute("aria-roledescription", "handle with two directions");
    this.chosen = 0;

    // Knobs: the left end is b, the right end turns the line about the left.
    const tilt = (y) => this.hold((y - this.here[1]) / 2, this.here[1]);
    drag(this.bias, () => this.focusOn(this.bias), (event) => this.hold(this.here[0], this.rides.at(event).y));
    drag(this.weight, () => this.focusOn(this.weight), (event) => tilt(this.rides.at(event).y));
    drag(this.place, () => this.focusOn(this.place), (event) => {
      const { x, y } = this.map.at(event);
      this.hold(x, y);
    });
    keys(this.bias, (right, up) => this.hold(this.here[0], this.here[1] + (right + up) * 0.05));
    keys(this.weight, (right, up) => this.hold(this.here[0] + (right + up) * 0.05, this.here[1]));
    keys(this.place, (right, up) => this.hold(this.here[0] + right * 0.05, this.here[1] + up * 0.05));
    this.map.svg.addEventListener("click", (event) => {
      if (this.place.contains(event.target)) return;
      const { x, y } = this.map.at(event);
      this.hold(x, y);
    });

    // The line, or the ride that the pointer is nearest to.
    const press = (event) => {
      const { px, py, y } = this.rides.at(event);
      const [w, b] = this.here;
      const slope = (this.rides.py(w * 2 + b) - this.rides.py(b)) / (this.rides.px(2) - this.rides.px(0));
      const from_line = Math.abs(py - this.rides.py(b) - slope * (px - this.rides.px(0))) / Math.hypot(1, slope);
      const far = this.moved.x.map((v, i) => Math.hypot(this.rides.px(v) - px, this.rides.py(this.moved.y[i]) - py));
      const nearest = far.indexOf(Math.min(...far));
      if (far[nearest] < Math.min(12, from_line)) {
        this.chosen = nearest;
        this.update();
        this.focusOn(this.ride);
        return { ride: true };
      }
      return from_line <= 14 && this.focusOn(this.bias) && { above: b - y };
    };
    const follow = (event, begun) => {
      const { y } = this.rides.at(event);
      if (begun.ride) this.move(y);
      else this.hold(this.here[0], y + begun.above);
    };
    this.rides.find(".handles").insertAdjacentHTML("beforebegin", `<path class="grip near" stroke-width="20" stroke-linecap="round"/>`);
    drag(this.grip, press, follow);
    drag(this.rides.find(".near"), press, follow);
    drag(this.ride, press, follow);
    this.ride.setAttribute("aria-roledescription", "ride: left and right choose one, up and down change its price");
    keys(this.ride, (right, up) => {
      if (right) {
        const order = [...this.moved.x.keys()].sort((i, j) => this.moved.x[i] - this.moved.x[j]);
        this.chosen = order[clamp(order.indexOf(this.chosen) + right, 0, order.length - 1)];
        this.update();
      } else this.move(this.moved.y[this.chosen] + up * 0.1);
    });

    for (const count of [1, 10, 100]) this.on(`#s${count}`, "click", () => this.descend(count));
    this.on("#lr", "input", (event) => this.set({ lr: Number(event.target.value) }));
    this.on("#squares", "change", (event) => this.set({ squares: Number(event.target.checked) }));
    this.on("#reset", "click", () => {
      this.stop();
      this.reset();
      this.set({});
    });
  }

  /** Whether the page has come to gradients: `parts="line"` or `parts="line map"` leaves them out. */
  get descends() {
    return !this.hasAttribute("parts") || this.getAttribute("parts").split(" ").includes("descent");
  }

  focusOn(handle) {
    handle.focus({ preventScroll: true });
    return {};
  }

  hold(w, b) {
    this.stop();
    const { fields } = LineFigure;
    this.set({ w: fields.w.read(String(round(w))) ?? 0, b: fields.b.read(String(round(b))) ?? 0, n: 0 });
  }

  move(y) {
    this.set({ [`y${this.chosen}`]: round(clamp(y, 0, 6.5)) });
  }

  descend(count) {
    const from = this.state.n;
    const to = Math.min(from + count, LIMIT);
    this.animate(
      count === 1 ? 0 : count * 12 + 300,
      (part) => {
        this.state.n = Math.round(from + (to - from) * part);
        this.update();
      },
      () => this.link(),
    );
  }

  update() {
    const { state } = this;
    this.moved = moved(state);
    const { places, here, loss, slopes, next, land } = compute(state);
    const [w, b] = (this.here = here);

    this.find("#w").textContent = show(w, 2);
    this.find("#b").textContent = show(Math.abs(b), 2);
    this.find("#b-sign").textContent = b < 0 ? "−" : "+";
    this.find("#loss").textContent = show(loss);
    this.find("#squares").checked = Boolean(state.squares);
    this.find("#lr").value = state.lr;
    this.find("#lr-value").textContent = show(state.lr, 3);
    for (const count of [1, 10, 100]) this.find(`#s${count}`).disabled = state.n >= LIMIT;

    if (this.rides.resize()) {
      this.rides.draw(this.moved, w, b, { squares: state.squares, mean: loss });
      const [x0, y0] = this.rides.put(this.bias, 0, b, round(b), `b is ${plain(b)} euros, loss ${plain(loss)}`);
      const [x1, y1] = this.rides.put(this.weight, 2, w * 2 + b, round(w), `w is ${plain(w)} euros per kilometre, loss ${plain(loss)}`);
      this.grip.setAttribute("d", `M${x0} ${y0}L${x1} ${y1}`);
      const reach = this.moved.x.map((x, i) => `M${this.rides.px(x).toFixed(1)} ${this.rides.py(this.moved.y[i]).toFixed(1)}h0`);
      this.rides.set(".near", { d: reach.join("") });
      const [x, y] = [this.moved.x[this.chosen], this.moved.y[this.chosen]];
      this.rides.put(this.ride, x, y, round(y), `ride ${this.chosen + 1}: ${plain(x)} km for ${plain(y)} euros, residual ${plain(y - w * x - b)}`);
    }
    if (this.map.resize()) {
      this.map.land(land);
      this.map.walk(places);
      this.arrow = this.map.next(here, this.descends ? next : here);
      this.map.put(this.place, w, b, round(w), `w ${plain(w)}, b ${plain(b)}, loss ${plain(loss)}`);
    }
    this.say(this.words(loss, slopes, land));
  }

  words(loss, [slope_w, slope_b], { least, bound, lowest }) {
    const { n, lr } = this.state;
    const [w, b] = this.here;
    const line = `With w = ${plain(w)} and b = ${plain(b)} the loss is ${show(loss)}`;
    if (!this.descends) return `${line}.`;
    if (!n) return `${line}; its slopes are ${plain(slope_w)} in w and ${plain(slope_b)} in b.${this.arrow ? " The dashed arrow is the next step." : ""}`;
    const steps = n === 1 ? "After one step" : `After ${n} steps`;
    if (lr > bound) {
      return `${steps} at learning rate ${lr} the loss is ${show(loss)}. The learning rate is above ${bound.toFixed(3)}, so in the end each step lands higher than the one before.`;
    }
    const close = loss - least < 0.00005 ? `, the least possible, at w = ${plain(lowest[0])} and b = ${plain(lowest[1])}` : `; the least possible is ${show(least)}`;
    return `${steps} at learning rate ${lr} the loss is ${show(loss)}${close}.`;
  }
}

customElements.get("line-figure") || customElements.define("line-figure", LineFigure);
