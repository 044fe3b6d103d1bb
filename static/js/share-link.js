// Wraps a plain link to what is shared: the system's sheet where there is one, the clipboard elsewhere.

import { toast } from "fragment";

class ShareLink extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this.#share);
  }

  #share = async (event) => {
    const link = event.target.closest("a");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    try {
      if (navigator.share && matchMedia("(pointer: coarse)").matches) {
        await navigator.share({ url: link.href, title: this.dataset.title });
      } else {
        await navigator.clipboard.writeText(link.href);
        toast("Link copied.");
      }
    } catch (error) {
      if (error.name !== "AbortError") location.assign(link.href);
    }
  };
}

customElements.define("share-link", ShareLink);
