// Another cover for a video that is made: chosen on what is watched of it, beside the field of seconds, which does without
// it. The field counts in the file as it was sent; what is watched begins at `data-begins` of it. Nothing is loaded unasked.

import { ClipCover } from "clip-cover";
import { Loading } from "player-loading";
import { gettext } from "words";

class CoverChooser extends ClipCover {
  #loading;

  connectedCallback() {
    super.connectedCallback();
    this.cover.max = (Number(this.dataset.length) / 1000).toFixed(1);
    this.#button.hidden = false;
    this.#button.addEventListener("click", () => this.#open());
    this.#field.addEventListener("input", () => this.#follow());
    this.video.addEventListener("loadeddata", () => this.#shown());
  }

  disconnectedCallback() {
    this.#loading?.close();
  }

  get #button() {
    return this.querySelector("[data-open]");
  }

  get #field() {
    return this.querySelector("[name=cover_ms]");
  }

  get #begins() {
    return Number(this.dataset.begins) / 1000;
  }

  keep() {
    super.keep();
    this.#field.value = (this.#begins + Number(this.cover.value)).toFixed(1);
  }

  #open() {
    this.#becomes(true, gettext("Your video is loading…"));
    const heard = { ready() {}, failed: (words) => this.#becomes(false, words) };
    this.#loading ??= new Loading(this.video, { hls: this.dataset.hls }, heard);
    this.#loading.open();
  }

  #becomes(busy, words) {
    this.#button.setAttribute("aria-busy", String(busy));
    this.querySelector("[data-said]").textContent = words;
  }

  #shown() {
    if (this.#button.hidden) return;
    this.#becomes(false, "");
    this.querySelector(".clip").hidden = false;
    this.#button.hidden = true;
    this.#follow();
    this.cover.focus();
  }

  #follow() {
    this.cover.value = this.#field.value ? Number(this.#field.value) - this.#begins : 0;
    super.keep();
    if (this.video.readyState) this.seek(Number(this.cover.value));
  }
}

customElements.define("cover-chooser", CoverChooser);
