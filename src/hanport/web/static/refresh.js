// Keeps a part of a page up to date: `data-refresh` is where its HTML comes from, `data-every` the pause in ms.
// Only a part that has changed is put in, so that a screen reader is not told the same thing again and again.

for (const part of document.querySelectorAll("[data-refresh]")) {
  keep(part, part.dataset.refresh, Number(part.dataset.every) || 2000);
}

async function keep(part, address, pause) {
  let last = null;
  while (part.isConnected) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    if (document.hidden) continue;
    try {
      const answer = await fetch(address, { headers: { accept: "text/html" }, cache: "no-store" });
      if (!answer.ok || answer.redirected) continue;
      const html = await answer.text();
      if (html !== last) {
        part.innerHTML = html;
        last = html;
      }
    } catch {
      // The hub does not answer just now; the next turn will tell.
    }
  }
}
