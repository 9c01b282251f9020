/** What the figures share: their state and its place in the URL, their text, keys, drags and look. */

const css = `
:host { display: block; }
* { box-sizing: border-box; }
.live {
  display: flex; flex-direction: column; gap: .7em; min-height: inherit;
  color: var(--ink); line-height: 1.45; text-align: left;
  font-variant-numeric: lining-nums tabular-nums;
  -webkit-user-select: none; user-select: none;
}
slot { display: none; }
p { margin: 0; }
code, .mono { font-family: "JetBrains Mono", monospace; font-size: .86em; font-feature-settings: "calt" 0; }
.data { color: var(--data); } .prediction { color: color-mix(in srgb, var(--prediction) 86%, var(--ink)); }
.gradient { color: var(--gradient); } .loss { color: var(--loss); }
.parameter { color: var(--parameter); } .muted { color: var(--muted); }

.row { display: flex; flex-wrap: wrap; align-items: center; gap: .5em 1.4em; }
.group { display: flex; align-items: center; gap: .4em; }
.readout { justify-content: space-between; align-items: baseline; font-size: 1.14em; }
.plots { display: flex; gap: 1.4em; flex: 1; min-height: 12em; }
.plot { position: relative; flex: 1; min-width: 0; }
.say { color: var(--muted); min-height: 2.9em; text-wrap: pretty; }

button, input, select { font: inherit; color: inherit; }
button {
  min-height: 2.2em; min-width: 2.2em; padding: .15em .85em; cursor: pointer;
  background: transparent; border: 1px solid var(--rule); border-radius: .35em;
}
button:hover:not(:disabled) { background: var(--wash); border-color: var(--muted); }
button:disabled { color: var(--muted); cursor: default; }
button.quiet { border-color: transparent; padding-inline: .4em; color: var(--muted); text-decoration: underline;
  text-decoration-thickness: .05em; text-underline-offset: .16em; }
button[aria-pressed=true] { background: var(--wash); border-color: var(--muted); }
label { display: inline-flex; align-items: center; gap: .5em; min-height: 2.2em; cursor: pointer; }
input[type=checkbox] { width: 1.1em; height: 1.1em; margin: 0; accent-color: var(--ink); cursor: pointer; }
input[type=number] { appearance: textfield; }
input[type=number]::-webkit-inner-spin-button { -webkit-appearance: none; margin: 0; }
input[type=number], input[type=text], select {
  background: transparent; border: 1px solid var(--rule); border-radius: .35em; padding: .1em .4em; min-height: 2em;
}
select { background: var(--paper); }
input[type=range] {
  -webkit-appearance: none; appearance: none; width: 100%; height: 28px; margin: 0; background: none; cursor: pointer;
}
input[type=range]::-webkit-slider-runnable-track { height: 4px; border-radius: 2px; background: var(--track, var(--rule)); }
input[type=range]::-moz-range-track { height: 4px; border-radius: 2px; background: var(--track, var(--rule)); }
input[type=range]::-webkit-slider-thumb {
  -webkit-appearance: none; width: 18px; height: 18px; margin-top: -7px; border-radius: 50%;
  background: var(--paper); border: 2.5px solid var(--parameter);
}
input[type=range]::-moz-range-thumb {
  width: 13px; height: 13px; border-radius: 50%; background: var(--paper); border: 2.5px solid var(--parameter);
}
:focus-visible { outline: 2px solid var(--ink); outline-offset: 2px; }

.rate { display: grid; grid-template-columns: auto minmax(9em, 1fr) 3.2em; gap: 0 .8em; align-items: center; flex: 1 1 17em; }
.rate .slide { position: relative; }
.rate input {
  --track: linear-gradient(90deg, var(--rule) calc(var(--at) * 100%), var(--paper) 0 calc(var(--at) * 100% + 3px), transparent 0),
    repeating-linear-gradient(90deg, color-mix(in srgb, var(--loss) 60%, var(--paper)) 0 5px, var(--paper) 5px 8px);
}
.rate .mark {
  position: absolute; left: calc(9px + (100% - 18px) * var(--at)); top: 3px; height: 22px; pointer-events: none;
  border-left: 1.5px solid var(--loss);
}
.rate .mark span { position: absolute; top: 21px; right: -1.5px; white-space: nowrap; font-size: .8em; line-height: 1.2; color: var(--loss); }
.rate { padding-bottom: .75em; }

svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; display: block; }
svg text { fill: var(--muted); font-size: .84em; }
svg .strong { fill: var(--ink); }
.axis { stroke: var(--rule); fill: none; }
.dots { stroke: var(--data); stroke-width: 6; stroke-linecap: round; fill: none; opacity: .85; }
.sticks { stroke: var(--loss); stroke-width: 1; fill: none; opacity: .55; }
.squares rect { fill: var(--loss); fill-opacity: .045; stroke: var(--loss); stroke-opacity: .2; }
.fit { stroke: var(--prediction); stroke-width: 2.5; fill: none; }
.rings circle { fill: none; stroke: var(--loss); stroke-opacity: .5; vector-effect: non-scaling-stroke; }
.rings text { fill: var(--loss); font-size: .78em; stroke: var(--paper); stroke-width: 5px; paint-order: stroke; }
.lowest { stroke: var(--ink); stroke-width: 1.5; }
.trail { stroke: var(--parameter); stroke-width: 1.2; fill: none; stroke-linejoin: round; opacity: .8; }
.trail-dots { stroke: var(--parameter); stroke-width: 4.5; stroke-linecap: round; fill: none; }
.arrow { stroke: var(--gradient); stroke-width: 2; fill: none; stroke-dasharray: 5 3; }
.arrow-head { fill: var(--gradient); }
.grip { fill: transparent; stroke: transparent; touch-action: none; cursor: grab; }
.here { fill: var(--paper); stroke: var(--parameter); stroke-width: 2.5; }
.handle, .handle * { touch-action: none; cursor: grab; }
.handle:active, .grip:active { cursor: grabbing; }
.handle .knob { fill: var(--paper); stroke: var(--parameter); stroke-width: 2.5; }
.handle.away .knob { stroke-dasharray: 3 2; }
.handle .hit { fill: transparent; }
.handle text { fill: var(--parameter); font-size: 1.05em; font-style: italic; font-weight: 600; paint-order: stroke; stroke: var(--paper); stroke-width: 4px; }
.handle .ring { fill: none; stroke: none; }
.handle:focus-visible, svg :focus-visible { outline: none; }
.handle:focus-visible .ring { stroke: var(--ink); stroke-width: 2; }
.handle:hover .knob { fill: var(--wash); }

@media (max-width: 43.99em) {
  .plots { flex-direction: column; }
  .say { min-height: 4.4em; }
}
@media print {
  .live { display: none; }
  slot { display: contents; }
}
`;
const sheet = new CSSStyleSheet();
sheet.replaceSync(css);

