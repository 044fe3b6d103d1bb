// Around a grid of cards: the card under the pointer, or with the focus, plays its preview, silently and one at a time. Not
// for those who want less motion or less data.

const STILL = matchMedia("(prefers-reduced-motion: reduce)");

class VideoPreviews extends HTMLElement {
  #playing;

  connectedCallback() {
    this.addEventListener("pointerover", this.#begin);
    this.addEventListener("focusin", this.#begin);
    this.addEventListener("pointerleave", this.#end);
    this.addEventListener("focusout", this.#end);
  }

  #begin = ({ target, pointerType }) => {
    const picture = target.closest(".video-card")?.querySelector("[data-preview]");
    if (picture === this.#playing?.parentElement) return;
    this.#end();
    if (!picture || pointerType === "touch" || STILL.matches || navigator.connection?.saveData) return;
    const video = document.createElement("video");
    Object.assign(video, { muted: true, loop: true, playsInline: true, tabIndex: -1, src: picture.dataset.preview });
    video.setAttribute("aria-hidden", "true");
    video.addEventListener("error", this.#end, { once: true }); // the poster stays
    this.#playing = video;
    picture.append(video);
    video.play().catch(() => undefined);
  };

  // Removing one that has the focus ends it once more, from within.
  #end = () => {
    const ended = this.#playing;
    this.#playing = undefined;
    ended?.removeAttribute("src");
    ended?.load();
    ended?.remove();
  };
}

customElements.define("video-previews", VideoPreviews);
