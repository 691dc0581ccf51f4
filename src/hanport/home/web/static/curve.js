// The power line: zoomed by dragging, pinching, keys, wheel and buttons; finer data are fetched as it is.
import uPlot from "./vendor/uplot/uPlot.esm.js";
import { keysOf, pinchOf, wheelOf } from "./curvehands.js";
import { Speech } from "./curvespeech.js";
import { lookOf } from "./curvelook.js";

const LEAST_SPAN_S = 10;
const WAIT_MS = 120; // until the hand rests
const STEP_BACK_MS = 1000; // changes closer together are one step of the browser's "back"
const MARGIN = 0.25; // of the span, fetched on both sides so that panning shows something at once
const HEIGHT = 260;

export class Curve {
  constructor(place) {
    this.place = place;
    this.plot = document.getElementById("curve-plot");
    const data = place.dataset;
    this.period = [Number(data.from), Number(data.to)];
    this.first = Math.min(this.period[0], Number(data.first));
    this.last = Math.max(this.period[1], Number(data.last) + 60);
    this.speech = new Speech(data, document.documentElement.lang);
    this.phases = false;
    this.fromAddress();
    this.buttons();
    keysOf(this.plot, this);
    wheelOf(this.plot, this);
    new ResizeObserver(() => this.chart?.setSize(this.size())).observe(this.plot);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.rebuild());
    window.addEventListener("popstate", () => {
      this.fromAddress();
      this.load();
    });
    this.load();
  }

  size() {
    return { width: Math.max(200, this.plot.clientWidth), height: HEIGHT };
  }

  // The address holds the view, so that back works and a link can be given away.

  fromAddress() {
    const query = new URLSearchParams(location.search);
    const [from, to] = [Number(query.get("from")), Number(query.get("to"))];
    this.span = from > 0 && to > from ? [from, to] : [...this.period];
    this.showPhases(query.get("phases") === "1");
  }

  toAddress() {
    const query = new URLSearchParams(location.search);
    for (const key of ["from", "to", "phases"]) query.delete(key);
    const [from, to] = this.span.map(Math.round);
    if (from !== this.period[0] || to !== this.period[1]) {
      query.set("from", from);
      query.set("to", to);
    }
    if (this.phases) query.set("phases", "1");
    const address = `${location.pathname}?${query}`;
    if (address === location.pathname + location.search) return;
    const soon = performance.now() - (this.pushedAt ?? -Infinity) < STEP_BACK_MS;
    history[soon ? "replaceState" : "pushState"](null, "", address);
    this.pushedAt = performance.now();
  }

  // Moving about. Times are seconds since 1970.

  show(from, to) {
    const widest = this.last - this.first;
    const span = Math.min(Math.max(to - from, LEAST_SPAN_S), widest);
    const middle = (from + to) / 2;
    const begin = Math.min(Math.max(middle - span / 2, this.first), this.last - span);
    this.span = [begin, begin + span];
    this.chart?.setScale("x", { min: this.span[0], max: this.span[1] });
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => {
      this.toAddress();
      this.load();
    }, WAIT_MS);
  }

  /** Zooms by a factor (below 1: in) around a time, the middle if none is given. */
  zoom(factor, around = (this.span[0] + this.span[1]) / 2) {
    const [from, to] = this.span;
    this.show(around - (around - from) * factor, around + (to - around) * factor);
  }

  /** Moves by a share of what is seen. */
  pan(share) {
    const by = (this.span[1] - this.span[0]) * share;
    this.show(this.span[0] + by, this.span[1] + by);
  }

  whole() {
    this.show(...this.period);
  }

  buttons() {
    const acts = {
      in: () => this.zoom(1 / 3),
      out: () => this.zoom(3),
      left: () => this.pan(-0.5),
      right: () => this.pan(0.5),
      whole: () => this.whole(),
      everything: () => this.show(this.first, this.last),
    };
    for (const button of this.place.querySelectorAll("[data-zoom]")) {
      button.addEventListener("click", acts[button.dataset.zoom]);
    }
    this.place.querySelector("[data-phases-button]")?.addEventListener("click", () => {
      this.showPhases(!this.phases);
      this.toAddress();
      this.rebuild();
    });
  }

  showPhases(shown) {
    this.phases = shown;
    this.place.querySelector("[data-phases-button]")?.setAttribute("aria-pressed", shown);
    this.place.querySelector("[data-phases-legend]")?.toggleAttribute("hidden", !shown);
  }

  // Data

  async load() {
    this.loading?.abort();
    this.loading = new AbortController();
    const [from, to] = this.span;
    const margin = (to - from) * MARGIN;
    const query = new URLSearchParams({
      from: Math.floor(Math.max(this.first, from - margin)),
      to: Math.ceil(Math.min(this.last, to + margin)),
      points: Math.min(3000, Math.max(300, Math.round(this.size().width * (1 + 2 * MARGIN)))),
    });
    try {
      const answer = await fetch(`${this.place.dataset.path}?${query}`, { signal: this.loading.signal });
      if (!answer.ok) throw new Error(answer.statusText);
      this.data = await answer.json();
    } catch (problem) {
      if (problem.name !== "AbortError") this.say(this.place.dataset.saidFailed);
      return;
    }
    this.rebuild();
    const seen = this.data.power.some((value, index) => value !== null && this.data.at[index] >= from && this.data.at[index] <= to);
    this.say(`${this.speech.span(from, to)} · ${seen ? this.speech.step(this.data.step_s) : this.place.dataset.saidNothing}`);
    this.place.dataset.stepS = this.data.step_s; // for whoever looks at the page from outside
  }

  say(text) {
    document.getElementById("curve-span").textContent = text;
  }

  // Drawing

  rebuild() {
    if (!this.data) return;
    const look = lookOf(this);
    const options = {
      ...this.size(),
      ...look.options,
      legend: { show: false },
      cursor: { drag: { x: true, y: false, setScale: false }, focus: { prox: -1 } },
      hooks: {
        setSelect: [(chart) => this.selected(chart)],
        setCursor: [(chart) => this.pointed(chart.cursor.idx)],
      },
    };
    this.chart?.destroy();
    this.chart = new uPlot(options, look.data, this.plot);
    pinchOf(this.chart.over, this);
  }

  selected(chart) {
    if (chart.select.width < 4) return;
    const from = chart.posToVal(chart.select.left, "x");
    const to = chart.posToVal(chart.select.left + chart.select.width, "x");
    chart.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    this.show(from, to);
  }

  /** Says the values under the pointer. */
  pointed(index) {
    const text = index === null || index === undefined ? "\u00a0" : this.speech.point(this.data, index, this.phases);
    document.getElementById("curve-said").textContent = text;
  }

  /** Moves the pointer by so many points, for keys. */
  point(by) {
    const { at } = this.data;
    const start = this.chart.cursor.idx ?? this.chart.valToIdx((this.span[0] + this.span[1]) / 2);
    const index = Math.min(Math.max(start + by, 0), at.length - 1);
    this.chart.setCursor({ left: this.chart.valToPos(at[index], "x"), top: HEIGHT / 3 });
    this.pointed(index);
  }
}
