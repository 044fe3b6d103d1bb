// Asks how far a video is until it has come to an end. The server answers with a whole <processing-status>; its
// data-state decides whether to ask again.

import { enliven, fetchFragment } from "fragment";

const FINAL = new Set(["ready", "published", "scheduled", "failed", "removed"]);
const FIRST = 2000; // ms
const LONGEST = 15_000;

class ProcessingStatus extends HTMLElement {
  #delay = FIRST;
  #timer;

  connectedCallback() {
    this.setAttribute("aria-live", "polite");
    this.#next();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
  }

  #next() {
    if (FINAL.has(this.dataset.state) || !this.dataset.url) return;
    this.#timer = setTimeout(() => this.#ask(), this.#delay);
    this.#delay = Math.min(this.#delay * 1.15, LONGEST);
  }

  async #ask() {
    try {
      if (!document.hidden) this.#take((await fetchFragment(this.dataset.url)).querySelector("processing-status"));
    } catch {
      // Slow or offline: what is shown stays true until the next answer.
    }
    if (this.isConnected) this.#next();
  }

  #take(answer) {
    if (!answer) return;
    if (answer.dataset.state !== this.dataset.state) this.#delay = FIRST;
    Object.assign(this.dataset, answer.dataset);
    if (answer.innerHTML.trim() === this.innerHTML.trim()) return;
    this.replaceChildren(...answer.childNodes);
    enliven(this);
    if (FINAL.has(this.dataset.state)) this.dispatchEvent(new CustomEvent("processing-status:final", { bubbles: true }));
  }
}

customElements.define("processing-status", ProcessingStatus);
