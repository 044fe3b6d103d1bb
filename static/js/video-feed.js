// One video a screen. The card in view plays and is the address of the page; as soon as it plays the next one is made ready,
// the one before keeps its place, the others give their memory back. Keys: ↑ ↓ j k move, ← → seek, space plays, m sound,
// l like, c comments, f full screen, ? lists them; letters can be turned off. The list goes on by itself; its last link is
// followed by htmx before it is seen. Back finds the feed as it was, around the card that was left. What the viewer turned
// down is hidden, and back when they take that back.

import { letterKeys } from "choices";
import { regrow } from "feed-return";
import { toast } from "fragment";
import { gettext } from "words";

const AHEAD = 4; // cards from the end at which the next page is fetched
const HEART = 900; // ms
const MOSTLY = 0.52; // of a card in view: a finger that has drawn it past the middle need not wait until it snaps
const EDITABLE = "input:not([type=range]), textarea, select, [contenteditable], dialog[open]";
const HELD = /^(Arrow|[jk]$)/; // keys that go on while they are held

class VideoFeed extends HTMLElement {
  #active;
  #heading; // where a key or a button leads: what is passed on the way does not play
  #home = history.state?.feed ?? location.pathname + location.search;
  #returning = this.#home !== location.pathname + location.search;
  #atComments = location.hash.startsWith("#comment");
  #observer;

