// Counts the milliseconds that videos were really played. All of them report together: every ten seconds at most, and when
// the page is left or out of sight. First when they make a view, which the server decides too. Reports only add: losing one
// makes the sum smaller, never wrong. What a report says is signed by the server; a beacon cannot carry a token.

const EVERY = 10_000; // ms between reports
const LEAST = 250;
const MOST = 50; // videos in a report
const meters = new Set();
let due;

export class WatchMeter {
  #video;
  #token;
  #viewAfter; // ms
  #viewed = false;
  #since = 0;
  #ms = 0;

  constructor(video, { watch, viewAfter }) {
    this.#video = video;
    this.#token = watch;
    this.#viewAfter = Number(viewAfter);
    if (!watch) return;
    video.addEventListener("playing", () => this.#start());
    video.addEventListener("timeupdate", () => this.#tick());
    for (const type of ["pause", "waiting", "emptied"]) video.addEventListener(type, () => this.#stop());
  }

  watch() {
    if (this.#token) meters.add(this);
  }

  // What it counted is said first.
  forget() {
    if (this.line) report();
    meters.delete(this);
  }

  // What is to be said of it by now, if anything.
  get line() {
    if (this.#since) this.#tick();
    return this.#ms < (this.#viewed ? LEAST : this.#viewAfter) ? "" : `${Math.round(this.#ms)} ${this.#token}`;
  }

  said() {
    this.#viewed = true;
    this.#ms = 0;
  }

  #start() {
    this.#since ||= performance.now();
  }

  #stop() {
    if (!this.#since) return;
    this.#ms += performance.now() - this.#since;
    this.#since = 0;
    due ??= setTimeout(report, EVERY);
  }

  #tick() {
    this.#stop();
    if (!this.#video.paused) this.#start();
  }
}

function report() {
  clearTimeout(due);
  due = undefined;
  const telling = [...meters].filter((meter) => meter.line).slice(0, MOST);
  const body = new URLSearchParams(telling.map((meter) => ["watched", meter.line]));
  if (telling.length && navigator.sendBeacon("/watch/", body)) telling.forEach((meter) => meter.said());
}

addEventListener("pagehide", report);
document.addEventListener("visibilitychange", () => document.hidden && report());
