// Follows an identification: a new QR code each second, what is going on in words, and on when it is done.
// The stream may be cut (a phone that was asleep): then the state is asked for until the stream is back.

const section = document.querySelector("[data-identification]");
const parts = Object.fromEntries([...section.querySelectorAll("[data-part]")].map((each) => [each.dataset.part, each]));
const place = `/identification/${section.dataset.identification}`;
let failures = 0;

const stream = new EventSource(`${place}/events`);
stream.addEventListener("message", (event) => show(JSON.parse(event.data)));
stream.addEventListener("error", ask);
document.addEventListener("visibilitychange", () => document.hidden || ask());

async function ask() {
  try {
    const answer = await fetch(`${place}/state`, { cache: "no-store" });
    if (answer.ok) return show(await answer.json());
    if (answer.status === 404) return location.reload();
  } catch {
    failures += 1;
    if (failures === 3) say(section.dataset.lost);
  }
}

function show(state) {
  failures = 0;
  say(state.text);
  if (parts.qr && state.qr !== parts.qr.dataset.shown) {
    parts.qr.innerHTML = state.qr;
    parts.qr.dataset.shown = state.qr;
  }
  if (parts.start) {
    parts.start.hidden = !state.start;
    if (state.start) parts.start.querySelector("a").href = state.start;
  }
  if (state.goesTo || state.isOver) {
    stream.close();
    location.replace(state.goesTo || place);
  }
}

/** Only what has changed, so that a screen reader does not say the same thing each second. */
function say(text) {
  if (parts.text.textContent !== text) parts.text.textContent = text;
}