  connectedCallback() {
    this.#observer = new IntersectionObserver((entries) => this.#seen(entries), { root: this.#scroller, threshold: MOSTLY });
    this.#watch();
    this.#addArrows();
    this.#offerLetterKeys();
    this.#listen();
    document.addEventListener("keydown", this.#key);
    document.addEventListener("turned-down", this.#turned);
    addEventListener("online", this.#retry);
    addEventListener("pagehide", this.#leave);
    addEventListener("pageshow", this.#returned);
    customElements.whenDefined("video-player").then(() => this.#enter());
  }

  disconnectedCallback() {
    this.#observer.disconnect();
    document.removeEventListener("keydown", this.#key);
    document.removeEventListener("turned-down", this.#turned);
    removeEventListener("online", this.#retry);
    removeEventListener("pagehide", this.#leave);
    removeEventListener("pageshow", this.#returned);
  }

  // What it leads to begins before it has arrived.
  move(steps) {
    const cards = this.#cards;
    const here = Math.max(0, cards.indexOf(this.#active)); // a key may come before the first one is active
    const target = cards[Math.max(0, here + steps)] ?? this.#scroller.lastElementChild;
    if (cards.includes(target) && target !== this.#active) {
      this.#heading = target;
      this.#activate(target);
    }
    if (!document.activeElement.closest(".feed__arrows")) target?.focus({ preventScroll: true });
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

  get #player() {
    return this.#active?.querySelector("video-player");
  }

  #listen() {
    this.addEventListener("htmx:afterSettle", this.#grown);
    for (const type of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) this.addEventListener(type, this.#stuck);
    this.addEventListener("player:double-tap", this.#likeAt);
    for (const type of ["playing", "canplay"]) this.addEventListener(type, this.#warm, { capture: true });
    const scroller = this.#scroller;
    scroller.addEventListener("scrollsnapchanging", this.#snapping);
    for (const type of ["wheel", "touchstart", "scrollend"]) scroller.addEventListener(type, this.#freely, { passive: true });
  }

  // --- Which one ---

  #watch() {
    this.#cards.forEach((card) => this.#observer.observe(card));
  }

  #seen(entries) {
    const entry = entries.findLast(({ isIntersecting, intersectionRatio }) => isIntersecting && intersectionRatio >= MOSTLY);
    if (entry) this.#comes(entry.target);
  }

  #comes(card) {
    if (!card?.matches(".feed-card") || (this.#heading && card !== this.#heading)) return;
    this.#heading = undefined;
    if (card !== this.#active) this.#activate(card);
  }

  #snapping = ({ snapTargetBlock }) => this.#comes(snapTargetBlock);

  #freely = () => (this.#heading = undefined);

  #activate(card) {
    this.#active = card;
    const cards = this.#cards;
    const here = cards.indexOf(card);
    cards.forEach((other, index) => this.#role(other.querySelector("video-player"), index - here));
    this.#takeAddress(card);
    this.#goOn();
    card.dispatchEvent(new CustomEvent("feed:active", { bubbles: true }));
  }

  #takeAddress({ id, dataset: { url } }) {
    try {
      if (url) history.replaceState({ ...history.state, feed: this.#home, card: id }, "", url);
    } catch {
      // Safari allows 100 in half a minute: a later card names itself
    }
  }

  #role(player, distance) {
    if (!player?.play) return;
    if (distance === 0) return player.begin();
    player.pause();
    if (Math.abs(distance) > 1) player.release();
  }

  // What is watched comes first: the next one is loaded when this one plays.
  #warm = () => {
    const { paused = true, readyState } = this.#player?.video ?? {};
    if (paused || readyState < 3) return;
    const cards = this.#cards;
    cards[cards.indexOf(this.#active) + 1]?.querySelector("video-player")?.prepare?.();
  };

  // --- Going on ---

  #goOn() {
    const cards = this.#cards;
    if (!this.#returning && cards.length - cards.indexOf(this.#active) <= AHEAD) this.#more();
  }

  #more() {
    const next = this.#next;
    if (next && !next.classList.contains("htmx-request")) globalThis.htmx?.trigger(next, "near");
  }

  // A card that stands here already does not come again.
  #grown = () => {
    const stand = new Set();
    for (const card of this.querySelectorAll(".feed-card")) stand.has(card.id) ? card.remove() : stand.add(card.id);
    this.#watch();
    this.#warm();
  };

  // The next page did not come: the link stays, says so, and is tried again when the connection is back.
  #stuck = ({ target }) => {
    if (!target.matches(".feed__next")) return;
    target.dataset.problem = navigator.onLine ? gettext("The next videos did not come.") : gettext("You are offline.");
    target.textContent = gettext("Try again");
  };

  #retry = () => this.#next?.dataset.problem && this.#more();

  // --- Coming and leaving ---

  async #enter() {
    const first = this.#cards[0];
    if (first) this.#activate(this.#active ?? first); // once more: before this moment no player could begin
    if (this.#atComments) this.#openComments();
    if (this.#returning && first) await this.#regrow(first);
  }

  async #regrow(card) {
    await regrow(this, card, this.#home);
    this.#returning = false;
    this.#grown();
    this.#active.scrollIntoView({ behavior: "instant" });
    this.#goOn();
  }

  async #openComments() {
    await customElements.whenDefined("comment-sheet");
    this.#active?.querySelector("comment-sheet a").click();
  }

  #leave = () => this.#player?.pause?.();

  #returned = ({ persisted }) => persisted && this.#player?.begin?.();

  #turned = ({ detail: { video, creator, hidden } }) => {
    const about = `[data-video="${video}"]${creator ? `, [data-creator="${creator}"]` : ""}`;
    const cards = [...this.querySelectorAll(".feed-card")].filter((card) => card.matches(about) && card.hidden !== hidden);
    for (const card of cards) this.#hide(card, hidden);
    const back = cards.find((card) => !hidden && card.dataset.video === `${video}`);
    if (back) this.#lead(back);
    else if (cards.includes(this.#active)) this.#lead(this.#nearest(this.#active));
    else this.#active?.scrollIntoView({ behavior: "instant" }); // where it was, whatever went above it
  };

  #hide(card, hidden) {
    card.querySelector("video-player")?.pause?.();
    card.querySelector("pop-menu details")?.removeAttribute("open");
    card.hidden = hidden;
  }

  // The next one that is shown, or else the last before it.
  #nearest(card) {
    const behind = (other) => card.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING;
    return this.#cards.find(behind) ?? this.#cards.at(-1);
  }

  #lead(card) {
    const shown = card ?? this.#next ?? this.querySelector(".feed__end");
    this.#heading = card; // a movement that was still on its way leads nowhere else
    shown?.scrollIntoView({ behavior: "instant" });
    if (card) this.#activate(card);
    (shown?.matches("[tabindex], a") ? shown : this.#scroller).focus({ preventScroll: true });
  }

  // --- Keys and taps ---

  // Only ever likes.
  #likeAt = ({ target, detail }) => {
    const card = target.closest(".feed-card");
    const button = card.querySelector("[data-key=l]");
    if (!button) return toast(gettext("Log in to like videos."));
    if (button.getAttribute("aria-pressed") === "false") button.click();
    this.#drawHeart(card, detail);
  };

  #drawHeart(card, { x, y }) {
    const stage = card.querySelector(".feed-card__stage");
    const { left, top } = stage.getBoundingClientRect();
    const heart = card.querySelector(".icon--heart").cloneNode(true);
    heart.setAttribute("class", "feed-card__heart");
    heart.style.setProperty("left", `${x - left}px`);
    heart.style.setProperty("top", `${y - top}px`);
    stage.append(heart);
    setTimeout(() => heart.remove(), HEART);
  }

  #key = (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.target.closest(EDITABLE)) return;
    const { key } = event;
    const act = this.#keys[key];
    if (!act || (key === " " && event.target.closest("button, a, summary"))) return;
    if (letterKeys.value === "off" && /^\S$/.test(key)) return;
    event.preventDefault();
    if (!event.repeat || HELD.test(key)) act();
  };

  #keys = {
    ArrowDown: () => this.move(1),
    j: () => this.move(1),
    ArrowUp: () => this.move(-1),
    k: () => this.move(-1),
    ArrowLeft: () => this.#player?.seek(-5),
    ArrowRight: () => this.#player?.seek(5),
    " ": () => this.#player?.togglePlay(),
    m: () => this.#player?.toggleSound(),
    f: () => this.#player?.toggleScreen(),
    l: () => this.#active?.querySelector("[data-key=l]")?.click(),
    c: () => this.#active?.querySelector("comment-sheet a")?.click(),
    "?": () => document.querySelector("dialog.keys")?.showModal(),
  };

  // Letters are in the way of who speaks to the machine, or hits keys by mistake: a switch beside their list.
  #offerLetterKeys() {
    const box = this.querySelector(".keys [name=letters]");
    if (!box) return;
    box.checked = letterKeys.value === "on";
    box.onchange = () => (letterKeys.value = box.checked ? "on" : "off");
  }

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
