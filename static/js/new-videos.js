// Says on the Following feed how many videos the page lacks. Asked after a hint, when the page is looked at again, and
// now and then; never in the way: the page changes when the pill is tapped. Cards that are in the feed no more go, except
// the one in view. Without an answer, what is shown stays.

import { enliven, fetchFragment } from "fragment";
import { gettext } from "words";

const JITTER = 2000; // ms over which pages spread their asking
const SOON = 300;
const PERIOD = 60_000; // between asking without a hint
const MOST = 200; // cards that are told
const FAILED = gettext("Could not load. Try again");

class NewVideos extends HTMLElement {
  #timer;
  #asking = false;

  connectedCallback() {
    if ("continued" in this.dataset) return; // this page does not begin with the newest
    for (const hint of ["live:feed", "live:relation"]) document.addEventListener(hint, this.#hinted);
    document.addEventListener("live:connected", this.#connected);
    document.addEventListener("relation", this.#now);
    document.addEventListener("visibilitychange", this.#now);
    addEventListener("pageshow", this.#returned);
    addEventListener("online", this.#now);
    this.closest("video-feed")?.addEventListener("htmx:afterSettle", this.#brought);
    for (const type of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) this.addEventListener(type, this.#failed);
    this.#next(PERIOD);
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    for (const hint of ["live:feed", "live:relation"]) document.removeEventListener(hint, this.#hinted);
    document.removeEventListener("live:connected", this.#connected);
    document.removeEventListener("relation", this.#now);
    document.removeEventListener("visibilitychange", this.#now);
    removeEventListener("pageshow", this.#returned);
    removeEventListener("online", this.#now);
  }

  get #cards() {
    return [...document.querySelectorAll(".feed-card[data-video]")];
  }

  #hinted = () => this.#next(SOON + Math.random() * JITTER);
  #now = () => this.#next(SOON);
  #connected = ({ detail }) => detail.missed && this.#hinted();
  #returned = ({ persisted }) => persisted && this.#now();

  #next(delay) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#ask, delay);
  }

  #ask = async () => {
    if (document.hidden || this.#asking) return this.#next(document.hidden ? PERIOD : SOON);
    this.#asking = true;
    const shown = this.#cards.slice(0, MOST).map((card) => card.dataset.video);
    try {
      this.#take((await fetchFragment(`${this.dataset.url}?shown=${shown}`)).querySelector("new-videos"));
    } catch {
      // Slow or offline: asked again later.
    }
    this.#asking = false;
    if (this.isConnected) this.#next(PERIOD);
  };

  #take(answer) {
    if (!answer) return location.reload(); // logged out
    this.#remove(new Set(answer.dataset.gone.split(",")));
    const bringing = this.querySelector(".htmx-request");
    if (bringing || answer.innerHTML.trim() === this.innerHTML.trim()) return; // nothing is said twice
    const focused = this.contains(document.activeElement);
    this.replaceChildren(...answer.childNodes);
    enliven(this);
    if (focused) this.querySelector("a")?.focus();
  }

  #remove(gone) {
    const scroller = document.querySelector(".feed__scroll");
    const edge = scroller?.getBoundingClientRect();
    const inView = (card) => {
      const { top, bottom } = card.getBoundingClientRect();
      return bottom > edge.top + 1 && top < edge.bottom - 1;
    };
    const leaving = this.#cards.filter((card) => gone.has(card.dataset.video) && !inView(card));
    if (!leaving.length) return;
    const here = this.#cards.find(inView);
    leaving.forEach((card) => card.remove());
    here?.scrollIntoView({ behavior: "instant" });
  }

  #brought = ({ detail }) => {
    if (!this.contains(detail.requestConfig?.elt)) return;
    this.replaceChildren();
    const [first] = this.#cards;
    first?.scrollIntoView({ behavior: "instant" });
    first?.focus({ preventScroll: true });
    this.#now();
  };

  #failed = () => {
    const link = this.querySelector("a");
    if (link) link.textContent = FAILED;
  };
}

customElements.define("new-videos", NewVideos);
