// Wraps the link to a video's comments and opens them beside the video: a sheet from below that holds the focus, or
// from 1024 px on a panel that lets the video go on and follows the feed. Without JavaScript it is the link.

import { enliven, fetchFragment } from "fragment";

const WIDE = matchMedia("(width >= 1024px)");
let dialog;
let opener;

class CommentSheet extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this.#open);
  }

  #open = (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || !event.target.closest("a")) return;
    event.preventDefault();
    if (dialog?.open && opener === this) return dialog.close();
    this.show();
    dialog.querySelector(".comments__close").focus();
  };

  async show() {
    opener = this;
    dialog ??= build();
    if (!dialog.open) WIDE.matches ? dialog.show() : dialog.showModal();
    const body = dialog.querySelector(".comments__body");
    body.setAttribute("aria-busy", "true");
    body.replaceChildren(skeleton());
    try {
      const content = await fetchFragment(this.dataset.url);
      if (opener !== this) return;
      body.replaceChildren(content);
      enliven(body);
    } catch {
      if (opener === this) body.replaceChildren(problem(() => this.show()));
    }
    body.removeAttribute("aria-busy");
  }
}

function build() {
  const made = element("dialog", "comments");
  made.setAttribute("aria-labelledby", "comments-title");
  made.innerHTML = `<div class="comments__head"><h2 id="comments-title">Comments</h2>
    <button class="btn btn--quiet btn--icon comments__close" type="button" aria-label="Close comments">
    <svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" aria-hidden="true"><path d="M18 6 6 18M6 6l12 12"/></svg></button></div>
    <div class="comments__body"></div>`;
  document.body.append(made);
  made.addEventListener("close", () => opener?.querySelector("a")?.focus());
  made.addEventListener("htmx:afterSettle", () => {
    if (!made.contains(document.activeElement)) made.querySelector("textarea")?.focus(); // the form was swapped
  });
  made.addEventListener("click", ({ target }) => (target === made || target.closest(".comments__close")) && made.close());
  WIDE.addEventListener("change", () => made.close());
  return made;
}

function skeleton() {
  const list = element("div", "comments__list");
  for (const width of ["skeleton--short", "", "skeleton--short"]) list.append(element("div", `skeleton skeleton--line ${width}`));
  return list;
}

function problem(again) {
  const empty = element("div", "empty");
  const button = element("button", "btn");
  empty.append(Object.assign(element("p"), { textContent: "Could not load the comments. Check your connection." }), button);
  button.type = "button";
  button.textContent = "Try again";
  button.addEventListener("click", again);
  return empty;
}

function element(name, className = "") {
  return Object.assign(document.createElement(name), { className });
}

customElements.define("comment-sheet", CommentSheet);

// A panel is no modal dialog: Escape reaches it only from here.
document.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && dialog?.close());

document.addEventListener("feed:active", ({ target }) => {
  const sheet = target.querySelector("comment-sheet");
  if (dialog?.open && sheet && sheet !== opener) sheet.show();
});

// A comment was written, removed or brought back: the number beside its video says so.
document.addEventListener("comments-counted", ({ detail }) => {
  if (detail.number >= 10_000) return; // shown in a short form that the server writes
  for (const shown of document.querySelectorAll(`[data-comments="${detail.video}"]`)) {
    shown.textContent = detail.number.toLocaleString("en");
  }
});
