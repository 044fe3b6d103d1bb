// A video is uploaded while its creator says what it is. The file goes on its way, as a draft, as soon as it is picked;
// "Post" and "Save draft" say at once what is to become of it, and the page stays until the file is there. What came from
// elsewhere is shown, and sent when its creator says so: any site can share a file with ours.

import { Transport } from "upload-transport";
import { left, size } from "upload-words";
import { gettext } from "words";

const SMOOTH = 0.2; // of a new measurement of speed

class UploadForm extends HTMLElement {
  #transport;
  #sent; // {bytes, at, speed}
  #wish; // where to go once the file is there: what the server said to "Post" or "Save draft"
  #state = "idle"; // opening, sending, paused, waiting, arrived
  #announced; // what of it screen readers heard last
  #shared; // a file that another app gave
  #locked = false; // what is to become of it is being said

  connectedCallback() {
    this.#form.addEventListener("submit", this.#submit);
    this.#file.addEventListener("change", () => this.#picked(this.#file.files[0]));
    this.addEventListener("recorded", ({ detail }) => this.#picked(detail));
    this.addEventListener("dragover", this.#over);
    this.addEventListener("dragleave", () => delete this.dataset.over);
    this.addEventListener("drop", this.#drop);
    this.#on("[data-pause]", this.#pause);
    this.#on("[data-resume]", this.#resume);
    this.querySelector("[data-use-shared]")?.addEventListener("click", () => this.#picked(this.#shared));
    this.#on("[data-cancel]", () => this.#question.showModal());
    this.#question.addEventListener("close", () => this.#question.returnValue === "confirm" && this.#cancel());
    addEventListener("beforeunload", this.#warn);
    const camera = this.querySelector("upload-camera");
    if (camera) camera.hidden = false;
    if (this.#file.files.length) this.#picked(this.#file.files[0]);
    if (location.hash === "#shared") this.#takeShared();
  }

  disconnectedCallback() {
    removeEventListener("beforeunload", this.#warn);
    this.#transport?.pause();
  }

  #on(selector, act) {
    this.querySelector(selector).addEventListener("click", act);
  }

  get #form() {
    return this.querySelector("form");
  }

  get #file() {
    return this.querySelector("[type=file]");
  }

  get #clip() {
    return this.querySelector("upload-clip");
  }

  get #question() {
    return this.querySelector("[data-question]");
  }

  get #token() {
    return this.#form.elements.csrfmiddlewaretoken.value;
  }

  // --- Picking ---

  #over = (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.dataset.over = "";
  };

