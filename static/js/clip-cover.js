// The frame that stands for a video, chosen on the video itself: a slider, by keyboard too, and the frame as it will look.

import { clock } from "clock";

export const STEP = 0.1; // second

export class ClipCover extends HTMLElement {
  connectedCallback() {
    this.cover.addEventListener("input", () => this.choose());
    this.video.addEventListener("seeked", () => this.#draw());
  }

  get video() {
    return this.querySelector("video");
  }

  get cover() {
    return this.querySelector("#clip-cover");
  }

  // From where to where of the video it may be, in seconds.
  get part() {
    return [0, Number(this.cover.max)];
  }

  choose() {
    this.hold();
    this.keep();
    this.seek(Number(this.cover.value));
  }

  hold() {
    const [from, to] = this.part;
    this.cover.value = Math.min(Math.max(Number(this.cover.value), from), to);
  }

  keep() {
    this.cover.setAttribute("aria-valuetext", clock(Number(this.cover.value)));
  }

  seek(seconds) {
    this.video.pause();
    this.video.currentTime = seconds;
  }

  #draw() {
    if (Math.abs(this.video.currentTime - Number(this.cover.value)) > STEP) return;
    const canvas = this.querySelector("canvas");
    const { videoWidth, videoHeight } = this.video;
    const scale = Math.max(canvas.width / videoWidth, canvas.height / videoHeight);
    const [width, height] = [videoWidth * scale, videoHeight * scale];
    canvas.getContext("2d").drawImage(this.video, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
  }
}
