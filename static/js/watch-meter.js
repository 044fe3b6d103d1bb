// Counts the milliseconds that a video was really played and reports them in batches: first when they make a view, which
// the server decides too. Reports only add: losing one makes the sum smaller, never wrong. The address is signed by the server; a beacon cannot carry a token.

const EVERY = 10_000; // ms watched between reports
const LEAST = 250;

export class WatchMeter {
  #video;
  #url;
  #viewAfter; // ms
  #viewed = false;
  #since = 0;
  #ms = 0;
  #ended = false;
  #position = 0;

  constructor(video, { watchUrl, viewAfter }) {
    this.#video = video;
    this.#url = watchUrl;
    this.#viewAfter = Number(viewAfter);
    video.addEventListener("playing", () => this.#start());
    video.addEventListener("timeupdate", () => this.#tick());
    for (const type of ["pause", "waiting", "emptied"]) video.addEventListener(type, () => this.#stop());
  }

  report() {
    this.#stop();
    if (!this.#url || this.#ms < (this.#viewed ? LEAST : this.#viewAfter)) return;
    const body = new FormData();
    body.set("ms", Math.round(this.#ms));
    body.set("ended", this.#ended ? "1" : "0");
    if (!navigator.sendBeacon(this.#url, body)) return;
    this.#viewed = true;
    this.#ms = 0;
    this.#ended = false;
  }

  #start() {
    this.#since ||= performance.now();
  }

  #stop() {
    if (this.#since) this.#ms += performance.now() - this.#since;
    this.#since = 0;
  }

  #tick() {
    const { currentTime, duration, paused } = this.#video;
    const wrapped = currentTime < this.#position && duration - this.#position < 1;
    if (wrapped || this.#video.ended) this.#ended = true;
    this.#position = currentTime;
    if (paused) return;
    this.#stop();
    if (this.#ms >= (this.#viewed ? EVERY : this.#viewAfter)) this.report();
    this.#start();
  }
}
