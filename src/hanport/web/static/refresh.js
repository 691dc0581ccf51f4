// Keeps parts of a page up to date: `data-refresh` is where a part's HTML comes from, `data-every` the pause in ms, and
// `data-lost` what is said when nobody answers there. A part is put in only when it says something else than before, so
// that a screen reader is not told the same thing again and again.

for (const part of document.querySelectorAll("[data-refresh]")) keep(part);

async function keep(part) {
  const { refresh: address, every, lost } = part.dataset;
  let failures = 0;
  while (part.isConnected) {
    await pause(Number(every) || 2000);
    try {
      const answer = await fetch(address, { headers: { accept: "text/html" }, cache: "no-store" });
      failures = 0;
      if (answer.ok && !answer.redirected) show(part, await answer.text());
    } catch {
      failures += 1;
      if (lost && failures === 2) show(part, `<p class="status status-bad"><span class="status-dot"></span></p>`, lost);
    }
  }
}

/** Waits that long, and longer while nobody looks. */
async function pause(ms) {
  await new Promise((resolve) => setTimeout(resolve, ms));
  if (document.hidden) {
    await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
  }
}

function show(part, html, text = "") {
  const next = document.createElement("template");
  next.innerHTML = html;
  if (text) next.content.firstElementChild.append(text);
  const said = (node) => node.textContent.replace(/\s+/g, " ").trim();
  if (said(next.content) !== said(part)) part.replaceChildren(next.content);
}
