// A chart's upright scale, as the server makes it (pagedata_scale.py).

const STEPS = [1, 2, 5];
const WANTED = 4;
const PARTS = 5;

function stepFor(rough) {
  for (let size = 1; ; size *= 10) {
    for (const step of STEPS) if (step * size >= rough) return step * size;
  }
}

/** `{bottom, top, step, ticks, decimals}` that holds all values and 0, and at least `least`. */
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
  const part = Math.max(1, Math.floor(step / PARTS));
  const bottom = Math.floor(low / part) * part;
  const top = Math.ceil(high / step) * step;
  const ticks = [];
  for (let tick = Math.ceil(bottom / step) * step; tick <= top; tick += step) ticks.push(tick || 0);
  let decimals = 0;
  while ((step * 10 ** decimals) % 1000) decimals += 1;
  return { bottom, top, step, ticks, decimals, y: (value) => ((top - value) * 100) / (top - bottom) };
}
