// Records a video with the camera, up to the limit, shows it, and hands it over as a file ("recorded"). Says in words when
// the camera is refused, missing or in use.

import { clock } from "clock";
import { gettext } from "words";

const KINDS = ["video/mp4;codecs=avc1.42E01E,mp4a.40.2", "video/webm;codecs=vp9,opus", "video/webm;codecs=vp8,opus", "video/webm"];
const WISH = { video: { facingMode: "user", width: { ideal: 1080 }, height: { ideal: 1920 } }, audio: true };
const PROBLEMS = {
  NotAllowedError: gettext("The camera is not allowed here. Allow it in the browser's settings for this site, then try again."),
  NotFoundError: gettext("No camera was found. Connect one, or choose a file instead."),
  NotReadableError: gettext("The camera is in use by something else. Close that, then try again."),
};

class UploadCamera extends HTMLElement {
  #stream;
  #recorder;
  #taken;
  #address;
  #ticking;

  connectedCallback() {
    this.#on("open", () => this.#open());
    this.#on("close", () => this.#dialog.close());
    this.#on("record", () => (this.#recorder?.state === "recording" ? this.#recorder.stop() : this.#record()));
    this.#on("retake", () => this.#live());
    this.#on("use", () => this.#use());
    this.#dialog.addEventListener("close", () => this.#off());
  }

  disconnectedCallback() {
    this.#off();
  }

  #on(name, act) {
    this.#button(name).addEventListener("click", act);
  }

  #button(name) {
    return this.querySelector(`[data-${name}]`);
  }

  get #dialog() {
    return this.querySelector("dialog");
  }

  get #video() {
    return this.querySelector("video");
  }

  async #open() {
    this.#dialog.showModal();
    await this.#live();
  }

  async #live() {
    this.#forget();
    this.#offer({});
    this.#say(gettext("Asking for the camera…"));
    try {
      if (!navigator.mediaDevices || !globalThis.MediaRecorder) throw new DOMException("", "NotSupportedError");
      this.#stream ??= await navigator.mediaDevices.getUserMedia(WISH);
    } catch (error) {
      return this.#say(PROBLEMS[error.name] ?? gettext("This browser cannot record here. Choose a file instead."));
    }
    if (!this.#dialog.open) return this.#off();
    Object.assign(this.#video, { srcObject: this.#stream, muted: true, controls: false });
    this.#video.play().catch(() => {});
    this.#say(gettext("Up to %s.", clock(Number(this.dataset.maxSeconds))));
    this.#offer({ record: gettext("Record") });
    this.#button("record").focus();
  }

  #record() {
    const pieces = [];
    const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
    const recorder = (this.#recorder = new MediaRecorder(this.#stream, { mimeType }));
    const began = performance.now();
    recorder.ondataavailable = ({ data }) => pieces.push(data);
    recorder.onstop = () => this.#stopped(pieces);
    recorder.start(1000);
    this.#offer({ record: gettext("Stop") });
    const tick = () => {
      const seconds = (performance.now() - began) / 1000;
      if (seconds >= Number(this.dataset.maxSeconds)) recorder.stop();
      else this.#say(gettext("Recording, %s", clock(seconds)));
    };
    tick();
    this.#ticking = setInterval(tick, 1000);
  }

  #stopped(pieces) {
    clearInterval(this.#ticking);
    const { mimeType } = this.#recorder;
    this.#recorder = undefined;
    if (!this.#dialog.open) return;
    const name = `recording-${new Date().toISOString().slice(0, 19).replaceAll(":", "-")}.${mimeType.includes("mp4") ? "mp4" : "webm"}`;
    this.#taken = new File(pieces, name, { type: mimeType });
    this.#address = URL.createObjectURL(this.#taken);
    Object.assign(this.#video, { srcObject: null, src: this.#address, muted: false, controls: true });
    this.#say(gettext("This is what you recorded."));
    this.#offer({ retake: true, use: true });
    this.#button("use").focus();
  }

  #use() {
    const detail = this.#taken;
    this.#dialog.close();
    this.dispatchEvent(new CustomEvent("recorded", { detail, bubbles: true }));
  }

  #offer({ record, retake, use }) {
    this.#button("record").hidden = !record;
    if (record) this.#button("record").textContent = record;
    this.#button("retake").hidden = !retake;
    this.#button("use").hidden = !use;
  }

  #say(text) {
    this.querySelector(".camera__words").textContent = text;
  }

  #forget() {
    URL.revokeObjectURL(this.#address);
    this.#video.removeAttribute("src");
    this.#taken = undefined;
  }

  // The camera's light goes out.
  #off() {
    clearInterval(this.#ticking);
    if (this.#recorder?.state === "recording") this.#recorder.stop();
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = undefined;
    this.#video.srcObject = null;
    this.#forget();
  }
}

customElements.define("upload-camera", UploadCamera);
