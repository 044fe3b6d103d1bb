// Sends a file straight to the bucket, in signed parts; begun again, also after a closed tab, it goes on where it stood.
// Shaped like tus.Upload: start(), abort(), and callbacks. What has arrived is asked of the server, which asks the bucket.

import { gettext } from "words";

const AT_ONCE = 3; // parts on their way
const SIGNED_AT_ONCE = 12;
const ROUNDS = 3; // of sending what the bucket says it lacks
const PAUSES = [1000, 3000, 5000, 10_000, 20_000]; // ms before a part, or a question to the server, is tried again

class Aborted extends Error {}

class Refused extends Error {
  constructor(status, detail) {
    super(detail || gettext("The server could not take the file."));
    this.status = status;
  }
}

const isFinal = (error) => error instanceof Aborted || (error instanceof Refused && error.status < 500 && error.status !== 429);

export class S3Upload {
  #file;
  #options;
  #control;
  #sent = new Map(); // bytes by number of part
  #addresses = new Map();
  #signing; // while addresses are asked for

  // options: url of /api/v1/uploads/, key, headers, begin (what is said of the file), pauses, onBegun, onProgress,
  // onSuccess, onError
  constructor(file, options) {
    this.#file = file;
    this.#options = { headers: {}, begin: {}, pauses: PAUSES, ...options };
  }

  id; // of the video, once it is begun

  async start() {
    const control = (this.#control = new AbortController());
    try {
      await this.#send(control.signal);
      this.#options.onSuccess?.(this.id);
    } catch (error) {
      if (!(error instanceof Aborted) && !control.signal.aborted) this.#options.onError?.(error);
      control.abort(); // the parts that are still on their way
    }
  }

  // Pauses it; start() goes on.
  abort() {
    this.#control?.abort();
  }

  async #send(signal) {
    const headers = { "Idempotency-Key": this.#options.key };
    const begun = await this.#ask("POST", "multipart/", signal, { size: this.#file.size, ...this.#options.begin }, headers);
    this.id = begun.id;
    this.#options.onBegun?.(begun.id);
    for (let round = 1; begun.state === "uploading"; round += 1) {
      await this.#sendMissing(begun.parts, begun.part_bytes, signal);
      try {
        return await this.#ask("POST", `${this.id}/multipart/complete/`, signal);
      } catch (error) {
        if (round === ROUNDS || error.status !== 409 || error.code === "arrived") throw error;
        Object.assign(begun, await this.#ask("GET", `${this.id}/multipart/`, signal));
      }
    }
  }

  async #sendMissing(parts, partBytes, signal) {
    this.#sent = new Map(Object.entries(parts).map(([number, bytes]) => [Number(number), bytes]));
    this.#addresses.clear();
    this.#progress();
    const count = Math.ceil(this.#file.size / partBytes);
    const waiting = Array.from({ length: count }, (_, index) => index + 1).filter((number) => !this.#sent.has(number));
    const worker = async () => {
      for (let number = waiting.shift(); number; number = waiting.shift()) await this.#sendPart(number, waiting, partBytes, signal);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  #sendPart(number, waiting, partBytes, signal) {
    const part = this.#file.slice((number - 1) * partBytes, number * partBytes);
    return this.#patiently(signal, async () => {
      const address = await this.#address(number, waiting, signal);
      this.#addresses.delete(number); // one that failed may have run out
      try {
        await put(address, part, signal, (bytes) => this.#progress(number, bytes));
      } catch (error) {
        this.#progress(number, 0);
        throw error;
      }
      this.#progress(number, part.size);
    });
  }

  async #address(number, waiting, signal) {
    while (!this.#addresses.has(number)) {
      this.#signing ??= this.#sign([number, ...waiting.slice(0, SIGNED_AT_ONCE - 1)], signal).finally(() => (this.#signing = undefined));
      await this.#signing;
    }
    return this.#addresses.get(number);
  }

  async #sign(numbers, signal) {
    const { addresses } = await this.#ask("POST", `${this.id}/multipart/`, signal, { numbers });
    if (!addresses[numbers[0]]) throw new Error("The server gave no address.");
    for (const [number, address] of Object.entries(addresses)) this.#addresses.set(Number(number), address);
  }

  #progress(number, bytes) {
    if (number) this.#sent.set(number, bytes);
    const sent = [...this.#sent.values()].reduce((sum, each) => sum + each, 0);
    this.#options.onProgress?.(sent, this.#file.size);
  }

  #ask(method, path, signal, body, extra) {
    return this.#patiently(signal, async () => {
      const headers = { Accept: "application/json", "Content-Type": "application/json", ...this.#options.headers, ...extra };
      const answer = await fetch(this.#options.url + path, { method, headers, signal, body: body && JSON.stringify(body) });
      const said = await answer.json().catch(() => ({}));
      if (!answer.ok) throw Object.assign(new Refused(answer.status, said.detail), { code: said.code });
      return said;
    });
  }

  // What the network broke is tried again, at once when the browser is back online.
  async #patiently(signal, act) {
    for (const pause of [...this.#options.pauses, undefined]) {
      if (signal.aborted) throw new Aborted();
      try {
        return await act();
      } catch (error) {
        if (signal.aborted) throw new Aborted();
        if (isFinal(error) || pause === undefined) throw error;
        await rest(pause, signal);
      }
    }
  }
}

// XMLHttpRequest, because fetch does not tell how much is sent.
function put(address, part, signal, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    request.open("PUT", address);
    request.upload.onprogress = ({ loaded }) => onProgress(loaded);
    request.onload = () => (request.status < 300 ? resolve() : reject(new Error(gettext("The storage answered %s.", request.status))));
    request.onerror = () => reject(new Error("The connection was lost."));
    request.onabort = () => reject(new Aborted());
    request.onloadend = () => signal.removeEventListener("abort", stop);
    signal.addEventListener("abort", stop);
    request.send(part);
  });
}

function rest(ms, signal) {
  return new Promise((resolve) => {
    const over = () => {
      clearTimeout(timer);
      removeEventListener("online", over);
      signal.removeEventListener("abort", over);
      resolve();
    };
    const timer = setTimeout(over, ms);
    addEventListener("online", over);
    signal.addEventListener("abort", over);
  });
}