export const still = matchMedia("(prefers-reduced-motion: reduce)");
export const narrow = matchMedia("(max-width: 43.99em)");
export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
export const round = (value, digits = 2) => Number(value.toFixed(digits));

/** A number as readers write it: a real minus sign, and no more than a few digits. */
export function show(value, digits = 4) {
  if (value === null || value === undefined) return "None";
  if (Number.isNaN(value)) return "nan";
  const size = Math.abs(value);
  const text = size === Infinity ? "∞" : size >= 1e5 ? size.toExponential(2).replace("e+", "e") : size.toFixed(digits);
  return (value < 0 && Number(text) !== 0 ? "−" : "") + text;
}
/** A number in a sentence: without zeros at its end. */
export const plain = (value) => show(value, 3).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");

// A field of the state: its default, and how it is read from the URL (undefined if it is nonsense).
export const number = (initial, low, high) => ({
  initial,
  read(text) {
    const value = text.trim() === "" ? NaN : Number(text);
    return Number.isFinite(value) ? clamp(value, low, high) : undefined;
  },
});
export const whole = (initial, low, high) => ({
  initial,
  read: (text) => (/^-?\d+$/.test(text) ? clamp(Number(text), low, high) : undefined),
});
export const choice = (initial, ...others) => ({
  initial,
  read: (text) => [initial, ...others].find((value) => String(value) === text),
});

/** The base of the four figures. A subclass says `fields`, `build()` and `update()`. */
export class Figure extends HTMLElement {
  static fields = {};
  static css = "";

