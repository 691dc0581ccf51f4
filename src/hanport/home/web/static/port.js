// The page Port: copying the telegram, and a restart that goes on by itself.

const POLL_MS = 3000;

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const said = button.parentElement.querySelector("[data-copy-said]");
    try {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      said.textContent = button.dataset.copied;
    } catch {
      said.textContent = button.dataset.notCopied; // no https, or not allowed
    }
  });
}

// While a restart is on, its section is fetched anew: the hub may lose its power on the way, and comes back.
async function follow() {
  const guide = document.getElementById("guide");
  if (!guide || !["steps", "waiting", "failed"].includes(guide.dataset.stage)) return;
  const gone = guide.querySelector("[data-gone]");
  try {
    const answer = await fetch(location.pathname, { headers: { accept: "text/html" }, redirect: "error" });
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.getElementById("guide");
    if (gone) gone.hidden = true;
    if (now && (now.dataset.stage !== guide.dataset.stage || now.querySelector(".here")?.textContent !== guide.querySelector(".here")?.textContent)) {
      guide.replaceWith(now);
      document.getElementById("health")?.replaceWith(page.getElementById("health"));
    }
  } catch {
    if (gone) {
      gone.hidden = false;
      gone.textContent = guide.dataset.saidGone;
    }
  }
  setTimeout(follow, POLL_MS);
}
setTimeout(follow, POLL_MS);
