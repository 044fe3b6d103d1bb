// Short messages: those of the page, and every "toast" event ({text, level}), whether JavaScript sent it or an
// HX-Trigger header. They leave by themselves, except errors and what somebody is reading.

const STAY = 6000; // ms

class ToastStack extends HTMLElement {
  #timers = new Map();

  connectedCallback() {
    this.querySelectorAll(":scope > .toast").forEach((toast) => this.#leaveLater(toast));
    this.addEventListener("click", (event) => event.target.closest(".toast__close")?.closest(".toast").remove());
    for (const type of ["pointerenter", "focusin"]) this.addEventListener(type, this.#hold);
    for (const type of ["pointerleave", "focusout"]) this.addEventListener(type, this.#letGo);
    document.addEventListener("toast", this.#add);
  }

  disconnectedCallback() {
    document.removeEventListener("toast", this.#add);
    this.#hold();
  }

  #add = ({ detail }) => {
    const toast = this.querySelector("template").content.firstElementChild.cloneNode(true);
    toast.dataset.level = detail.level ?? "info";
    toast.querySelector("p").textContent = detail.text;
    this.append(toast);
    this.#leaveLater(toast);
  };

  #leaveLater(toast) {
    if (toast.dataset.level === "error") return;
    this.#timers.set(toast, setTimeout(() => toast.remove(), STAY));
  }

  #hold = () => {
    this.#timers.forEach(clearTimeout);
    this.#timers.clear();
  };

  #letGo = () => {
    this.#hold();
    this.querySelectorAll(":scope > .toast").forEach((toast) => this.#leaveLater(toast));
  };
}

customElements.define("toast-stack", ToastStack);
