// Wraps the link to a video's comments and opens them beside the video: a sheet from below that holds the focus, or
// from 1024 px on a panel that lets the video go on and follows the feed. Without JavaScript it is the link.

import { enliven, fetchFragment } from "fragment";
import { number } from "words";

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
    body.replaceChildren(part("loading"));
    try {
      const content = await fetchFragment(this.dataset.url);
      if (opener !== this) return;
      body.replaceChildren(content);
      enliven(body);
    } catch {
      if (opener === this) body.replaceChildren(part("problem"));
    }
    body.removeAttribute("aria-busy");
  }
}

function part(name) {
  return dialog.querySelector(`template[data-${name}]`).content.cloneNode(true);
}

function build() {
  const made = document.querySelector(".comments-template").content.firstElementChild.cloneNode(true);
  document.body.append(made);
  made.addEventListener("close", () => opener?.querySelector("a")?.focus());
  made.addEventListener("htmx:afterSettle", () => {
    if (!made.contains(document.activeElement)) made.querySelector("textarea")?.focus(); // the form was swapped
  });
  made.addEventListener("click", ({ target }) => {
    if (target === made || target.closest(".comments__close")) made.close();
    if (target.closest("[data-again]")) opener.show();
  });
  WIDE.addEventListener("change", () => made.close());
  return made;
}

customElements.define("comment-sheet", CommentSheet);

// A panel is no modal dialog: Escape reaches it only from here, and is not meant for it while one stands above it.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog:modal")) dialog?.close();
});

document.addEventListener("feed:active", ({ target }) => {
  const sheet = target.querySelector("comment-sheet");
  if (dialog?.open && sheet && sheet !== opener) sheet.show();
});

// A comment was written, removed or brought back: the number beside its video says so.
document.addEventListener("comments-counted", ({ detail }) => {
  if (detail.number >= 10_000) return; // shown in a short form that the server writes
  for (const shown of document.querySelectorAll(`[data-comments="${detail.video}"]`)) {
    shown.textContent = number(detail.number);
  }
});
