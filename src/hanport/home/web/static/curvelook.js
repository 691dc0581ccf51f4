// How the power line is drawn: one line with its least and most, or the phases stacked.
import uPlot from "./vendor/uplot/uPlot.esm.js";
import { scaleFor } from "./scale.js";

const LEAST_W = 500;

function colours() {
  const style = getComputedStyle(document.documentElement);
  const token = (name) => style.getPropertyValue(`--hp-${name}`).trim();
  return Object.fromEntries(
    ["import", "export", "ink-soft", "line", "l1", "l2", "l3"].map((name) => [name, token(name)]),
  );
}

function faint(colour) {
  return `color-mix(in srgb, ${colour} 22%, transparent)`;
}

// Above 0 the colour of import, below 0 that of export.
function byZero(chart, above, below) {
  const { top, height } = chart.bbox;
  const zero = Math.min(Math.max(chart.valToPos(0, "y", true), top), top + height);
  const share = (zero - top) / (height || 1);
  const gradient = chart.ctx.createLinearGradient(0, top, 0, top + height);
  gradient.addColorStop(0, above);
  gradient.addColorStop(share, above);
  gradient.addColorStop(share, below);
  gradient.addColorStop(1, below);
  return gradient;
}

function stacked(data) {
  const l1 = data.l1;
  const sum = (...lines) => l1.map((_, at) => (lines.every((line) => line[at] === null) ? null : lines.reduce((all, line) => all + (line[at] ?? 0), 0)));
  return [sum(l1, data.l2, data.l3), sum(l1, data.l2), l1];
}

/** The options and data of a chart of the curve. */
export function lookOf(curve) {
  const { data, speech, phases } = curve;
  const colour = colours();
  const line = (chart) => byZero(chart, colour.import, colour.export);
  const band = (chart) => byZero(chart, faint(colour.import), faint(colour.export));
  const points = data.at.length < 40;
  const columns = phases ? stacked(data) : [data.high, data.low, data.power];
  const layers = phases
    ? ["l3", "l2", "l1"].map((key) => ({ stroke: colour[key], fill: colour[key], width: 1, points: { show: false } }))
    : [
        { stroke: "transparent", width: 0, points: { show: false } },
        { stroke: "transparent", width: 0, points: { show: false } },
        { stroke: line, width: 1.6, fill: data.low.some((value) => value !== null) ? undefined : band, points: { show: points } },
      ];
  const frame = {
    stroke: colour["ink-soft"],
    grid: { stroke: colour.line, width: 1 },
    ticks: { show: false },
    font: "12px system-ui, sans-serif",
  };
  const upright = scaleFor(columns.flat().filter((value) => value !== undefined), LEAST_W);
  return {
    data: [data.at, ...columns.map((column) => column ?? [])],
    options: {
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), speech.words.zone),
      scales: {
        x: { time: true, range: () => curve.span },
        y: { range: () => [upright.bottom, upright.top] },
      },
      series: [{}, ...layers],
      bands: phases ? [] : [{ series: [1, 2], fill: band }],
      axes: [
        { ...frame, space: 70, size: 44, values: (chart, splits, axis, space, step) => speech.times(splits, step) },
        { ...frame, size: 52, splits: () => upright.ticks, values: (chart, splits) => splits.map((each) => speech.kilowatt(each, upright.decimals)) },
      ],
    },
  };
}
