// The follow button shows what is committed, nothing else. A tap shows "working"; the server's answer is the new
// button. Without an answer the old state stands, is checked if it can be, and a line says what happened. An answer
// older than what is shown is dropped. Every button of the same account, in every tab and on every device, follows.

import { enliven, fetchFragment, parse } from "fragment";

const AWAY = 30_000; // ms in the background after which the state is asked for again
const FACTS = {
  follow: "You still do not follow",
  follow_back: "You still do not follow",
  requested: "Your request is still open with",
  following: "You still follow",
  blocked: "You still block",
};
const LAST_KNOWN = {
  follow: "Last known: you do not follow",
  follow_back: "Last known: you do not follow",
  requested: "Last known: you asked to follow",
  following: "Last known: you follow",
  blocked: "Last known: you block",
};
const REFUSALS = { 403: "That is not possible right now.", 429: "That was a lot at once. Wait a moment." };

let channel;
let hiddenAt = 0;

class FollowButton extends HTMLElement {
  #seen;

  connectedCallback() {
    this.addEventListener("htmx:beforeRequest", this.#working);
    this.addEventListener("htmx:beforeSwap", this.#judge);
    for (const type of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) this.addEventListener(type, this.#failed);
    this.addEventListener("click", this.#again);
    for (const type of ["pointerleave", "focusout"]) this.addEventListener(type, () => delete this.dataset.fresh);
  }

  disconnectedCallback() {
    this.#seen?.disconnect();
  }

  get version() {
    return Number(this.dataset.version) || 0;
  }

  // Shows another button of this account as this one, unless it is older. Keeps what belongs to this place on the page.
  adopt(other) {
    if (Number(other.dataset.version) < this.version || this.#says(other)) return;
    const copy = other.cloneNode(true);
    const focused = this.contains(document.activeElement);
    copy.id = this.id;
    if (this.dataset.size) copy.dataset.size = this.dataset.size;
    else delete copy.dataset.size;
    if (focused || this.matches(":hover")) copy.dataset.fresh = ""; // says what it became before what a tap would do
    this.replaceWith(copy);
    enliven(copy);
    if (focused) copy.querySelector(".follow-button__button")?.focus();
  }

  // Asks for the truth; answers whether there was an answer.
  async refresh() {
    try {
      const answer = (await fetchFragment(this.dataset.stateUrl)).querySelector("follow-button");
      if (answer) spread(answer);
      return Boolean(answer);
    } catch {
      return false;
    }
  }

  // Pages hold hundreds of buttons: only those that are looked at ask.
  refreshWhenSeen() {
    this.#seen?.disconnect();
    this.#seen = new IntersectionObserver((entries, observer) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      this.refresh();
    });
    this.#seen.observe(this);
  }

  // Already shown: what stands beside it, a problem with "Try again", may stay.
  #says(other) {
    const problem = other.querySelector(".follow-button__problem:not([hidden])");
    return !problem && other.dataset.version === this.dataset.version && other.dataset.state === this.dataset.state;
  }

  #working = () => {
    this.dataset.working = "";
    this.#say("");
  };

  #judge = (event) => {
    if (event.detail.isError) return;
    const answer = parse(event.detail.serverResponse).querySelector("follow-button");
    delete this.dataset.working;
    event.detail.shouldSwap = false;
    if (!answer) return location.assign(event.detail.xhr.responseURL); // the log-in page, for one
    spread(answer, this);
    announce(answer);
  };

  #failed = async ({ detail }) => {
    delete this.dataset.working;
    const { version } = this;
    const { account, name } = this.dataset;
    const place = this.id;
    const known = await this.refresh();
    const button = document.getElementById(place) ?? this;
    if (known && button.version > version) return announce(button);
    const refused = detail.xhr?.status >= 400;
    const what = refused ? REFUSALS[detail.xhr.status] ?? "That did not work." : "Could not reach the server.";
    const fact = (known || refused ? FACTS : LAST_KNOWN)[button.dataset.state];
    if (button.dataset.account === account) button.#say(`${what} ${fact} ${name}.`);
  };

  #again = (event) => {
    if (event.target.closest(".follow-button__again")) this.querySelector("form")?.requestSubmit();
  };

  #say(text) {
    const line = this.querySelector(".follow-button__problem");
    if (!line) return;
    line.hidden = !text;
    line.replaceChildren(text);
    if (!text) return;
    const again = document.createElement("button");
    again.type = "button";
    again.className = "follow-button__again";
    again.textContent = "Try again";
    line.append(" ", again);
  }
}

function buttons(account) {
  const which = account ? `follow-button[data-account="${CSS.escape(account)}"]` : "follow-button";
  return document.querySelectorAll(which);
}

// What went wrong is said where it was tried, not beside every button of the account.
function spread(answer, tapped) {
  const others = answer.cloneNode(true);
  others.querySelector(".follow-button__problem")?.setAttribute("hidden", "");
  buttons(answer.dataset.account).forEach((button) => button.adopt(button === tapped ? answer : others));
}

// Other tabs ask for themselves: they may show another size, or belong to another session.
function announce({ dataset: { account, version } }) {
  channel?.postMessage({ account, version: Number(version) });
}

function listen() {
  channel = new BroadcastChannel("follow");
  channel.onmessage = ({ data }) => catchUp(data);
}

// A hint from another tab or device; without a version, whatever is shown may be old. A tap under way has its answer yet
// to come.
function catchUp({ account, version }) {
  const shown = [...buttons(account)];
  if (shown.some((button) => "working" in button.dataset)) return;
  shown.find((button) => version === null || button.version < version)?.refresh();
}

function refreshAll() {
  const asked = new Set();
  for (const button of buttons()) {
    if (!asked.has(button.dataset.account)) button.refreshWhenSeen();
    asked.add(button.dataset.account);
  }
}

customElements.define("follow-button", FollowButton);
listen();

// Back shows a page as it was stored, whichever of its two stores the browser took it from.
if (performance.getEntriesByType("navigation")[0]?.type === "back_forward") refreshAll();

// An open channel would keep the page out of the browser's Back cache.
addEventListener("pagehide", () => channel.close());
addEventListener("pageshow", ({ persisted }) => {
  if (!persisted) return;
  listen();
  refreshAll();
});
addEventListener("online", refreshAll);
document.addEventListener("live:relation", ({ detail }) => catchUp(detail));
document.addEventListener("live:connected", ({ detail }) => detail.missed && refreshAll());
document.addEventListener("visibilitychange", () => {
  if (document.hidden) hiddenAt = Date.now();
  else if (Date.now() - hiddenAt > AWAY) refreshAll();
});
