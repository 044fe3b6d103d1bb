// Captions of one video: the track in the reader's language, shown as they chose for all videos, above what the page itself
// writes on the picture.

import { captions } from "choices";

const LINE = 70; // percent from the top

export class Captions {
  #tracks;
  #button;

  constructor(video, button) {
    this.#tracks = video.textTracks;
    button.hidden = !this.#tracks.length;
    if (button.hidden) return;
    this.#button = button;
    button.addEventListener("click", () => (captions.value = this.on ? "off" : "on"));
    this.#tracks.addEventListener("change", () => this.#show());
    for (const element of video.querySelectorAll("track")) element.addEventListener("load", () => place(element.track.cues));
  }

  watch() {
    if (!this.#button) return;
    this.#apply();
    captions.addEventListener("change", this.#apply);
  }

  get on() {
    return [...this.#tracks].some(({ mode }) => mode === "showing");
  }

  forget() {
    captions.removeEventListener("change", this.#apply);
  }

  #apply = () => {
    if (captions.value !== "system") {
      const shown = captions.value === "on" ? best([...this.#tracks]) : undefined;
      for (const track of this.#tracks) track.mode = track === shown ? "showing" : "disabled";
    }
    this.#show();
  };

  #show() {
    this.#button.setAttribute("aria-pressed", this.on);
  }
}

function best(tracks) {
  const inLanguage = (wanted) => tracks.find(({ language }) => language.split("-")[0] === wanted.split("-")[0]);
  return navigator.languages.map(inLanguage).find(Boolean) ?? tracks[0];
}

function place(cues) {
  for (const cue of cues ?? []) {
    if (cue.line !== "auto") continue;
    cue.snapToLines = false;
    cue.line = LINE;
  }
}
