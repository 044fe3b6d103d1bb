// One <video> and how it is played: the browser's own HLS first, then hls.js, then the small preview file. It starts
// muted until somebody asks for sound, says in plain words when it cannot play, and gives its memory back when told.
// Inside a <video-feed> the feed decides who plays; alone it plays while it is seen.

import { sound } from "sound";
import { WatchMeter } from "watch-meter";

const HLS = "application/vnd.apple.mpegurl";
const BUFFER = { maxBufferLength: 12, maxMaxBufferLength: 30, backBufferLength: 10, capLevelToPlayerSize: true, enableWorker: false };
const SLOW = 400; // ms of waiting before it is shown
const saving = () => navigator.connection?.saveData ?? false;

class VideoPlayer extends HTMLElement {
  video;
  #ways = [];
  #way = -1; // index of the one in use; -1: nothing is loaded
  #hls;
  #wanted = false;
  #position = 0;
  #meter;
  #slow;
  #observer;

  connectedCallback() {
    if (!this.video) this.#setUp();
    addEventListener("pagehide", this.#report);
    document.addEventListener("visibilitychange", this.#report);
    sound.addEventListener("change", this.#applySound);
    if (!this.closest("video-feed")) this.#playWhileSeen();
  }

  disconnectedCallback() {
    removeEventListener("pagehide", this.#report);
    document.removeEventListener("visibilitychange", this.#report);
    sound.removeEventListener("change", this.#applySound);
    this.#observer?.disconnect();
    this.release();
  }

  // --- What a feed may ask for ---

  // Loads enough to begin at once. People who save data load nothing ahead.
  prepare() {
    if (this.#way < 0 && !saving()) this.#open(0);
  }

  async play() {
    this.#wanted = true;
    this.#applySound();
    if (this.#way < 0) return this.#open(0);
    try {
      await this.video.play();
    } catch (error) {
      if (error.name !== "NotAllowedError" || !this.#wanted) return;
      if (this.video.muted) return this.#show("paused");
      this.#mute(true); // the browser wants a tap before it plays sound; the choice stays
      this.video.play().catch(() => this.#show("paused"));
    }
  }

  pause() {
    this.#wanted = false;
    this.video.pause();
    this.#meter.report();
    if (this.dataset.state === "playing") this.#show("idle");
  }

  release() {
    if (this.#way < 0) return;
    this.pause();
    this.#position = this.video.currentTime;
    this.#close();
    this.#way = -1;
    this.#show("idle");
  }

  togglePlay() {
    if (this.video.paused) {
      this.#chosen();
      this.play();
    } else {
      this.pause();
      this.#show("paused");
    }
  }

  toggleSound() {
    if (this.video.muted) this.#chosen();
    sound.on = this.video.muted;
  }

  // Played on purpose, which tells more than that it began by itself.
  #chosen() {
    this.dispatchEvent(new CustomEvent("player:chosen", { bubbles: true }));
  }

  // --- Loading ---

  async #open(way) {
    this.#close();
    this.#way = way;
    if (way >= this.#ways.length) return this.#fail();
    this.#say("");
    this.#show("loading");
    try {
      await this.#ways[way](way);
    } catch {
      this.#failedOn(way);
    }
  }

  #close() {
    this.#hls?.destroy();
    this.#hls = undefined;
    clearTimeout(this.#slow);
    delete this.dataset.waiting;
    if (!this.video.hasAttribute("src")) return;
    this.video.removeAttribute("src");
    this.video.load();
  }

  #failedOn(way) {
    if (way === this.#way) this.#open(way + 1);
  }

  #findWays() {
    const { hls, preview } = this.dataset;
    const file = (url) => () => {
      this.video.src = url;
      this.#start();
    };
    const ways = [];
    if (hls && this.video.canPlayType(HLS)) ways.push(file(hls));
    if (hls && "MediaSource" in globalThis) ways.push((way) => this.#openHls(hls, way));
    if (preview) ways.push(file(preview));
    return ways;
  }

  async #openHls(url, way) {
    const { default: Hls } = await import("hls");
    if (this.#way !== way) return;
    if (!Hls.isSupported()) throw new Error("no Media Source Extensions");
    const hls = new Hls({ ...BUFFER, ...(saving() && { startLevel: 0, autoLevelCapping: 0 }) });
    let recovered = false;
    hls.on(Hls.Events.ERROR, (_, { fatal, type }) => {
      if (!fatal || this.#hls !== hls) return;
      if (type !== Hls.ErrorTypes.MEDIA_ERROR || recovered) return this.#failedOn(way);
      recovered = true;
      hls.recoverMediaError();
    });
    hls.loadSource(url);
    hls.attachMedia(this.video);
    this.#hls = hls;
    this.#start();
  }

  #start() {
    this.video.preload = "auto";
    if (this.#wanted) this.play();
  }

  #fail() {
    this.#wanted = false;
    this.#show("failed");
    this.#say(navigator.onLine ? "This video could not be played." : "You are offline. This video is not loaded yet.");
  }

  // --- What is shown ---

  #setUp() {
    this.video = this.querySelector("video");
    this.video.querySelectorAll("source").forEach((source) => source.remove());
    this.video.controls = false;
    this.#ways = this.#findWays();
    this.#meter = new WatchMeter(this.video, this.dataset);
    const shape = this.video.getAttribute("height") / this.video.getAttribute("width");
    if (shape >= 1.5) this.dataset.fit = "cover";
    this.#listen();
    this.#applySound();
    this.#show("idle");
  }

  #listen() {
    const { video } = this;
    const on = (type, act) => video.addEventListener(type, act);
    on("loadedmetadata", () => this.#position && (video.currentTime = this.#position));
    on("canplay", () => this.#wanted && video.paused && this.play());
    on("playing", () => this.#show("playing"));
    on("waiting", () => this.#wait());
    on("timeupdate", () => this.#progress());
    on("error", () => video.hasAttribute("src") && !this.#hls && this.#failedOn(this.#way));
    this.querySelector(".player__tap").addEventListener("click", () => this.#tap());
    this.querySelector(".player__sound").addEventListener("click", () => this.toggleSound());
    this.querySelector(".player__problem button").addEventListener("click", () => this.#retry());
    const seek = this.querySelector(".player__seek");
    seek.addEventListener("input", () => {
      if (video.duration) video.currentTime = (seek.value / 1000) * video.duration;
      this.#progress();
    });
  }

  // The first tap on a silent video asks for its sound, the next ones pause and play.
  #tap() {
    if (this.video.paused || !this.video.muted) return this.togglePlay();
    this.#chosen();
    if (sound.on) this.#mute(false);
    else sound.on = true;
  }

  #retry() {
    this.#way = -1;
    this.#say("");
    this.play();
  }

  #progress() {
    const { currentTime, duration, videoWidth, readyState } = this.video;
    if (!duration || !Number.isFinite(duration)) return;
    clearTimeout(this.#slow);
    delete this.dataset.waiting;
    // Sound without a picture means that this way of playing does not understand the file.
    if (readyState >= 2 && currentTime > 0.3 && videoWidth === 0) return this.#failedOn(this.#way);
    const seek = this.querySelector(".player__seek");
    seek.value = (currentTime / duration) * 1000;
    seek.style.setProperty("--played", `${(currentTime / duration) * 100}%`);
    seek.setAttribute("aria-valuetext", `${clock(currentTime)} of ${clock(duration)}`);
  }

  #wait() {
    clearTimeout(this.#slow);
    this.#slow = setTimeout(() => (this.dataset.waiting = ""), SLOW);
  }

  #show(state) {
    this.dataset.state = state;
    if (state === "loading") this.#wait();
    if (state === "playing" || state === "idle" || state === "failed") {
      clearTimeout(this.#slow);
      delete this.dataset.waiting;
    }
    this.querySelector(".player__tap").setAttribute("aria-label", state === "playing" ? "Pause" : "Play");
  }

  #say(text) {
    const problem = this.querySelector(".player__problem");
    problem.hidden = !text;
    problem.querySelector("p").textContent = text;
  }

  #applySound = () => this.#mute(!sound.on);

  #mute(muted) {
    this.video.muted = muted;
    this.toggleAttribute("data-sound", !muted);
    this.querySelector(".player__sound").setAttribute("aria-label", muted ? "Tap for sound" : "Mute");
  }

  #report = () => this.#meter.report();

  #playWhileSeen() {
    this.#observer = new IntersectionObserver(([entry]) => (entry.isIntersecting && !saving() ? this.play() : this.pause()), { threshold: 0.5 });
    this.#observer.observe(this);
  }
}

function clock(seconds) {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}

customElements.define("video-player", VideoPlayer);
