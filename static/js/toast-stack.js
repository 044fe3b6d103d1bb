// Short messages: those of the page, and every "toast" event ({text, level, action}), whether JavaScript sent it or an
// HX-Trigger header. An action ({label, url, fields}) is one tap that posts, such as Undo. They leave by themselves,
// except errors and what somebody is reading.

import { enliven } from "fragment";

const STAY = 6000; // ms
const STAY_WITH_ACTION = 15_000;
const MOST = 3;

class ToastStack extends HTMLElement {
  #timers = new Map();

  connectedCallback() {
    this.#toasts.forEach((toast) => this.#leaveLater(toast));
    this.addEventListener("click", (event) => event.target.closest(".toast__close") && this.#remove(event.target.closest(".toast")));
    for (const type of ["pointerenter", "focusin"]) this.addEventListener(type, this.#hold);
    for (const type of ["pointerleave", "focusout"]) this.addEventListener(type, this.#letGo);
    for (const type of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) this.addEventListener(type, this.#failed);
    this.addEventListener("htmx:beforeRequest", this.#working);
    this.addEventListener("htmx:afterRequest", this.#acted);
    document.addEventListener("toast", this.#add);
  }

  disconnectedCallback() {
    document.removeEventListener("toast", this.#add);
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
    const shown = this.#toasts.filter(({ dataset: { level } }) => level !== "error");
    shown.slice(0, Math.max(0, shown.length - MOST + 1)).forEach((old) => this.#remove(old));
    this.append(toast);
    enliven(toast);
    this.#leaveLater(toast);
  };

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

  #failed = ({ target, detail }) => {
    const toast = target.closest(".toast");
    const reached = detail.xhr?.status >= 400;
    toast.dataset.level = "error";
    toast.querySelector("p").textContent = reached ? "That did not work." : "Could not reach the server.";
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
