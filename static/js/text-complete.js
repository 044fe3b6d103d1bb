// Completes @handles and #tags while somebody types in the <textarea> inside: a list below it, by arrows and Enter or by
// pointer; Escape and Tab close it. The text stays what was typed until something is chosen. It is a combobox while the
// list is open: a <textarea> must not be one for good.

import { gettext, ngettext } from "words";

const PAUSE = 150; // ms
const WORD = /(?:^|[\s(])([@#][\p{L}\p{N}\p{M}_.]{1,50})$/u;
let count = 0;

class TextComplete extends HTMLElement {
  #timer;
  #asking;
  #at = -1;

  connectedCallback() {
    if (this.#list) return;
    const id = `completions-${++count}`;
    const list = Object.assign(document.createElement("ul"), { id, className: "completions", hidden: true });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", gettext("Suggestions"));
    const words = Object.assign(document.createElement("span"), { className: "visually-hidden" });
    words.setAttribute("role", "status");
    this.#text.after(list, words);
    this.#text.setAttribute("aria-autocomplete", "list");
    this.#text.addEventListener("input", this.#typed);
    this.#text.addEventListener("keydown", this.#key);
    this.#text.addEventListener("blur", () => this.#close());
    list.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays in the text
    list.addEventListener("click", ({ target }) => this.#choose(target.closest("li")));
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  get #text() {
    return this.querySelector("textarea");
  }

  get #list() {
    return this.querySelector(".completions");
  }

  // What is being typed, up to the caret.
  get #word() {
    const { selectionStart, selectionEnd, value } = this.#text;
    return selectionStart === selectionEnd ? WORD.exec(value.slice(0, selectionStart))?.[1] : undefined;
  }

  #typed = () => {
    clearTimeout(this.#timer);
    if (this.#word) this.#timer = setTimeout(() => this.#ask(this.#word), PAUSE);
    else this.#close();
  };

  async #ask(word) {
    if (!word) return;
    this.#asking?.abort();
    const { signal } = (this.#asking = new AbortController());
    try {
      const answer = await fetch(`${this.dataset.url}?q=${encodeURIComponent(word)}`, { signal, headers: { Accept: "application/json" } });
      if (answer.ok && this.#word === word) this.#show((await answer.json()).found);
    } catch {
      // Slow or offline: what is typed stays.
    }
  }

  #show(found) {
    if (!found.length || document.activeElement !== this.#text) return this.#close();
    this.#list.replaceChildren(...found.map(item));
    [...this.#list.children].forEach((each, number) => (each.id = `${this.#list.id}-${number}`));
    this.#open(true);
    this.querySelector("[role=status]").textContent = ngettext("%s suggestion. Use the arrow keys.", "%s suggestions. Use the arrow keys.", found.length);
    this.#mark(-1);
  }

  #open(open) {
    this.#list.hidden = !open;
    for (const [name, value] of [["role", "combobox"], ["aria-expanded", "true"], ["aria-controls", this.#list.id]]) {
      if (open) this.#text.setAttribute(name, value);
      else this.#text.removeAttribute(name);
    }
  }

  // Above the first and below the last is the text itself: -1.
  #mark(number) {
    this.#at = number;
    [...this.#list.children].forEach((each, index) => each.setAttribute("aria-selected", String(index === number)));
    const row = this.#list.children[number];
    row?.scrollIntoView({ block: "nearest" });
    if (row) this.#text.setAttribute("aria-activedescendant", row.id);
    else this.#text.removeAttribute("aria-activedescendant");
  }

  #key = (event) => {
    if (this.#list.hidden || event.isComposing) return;
    const places = this.#list.children.length + 1;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.#mark(((this.#at + 1 + step + places) % places) - 1);
    else if (event.key === "Enter" && this.#at >= 0) this.#choose(this.#list.children[this.#at]);
    else if (event.key === "Escape") this.#close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  #choose(row) {
    const word = this.#word;
    if (!row || !word) return this.#close();
    const text = this.#text;
    text.setRangeText(`${row.dataset.text} `, text.selectionStart - word.length, text.selectionStart, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
    this.#close();
  }

  #close() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    if (!this.#list) return;
    this.#open(false);
    this.#text.removeAttribute("aria-activedescendant");
    this.querySelector("[role=status]").textContent = "";
  }
}

function item({ text, about }) {
  const row = document.createElement("li");
  row.setAttribute("role", "option");
  row.dataset.text = text;
  const [name, more] = ["strong", "small"].map((tag) => document.createElement(tag));
  name.textContent = text;
  more.textContent = about;
  row.append(name, more);
  return row;
}

customElements.define("text-complete", TextComplete);
