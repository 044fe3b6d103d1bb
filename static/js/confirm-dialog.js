// Asks before what cannot be undone. Holds a form and a <dialog>; only the dialog's "confirm" button lets the form
// go. Escape, Back and Cancel change nothing. Without JavaScript the form is sent at once.

class ConfirmDialog extends HTMLElement {
  #form = null;

  connectedCallback() {
    this.addEventListener("submit", this.#ask, { capture: true });
    this.querySelector("dialog").addEventListener("close", this.#answered);
  }

  #ask = (event) => {
    const dialog = this.querySelector("dialog");
    if (dialog.contains(event.target)) return;
    if (this.#form === event.target) {
      this.#form = null;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    this.#form = event.target;
    dialog.returnValue = "";
    dialog.showModal();
  };

  #answered = (event) => {
    const form = this.#form;
    if (event.target.returnValue === "confirm") form.requestSubmit();
    else this.#form = null;
  };
}

customElements.define("confirm-dialog", ConfirmDialog);
