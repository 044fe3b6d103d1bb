// Asks before what cannot be undone. Holds a form and a <dialog>; only the dialog's "confirm" button lets the form go,
// with "confirmed" in it. Escape, Back and Cancel change nothing: Back closes the dialog and leaves the page where it is.
// With data-open it asks at once. Without JavaScript the form is sent as it is, and the server asks.

class ConfirmDialog extends HTMLElement {
  #form = null;
  #onStack = false; // an entry of the history stands for the open dialog

  connectedCallback() {
    this.addEventListener("submit", this.#hold, { capture: true });
    this.#dialog.addEventListener("close", this.#closed);
    if ("open" in this.dataset) queueMicrotask(() => this.isConnected && this.#ask(this.querySelector("form")));
  }

  disconnectedCallback() {
    if (this.#onStack) history.back();
    removeEventListener("popstate", this.#popped);
  }

  get #dialog() {
    return this.querySelector("dialog");
  }

  #hold = (event) => {
    if (this.#dialog.contains(event.target) || event.target === this.#form) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.#ask(event.target);
  };

  #ask(form) {
    this.#form = form;
    this.#dialog.returnValue = "";
    this.#dialog.showModal();
    history.pushState({ ...history.state, dialog: true }, "");
    this.#onStack = true;
    addEventListener("popstate", this.#popped);
  }

  #closed = () => {
    if (this.#onStack) history.back();
    else this.#settle();
  };

  #popped = () => {
    removeEventListener("popstate", this.#popped);
    this.#onStack = false;
    if (this.#dialog.open) this.#dialog.close(""); // Back: an answer that is no
    else this.#settle();
  };

  #settle() {
    const form = this.#form;
    if (this.#dialog.returnValue === "confirm") {
      const yes = Object.assign(document.createElement("input"), { type: "hidden", name: "confirmed", value: "yes" });
      form.append(yes);
      form.requestSubmit();
      yes.remove();
    }
    this.#form = null;
  }
}

customElements.define("confirm-dialog", ConfirmDialog);
