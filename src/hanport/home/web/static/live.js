// The page Now kept alive: events bring the state in words, this puts it where it belongs, and grows it old by itself.
import { HourLine } from "./hourline.js";

const QUIET_MS = 60_000; // a screen reader is told at most this often, unless something is the matter

const root = document.getElementById("now");
const said = document.getElementById("live-summary");
const line = HourLine.on(document);
const words = root.dataset;

let state = null;
let heardAt = words.ageS === "" ? null : performance.now() - Number(words.ageS) * 1000;
let staleAfterS = Number(words.staleAfterS);
let fresh = words.freshness === "fresh";
let saidAt = performance.now();
let saidLast = "";

function put(key, text) {
  for (const place of root.querySelectorAll(`[data-text="${key}"]`)) {
    if (place.textContent !== text) place.textContent = text;
  }
}

function gauge(place, { level, filled, now, words: spoken }) {
  place.dataset.level = level;
  const arc = place.querySelector(".arc");
  arc.setAttribute("aria-valuenow", now ?? 0);
  arc.setAttribute("aria-valuetext", spoken);
  place.querySelector(".arc-value").setAttribute("stroke-dasharray", `${filled} 400`);
}

function tell(text, urgent) {
  const now = performance.now();
  if (text === saidLast || (!urgent && now - saidAt < QUIET_MS)) return;
  said.textContent = text;
  saidLast = text;
  saidAt = now;
}

function show(next) {
  const changed = state !== null && (next.freshness !== state.freshness || next.port !== state.port);
  const over = Object.values(next.gauges).some((each) => each.level.includes("over"));
  state = next;
  fresh = next.freshness === "fresh";
  staleAfterS = next.stale_after_s;
  heardAt = next.age_s === null ? null : performance.now() - next.age_s * 1000;
  root.dataset.freshness = next.freshness;
  root.dataset.flow = next.flow;
  for (const [key, text] of Object.entries(next.texts)) put(key, text);
  for (const [key, each] of Object.entries(next.gauges)) {
    const place = root.querySelector(`[data-gauge="${key}"]`);
    if (place) gauge(place, each);
  }
  root.querySelector("[data-old]").hidden = !next.texts.stale;
  document.getElementById("age-line").hidden = heardAt === null;
  document.querySelector(".empty")?.toggleAttribute("hidden", next.freshness !== "never");
  if (next.point) line?.add(...next.point);
  tell(next.summary, changed || over);
  tick();
}

// No event came in time: the values are no longer the present, whatever became of the stream.
function growOld() {
  fresh = false;
  root.dataset.freshness = "stale";
  root.dataset.flow = "unknown";
  for (const place of root.querySelectorAll("[data-fresh]")) place.textContent = words.dash;
  put("flow", words.saidUnknown);
  for (const place of root.querySelectorAll("[data-gauge]")) {
    put(`${place.dataset.gauge}_level`, words.levelUnknown);
    gauge(place, { level: "unknown", filled: 0, now: null, words: words.gaugeUnknown });
  }
  put("stale", words.saidStale);
  root.querySelector("[data-old]").hidden = false;
  tell(words.saidStale, true);
}

function ago(seconds) {
  if (seconds < 90) return words.agoS.replace("{}", Math.floor(seconds));
  if (seconds < 5400) return words.agoMin.replace("{}", Math.floor(seconds / 60));
  if (seconds < 172_800) return words.agoH.replace("{}", Math.floor(seconds / 3600));
  return words.agoD.replace("{}", Math.floor(seconds / 86_400));
}

function tick() {
  if (heardAt === null) return;
  const ageS = (performance.now() - heardAt) / 1000;
  const text = ago(ageS);
  for (const place of root.querySelectorAll("[data-age]")) {
    if (place.textContent !== text) place.textContent = text;
  }
  if (fresh && ageS > staleAfterS) growOld();
}

function link(text) {
  const place = root.querySelector("[data-link]");
  place.hidden = !text;
  place.querySelector("p").textContent = text;
}

// One stream; a page in the background closes it, so that six tabs do not use up the browser's connections.
let source = null;
let again = 0;

function open() {
  if (source !== null || document.hidden) return;
  source = new EventSource(words.events);
  source.onmessage = (event) => {
    again = 0;
    link("");
    show(JSON.parse(event.data));
  };
  source.onerror = () => {
    if (source.readyState !== EventSource.CLOSED) return link(words.linkLost);
    close(); // refused: logged out, or too many streams
    link(words.linkGone);
    again += 1;
    setTimeout(open, Math.min(60_000, 2000 * 2 ** again));
  };
}

function close() {
  source?.close();
  source = null;
}

document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
window.addEventListener("pagehide", close);
window.addEventListener("pageshow", open);
setInterval(tick, 1000);
open();
