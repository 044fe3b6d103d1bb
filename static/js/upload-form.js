// Sends a real <form enctype="multipart/form-data"> with progress, cancel and retry; the chosen file stays chosen.
// What the browser can see at once (size, length) is said at once, but the server decides.

class UploadForm extends HTMLElement {
  #request;
  #preview;

  connectedCallback() {
    const form = this.#form;
    form.addEventListener("submit", this.#send);
    this.#file.addEventListener("change", () => this.#chosen());
    this.addEventListener("dragover", this.#over);
    this.addEventListener("dragleave", () => delete this.dataset.over);
    this.addEventListener("drop", this.#drop);
    this.querySelector("[data-cancel]")?.addEventListener("click", () => this.#request?.abort());
    addEventListener("beforeunload", this.#warn);
    if (this.#file.files.length) this.#chosen();
  }

  disconnectedCallback() {
    removeEventListener("beforeunload", this.#warn);
    URL.revokeObjectURL(this.#preview);
  }

  get #form() {
    return this.querySelector("form");
  }

  get #file() {
    return this.querySelector("[type=file]");
  }

  get #button() {
    return this.#form.querySelector("button:not([type=button])");
  }

  // --- Choosing ---

  #over = (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.dataset.over = "";
  };

  #drop = (event) => {
    delete this.dataset.over;
    if (!event.dataTransfer?.files.length || this.#request) return;
    event.preventDefault();
    this.#file.files = event.dataTransfer.files;
    this.#chosen();
  };

  #chosen() {
    const [file] = this.#file.files;
    const chosen = this.querySelector(".upload__chosen");
    this.#say("");
    URL.revokeObjectURL(this.#preview);
    if (chosen) chosen.hidden = !file;
    if (!file) return;
    this.#tooLarge();
    if (chosen) this.#describe(file, chosen);
  }

  #tooLarge() {
    const limit = Number(this.dataset.maxBytes);
    const size = this.#file.files[0]?.size ?? 0;
    if (!limit || size <= limit) return false;
    this.#say(`This file is ${megabytes(size)}. The limit is ${megabytes(limit)}. Pick a smaller one.`);
    return true;
  }

  #describe(file, chosen) {
    chosen.querySelector("output").textContent = file.name;
    chosen.querySelector("small").textContent = megabytes(file.size);
    const video = chosen.querySelector("video");
    video.onloadedmetadata = () => this.#measured(video.duration, file, chosen);
    video.src = this.#preview = URL.createObjectURL(file);
  }

  #measured(seconds, file, chosen) {
    if (!Number.isFinite(seconds)) return;
    const limit = Number(this.dataset.maxSeconds);
    chosen.querySelector("small").textContent = `${clock(seconds)} · ${megabytes(file.size)}`;
    if (limit && seconds >= limit + 1) this.#say(`This file is ${clock(seconds)} long. The limit is ${clock(limit)}. Trim it or pick another.`);
  }

  // --- Sending ---

  #send = (event) => {
    event.preventDefault();
    if (this.#request || this.#tooLarge()) return;
    const request = new XMLHttpRequest();
    request.open("POST", this.#form.action);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    request.upload.onprogress = ({ loaded, total }) => this.#progress(loaded, total);
    request.onload = () => this.#answered(request);
    request.onerror = () => this.#stopped("The connection was lost. Your file is still chosen. Try again.");
    request.onabort = () => this.#stopped("Upload cancelled. Your file is still chosen.");
    this.#say("");
    this.#working(request);
    this.#progress(0, 0);
    request.send(new FormData(this.#form));
  };

  #answered(request) {
    const json = /json/.test(request.getResponseHeader("Content-Type") ?? "") ? safely(request.responseText) : null;
    if (request.status < 300 && (json?.url || !json) && !problems(request, json)) {
      this.#request = undefined; // leaving now is what was asked for
      return location.assign(json?.url ?? request.responseURL);
    }
    this.#stopped(problems(request, json) || refusal(request.status));
  }

  #stopped(text) {
    this.#working(undefined);
    this.#say(text);
  }

  #working(request) {
    this.#request = request;
    this.#button.setAttribute("aria-busy", String(Boolean(request)));
    const progress = this.querySelector(".upload__progress");
    if (progress) progress.hidden = !request;
  }

  #progress(loaded, total) {
    const bar = this.querySelector("progress");
    const words = this.querySelector(".upload__progress output");
    if (total) bar.value = (loaded / total) * 100;
    else bar.removeAttribute("value");
    if (!total) words.textContent = "Sending…";
    else if (loaded < total) words.textContent = `${Math.floor((loaded / total) * 100)}% · ${megabytes(loaded)} of ${megabytes(total)}`;
    else words.textContent = "Sent. Checking the file…";
  }

  #say(text) {
    const line = this.querySelector(".upload__problem");
    line.hidden = !text;
    (line.querySelector("p") ?? line).textContent = text;
  }

  #warn = (event) => {
    if (this.#request) event.preventDefault();
  };
}

function safely(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// What the server found wrong: {"errors": {"file": ["…"]}}, {"detail": "…"}, or the marked fields of its page.
function problems(request, json) {
  if (json) return [json.detail, ...Object.values(json.errors ?? {}).flat()].filter(Boolean).join(" ");
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  return [...page.querySelectorAll(".field__errors li, .notice--danger p, .upload__problem:not([hidden])")].map((line) => line.textContent.trim()).join(" ");
}

function refusal(status) {
  if (status === 413) return "This file is too large for the server. Pick a smaller one.";
  if (status === 403) return "You are no longer logged in. Log in in another tab, then try again.";
  if (status === 429) return "That was a lot at once. Wait a moment, then try again.";
  return "The server could not take the file. Your file is still chosen. Try again.";
}

function megabytes(bytes) {
  return `${(bytes / 1024 / 1024).toFixed(bytes < 10 * 1024 * 1024 ? 1 : 0)} MB`;
}

function clock(seconds) {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}

customElements.define("upload-form", UploadForm);
