// The power line of the last hour: the server draws it, this goes on with it.
import { scaleFor } from "./scale.js";

const SVG = "http://www.w3.org/2000/svg";
const LEAST_W = 1000;
const GAP_S = 90;

function make(name, attributes, text = "") {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return element;
}

export class HourLine {
  /** The line of the page, or null where it has none. */
  static on(page) {
    const data = page.getElementById("hour-data");
    return data ? new HourLine(page, JSON.parse(data.textContent)) : null;
  }

  constructor(page, { begin_s: beginS, span_s: spanS, points }) {
    this.spanS = spanS;
    this.points = points.map(([at, value]) => [beginS + at, value]); // seconds since 1970, W
    this.box = page.getElementById("hour-line");
    this.axis = page.getElementById("hour-axis");
    this.grid = page.getElementById("hour-grid");
    this.times = page.getElementById("hour-times");
    const language = page.documentElement.lang === "sv" ? "sv-SE" : "en-GB";
    this.kilo = (watt, decimals) =>
      `${(watt / 1000).toLocaleString(language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals })}\u00a0kW`.replace("-", "−");
    this.clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Stockholm" });
  }

  /** A point has come: the line moves on to it. */
  add(atS, powerW) {
    const last = this.points.at(-1);
    if (last && atS <= last[0]) return;
    if (last && atS - last[0] > GAP_S) this.points.push([(last[0] + atS) / 2, null]);
    this.points.push([atS, powerW]);
    const beginS = atS - this.spanS;
    while (this.points.length && this.points[0][0] < beginS) this.points.shift();
    this.draw(beginS);
  }

  draw(beginS) {
    const upright = scaleFor(this.points.map(([, value]) => value), LEAST_W);
    const zero = upright.y(0) * 10;
    let line = "";
    let area = "";
    let run = [];
    const finish = () => {
      if (!run.length) return;
      const drawn = run.map(([x, y]) => `${x} ${y}`).join("L");
      line += `M${drawn}`;
      area += `M${run[0][0]} ${zero}L${drawn}L${run.at(-1)[0]} ${zero}Z`;
      run = [];
    };
    for (const [atS, value] of this.points) {
      if (value === null) finish();
      else run.push([(atS - beginS).toFixed(1), (upright.y(value) * 10).toFixed(1)]);
    }
    finish();
    for (const path of this.box.querySelectorAll("[data-path=line]")) path.setAttribute("d", line);
    for (const path of this.box.querySelectorAll("[data-path=area]")) path.setAttribute("d", area);
    this.box.querySelector("#hour-above").setAttribute("height", zero + 50);
    this.box.querySelector("#hour-below").setAttribute("y", zero);
    this.box.querySelector("#hour-below").setAttribute("height", 1050 - zero);
    this.frame(upright, beginS);
  }

  frame(upright, beginS) {
    const place = (tick) => `${upright.y(tick)}%`;
    this.axis.replaceChildren(
      ...upright.ticks.map((tick) =>
        make("text", { x: "100%", y: place(tick), dy: "0.35em" }, this.kilo(tick, upright.decimals)),
      ),
    );
    this.grid.replaceChildren(
      ...upright.ticks.map((tick) =>
        make("line", { class: tick === 0 ? "grid-zero" : "grid", x1: 0, x2: "100%", y1: place(tick), y2: place(tick) }),
      ),
    );
    const times = [];
    for (let atS = Math.ceil(beginS / 900) * 900; atS <= beginS + this.spanS; atS += 900) {
      const x = `${((atS - beginS) * 100) / this.spanS}%`;
      times.push(make("text", { x, y: 17 }, this.clock.format(new Date(atS * 1000))));
    }
    this.times.replaceChildren(...times);
  }
}