  #drop = (event) => {
    delete this.dataset.over;
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault(); // the browser would open it, and leave the page
    this.#picked(event.dataTransfer.files[0]);
  };

  async #takeShared() {
    const { sharedFile } = await import("shared-file");
    const given = await sharedFile();
    if (!given?.file?.size) return this.#say(gettext("What was shared did not arrive. Choose the file here."));
    this.#shared = given.file;
    this.#form.elements.caption.value ||= given.text ?? "";
    const question = this.querySelector(".upload__shared");
    question.querySelector("bdi").textContent = given.file.name;
    question.hidden = false;
    question.querySelector("button").focus();
    await customElements.whenDefined("upload-clip");
    this.#clip.open(given.file);
  }

  async #picked(file) {
    if (!file || this.#state !== "idle") return;
    this.#say("");
    if (this.#refused(file)) return;
    this.dataset.picked = "";
    for (const way of this.querySelectorAll(".upload__drop, .upload__shared, upload-camera")) way.hidden = true;
    this.#file.required = false;
    this.#file.disabled = true; // it goes another way
    this.#becomes("opening");
    await customElements.whenDefined("upload-clip");
    await this.#clip.open(file);
    if (this.#state === "opening") this.#send(file, this.#waiting(file));
  }

  #refused(file) {
    const limit = Number(this.dataset.maxBytes);
    const { size: wanted, fileName } = this.dataset;
    if (file.size > limit) this.#say(gettext("This file is %s. The limit is %s. Pick a smaller one.", size(file.size), size(limit)));
    else if (!file.size) this.#say(gettext("This file is empty. Pick another."));
    else if (wanted && file.size !== Number(wanted)) this.#say(fileName ? gettext("This is another file. Pick %s again, or upload this one as a new video.", fileName) : gettext("This is another file. Pick the one you began with again, or upload this one as a new video."));
    else return false;
    this.#file.value = "";
    return true;
  }

  // The upload that this file goes on with: the page's own, or one in the list of unfinished ones.
  #waiting(file) {
    if (this.dataset.video) return { video: this.dataset.video, key: this.dataset.key };
    const rows = document.querySelectorAll("[data-upload][data-fingerprint]");
    const row = [...rows].find(({ dataset }) => dataset.fingerprint === fingerprint(file) && Number(dataset.size) === file.size);
    row?.remove();
    return row && { video: row.dataset.upload, key: row.dataset.key };
  }

  // --- Sending ---

  #send(file, waiting) {
    const { kind, url } = this.dataset;
    const key = waiting?.key || this.#form.elements.upload_key.value;
    const given = { kind, url, key, token: this.#token, fingerprint: fingerprint(file), words: this.#clip.words };
    const transport = (this.#transport = new Transport(file, { ...given, video: waiting?.video }));
    if (waiting) this.#form.elements.video.value = waiting.video;
    transport.addEventListener("begun", ({ detail }) => this.#begun(detail.id));
    transport.addEventListener("progress", ({ detail }) => this.#progress(detail.sent, detail.total));
    transport.addEventListener("waiting", () => this.#becomes("waiting"));
    transport.addEventListener("arrived", this.#arrived);
    transport.addEventListener("failed", ({ detail }) => this.#failed(detail.message));
    this.#becomes("sending");
    transport.start();
  }

  #begun(id) {
    this.#form.elements.video.value = id;
    this.dispatchEvent(new CustomEvent("upload-changed"));
  }

  #progress(sent, total) {
    const now = performance.now();
    const before = this.#sent;
    const speed = before && now > before.at ? ((sent - before.bytes) / (now - before.at)) * 1000 : 0;
    const smooth = before?.speed ? before.speed + SMOOTH * (speed - before.speed) : speed;
    if (!before || now - before.at > 500) this.#sent = { bytes: sent, at: now, speed: Math.max(0, smooth) };
    this.#sent.total = total;
    this.#sent.shown = sent;
    if (this.#state === "waiting") this.#state = "sending";
    this.#show();
  }

  #arrived = () => {
    this.#becomes("arrived");
    if (this.#wish) this.#leave();
  };

  #failed(message) {
    this.#transport = undefined;
    this.#sent = undefined;
    this.#wish = undefined;
    this.#becomes("idle");
    this.#file.disabled = false;
    this.#file.value = "";
    for (const way of this.querySelectorAll(".upload__drop, upload-camera")) way.hidden = false;
    delete this.dataset.picked;
    this.#form.elements.upload_key.value = `${Date.now().toString(36)}${Math.random().toString(36).slice(2)}`;
    this.#form.elements.video.value = this.dataset.video ?? "";
    this.#lock(false);
    this.#say(message);
  }

  #pause = () => {
    this.#transport.pause();
    this.#becomes("paused");
    this.querySelector("[data-resume]").focus();
  };

  #resume = () => {
    this.#sent = undefined;
    this.#becomes("sending");
    this.#transport.start();
    this.querySelector("[data-pause]").focus();
  };

  #cancel = async () => {
    const sending = this.#transport;
    sending?.pause();
    if (!sending || (await sending.abort())) {
      this.#state = "idle";
      return location.assign(location.pathname);
    }
    this.#becomes("paused");
    this.#say(gettext("It could not be cancelled: the server did not answer. Try again."));
  };

  // --- Words ---

  #becomes(state) {
    this.#state = state;
    this.#show();
    this.dispatchEvent(new CustomEvent("upload-changed"));
  }

  #show() {
    const state = this.#state;
    this.querySelector(".upload__progress").hidden = state === "idle";
    this.querySelector("[data-pause]").hidden = !["sending", "waiting"].includes(state);
    this.querySelector("[data-resume]").hidden = state !== "paused";
    this.querySelector("[data-cancel]").hidden = state === "arrived";
    const bar = this.querySelector(".upload__progress progress");
    const { shown, total } = this.#sent ?? {};
    if (state === "arrived") bar.value = 100;
    else if (total) bar.value = (shown / total) * 100;
    else bar.removeAttribute("value");
    const words = this.querySelector(".upload__progress output");
    const said = this.#words();
    if (words.textContent !== said) words.textContent = said;
    this.#announce(said);
  }

  // Screen readers hear each state once, and each quarter of the way.
  #announce(words) {
    const { shown, total } = this.#sent ?? {};
    const step = [this.#state, total && Math.floor((4 * shown) / total), this.#wish?.act].join();
    if (step === this.#announced) return;
    this.#announced = step;
    this.querySelector(".upload__progress [role=status]").textContent = words;
  }

  #words() {
    const { shown, total, speed } = this.#sent ?? {};
    const far = total ? gettext("%s%% · %s of %s", Math.floor((shown / total) * 100), size(shown), size(total)) : "";
    const after = { post: gettext("It is posted when it is there: keep this page open."), draft: gettext("Keep this page open until it is there.") }[this.#wish?.act] ?? "";
    if (this.#state === "arrived") return this.#wish ? gettext("Your video is there.") : gettext("Your video is there. Post it, or save it as a draft.");
    if (this.#state === "paused") return sentences(far ? gettext("Paused at %s.", far) : gettext("Paused."), after);
    if (this.#state === "waiting") return sentences(far ? gettext("No connection. It goes on by itself, at %s.", far) : gettext("No connection. It goes on by itself."), after);
    const rest = total && speed ? left((total - shown) / speed) : "";
    const now = [far || gettext("Starting…"), rest].filter(Boolean).join(" · ");
    return after ? sentences(`${now}.`, after) : now;
  }

  #say(text) {
    const line = this.querySelector(".upload__problem");
    line.hidden = !text;
    line.querySelector("p").textContent = text;
  }

  #warn = (event) => {
    if (["opening", "sending", "waiting", "paused"].includes(this.#state)) event.preventDefault();
  };

  // --- Posting ---

  #submit = async (event) => {
    if (event.target !== this.#form) return;
    event.preventDefault();
    const act = event.submitter?.value ?? "draft";
    if (this.#locked) return;
    if (this.#state === "idle") return this.#say(gettext("Choose a video file first."));
    this.#say("");
    this.#lock(true, event.submitter);
    const answer = (await this.#begins()) ? await this.#post(act) : {};
    this.#lock(false);
    if (answer.problem) this.#say(answer.problem);
    if (answer.url && this.#state !== "idle") this.#settles({ act, url: answer.url });
  };

  // The row that the words belong to is made by the file's first request.
  async #begins() {
    while (!this.#form.elements.video.value && ["opening", "sending"].includes(this.#state)) {
      await new Promise((resolve) => this.addEventListener("upload-changed", resolve, { once: true }));
    }
    if (this.#form.elements.video.value) return true;
    if (this.#state === "waiting") this.#say(gettext("No connection. Try again when it is back."));
    if (this.#state === "paused") this.#say(gettext("The upload is paused before its first byte. Go on with it first."));
    return false;
  }

  #settles(wish) {
    this.#wish = wish;
    if (this.#state === "arrived") this.#leave();
    else this.#show();
  }

  async #post(act) {
    const body = new FormData(this.#form);
    body.set("act", act);
    try {
      const response = await fetch(this.#form.action, { method: "POST", body, headers: { Accept: "application/json" } });
      const said = await response.json().catch(() => ({}));
      if (response.ok && said.url) return said;
      return { problem: Object.values(said.errors ?? {}).flat().join(" ") || gettext("That could not be saved. Try again.") };
    } catch {
      return { problem: gettext("No connection. Your words are still here. Try again when it is back.") };
    }
  }

  #lock(locked, button) {
    this.#locked = locked;
    for (const each of this.#form.querySelectorAll(".form__actions button")) {
      each.disabled = locked && each !== button;
      each.setAttribute("aria-busy", String(locked && each === button));
    }
  }

  #leave() {
    this.#state = "idle"; // leaving now is what was asked for
    location.assign(this.#wish.url);
  }
}

// By which the same file is known again: it says nothing of its content.
function fingerprint(file) {
  let sum = 0;
  for (const letter of file.name) sum = (sum * 31 + letter.codePointAt(0)) >>> 0;
  return `${file.size}-${file.lastModified}-${sum.toString(36)}`;
}

const sentences = (...said) => said.filter(Boolean).join(" ");

customElements.define("upload-form", UploadForm);
