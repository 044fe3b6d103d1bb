// Short messages: those of the page, and every "toast" event ({text, level, action, about}), whether JavaScript sent it or an
// HX-Trigger header; and what keeps a form from being sent. An action ({label, url, fields}) is one tap that posts, such as Undo. They leave by themselves,
// except errors and what somebody is reading.

import { enliven } from "fragment";
import { gettext } from "words";

const STAY = 6000; // ms
const STAY_WITH_ACTION = 15_000;
const MOST = 3;
const FAILURES = ["htmx:sendError", "htmx:timeout", "htmx:responseError"];
const REFUSALS = { 403: gettext("This page is too old. Reload it."), 429: gettext("That was a lot at once. Wait a moment.") };

// What was too much at once and says so itself, and where, is an answer.
function inItsWords({ detail }) {
  if (detail.xhr.status !== 429 || !detail.xhr.getResponseHeader("HX-Reswap")) return;
  detail.shouldSwap = true;
  detail.isError = false;
}

class ToastStack extends HTMLElement {
  #timers = new Map();

  connectedCallback() {
    this.#toasts.forEach((toast) => this.#leaveLater(toast));
    this.addEventListener("click", (event) => event.target.closest(".toast__close") && this.#remove(event.target.closest(".toast")));
    for (const type of ["pointerenter", "focusin"]) this.addEventListener(type, this.#hold);
    for (const type of ["pointerleave", "focusout"]) this.addEventListener(type, this.#letGo);
    this.addEventListener("htmx:beforeRequest", this.#working);
    this.addEventListener("htmx:afterRequest", this.#acted);
    document.addEventListener("toast", this.#add);
    document.addEventListener("htmx:beforeSwap", inItsWords);
    for (const type of FAILURES) document.addEventListener(type, this.#failed);
  }

  disconnectedCallback() {
    document.removeEventListener("toast", this.#add);
    document.removeEventListener("htmx:beforeSwap", inItsWords);
    for (const type of FAILURES) document.removeEventListener(type, this.#failed);
    this.#hold();
  }

  get #toasts() {
    return [...this.querySelectorAll(":scope > .toast")];
  }

  #add = ({ detail }) => {
    const toast = this.querySelector("template").content.firstElementChild.cloneNode(true);
    toast.dataset.level = detail.level ?? "info";
    toast.querySelector("p").textContent = detail.text;
    this.#equip(toast.querySelector("form"), detail.action);
    toast.dataset.about = detail.about ?? "";
    this.append(toast);
    this.#makeRoom(toast);
    enliven(toast);
    this.#leaveLater(toast);
  };

  #makeRoom(toast) {
    const others = this.#toasts.filter((other) => other !== toast);
    others.filter(({ dataset: { about } }) => about && about === toast.dataset.about).forEach((old) => this.#remove(old));
    const leaving = this.#toasts.filter(({ dataset: { level } }) => level !== "error");
    leaving.slice(0, -MOST).forEach((old) => this.#remove(old));
  }

  #equip(form, action) {
    if (!action || !form) return form?.remove();
    form.setAttribute("action", action.url);
    form.setAttribute("hx-post", action.url);
    form.querySelector("button").textContent = action.label;
    for (const [name, value] of Object.entries(action.fields ?? {})) {
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    }
  }

  #working = ({ target }) => target.querySelector(".toast__action")?.setAttribute("aria-busy", "true");

  #acted = ({ target, detail }) => {
    target.querySelector(".toast__action")?.removeAttribute("aria-busy");
    if (detail.successful) this.#remove(target.closest(".toast"));
  };

  // Of any form that does not say itself what went wrong.
  #failed = ({ target, detail }) => {
    const form = target.closest?.("form");
    if (!form || form.closest("follow-button")) return;
    const text = REFUSALS[detail.xhr?.status] ?? (detail.xhr?.status ? gettext("That did not work.") : gettext("Could not reach the server."));
    const toast = form.closest(".toast");
    if (!toast) return this.#add({ detail: { text, level: "error" } });
    toast.dataset.level = "error";
    toast.querySelector("p").textContent = text;
    clearTimeout(this.#timers.get(toast));
    this.#timers.delete(toast);
  };

  // Whoever had the focus in it goes on in the next message.
  #remove(toast) {
    const focused = toast?.contains(document.activeElement);
    this.#timers.delete(toast);
    toast?.remove();
    if (focused) this.#toasts.at(-1)?.querySelector("button").focus();
  }

  #leaveLater(toast) {
    if (toast.dataset.level === "error" || this.matches(":hover, :focus-within")) return;
    const stay = toast.querySelector("form") ? STAY_WITH_ACTION : STAY;
    this.#timers.set(toast, setTimeout(() => this.#remove(toast), stay));
  }

  #hold = () => {
    this.#timers.forEach(clearTimeout);
    this.#timers.clear();
  };

  #letGo = () => {
    this.#hold();
    setTimeout(() => this.#toasts.forEach((toast) => this.#timers.has(toast) || this.#leaveLater(toast)));
  };
}

customElements.define("toast-stack", ToastStack);
