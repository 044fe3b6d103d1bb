// The page that stands for one that could not be reached, at that page's address: it reloads when the site answers again.

const EVERY = 5000; // ms; that a network is there does not mean that the site is
const state = document.querySelector("[role=status]");

const chosen = /(?:^|; )theme=(light|dark)/.exec(document.cookie)?.[1];
if (chosen) document.documentElement.dataset.theme = chosen;

async function look(asked) {
  if (asked) state.textContent = state.dataset.trying;
  try {
    await fetch("/healthz", { method: "HEAD", cache: "no-store", credentials: "omit" });
    location.reload();
  } catch {
    if (asked) state.textContent = state.dataset.still;
  }
}

document.querySelector("[data-retry]").addEventListener("click", (event) => {
  event.preventDefault();
  look(true);
});
addEventListener("online", () => look(false));
setInterval(() => document.hidden || look(false), EVERY);
