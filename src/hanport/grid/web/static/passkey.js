// Passkeys: the only thing of the staff's pages that needs a script. Everything else about them is forms.

for (const place of document.querySelectorAll("[data-passkey]")) {
  if (window.PublicKeyCredential) offer(place);
}

function offer(place) {
  const form = place.querySelector("form");
  const wrong = place.querySelector("[data-passkey-wrong]");
  place.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.answer.value) return;
    event.preventDefault();
    wrong.hidden = true;
    try {
      form.elements.answer.value = JSON.stringify(await ask(place.dataset.passkey, form));
      form.submit();
    } catch {
      wrong.hidden = false;
    }
  });
}

/** What the authenticator says to the options that the service gives. */
async function ask(address, form) {
  const sent = new URLSearchParams(new FormData(form));
  const answer = await fetch(address, { method: "POST", body: sent, headers: { accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const options = await answer.json();
  options.challenge = bytes(options.challenge);
  if (!options.user) {
    const got = await navigator.credentials.get({ publicKey: options });
    return told(got, ["clientDataJSON", "authenticatorData", "signature", "userHandle"]);
  }
  options.user.id = bytes(options.user.id);
  options.excludeCredentials = (options.excludeCredentials ?? []).map((each) => ({ ...each, id: bytes(each.id) }));
  return told(await navigator.credentials.create({ publicKey: options }), ["clientDataJSON", "attestationObject"]);
}

function told(credential, names) {
  const response = {};
  for (const name of names) if (credential.response[name]) response[name] = text(credential.response[name]);
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response };
}

function bytes(base64url) {
  const plain = atob(base64url.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
