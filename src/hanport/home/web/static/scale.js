// A chart's upright scale, as the server makes it (pagedata_scale.py).

const STEPS = [1, 2, 5];
const WANTED = 4;

function stepFor(rough) {
  for (let size = 1; ; size *= 10) {
    for (const step of STEPS) if (step * size >= rough) return step * size;
  }
}

/** `{bottom, top, step, ticks}` that holds all values and 0, and at least `least`. */
export function scaleFor(values, least) {
  let low = 0;
  let high = 0;
  for (const value of values) {
    if (value === null) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (high - low < least) [high, low] = high === 0 && low < 0 ? [0, -least] : [least, low];
  const step = stepFor((high - low) / WANTED);
  const bottom = Math.floor(low / step) * step;
  const top = Math.ceil(high / step) * step;
  const ticks = [];
  for (let tick = bottom; tick <= top; tick += step) ticks.push(tick);
  return { bottom, top, step, ticks, y: (value) => ((top - value) * 100) / (top - bottom) };
}
