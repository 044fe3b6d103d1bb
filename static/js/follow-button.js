// The follow button, and what stands beside it, shows what is committed and nothing else. A tap shows "working"; the
// server's answer is the new button. Without an answer the old state stands, is checked if it can be, and a line says
// what happened. An answer older than what is shown is dropped. Every button of the same account, in every tab and on
// every device, follows. What a tap would end for good, the server asks about first: its answer then holds the question.

import "confirm-dialog";
import { enliven, fetchFragment, parse } from "fragment";
import { gettext } from "words";

const AWAY = 30_000; // ms in the background after which the state is asked for again
const FACTS = {
  follow: (name) => gettext("You still do not follow %s.", name),
  follow_back: (name) => gettext("You still do not follow %s.", name),
  requested: (name) => gettext("Your request is still open with %s.", name),
  following: (name) => gettext("You still follow %s.", name),
  blocked: (name) => gettext("You still block %s.", name),
};
const LAST_KNOWN = {
  follow: (name) => gettext("Last known: you do not follow %s.", name),
  follow_back: (name) => gettext("Last known: you do not follow %s.", name),
  requested: (name) => gettext("Last known: you asked to follow %s.", name),
  following: (name) => gettext("Last known: you follow %s.", name),
  blocked: (name) => gettext("Last known: you block %s.", name),
};
const PAGE_WAS_OLD = 403; // its token was of another log-in; the button that was fetched has a good one
const REFUSALS = { [PAGE_WAS_OLD]: gettext("This page was out of date."), 429: gettext("That was a lot at once. Wait a moment.") };
const SAYS_MORE = ".follow-button__problem:not([hidden]), confirm-dialog";

const waiting = new Map(); // hints by account

let channel;
let hiddenAt = 0;

class FollowButton extends HTMLElement {
  #seen;

