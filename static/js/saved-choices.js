// Choices that are saved as they are made. One that could not be saved is shown as it was: what is checked is what holds.

const FAILURES = ["htmx:sendError", "htmx:timeout", "htmx:responseError"];

class SavedChoices extends HTMLElement {
  connectedCallback() {
    for (const type of FAILURES) this.addEventListener(type, this.#takeBack);
  }

  #takeBack = () => {
    const saved = this.querySelector("[name=before]").value.split(" ");
    for (const box of this.querySelectorAll("[type=checkbox]")) box.checked = saved.includes(box.value);
  };
}

customElements.define("saved-choices", SavedChoices);
