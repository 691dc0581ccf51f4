// The set-up is over: the hub starts at this same address. Go there as soon as it answers.

async function isUp() {
  try {
    const answer = await fetch("/account", { redirect: "manual", cache: "no-store" });
    return answer.ok;
  } catch {
    return false; // between the two, nobody listens
  }
}

for (let tries = 0; tries < 240; tries += 1) {
  await new Promise((resolve) => setTimeout(resolve, 500));
  if (await isUp()) {
    window.location.replace("/");
    break;
  }
}
