// Keeps an order's progress up to date until it has ended, then loads the whole page with what may be done next.
// `data-progress` is where the part's HTML comes from. Often at first, then seldom: a meter may take hours.

const part = document.querySelector("[data-progress]");
const EVERY_MS = [2000, 5000, 15000];
const STAYS_AT_ONE_PACE = 30;

for (let count = 0, failures = 0; part; count += 1) {
  await pause(EVERY_MS[Math.min(Math.floor(count / STAYS_AT_ONE_PACE), EVERY_MS.length - 1)]);
  try {
    const answer = await fetch(part.dataset.progress, { headers: { accept: "text/html" }, cache: "no-store" });
    if (answer.redirected || answer.status === 401 || answer.status === 404) location.reload();
    if (answer.ok && show(await answer.text())) break;
    failures = 0;
  } catch {
    failures += 1;
    if (failures === 3) lost();
  }
}

/** Waits that long, and longer while nobody looks. */
async function pause(ms) {
  await new Promise((resolve) => setTimeout(resolve, ms));
  if (document.hidden) {
    await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
  }
}

/** Puts in what has changed, and says whether it has ended. A screen reader hears only what is new. */
function show(html) {
  const next = document.createElement("template");
  next.innerHTML = html;
  const said = (node) => node.textContent.replace(/\s+/g, " ").trim();
  const isOver = next.content.querySelector("[data-over]") !== null;
  if (isOver) location.reload();
  else if (said(next.content) !== said(part)) part.replaceChildren(next.content);
  return isOver;
}

function lost() {
  const line = document.createElement("p");
  line.className = "notice notice-bad";
  line.setAttribute("role", "alert");
  line.textContent = part.dataset.lost;
  part.append(line);
}
