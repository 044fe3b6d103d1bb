// The page of a video to which Back leads: the feed that it was left in grows around it again. What was above and below
// stands there once more; when the feed has changed meanwhile and lacks the video, what it has now follows below.

import { enliven, fetchFragment } from "fragment";

const PAGES = 10; // looked through for the video

// Puts the feed at `url` around `card`. When it cannot be read, what the page brought goes on instead.
export async function regrow(feed, card, url) {
  try {
    const { cards, rest, page } = await read(url, card.id);
    const place = cards.findIndex(({ id }) => id === card.id);
    const scroller = card.parentElement;
    scroller.querySelector(":scope > :is(.feed__next, .feed__end)")?.remove();
    card.before(...cards.slice(0, Math.max(0, place)));
    scroller.append(...cards.slice(place + 1), ...rest);
    if (place >= 0) explain(card, cards[place]);
    equip(feed, page);
  } catch {
    // Offline, or somebody logged out meanwhile.
  }
}

async function read(url, id) {
  const { url: at, root: page } = await fetchPage(url);
  const part = take(page.querySelector(".feed__scroll"));
  for (let pages = 1; pages < PAGES && !part.cards.some((card) => card.id === id); pages += 1) {
    const next = part.rest[0]?.getAttribute("hx-get");
    if (!next) break;
    const more = take(await fetchFragment(new URL(next, at)));
    part.cards.push(...more.cards);
    part.rest = more.rest;
  }
  return { ...part, page };
}

// Asked for ahead: nobody opens it by this.
async function fetchPage(url) {
  const response = await fetch(url, { headers: { Purpose: "prefetch" }, credentials: "same-origin", signal: AbortSignal.timeout(10_000) });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (!page.querySelector(".feed__scroll")) throw new Error(`${url} is no feed`);
  return { url: response.url, root: page };
}

function take(root) {
  return { cards: [...root.querySelectorAll(".feed-card")], rest: [...root.querySelectorAll(".feed__next, .feed__end")] };
}

function explain(card, other) {
  card.dataset.source = other.dataset.source;
  const reason = other.querySelector(".feed-card__reason");
  if (reason) card.querySelector(".feed-card__about").prepend(reason);
}

function equip(feed, page) {
  const tabs = page.querySelector(".feed__tabs");
  if (tabs) feed.querySelector(".feed__tabs")?.replaceWith(tabs);
  const news = page.querySelector("video-feed new-videos");
  if (news) feed.append(news);
  document.title = page.title;
  enliven(feed);
  feed.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true }));
}