  connectedCallback() {
    this.addEventListener("htmx:beforeRequest", this.#working);
    this.addEventListener("htmx:beforeSwap", this.#judge);
    for (const type of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) this.addEventListener(type, this.#failed);
    this.addEventListener("click", this.#oneTap, { capture: true });
    this.addEventListener("keydown", this.#oneTap, { capture: true });
    for (const type of ["pointerleave", "focusout"]) this.addEventListener(type, () => delete this.dataset.fresh);
  }

  disconnectedCallback() {
    this.#seen?.disconnect();
  }

  get version() {
    return Number(this.dataset.version) || 0;
  }

  get tools() {
    return this.dataset.tools ?? "";
  }

  // Shows another button of this account as this one, unless it is older. Keeps what belongs to this place on the page.
  adopt(other, { anew = false } = {}) {
    if (other.dataset.viewer !== this.dataset.viewer) return location.reload(); // logged in or out since
    if (Number(other.dataset.version) < this.version || (!anew && this.#says(other))) return;
    const copy = other.cloneNode(true);
    const control = this.contains(document.activeElement) && controlOf(document.activeElement);
    copy.id = this.id;
    if (this.dataset.size) copy.dataset.size = this.dataset.size;
    else delete copy.dataset.size;
    for (const name of ["place", "next"]) this.#keep(copy, name);
    if (control || this.matches(":hover")) copy.dataset.fresh = ""; // says what it became before what a tap would do
    this.replaceWith(copy);
    enliven(copy);
    if (control) (copy.querySelector(`[data-control="${control}"]`) ?? copy.querySelector("[data-control]"))?.focus();
    document.dispatchEvent(new CustomEvent("relation", { detail: { account: copy.dataset.account } }));
  }

  // Asks for the truth; answers whether there was an answer.
  async refresh(how) {
    try {
      const query = this.tools && `?${new URLSearchParams({ tools: this.tools })}`;
      const answer = (await fetchFragment(this.dataset.stateUrl + query)).querySelector("follow-button");
      if (answer) spread(answer, how);
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

  #keep(copy, name) {
    const kept = this.querySelector(`input[name="${name}"]`);
    if (kept) copy.querySelectorAll(`input[name="${name}"]`).forEach((input) => input.setAttribute("value", kept.value));
  }

  // Already shown: what stands beside it, a problem with "Try again", may stay.
  #says(other) {
    if (other.querySelector(SAYS_MORE)) return false;
    return ["version", "state", "alerts", "muted"].every((fact) => other.dataset[fact] === this.dataset[fact]);
  }

  // The second half of a double click, and a key that is held down, are no taps on what the first one made.
  #oneTap = (event) => {
    const again = event.detail > 1 || (event.repeat && ["Enter", " "].includes(event.key));
    if (!again || !event.target.closest("[data-control]")) return;
    event.preventDefault();
    event.stopPropagation();
  };

  #working = () => {
    this.dataset.working = "";
    this.querySelector(".follow-button__button").setAttribute("aria-busy", "true");
    this.#say("");
  };

  #rest() {
    delete this.dataset.working;
    this.querySelector(".follow-button__button")?.removeAttribute("aria-busy");
  }

  #judge = (event) => {
    const answer = parse(event.detail.serverResponse).querySelector("follow-button");
    if (event.detail.isError && !answer) return;
    event.detail.isError = false; // a refusal that says why, and what stands
    this.#rest();
    event.detail.shouldSwap = false;
    if (!answer) return location.assign(event.detail.xhr.responseURL); // the way in, for one
    spread(answer, { tapped: this });
    announce(answer, this.version);
    catchUpNow(answer.dataset.account);
  };

  #failed = async ({ detail, target }) => {
    this.#rest();
    const { id, version } = this;
    const status = detail.xhr?.status;
    const again = repetition(target, detail);
    const known = await this.refresh({ anew: status === PAGE_WAS_OLD });
    const button = document.getElementById(id) ?? this;
    waiting.delete(this.dataset.account);
    const follows = target.matches(".follow-button__form");
    const settled = decided(button) !== decided(this) || (!follows && button.version > version);
    if (known && settled) return announce(button, version);
    const refused = status >= 400;
    const what = refused ? REFUSALS[status] ?? gettext("That did not work.") : gettext("Could not reach the server.");
    const fact = (known || refused ? FACTS : LAST_KNOWN)[button.dataset.state];
    if (button.dataset.account !== this.dataset.account) return; // the page is another by now
    button.#say(follows ? `${what} ${fact(this.dataset.name)}` : what, again);
  };

  #say(text, again) {
    const line = this.querySelector(".follow-button__problem");
    if (!line) return;
    line.hidden = !text;
    line.replaceChildren(text);
    if (!text) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "follow-button__again";
    button.textContent = gettext("Try again");
    button.addEventListener("click", () => again(this));
    line.append(" ", button);
  }
}

const controlOf = (element) =>
  (element.closest("[data-control]") ?? element.closest("pop-menu")?.querySelector("[data-control]"))?.dataset.control ?? "follow";

// What is the viewer's own choice: to be followed is not.
function decided({ dataset: { state, alerts, muted } }) {
  return [state === "follow_back" ? "follow" : state, alerts, muted].join();
}

// The same tap once more, on whichever element shows the button by then.
function repetition(form, { requestConfig }) {
  const action = form.getAttribute("action");
  const value = requestConfig?.triggeringEvent?.submitter?.value;
  return (button) => {
    const same = [...button.querySelectorAll("form")].find((one) => one.getAttribute("action") === action);
    const submitter = value && [...same?.querySelectorAll("button") ?? []].find((one) => one.value === value);
    (same ?? button.querySelector("form")).requestSubmit(submitter || null);
  };
}

function buttons(account) {
  const which = account ? `follow-button[data-account="${CSS.escape(account)}"]` : "follow-button";
  return document.querySelectorAll(which);
}

// What went wrong, or is asked, stands where it was tried, not beside every button of the account. One with other tools
// asks for itself.
function spread(answer, { tapped, anew } = {}) {
  const others = answer.cloneNode(true);
  others.querySelector(".follow-button__problem")?.setAttribute("hidden", "");
  others.querySelector("confirm-dialog")?.remove();
  for (const button of buttons(answer.dataset.account)) {
    if (button === tapped) button.adopt(answer);
    else if (button.tools === (answer.dataset.tools ?? "")) button.adopt(others, { anew });
    else if (button.version < Number(answer.dataset.version)) button.refresh();
  }
}

// Other tabs ask for themselves: they may show another size, or belong to another session. What is no event between the
// two, a mute, leaves the version as it was.
function announce({ dataset: { account, version } }, before) {
  channel?.postMessage({ account, version: Number(version) === before ? null : Number(version) });
}

function listen() {
  channel = new BroadcastChannel("follow");
  channel.onmessage = ({ data }) => catchUp(data);
}

// A hint from another tab or device; without a version, whatever is shown may be old. While a tap is under way it waits
// for that answer, which may be older.
function catchUp({ account, version }) {
  const shown = [...buttons(account)];
  if (shown.some((button) => "working" in button.dataset)) {
    waiting.set(String(account), waiting.get(String(account)) === null ? null : version);
  } else {
    shown.find((button) => version === null || button.version < version)?.refresh();
  }
}

function catchUpNow(account) {
  if (!waiting.has(account)) return;
  const version = waiting.get(account);
  waiting.delete(account);
  catchUp({ account, version });
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
document.addEventListener("live:relation", ({ detail, target }) => {
  if (target.closest?.("follow-button")) return; // its answer is the truth itself
  if (target !== document) channel.postMessage({ account: detail.account, version: null }); // the answer to an Undo
  catchUp(detail);
});
document.addEventListener("live:connected", ({ detail }) => detail.missed && refreshAll());
document.addEventListener("visibilitychange", () => {
  if (document.hidden) hiddenAt = Date.now();
  else if (Date.now() - hiddenAt > AWAY) refreshAll();
});
