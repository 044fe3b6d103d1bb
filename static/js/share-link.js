// Wraps a plain link to what is shared: the system's sheet on phones that have one, elsewhere the page's dialog with the
// address, and the code that embeds it where there is one. What was really copied or passed on is reported, where somebody
// counts it (data-counted).

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
      this.#count();
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
    dialog.onclick = async ({ target }) => {
      if (target === dialog) dialog.close();
      if (await copy(dialog, target.closest("[data-copy]"))) this.#count();
    };
    dialog.showModal();
  }

  // Lost, it is missing in a sum: nobody is told.
  #count() {
    const { counted } = this.dataset;
    const token = document.querySelector("dialog.share-sheet [name=csrfmiddlewaretoken]").value;
    if (counted) fetch(counted, { method: "POST", headers: { "X-CSRFToken": token }, keepalive: true }).catch(() => {});
  }
}

// Whether it was copied.
async function copy(dialog, button) {
  if (!button) return false;
  const field = dialog.querySelector(`[name=${button.dataset.copy}]`);
  const said = dialog.querySelector("[role=status]");
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    said.textContent = gettext("Copied.");
    return true;
  } catch {
    said.textContent = gettext("Your browser does not let us copy. It is selected: copy it yourself.");
    return false;
  }
}

customElements.define("share-link", ShareLink);
