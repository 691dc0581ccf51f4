// The page History: keys and taps around the bars, and the power line below them.
import { Curve } from "./curve.js";

// A new date is gone to at once; without scripts the button does it.
const form = document.getElementById("period-form");
form?.querySelector("button")?.setAttribute("hidden", "");
form?.addEventListener("change", () => form.checkValidity() && form.requestSubmit());

// Arrow keys turn the pages of the calendar, unless something that uses them has the focus.
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest("input, select, textarea, [role=toolbar], #curve-plot, .wide, summary")) return;
  const link = document.getElementById({ ArrowLeft: "previous", ArrowRight: "next" }[event.key] ?? "");
  if (link) link.click();
});

// What a bar holds is said below the chart while the pointer is on it.
const said = document.getElementById("bar-said");
let lit = null;
function light(bar) {
  if (!bar || bar === lit) return;
  lit?.classList.remove("lit");
  bar.classList.add("lit");
  lit = bar;
  said.textContent = bar.dataset.said;
}
for (const kind of ["pointermove", "pointerdown"]) {
  document.querySelector("svg.bars")?.addEventListener(kind, (event) => light(event.target.closest(".bar")));
}

const place = document.getElementById("curve");
if (place) new Curve(place);
