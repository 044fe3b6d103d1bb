// Tells the server which cards of the feed around it were seen: at least half of one for a second, on a page that is
// looked at. And which were played on purpose. In batches; a lost one claims nothing. The address is signed by the
// server; a beacon cannot carry a token.

const LONG_ENOUGH = 1000; // ms
const PAUSE = 4000; // ms between batches
const MOST = 50; // in a batch

class SeenCards extends HTMLElement {
  #feed;
  #observer;
  #timers = new Map();
  #told = new Set();
  #waiting = [];
  #due;

  connectedCallback() {
    this.#feed = this.closest("video-feed");
    this.#observer = new IntersectionObserver((entries) => entries.forEach(this.#crossed), { threshold: 0.5 });
    this.#watch();
    this.#feed.addEventListener("htmx:afterSettle", this.#watch);
    this.#feed.addEventListener("player:chosen", this.#opened);
    addEventListener("pagehide", this.#send);
    document.addEventListener("visibilitychange", this.#turned);
  }

  disconnectedCallback() {
    this.#observer.disconnect();
    this.#timers.forEach(clearTimeout);
    this.#feed.removeEventListener("htmx:afterSettle", this.#watch);
    this.#feed.removeEventListener("player:chosen", this.#opened);
    removeEventListener("pagehide", this.#send);
    document.removeEventListener("visibilitychange", this.#turned);
    this.#send();
  }

  // Observing anew says of every card where it is now.
  #watch = () => {
    this.#observer.disconnect();
    this.#feed.querySelectorAll("[data-video]").forEach((card) => this.#observer.observe(card));
  };

  #crossed = ({ target, intersectionRatio }) => {
    const inView = intersectionRatio >= 0.5 && !document.hidden;
    if (inView === this.#timers.has(target)) return;
    clearTimeout(this.#timers.get(target));
    if (inView) this.#timers.set(target, setTimeout(this.#say, LONG_ENOUGH, "seen", target));
    else this.#timers.delete(target);
  };

  #turned = () => {
    if (!document.hidden) return this.#watch();
    this.#timers.forEach(clearTimeout);
    this.#timers.clear();
    this.#send();
  };

  #opened = ({ target }) => this.#say("opened", target.closest("[data-video]"));

  #say = (act, card) => {
    const { video, source } = card?.dataset ?? {};
    const said = `${act} ${video}`;
    if (!video || this.#told.has(said)) return;
    this.#told.add(said);
    this.#waiting.push([act, act === "seen" ? `${video}:${source}` : video]);
    if (this.#waiting.length >= MOST) this.#send();
    else this.#due ??= setTimeout(this.#send, PAUSE);
  };

  #send = () => {
    clearTimeout(this.#due);
    this.#due = undefined;
    if (!this.#waiting.length) return;
    const body = new FormData();
    for (const [act, value] of this.#waiting) body.append(act, value);
    if (navigator.sendBeacon(this.dataset.url, body)) this.#waiting = [];
  };
}

customElements.define("seen-cards", SeenCards);
