// One file on its way, by tus to the server or in parts to a bucket. Begins, pauses, goes on, is thrown away; what the
// network broke goes on by itself. Events: begun {id}, progress {sent, total}, waiting, arrived, failed {message}.

import { gettext } from "words";

const PIECE = 8 * 1024 * 1024;
const DELAYS = [0, 1000, 3000, 5000]; // ms before a piece is sent again
const PATIENCE = 10_000; // ms between tries while the network is away
const TUS = { "Tus-Resumable": "1.0.0" };

// What may go well the next time. A refusal to begin stands.
function transient(status, method) {
  if (!status || status === 423 || (status >= 500 && status !== 507)) return true;
  return method !== "POST" && (status === 409 || status === 429);
}

export class Transport extends EventTarget {
  #file;
  #given;
  #upload;
  #again;
  id; // of the video, once it is begun

  // given: kind "tus" or "s3", url, token, key, fingerprint, words (trim_from_ms …), video when it goes on
  constructor(file, given) {
    super();
    this.#file = file;
    this.#given = given;
    this.id = given.video;
  }

  async start() {
    this.#rest();
    try {
      this.#upload ??= await this[this.#given.kind === "s3" ? "s3" : "tus"]();
    } catch {
      return this.#waits(); // the module did not come
    }
    this.#upload.start();
  }

  pause() {
    this.#rest();
    this.#upload?.abort();
  }

  // True when nothing of it is left on the server.
  async abort() {
    this.pause();
    if (!this.id) return true;
    const headers = { ...TUS, "X-CSRFToken": this.#given.token };
    try {
      const answer = await fetch(`${this.#given.url}${this.id}/`, { method: "DELETE", headers });
      return answer.ok || answer.status === 404;
    } catch {
      return false;
    }
  }

  async tus() {
    await import("tus");
    const { url, token, key, fingerprint, words, video } = this.#given;
    return new globalThis.tus.Upload(this.#file, {
      endpoint: url,
      uploadUrl: video ? `${url}${video}/` : null,
      chunkSize: PIECE,
      retryDelays: DELAYS,
      storeFingerprintForResuming: false,
      headers: { "X-CSRFToken": token },
      metadata: { key, filename: this.#file.name, fingerprint, ...words },
      onUploadUrlAvailable: () => this.#begun(this.#upload.url.match(/(\d+)\/$/)[1]),
      onProgress: (sent, total) => this.#tell("progress", { sent, total }),
      onShouldRetry: (error) => navigator.onLine && transient(error.originalResponse?.getStatus(), error.originalRequest?.getMethod()),
      onSuccess: () => this.#tell("arrived"),
      onError: ({ originalRequest: asked, originalResponse: answer }) =>
        this.#broke(answer?.getStatus(), asked?.getMethod(), said(answer?.getBody())),
    });
  }

  async s3() {
    const { S3Upload } = await import("s3-upload");
    const { url, token, key, fingerprint, words } = this.#given;
    return new S3Upload(this.#file, {
      url,
      key,
      headers: { "X-CSRFToken": token },
      begin: { file_name: this.#file.name, fingerprint, ...words },
      onBegun: (id) => this.#begun(String(id)),
      onProgress: (sent, total) => this.#tell("progress", { sent, total }),
      onSuccess: () => this.#tell("arrived"),
      onError: (error) => this.#broke(error.status, "POST", error.status && error.message),
    });
  }

  #begun(id) {
    this.id = id;
    this.#tell("begun", { id });
  }

  #broke(status, method, message) {
    if (transient(status, method)) this.#waits();
    else this.#tell("failed", { message: message || refusal(status) });
  }

  #waits() {
    this.#tell("waiting");
    this.#again = setTimeout(this.#goOn, PATIENCE);
    addEventListener("online", this.#goOn);
  }

  #goOn = () => this.start();

  #rest() {
    clearTimeout(this.#again);
    removeEventListener("online", this.#goOn);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function said(body) {
  try {
    return JSON.parse(body).detail;
  } catch {
    return "";
  }
}

function refusal(status) {
  if (status === 413) return gettext("This file is too large for the server. Pick a smaller one.");
  if (status === 401 || status === 403) return gettext("You are no longer logged in. Log in in another tab, then try again.");
  return gettext("The server could not take the file. Try again.");
}
