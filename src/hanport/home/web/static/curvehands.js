// Keys, wheel and two fingers on the power line.

const FINE = 0.1;
const COARSE = 0.5;

/** Keys of the focused plot: arrows move, + and - zoom, Shift and arrows point, Home shows the whole period. */
export function keysOf(plot, curve) {
  const acts = {
    ArrowLeft: (event) => (event.shiftKey ? curve.point(-1) : curve.pan(-FINE * 2)),
    ArrowRight: (event) => (event.shiftKey ? curve.point(1) : curve.pan(FINE * 2)),
    PageUp: () => curve.pan(-COARSE),
    PageDown: () => curve.pan(COARSE),
    "+": () => curve.zoom(0.5),
    "=": () => curve.zoom(0.5),
    "-": () => curve.zoom(2),
    Home: () => curve.whole(),
    Escape: () => curve.whole(),
    0: () => curve.whole(),
  };
  plot.addEventListener("keydown", (event) => {
    const act = acts[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act(event);
  });
}

/** The wheel zooms with Ctrl (which is also what a trackpad's pinch says) or with the focus; else the page scrolls. */
export function wheelOf(plot, curve) {
  plot.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && document.activeElement !== plot) return;
      event.preventDefault();
      const across = Math.abs(event.deltaX) > Math.abs(event.deltaY);
      if (across) return curve.pan(event.deltaX / 800);
      const { left, width } = curve.chart.over.getBoundingClientRect();
      const share = Math.min(Math.max((event.clientX - left) / width, 0), 1);
      const [from, to] = curve.span;
      curve.zoom(Math.exp(Math.max(-0.5, Math.min(0.5, event.deltaY / 200))), from + (to - from) * share);
    },
    { passive: false },
  );
}

/** Two fingers zoom and move; one finger scrolls the page up and down, and points. */
export function pinchOf(over, curve) {
  const fingers = new Map();
  let begun = null;
  const places = () => [...fingers.values()].sort((a, b) => a - b);

  over.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "touch") return;
    fingers.set(event.pointerId, event.clientX);
    if (fingers.size === 2) begun = { places: places(), span: [...curve.span], box: over.getBoundingClientRect() };
  });
  over.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, event.clientX);
    if (begun === null || fingers.size !== 2) return;
    const { places: before, span, box } = begun;
    const time = (x) => span[0] + ((x - box.left) / box.width) * (span[1] - span[0]);
    const now = places();
    if (now[1] - now[0] < 10 || before[1] - before[0] < 10) return;
    // The times that were under the fingers stay under them.
    const perPixel = (time(before[1]) - time(before[0])) / (now[1] - now[0]);
    const from = time(before[0]) - (now[0] - box.left) * perPixel;
    curve.show(from, from + perPixel * box.width);
  });
  const lift = (event) => {
    fingers.delete(event.pointerId);
    if (fingers.size < 2) begun = null;
  };
  for (const kind of ["pointerup", "pointercancel", "pointerleave"]) over.addEventListener(kind, lift);
}