  connectedCallback() {
    if (!this.shadowRoot) {
      const own = new CSSStyleSheet();
      own.replaceSync(this.constructor.css);
      this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet, own];
      this.reset();
      this.shadowRoot.innerHTML = `<div class="live" role="group" aria-label="${this.constructor.title}"></div><slot></slot>`;
      this.live = this.shadowRoot.firstChild;
      this.build();
      this.spoken = this.find(".say");
    }
    this.leave = new AbortController();
    addEventListener("popstate", () => this.restore(), { signal: this.leave.signal });
    this.restore();
    this.observer = new ResizeObserver(() => this.update());
    this.shadowRoot.querySelectorAll(".plot").forEach((plot) => this.observer.observe(plot));
  }

  disconnectedCallback() {
    this.leave.abort();
    this.observer.disconnect();
    this.stop();
  }

  find(selector) {
    return this.shadowRoot.querySelector(selector);
  }

  on(selector, type, listener) {
    this.find(selector).addEventListener(type, listener);
  }

  // State ↔ URL: ?line=w:1.5,b:1.5&loop=… beside whatever else the URL holds.

  get key() {
    return this.getAttribute("name") ?? this.localName.replace("-figure", "");
  }

  field(name) {
    return Object.hasOwn(this.constructor.fields, name) ? this.constructor.fields[name] : undefined;
  }

  reset() {
    this.state = {};
    for (const [name, field] of Object.entries(this.constructor.fields)) this.state[name] = field.initial;
    this.take(this.getAttribute("state") ?? "");
    this.start = { ...this.state };
  }

  take(text) {
    for (const pair of text.split(",")) {
      const [name, value = ""] = pair.split(":").map((part) => part.trim());
      const read = this.field(name)?.read(value);
      if (read !== undefined) this.state[name] = read;
    }
  }

  restore() {
    this.reset();
    this.take(new URLSearchParams(location.search).get(this.key) ?? "");
    this.update();
  }

  /** Change the state, draw it, and put it into the URL. */
  set(changes) {
    Object.assign(this.state, changes);
    this.update();
    this.link();
  }

  link() {
    clearTimeout(this.linking);
    this.linking = setTimeout(() => {
      const others = location.search.slice(1).split("&").filter((part) => part && !part.startsWith(`${this.key}=`));
      const changed = Object.entries(this.state).filter(([name, value]) => value !== this.start[name]);
      if (changed.length) others.push(`${this.key}=${changed.map((pair) => pair.join(":")).join(",")}`);
      const search = others.length ? `?${others.join("&")}` : "";
      if (search === location.search || !this.isConnected) return;
      try {
        history.replaceState(history.state, "", location.pathname + search + location.hash);
      } catch {
        // A page opened from a file may not change its address.
      }
    }, 120);
  }

  /** Say the state in words, once it has settled. */
  say(text) {
    clearTimeout(this.saying);
    if (!this.spoken.textContent) this.spoken.textContent = text;
    this.saying = setTimeout(() => {
      if (this.spoken.textContent !== text) this.spoken.textContent = text;
    }, 150);
  }

  // Motion.

  /** Call `draw` with 0 … 1 over `duration` ms; at once with 1 where motion is unwanted. */
  animate(duration, draw, done = () => {}) {
    this.stop();
    if (still.matches || duration <= 0) {
      draw(1);
      return done();
    }
    const begin = performance.now();
    const frame = (now) => {
      const part = clamp((now - begin) / duration, 0, 1);
      this.moving = part < 1 ? requestAnimationFrame(frame) : null;
      draw(part);
      if (part === 1) done();
    };
    this.moving = requestAnimationFrame(frame);
  }

  stop() {
    cancelAnimationFrame(this.moving);
    this.moving = null;
  }
}

/** Follow a pointer from its press on `element`: `move(event, begun)` until it is lifted. */
export function drag(element, begin, move) {
  // Not every browser heeds touch-action on the shapes of an SVG.
  element.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  element.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    const begun = begin(event);
    if (!begun) return;
    event.preventDefault();
    element.setPointerCapture(event.pointerId);
    const follow = (next) => next.pointerId === event.pointerId && move(next, begun);
    const end = () => {
      element.removeEventListener("pointermove", follow);
      element.removeEventListener("pointerup", end);
      element.removeEventListener("pointercancel", end);
    };
    element.addEventListener("pointermove", follow);
    element.addEventListener("pointerup", end);
    element.addEventListener("pointercancel", end);
  });
}

/** Arrow keys on `element`: `move(right, up)` by one, by ten with Shift or Page Up and Down. */
export function keys(element, move) {
  const arrows = {
    ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1],
    PageUp: [0, 10], PageDown: [0, -10],
  };
  element.addEventListener("keydown", (event) => {
    const arrow = arrows[event.key];
    if (!arrow || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const times = event.shiftKey && event.key.startsWith("Arrow") ? 10 : 1;
    move(arrow[0] * times, arrow[1] * times);
  });
}

/** The slider of the learning rate, with the bound marked on it. */
export const rate = (bound, max = 0.6) => `
  <div class="rate">
    <label for="lr">learning rate</label>
    <div class="slide" style="--at:${(bound - 0.005) / (max - 0.005)}">
      <input type="range" id="lr" min="0.005" max="${max}" step="0.005" aria-describedby="bound">
      <div class="mark" aria-hidden="true"><span>2/λ<sub>max</sub> = ${bound.toFixed(3)}</span></div>
      <span id="bound" hidden>Above ${bound.toFixed(3)} the path flies apart.</span>
    </div>
    <output for="lr" class="mono" id="lr-value"></output>
  </div>`;
