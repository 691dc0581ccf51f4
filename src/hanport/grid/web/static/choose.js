// Ticks all facilities of the page at once. Without it each is ticked by itself.

const form = document.querySelector("[data-choose]");
const all = form.querySelector("[data-all]");
const ticks = [...form.querySelectorAll("input[name=facility]")];
const box = all.querySelector("input");

all.hidden = false;
box.addEventListener("change", () => ticks.forEach((tick) => (tick.checked = box.checked)));
form.addEventListener("change", () => {
  const count = ticks.filter((tick) => tick.checked).length;
  box.checked = count === ticks.length;
  box.indeterminate = count > 0 && count < ticks.length;
});
