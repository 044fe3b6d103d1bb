// How much is unread, in the navigation and before the page's title. A hint says that it may have changed: the page asks,
// not in the same moment as every other page. A hint that was lost costs nothing: the page also asks when it is looked at
// again. Other elements hear the event "unread" on the document.

import { fetchFragment } from "fragment";
import { number } from "words";

const JITTER = 400; // ms
const REST = 500; // ms between two questions, however many hints come
const SHARE = 10; // of the time an answer took: who has a hundred thousand unread asks less often …
const LONG = 2000; // … but not so much less
const COUNTED = /^\(\d[^)]*\) /;

class UnreadBadge extends HTMLElement {
  #timer;
  #asking = false;
  #again = false;
  #rested = 0; // when the next hint may be asked about

  connectedCallback() {
    this.#entitle();
    document.addEventListener("live:badge", this.#soon);
    document.addEventListener("live:connected", this.#connected);
    document.addEventListener("visibilitychange", this.#shown);
    addEventListener("pageshow", this.#shownAgain);
    addEventListener("online", this.#ask);
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    document.removeEventListener("live:badge", this.#soon);
    document.removeEventListener("live:connected", this.#connected);
    document.removeEventListener("visibilitychange", this.#shown);
    removeEventListener("pageshow", this.#shownAgain);
    removeEventListener("online", this.#ask);
  }

  #soon = () => {
    const rest = Math.max(this.#rested - performance.now(), Math.random() * JITTER);
    this.#timer ??= setTimeout(this.#ask, rest);
  };

  #connected = ({ detail }) => detail.missed && this.#soon();
  #shown = () => document.hidden || this.#ask();
  #shownAgain = ({ persisted }) => persisted && this.#ask();

  // One question at a time, so that no older answer comes last.
  #ask = async () => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#again = this.#asking;
    if (this.#asking) return;
    this.#asking = true;
    const asked = performance.now();
    try {
      this.#show((await fetchFragment(this.dataset.url)).querySelector("unread-badge"));
    } catch {
      // The last known number stands; the next hint, look or connection asks again.
    }
    const answered = performance.now();
    this.#rested = answered + Math.min(Math.max(REST, SHARE * (answered - asked)), LONG);
    this.#asking = false;
    if (this.#again) this.#soon();
  };

  #show(answer) {
    if (answer?.dataset.account !== this.dataset.account) return; // logged out or in as somebody else meanwhile
    this.dataset.unread = answer.dataset.unread;
    this.replaceChildren(...answer.childNodes);
    this.#entitle();
    document.dispatchEvent(new CustomEvent("unread"));
  }

  #entitle() {
    const unread = Number(this.dataset.unread);
    document.title = (unread ? `(${number(unread)}) ` : "") + document.title.replace(COUNTED, "");
  }
}

customElements.define("unread-badge", UnreadBadge);
