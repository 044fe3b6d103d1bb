// The chosen file in the browser: which part of it is kept, and which frame stands for it. Two sliders for the part, one for
// the cover, all by keyboard too. What is chosen stands in the form's hidden fields; the server cuts.

import { ClipCover, STEP } from "clip-cover";
import { clock } from "clock";
import { size } from "upload-words";
import { gettext } from "words";

const SHORTEST = 1; // second
const PATIENCE = 8000; // ms; a browser may neither show a file nor refuse it

class UploadClip extends ClipCover {
  #address;
  #length = 0; // seconds
  #covered = false; // whether its creator chose a cover

  connectedCallback() {
    super.connectedCallback();
    this.#from.addEventListener("input", () => this.#trim(this.#from));
    this.#to.addEventListener("input", () => this.#trim(this.#to));
    this.querySelector("[data-play]").addEventListener("click", () => this.#play());
    this.video.addEventListener("timeupdate", () => this.video.currentTime >= this.#end && !this.video.paused && this.video.pause());
  }

  disconnectedCallback() {
    URL.revokeObjectURL(this.#address);
  }

  get #from() {
    return this.querySelector("[data-from]");
  }

  get #to() {
    return this.querySelector("[data-to]");
  }

  get part() {
    return [Number(this.#from.value), this.#end];
  }

  get #end() {
    return Number(this.#to.value);
  }

  get #limit() {
    return Number(this.dataset.maxSeconds);
  }

  // What is chosen, for a request that begins the upload.
  get words() {
    const fields = [...this.querySelectorAll("[name^=trim]")].filter(({ value, disabled }) => value && !disabled);
    return Object.fromEntries(fields.map(({ name, value }) => [name, value]));
  }

  // Shows the file; resolves when it is measured, or cannot be.
  async open(file) {
    this.hidden = false;
    this.querySelector(".clip__name output").textContent = file.name;
    this.querySelector(".clip__name small").textContent = size(file.size);
    URL.revokeObjectURL(this.#address);
    this.#address = URL.createObjectURL(file);
    this.#length = await measure(this.video, this.#address);
    this.#offer(this.#length > 0);
    if (this.#length) this.#measured(file);
  }

  #offer(seen) {
    for (const part of this.querySelectorAll(".clip__stage, .clip__trim, .clip__cover")) part.hidden = !seen;
    for (const field of this.querySelectorAll("[type=hidden]")) field.disabled = !seen;
    this.querySelector("[data-blind]").hidden = seen;
  }

  #measured(file) {
    this.querySelector(".clip__name small").textContent = `${clock(this.#length)} · ${size(file.size)}`;
    for (const slider of [this.#from, this.#to, this.cover]) slider.max = this.#length.toFixed(1);
    this.#from.value = Number(this.#field("trim_from_ms").value) / 1000;
    this.#to.value = Number(this.#field("trim_to_ms").value) / 1000 || Math.min(this.#length, this.#limit);
    this.#covered = Boolean(this.#field("cover_ms").value);
    this.cover.value = Number(this.#field("cover_ms").value) / 1000 || Number(this.#from.value);
    this.keep();
    this.seek(Number(this.cover.value));
  }

  #field(name) {
    return this.querySelector(`[name=${name}]`);
  }

  // The other handle gives way, so that the part never gets too long or too short.
  #trim(moved) {
    const [from, to] = [Number(this.#from.value), Number(this.#to.value)];
    if (moved === this.#from) {
      this.#from.value = Math.min(from, this.#length - SHORTEST);
      this.#to.value = Math.min(Math.max(to, from + SHORTEST), from + this.#limit);
    } else {
      this.#to.value = Math.max(to, SHORTEST);
      this.#from.value = Math.max(Math.min(from, to - SHORTEST), to - this.#limit);
    }
    this.hold();
    this.keep();
    this.seek(Number(moved.value));
  }

  choose() {
    this.#covered = true;
    super.choose();
  }

  keep() {
    super.keep();
    const [from, to] = this.part;
    const whole = from < STEP && to > this.#length - STEP * 2;
    this.#field("trim_from_ms").value = whole ? "" : Math.round(from * 1000);
    this.#field("trim_to_ms").value = whole ? "" : Math.round(to * 1000);
    this.#field("cover_ms").value = this.#covered ? Math.round(Number(this.cover.value) * 1000) : "";
    this.#from.setAttribute("aria-valuetext", clock(from));
    this.#to.setAttribute("aria-valuetext", clock(to));
    for (const [name, value] of [["--from", from], ["--to", to]]) this.querySelector(".clip__range").style.setProperty(name, value / this.#length);
    this.querySelector("[data-part]").textContent = whole
      ? gettext("All of it: %s.", clock(this.#length))
      : gettext("From %s to %s: %s of %s are kept.", clock(from), clock(to), clock(to - from), clock(this.#length));
  }

  #play() {
    const video = this.video;
    if (!video.paused) return video.pause();
    if (video.currentTime < Number(this.#from.value) || video.currentTime >= this.#end - STEP) video.currentTime = Number(this.#from.value);
    video.play();
  }
}

// Seconds; 0 when this browser cannot show it. What a camera recorded says its length only at its end.
function measure(video, address) {
  return new Promise((resolve) => {
    setTimeout(() => resolve(0), PATIENCE);
    video.onerror = () => resolve(0);
    video.onloadedmetadata = () => {
      if (!video.videoWidth) return resolve(0);
      if (Number.isFinite(video.duration)) return resolve(video.duration);
      video.ondurationchange = () => Number.isFinite(video.duration) && resolve(video.duration);
      video.currentTime = 1e7;
    };
    video.src = address;
  });
}

customElements.define("upload-clip", UploadClip);
