// Keeps the start page up to date by a stream of its whole small state, and sends its buttons without leaving the page.
// Texts and attributes are changed in place, and only where they differ: the focus stays where it is, and a screen
// reader hears each thing once.

const opening = document.querySelector("[data-live]");
const problem = document.querySelector("[data-problem]");
const drawing = document.querySelector("[data-marks]");
const lines = document.querySelector("[data-lines]");
const emptyLine = document.querySelector("template[data-line]").content.firstElementChild;
const partyNames = Object.fromEntries(
  [...document.querySelectorAll("[data-party-name]")].map((each) => [each.dataset.partyName, each.textContent]),
);
const log = document.querySelector("#log");
const NARROW = matchMedia("(max-width: 63.99rem)"); // where the log stands below the situations, not beside them
const DRAWN = ["port", "sends", "cable", "supply", "display", "live", "meter", "hub"];
let beat = null;

listen();

function listen() {
  const stream = new EventSource(opening.dataset.live);
  let failures = 0;
  stream.addEventListener("message", (event) => {
    failures = 0;
    tell("");
    show(JSON.parse(event.data));
  });
  stream.addEventListener("error", () => {
    failures += 1;
    if (failures === 3) tell(opening.dataset.lost);
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
  });
}

function show(view) {
  for (const each of document.querySelectorAll("[data-say]")) write(each, view.say[each.dataset.say] ?? "");
  for (const each of document.querySelectorAll("[data-mark]")) turn(each, "data-is", view.mark[each.dataset.mark] ?? "");
  for (const name of DRAWN) if (view.mark[name] !== undefined) turn(drawing, `data-${name}`, view.mark[name]);
  for (const each of document.querySelectorAll("[data-can]")) able(each, view.can[each.dataset.can]);
  for (const each of document.querySelectorAll("[data-pressed]")) {
    turn(each, "aria-pressed", String(view.mark[each.dataset.pressed] === "in"));
  }
  for (const each of document.querySelectorAll("[data-link]")) lead(each, view.links[each.dataset.link]);
  for (const each of document.querySelectorAll("[data-situation]")) {
    each.classList.toggle("is-playing", each.dataset.situation === view.mark.playing);
  }
  for (const each of document.querySelectorAll("[data-step-words]")) {
    write(each, `(${each.dataset[each.closest("[data-mark]").dataset.is]})`);
  }
  list(view);
  if (beat !== null && view.beat !== beat) blink();
  beat = view.beat;
}

function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function turn(node, name, value) {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

/** A button that cannot be used keeps its focus: it is not disabled, it only says so. */
function able(button, can) {
  if (can) button.removeAttribute("aria-disabled");
  else turn(button, "aria-disabled", "true");
}

function lead(link, address) {
  able(link, address !== "");
  if (address) turn(link, "href", address);
  else link.removeAttribute("href");
}

/** A line never changes but for the calls that come to it; another run begins with an empty list. */
function list(view) {
  if (lines.dataset.lines !== String(view.run)) {
    lines.replaceChildren();
    lines.dataset.lines = view.run;
  }
  view.lines.forEach((told, number) => {
    const line = lines.children[number] ?? lines.appendChild(emptyLine.cloneNode(true));
    line.dataset.party = told.party;
    write(line.querySelector("time"), told.at);
    write(line.querySelector(".who"), partyNames[told.party]);
    const what = line.querySelector(".what");
    write(what.firstElementChild, told.text);
    for (const call of told.calls.slice(what.children.length - 1)) {
      const code = document.createElement("code");
      code.className = "call";
      code.textContent = `${call.what} → ${call.outcome}`;
      what.append(code);
    }
  });
}

/** A telegram leaves the port: the animation begins again. */
function blink() {
  drawing.classList.remove("is-beating");
  drawing.getBoundingClientRect();
  drawing.classList.add("is-beating");
}

function tell(text) {
  problem.hidden = text === "";
  write(problem, text);
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-act]");
  if (!form || event.defaultPrevented) return;
  event.preventDefault();
  if (form.querySelector("button").getAttribute("aria-disabled") === "true") return;
  const answer = await fetch(form.action, { method: "POST", redirect: "manual" }).catch(() => null);
  if (answer === null) tell(opening.dataset.lost);
  else if (answer.type !== "opaqueredirect" && !answer.ok) tell(opening.dataset.refused);
  else if (form.closest("[data-situation]") && NARROW.matches) log.scrollIntoView();
});

drawing.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-press]");
  if (pressed) document.querySelector(`[action="/cabinet/${pressed.dataset.press}"] button`).click();
});
