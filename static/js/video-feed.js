// One video a screen. The card in view plays and is the address of the page; the next one is made ready, the one
// before keeps its place, the others give their memory back. Keys: ↑ ↓ j k move, space plays, m sound, l like,
// c comments. The list goes on by itself; its last link is followed by htmx before it is seen. What the viewer turned down
// is hidden, and back when they take that back.

const AHEAD = 3; // cards from the end at which the next page is fetched
const PAGES = 5; // pages looked through for the card that Back asks for
const EDITABLE = "input:not([type=range]), textarea, select, [contenteditable], dialog[open]:modal *";

class VideoFeed extends HTMLElement {
  #active;
  #home = location.pathname + location.search;
  #observer;
  #pages = 0;
  #looking = location.hash.slice(1);

  connectedCallback() {
    this.#observer = new IntersectionObserver((entries) => this.#seen(entries), { root: this.#scroller, threshold: 0.6 });
    this.#watch();
    this.#addArrows();
    this.addEventListener("htmx:afterSettle", this.#grown);
    for (const type of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) this.addEventListener(type, this.#stuck);
    addEventListener("online", this.#retry);
    document.addEventListener("keydown", this.#key);
    document.addEventListener("turned-down", this.#turned);
    addEventListener("pagehide", this.#leave);
    customElements.whenDefined("video-player").then(() => this.#restore());
  }

  disconnectedCallback() {
    this.#observer.disconnect();
    document.removeEventListener("keydown", this.#key);
    document.removeEventListener("turned-down", this.#turned);
    removeEventListener("pagehide", this.#leave);
    removeEventListener("online", this.#retry);
  }

  move(steps) {
    const cards = this.#cards;
    const target = cards[Math.max(0, cards.indexOf(this.#active) + steps)] ?? this.#scroller.lastElementChild;
    target?.scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }

  get #scroller() {
    return this.querySelector(".feed__scroll");
  }

  get #cards() {
    return [...this.querySelectorAll(".feed-card:not([hidden])")];
  }

  get #next() {
    return this.querySelector(".feed__next");
  }

  #watch() {
    this.#cards.forEach((card) => this.#observer.observe(card));
  }

  #seen(entries) {
    const entry = entries.findLast(({ isIntersecting, intersectionRatio }) => isIntersecting && intersectionRatio >= 0.6);
    if (entry && entry.target !== this.#active) this.#activate(entry.target);
  }

  #activate(card) {
    this.#active = card;
    const cards = this.#cards;
    const here = cards.indexOf(card);
    cards.forEach((other, index) => this.#role(other.querySelector("video-player"), index - here));
    if (card.dataset.url) history.replaceState({ ...history.state, feed: this.#home, card: card.id }, "", card.dataset.url);
    if (cards.length - here <= AHEAD) this.#more();
    card.dispatchEvent(new CustomEvent("feed:active", { bubbles: true }));
  }

  #role(player, distance) {
    if (!player?.play) return;
    if (distance === 0) return navigator.connection?.saveData ? undefined : player.play();
    player.pause();
    if (distance === 1) player.prepare();
    else if (distance !== -1) player.release();
  }

  #more() {
    const next = this.#next;
    if (next && !next.classList.contains("htmx-request")) globalThis.htmx?.trigger(next, "near");
  }

  #grown = () => {
    this.#pages += 1;
    this.#watch();
    if (this.#looking) this.#restore();
  };

  // The next page did not come: the link stays, says so, and is tried again when the connection is back.
  #stuck = ({ target }) => {
    if (!target.matches(".feed__next")) return;
    target.dataset.problem = navigator.onLine ? "The next videos did not come." : "You are offline.";
    target.textContent = "Try again";
  };

  #retry = () => this.#next?.dataset.problem && this.#more();

  // Back leads to the card that was left: in this page, or some pages on.
  #restore() {
    const card = document.getElementById(this.#looking || null);
    if (this.#looking && !card && this.#next && this.#pages < PAGES) return this.#more();
    this.#looking = "";
    card?.scrollIntoView({ behavior: "instant" });
    const shown = card ?? this.#active ?? this.#cards[0];
    if (shown) this.#activate(shown);
  }

  #turned = ({ detail: { video, creator, hidden } }) => {
    const about = `[data-video="${video}"]${creator ? `, [data-creator="${creator}"]` : ""}`;
    const cards = [...this.querySelectorAll(".feed-card")].filter((card) => card.matches(about) && card.hidden !== hidden);
    const next = hidden ? this.#cards.find((card) => this.#follows(card, cards[0]) && !cards.includes(card)) : cards[0];
    for (const card of cards) {
      card.querySelector("video-player")?.pause?.();
      card.querySelector("pop-menu details")?.removeAttribute("open");
      card.hidden = hidden;
    }
    const shown = next ?? this.#next ?? this.querySelector(".feed__end");
    shown?.scrollIntoView({ behavior: "instant" });
    if (next) this.#activate(next);
    (shown?.matches("[tabindex], a") ? shown : this.#scroller).focus({ preventScroll: true });
  };

  #follows(card, other) {
    return Boolean(other?.compareDocumentPosition(card) & Node.DOCUMENT_POSITION_FOLLOWING);
  }

  #leave = () => this.#active?.querySelector("video-player")?.pause();

  #key = (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.target.closest(EDITABLE)) return;
    const act = this.#keys[event.key];
    if (!act || (event.key === " " && event.target.closest("button, a, summary"))) return;
    event.preventDefault();
    act();
  };

  #keys = {
    ArrowDown: () => this.move(1),
    j: () => this.move(1),
    ArrowUp: () => this.move(-1),
    k: () => this.move(-1),
    " ": () => this.#active?.querySelector("video-player")?.togglePlay(),
    m: () => this.#active?.querySelector("video-player")?.toggleSound(),
    l: () => this.#active?.querySelector("[data-key=l]")?.click(),
    c: () => this.#active?.querySelector("comment-sheet a")?.click(),
  };

  #addArrows() {
    const template = this.querySelector("template.feed__arrows-template");
    if (!template || this.querySelector(".feed__arrows")) return;
    this.append(template.content.cloneNode(true));
    this.querySelector(".feed__arrows").addEventListener("click", ({ target }) => {
      const step = target.closest("button")?.value;
      if (step) this.move(Number(step));
    });
  }
}

customElements.define("video-feed", VideoFeed);
