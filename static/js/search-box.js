// A search field that suggests while somebody types: a combobox with a listbox. The server finds, here is only the
// keyboard. Searches made on this device are remembered on it, by account, and sent nowhere.

import { fetchFragment } from "fragment";
import { gettext, ngettext } from "words";

const PAUSE = 180; // ms between the last letter and the question
const REMEMBERED = 8;

class SearchBox extends HTMLElement {
  #timer;
  #asked = 0;
  #active = -1;

  connectedCallback() {
    if (this.form) return;
    this.form = this.querySelector("form");
    this.input = this.querySelector("input[type=search]");
    this.panel = this.querySelector(".search__panel");
    this.list = this.querySelector("[role=listbox]");
    this.status = this.querySelector("[role=status]");
    this.forget = this.querySelector("[data-forget]");
    this.list.id = "search-options";
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id })) this.input.setAttribute(name, value);
    this.input.addEventListener("input", () => this.#typed());
    this.input.addEventListener("focus", () => this.#recent());
    this.input.addEventListener("click", () => this.#recent());
    this.input.addEventListener("keydown", (event) => this.#key(event));
    this.form.addEventListener("submit", () => this.#remember(this.input.value));
    this.addEventListener("focusout", ({ relatedTarget }) => this.contains(relatedTarget) || this.#close());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays in the field
    this.list.addEventListener("click", ({ target }) => this.#choose(target.closest("[role=option]")));
    this.forget.addEventListener("click", () => this.#clear());
  }

  // --- What is suggested ---

  #typed() {
    clearTimeout(this.#timer);
    this.#asked += 1; // what was asked before is not shown any more
    if (!this.input.value.trim()) return this.#recent();
    this.#timer = setTimeout(() => this.#suggest(), PAUSE);
  }

  async #suggest() {
    const asked = this.#asked;
    const wanted = this.input.value.trim();
    this.form.setAttribute("aria-busy", "true");
    try {
      const found = await fetchFragment(`${this.dataset.url}?q=${encodeURIComponent(wanted)}`);
      if (asked === this.#asked) this.#show([...found.querySelectorAll("[role=option]")]);
    } catch {
      if (asked === this.#asked) this.#failed();
    } finally {
      this.form.removeAttribute("aria-busy");
    }
  }

  #failed() {
    this.#close();
    this.status.textContent = gettext("No suggestions at the moment. Press Enter to search.");
  }

  #recent() {
    if (this.input.value.trim() || !this.panel.hidden) return;
    const searches = this.#searches();
    if (searches.length) this.#show(searches.map((text, n) => this.#option(text, n)), true);
    else this.#close();
  }

  #option(text, n) {
    const option = document.createElement("li");
    const words = document.createElement("span");
    words.className = "name";
    words.dir = "auto";
    words.textContent = text;
    option.append(this.form.querySelector(".icon").cloneNode(true), words);
    Object.assign(option, { id: `search-recent-${n}`, role: "option" });
    Object.assign(option.dataset, { url: `${this.dataset.search}?q=${encodeURIComponent(text)}`, search: text });
    return option;
  }

  #show(options, remembered = false) {
    options.forEach((option) => option.setAttribute("aria-selected", "false"));
    this.list.replaceChildren(...options);
    this.list.setAttribute("aria-label", remembered ? gettext("Recent searches") : gettext("Suggestions"));
    this.forget.hidden = !remembered;
    this.#active = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.panel.hidden = !options.length;
    this.input.setAttribute("aria-expanded", String(!this.panel.hidden));
    this.status.textContent = ngettext("%s suggestion", "%s suggestions", options.length);
  }

  #close() {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.panel.hidden = true;
    this.#active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.status.textContent = "";
  }

  // --- Keys ---

  #key(event) {
    const options = [...this.list.children];
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.isComposing) return;
    if (event.key === "Escape" && !this.panel.hidden) {
      event.preventDefault(); // the words stay
      this.#close();
    } else if (event.key === "Enter" && options[this.#active] && !this.panel.hidden) {
      event.preventDefault();
      this.#choose(options[this.#active]);
    } else if (moves[event.key] && !this.panel.hidden) {
      event.preventDefault();
      this.#move(options, moves[event.key]);
    }
  }

  // Above the first and below the last is the field itself.
  #move(options, step) {
    const places = options.length + 1;
    this.#active = ((this.#active + 1 + step + places) % places) - 1;
    options.forEach((option, n) => option.setAttribute("aria-selected", String(n === this.#active)));
    const active = options[this.#active];
    active?.scrollIntoView({ block: "nearest" });
    if (active) this.input.setAttribute("aria-activedescendant", active.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  #choose(option) {
    if (!option) return;
    if (option.dataset.search) this.#remember(option.dataset.search);
    location.assign(option.dataset.url);
  }

  // --- What was searched on this device ---

  get #store() {
    return `searches-${this.dataset.owner}`;
  }

  #searches() {
    try {
      return JSON.parse(localStorage.getItem(this.#store) ?? "[]").filter((text) => typeof text === "string");
    } catch {
      return [];
    }
  }

  #remember(typed) {
    const text = typed.trim();
    if (text) this.#keep([text, ...this.#searches().filter((other) => other !== text)].slice(0, REMEMBERED));
  }

  #keep(searches) {
    try {
      localStorage.setItem(this.#store, JSON.stringify(searches));
    } catch {
      // a browser that keeps nothing remembers nothing
    }
  }

  #clear() {
    this.#keep([]);
    this.#close();
    this.input.focus();
  }
}

customElements.define("search-box", SearchBox);
