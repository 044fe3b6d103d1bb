// Wraps a plain link to what is shared: the system's sheet on phones that have one, elsewhere the page's dialog with the
// address, and the code that embeds it where there is one.

import { gettext } from "words";

class ShareLink extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this.#share);
  }

  #share = async (event) => {
    const link = event.target.closest("a");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    if (!navigator.share || !matchMedia("(pointer: coarse)").matches) return this.#ask(link.href);
    try {
      await navigator.share({ url: link.href, title: this.dataset.title });
    } catch (error) {
      if (error.name !== "AbortError") this.#ask(link.href);
    }
  };

  #ask(url) {
    const dialog = document.querySelector("dialog.share-sheet");
    const { embed } = this.dataset;
    dialog.querySelector("[name=address]").value = url;
    dialog.querySelector("[name=code]").value = embed ?? "";
    dialog.querySelector(".share-sheet__code").hidden = !embed;
    dialog.querySelector("[role=status]").textContent = "";
    dialog.onclick = ({ target }) => (target === dialog ? dialog.close() : copy(dialog, target.closest("[data-copy]")));
    dialog.showModal();
  }
}

async function copy(dialog, button) {
  if (!button) return;
  const field = dialog.querySelector(`[name=${button.dataset.copy}]`);
  const said = dialog.querySelector("[role=status]");
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    said.textContent = gettext("Copied.");
  } catch {
    said.textContent = gettext("Your browser does not let us copy. It is selected: copy it yourself.");
  }
}

customElements.define("share-link", ShareLink);
