// How a film comes into its <video>: the browser's own HLS first, then hls.js, then the small preview file. To who saves data,
// hls.js first: it can be told to stay with the lowest rung. Before another way is tried the file is asked for: what cannot
// be reached is said, and not replaced by the preview.

import { gettext } from "words";

const HLS = "application/vnd.apple.mpegurl";
const BUFFER = { maxBufferLength: 12, maxMaxBufferLength: 30, backBufferLength: 10, capLevelToPlayerSize: true, enableWorker: false };
const LOST = gettext("The connection was lost.");
const PATIENCE = 8000; // ms
export const saving = () => navigator.connection?.saveData ?? false;

export class Loading {
  #video;
  #hlsUrl;
  #ways = [];
  #way = -1; // index of the one in use; -1: nothing is loaded
  #hls;
  #doubted = false; // whether the file is asked for, because this way does not do
  #position = 0; // seconds
  #ready;
  #failed;

  constructor(video, { hls, preview }, { ready, failed }) {
    this.#video = video;
    this.#hlsUrl = hls;
    this.#ready = ready;
    this.#failed = failed;
    this.#findWays(hls, preview);
    video.addEventListener("loadedmetadata", () => this.#position && (video.currentTime = this.#position));
    video.addEventListener("error", () => video.hasAttribute("src") && !this.#hls && this.next());
  }

  get isOpen() {
    return this.#way >= 0;
  }

  open() {
    if (!this.isOpen) this.#take(0);
  }

  close() {
    this.#position = this.#video.currentTime || this.#position;
    this.#way = -1;
    this.#doubted = false;
    this.#empty();
  }

  // This way does not do.
  async next() {
    if (this.#doubted) return;
    this.#doubted = true;
    const way = this.#way;
    const trouble = await this.#trouble();
    if (way !== this.#way) return;
    this.#position = this.#video.currentTime || this.#position;
    if (trouble) this.#giveUp(trouble);
    else this.#take(way + 1);
  }

  #findWays(hls, preview) {
    if (hls && this.#video.canPlayType(HLS)) this.#ways.push(() => this.#attach(hls));
    if (hls && "MediaSource" in globalThis) this.#ways.push((way) => this.#attachHls(hls, way));
    if (saving()) this.#ways.reverse();
    if (preview) this.#ways.push(() => this.#attach(preview));
  }

  async #take(way) {
    this.#empty();
    this.#way = way;
    this.#doubted = false;
    if (way >= this.#ways.length) return this.#giveUp(gettext("This video could not be played."));
    try {
      await this.#ways[way](way);
    } catch {
      if (way === this.#way) this.next();
    }
  }

  #attach(url) {
    this.#video.preload = "auto";
    this.#video.src = url;
    this.#ready();
  }

  async #attachHls(url, way) {
    const { default: Hls } = await import("hls");
    if (this.#way !== way) return;
    if (!Hls.isSupported()) throw new Error("no Media Source Extensions");
    const hls = new Hls({ ...BUFFER, ...(saving() && { startLevel: 0, autoLevelCapping: 0 }) });
    let recovered = false;
    hls.on(Hls.Events.ERROR, (_, { fatal, type }) => {
      if (!fatal || this.#hls !== hls) return;
      if (!this.#video.readyState) return this.next();
      if (type === Hls.ErrorTypes.NETWORK_ERROR) return this.#unreachable(way);
      if (type !== Hls.ErrorTypes.MEDIA_ERROR || recovered) return this.next();
      recovered = true;
      hls.recoverMediaError();
    });
    hls.loadSource(url);
    hls.attachMedia(this.#video);
    this.#hls = hls;
    this.#ready();
  }

  async #unreachable(way) {
    const trouble = (await this.#trouble()) || LOST;
    if (way === this.#way) this.#giveUp(trouble);
  }

  #giveUp(words) {
    this.close();
    this.#failed(words);
  }

  #empty() {
    this.#hls?.destroy();
    this.#hls = undefined;
    if (!this.#video.hasAttribute("src")) return;
    this.#video.removeAttribute("src");
    this.#video.load();
  }

  async #trouble() {
    if (!navigator.onLine) return gettext("You are offline. This video is not loaded yet.");
    try {
      const { status } = await fetch(this.#hlsUrl, { method: "HEAD", signal: AbortSignal.timeout(PATIENCE) });
      if (status === 404) return gettext("This video is no longer available.");
      return status >= 500 ? gettext("The server could not send this video.") : "";
    } catch {
      return LOST;
    }
  }
}
