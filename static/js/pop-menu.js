// A <details> that behaves like a menu: Escape, a click elsewhere, or moving on closes it.

class PopMenu extends HTMLElement {
  connectedCallback() {
    this.addEventListener("keydown", this.#key);
    this.addEventListener("focusout", this.#left);
    document.addEventListener("pointerdown", this.#elsewhere);
  }

  disconnectedCallback() {
    document.removeEventListener("pointerdown", this.#elsewhere);
  }

  #key = (event) => {
    if (event.key !== "Escape" || !this.#details.open) return;
    event.stopPropagation();
    this.#details.open = false;
    this.#details.querySelector("summary").focus();
  };

  #left = ({ relatedTarget }) => {
    if (relatedTarget && !this.contains(relatedTarget)) this.#details.open = false;
  };

  #elsewhere = ({ target }) => {
    if (!this.contains(target)) this.#details.open = false;
  };

  get #details() {
    return this.querySelector("details");
  }
}

customElements.define("pop-menu", PopMenu);
