// What every page has: nothing that it needs, only what makes it kinder.

// A form with data-confirm asks before it is sent.
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

/** Changes the status line under the header. `level` is well, quiet, warn or bad. */
export function showStatus(level, text, href = "") {
  const line = document.getElementById("status");
  if (!line) return;
  line.className = `status status-${level}`;
  const dot = document.createElement("span");
  dot.className = "status-dot";
  dot.setAttribute("aria-hidden", "true");
  const said = document.createElement(href ? "a" : "span");
  if (href) said.href = href;
  said.textContent = text;
  if (line.textContent.trim() !== text) line.replaceChildren(dot, said);
}
