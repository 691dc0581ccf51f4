// Pasting is enough to read a code; where the browser can read QR codes itself, the camera may do it.

const form = document.querySelector("#scan");
const field = form.querySelector("[name=code]");
const button = form.querySelector("[data-camera]");
const view = form.querySelector(".camera");
const video = view.querySelector("video");
const said = view.querySelector("p");
const start = button.textContent;
let stream = null;

field.addEventListener("paste", () => setTimeout(() => form.requestSubmit()));

if (await readsCodes()) {
  button.hidden = false;
  button.addEventListener("click", () => (stream ? close() : open()));
  addEventListener("pagehide", close);
}

async function readsCodes() {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return false;
  return (await BarcodeDetector.getSupportedFormats()).includes("qr_code");
}

async function open() {
  view.hidden = false;
  said.textContent = "";
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    said.textContent = said.dataset.failed;
    return;
  }
  button.textContent = button.dataset.stop;
  video.srcObject = stream;
  video.play().catch(() => {}); // it is stopped before it plays, when the page is left
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  while (stream) {
    const found = await detector.detect(video).catch(() => []);
    const code = found.map((each) => each.rawValue).find((value) => value.startsWith("bankid."));
    if (code) {
      field.value = code;
      close();
      form.requestSubmit();
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function close() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  view.hidden = true;
  button.textContent = start;
}
