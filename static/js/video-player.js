// One <video> and how it is played. It starts muted until somebody asks for sound, says in plain words when it cannot play,
// and gives its memory back when told. Of all players on a page at most one plays. Inside a <video-feed> the feed decides
// which; alone it plays while it is seen. Nothing begins by itself for who wants less motion or saves data, or with data-waits.

import { sound, speed } from "choices";
import { clock } from "clock";
import { Captions } from "player-captions";
import { listenToGestures } from "player-gestures";
import { Loading, saving } from "player-loading";
import "pop-menu"; // of the controls
import { WatchMeter } from "watch-meter";
import { gettext } from "words";

const SLOW = 400; // ms of waiting before it is shown
const VERY_SLOW = 8000; // and before it is said
const NOTED = 1600; // ms that a note stays
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let playing;

class VideoPlayer extends HTMLElement {
  video;
  #loading;
  #captions;
  #meter;
  #wanted = false;
  #timers = {};
  #observer;

  connectedCallback() {
    if (!this.video) this.#setUp();
    this.#captions.watch();
    this.#meter.watch();
    sound.addEventListener("change", this.#applySound);
    speed.addEventListener("change", this.#applySpeed);
    addEventListener("online", this.#backOnline);
    document.addEventListener("visibilitychange", this.#turned);
    if (!this.closest("video-feed")) this.#playWhileSeen();
  }

  disconnectedCallback() {
    sound.removeEventListener("change", this.#applySound);
    speed.removeEventListener("change", this.#applySpeed);
    removeEventListener("online", this.#backOnline);
    document.removeEventListener("visibilitychange", this.#turned);
    this.#observer?.disconnect();
    this.#captions.forget();
    this.#meter.forget();
    this.release();
  }

  // --- What a feed may ask for ---

  // Loads enough to begin at once. People who save data load nothing ahead.
  prepare() {
    if (!saving()) this.#loading.open();
  }

  // Plays, or where nothing shall begin by itself, says that it would.
  begin() {
    if (calm.matches || saving() || "waits" in this.dataset) this.#show("paused");
    else this.play();
  }

  async play() {
    if (playing !== this) playing?.pause();
    playing = this;
    this.#wanted = true;
    if (document.hidden) return;
    this.#applySound();
    if (!this.#loading.isOpen) return this.#load();
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
    if (playing === this) playing = undefined;
    this.#wanted = false;
    this.video.pause();
    if (this.dataset.state !== "failed") this.#show("idle");
  }

  release() {
    if (!this.#loading.isOpen) return;
    this.pause();
    this.#loading.close();
  }

  togglePlay() {
    if (this.video.paused) this.#playOnPurpose();
    else this.#rest();
  }

  toggleSound() {
    if (this.video.muted) this.#chosen();
    sound.value = this.video.muted ? "on" : "off";
    this.#note(this.video.muted ? gettext("Sound off") : gettext("Sound on"));
  }

  async togglePicture() {
    if (document.pictureInPictureElement === this.video) return document.exitPictureInPicture();
    this.#playOnPurpose();
    await this.video.requestPictureInPicture().catch(() => this.#note(gettext("Not possible for this video right now")));
  }

  // The whole page, so that the feed, its comments and messages stay in sight; iPhones know the video alone.
  toggleScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else if (document.fullscreenEnabled) document.documentElement.requestFullscreen().catch(() => {});
    else this.video.webkitEnterFullscreen?.();
  }

  seek(seconds) {
    const { video } = this;
    if (!video.duration) return;
    video.currentTime = Math.min(Math.max(0, video.currentTime + seconds), video.duration - 0.1);
    this.#progress();
    this.#note(this.querySelector(".player__time").textContent);
  }

  get isInPicture() {
    return document.pictureInPictureElement === this.video;
  }

  get isPlaying() {
    return this.#wanted;
  }

  // --- What is done ---

  #playOnPurpose() {
    this.#chosen();
    this.play();
  }

  #rest() {
    this.pause();
    this.#show("paused");
  }

  // Played on purpose, which tells more than that it began by itself.
  #chosen() {
    this.dispatchEvent(new CustomEvent("player:chosen", { bubbles: true }));
  }

  // The first tap on a silent video asks for its sound, the next ones pause and play. Returns how to take it back.
  #tap() {
    const { paused, muted } = this.video;
    if (paused || !muted) {
      this.togglePlay();
      return () => (paused ? this.#rest() : this.play());
    }
    this.#chosen();
    const { value } = sound;
    sound.value = "on";
    return () => {
      sound.value = value;
      this.#mute(true);
    };
  }

  #doubleTap(x, y) {
    this.dispatchEvent(new CustomEvent("player:double-tap", { bubbles: true, detail: { x, y } }));
  }

  #hold = () => {
    this.toggleAttribute("data-held", !this.video.paused);
    this.video.pause();
  };

  #letGo = () => {
    if (this.hasAttribute("data-held")) this.play();
    this.removeAttribute("data-held");
  };

  #retry() {
    this.#say("");
    this.play();
    this.querySelector(".player__tap").focus();
  }

  #backOnline = () => {
    if (this.dataset.state !== "failed") return;
    this.#say("");
    if (this.#wanted) this.play();
    else this.#show("idle");
  };

  // Out of sight it rests, unless in a window of its own.
  #turned = () => {
    if (!this.#wanted || this.isInPicture) return;
    if (document.hidden) this.video.pause();
    else this.play();
  };

  // What keys of the keyboard and small windows ask for.
  #playedFromOutside() {
    if (!this.video.paused && playing !== this) this.play();
  }

  #pausedFromOutside() {
    const { state } = this.dataset;
    if (state === "playing" && this.#wanted && this.video.paused && !document.hidden && !this.hasAttribute("data-held")) this.#rest();
  }

  #load() {
    this.#say("");
    this.#show("loading");
    this.#loading.open();
  }

  // --- Setting up ---

  #setUp() {
    this.video = this.querySelector("video");
    this.video.querySelectorAll("source").forEach((source) => source.remove());
    this.video.controls = false;
    this.append(document.querySelector("template.player-controls").content.cloneNode(true));
    this.#loading = new Loading(this.video, this.dataset, {
      ready: () => this.#wanted && this.play(),
      failed: (words) => this.#fail(words),
    });
    this.#captions = new Captions(this.video, this.querySelector("[data-act=captions]"));
    this.#meter = new WatchMeter(this.video, this.dataset);
    const shape = this.video.getAttribute("height") / this.video.getAttribute("width");
    if (shape >= 1.5) this.dataset.fit = "cover";
    this.#listen();
    this.#equip();
    this.#showTime(0, this.dataset.duration / 1000);
    this.#applySound();
    this.#applySpeed();
    this.#show("idle");
  }

  #listen() {
    const { video } = this;
    const on = (type, act) => video.addEventListener(type, act);
    on("canplay", () => this.#wanted && video.paused && !this.hasAttribute("data-held") && this.play());
    on("play", () => this.#playedFromOutside());
    on("pause", () => this.#pausedFromOutside());
    on("playing", () => this.#show("playing"));
    on("waiting", () => this.#wait());
    on("timeupdate", () => this.#progress());
    on("durationchange", () => this.#progress());
    listenToGestures(this.querySelector(".player__tap"), {
      tap: () => this.#tap(),
      doubleTap: (x, y) => this.#doubleTap(x, y),
      hold: this.#hold,
      release: this.#letGo,
    });
    this.querySelector(".player__sound").addEventListener("click", () => this.toggleSound());
    this.querySelector(".player__problem button").addEventListener("click", () => this.#retry());
    const seek = this.querySelector(".player__seek");
    seek.addEventListener("input", () => this.#seekTo(Number(seek.value)));
    seek.addEventListener("keydown", (event) => this.#seekByKey(event));
  }

  #equip() {
    const act = (name, possible, does) => {
      const button = this.querySelector(`[data-act=${name}]`);
      button.hidden = !possible;
      button.addEventListener("click", () => {
        const menu = button.closest("details");
        menu.open = false;
        menu.querySelector("summary").focus();
        does();
      });
    };
    act("picture", document.pictureInPictureEnabled, () => this.togglePicture());
    act("screen", document.fullscreenEnabled || this.video.webkitEnterFullscreen, () => this.toggleScreen());
    act("keys", document.querySelector("dialog.keys"), () => document.querySelector("dialog.keys").showModal());
    this.querySelector("[name=speed]").addEventListener("change", ({ target }) => {
      speed.value = target.value;
      this.#note(gettext("Speed %s", target.selectedOptions[0].textContent));
    });
  }

  // --- Time ---

  #seekTo(seconds) {
    if (this.video.duration) this.video.currentTime = Math.min(seconds, this.video.duration - 0.05);
    this.#progress(seconds);
  }

  #seekByKey(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageDown: -10, PageUp: 10 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    this.#seekTo(Math.max(0, this.video.currentTime + step));
  }

  #progress(at = this.video.currentTime) {
    const { duration } = this.video;
    if (!duration || !Number.isFinite(duration)) return;
    if (this.#hasNoPicture()) return this.#loading.next();
    if (!this.video.paused) this.#settle();
    this.#showTime(at, duration);
  }

  #showTime(at, duration) {
    const seek = this.querySelector(".player__seek");
    const words = gettext("%s of %s", clock(at), clock(duration));
    seek.max = duration;
    seek.value = at;
    seek.style.setProperty("--played", `${(at / duration) * 100}%`);
    if (seek.getAttribute("aria-valuetext") === words) return;
    seek.setAttribute("aria-valuetext", words);
    this.querySelector(".player__time").textContent = `${clock(at)} / ${clock(duration)}`;
  }

  // Sound without a picture means that this way of playing does not understand the file.
  #hasNoPicture() {
    const { currentTime, readyState, videoWidth, paused } = this.video;
    if (readyState < 2 || currentTime < 0.5 || paused || document.hidden || this.isInPicture) return false;
    return videoWidth === 0 || this.video.getVideoPlaybackQuality?.().totalVideoFrames === 0;
  }

  // --- What is shown ---

  #fail(words) {
    if (playing === this) playing = undefined;
    this.#show("failed");
    this.#say(words);
  }

  #wait() {
    this.#settle();
    this.#after("slow", SLOW, () => (this.dataset.waiting = ""));
    this.#after("verySlow", VERY_SLOW, () => this.#note(gettext("The connection is slow"), 60_000));
  }

  #settle() {
    if (this.dataset.waiting !== undefined && this.#timers.verySlow) this.#note("");
    clearTimeout(this.#timers.slow);
    clearTimeout(this.#timers.verySlow);
    delete this.dataset.waiting;
  }

  #after(name, ms, act) {
    clearTimeout(this.#timers[name]);
    this.#timers[name] = setTimeout(act, ms);
  }

  #show(state) {
    this.dataset.state = state;
    if (state === "loading") this.#wait();
    else this.#settle();
    this.querySelector(".player__tap").setAttribute("aria-label", state === "playing" ? gettext("Pause") : gettext("Play"));
  }

  #say(text) {
    const problem = this.querySelector(".player__problem");
    problem.hidden = !text;
    problem.querySelector("p").textContent = text;
  }

  #note(text, stay = NOTED) {
    const note = this.querySelector(".player__note");
    note.textContent = text;
    this.#after("note", stay, () => (note.textContent = ""));
  }

  #applySound = () => this.#mute(sound.value !== "on");

  #applySpeed = () => {
    this.video.defaultPlaybackRate = this.video.playbackRate = Number(speed.value);
    this.querySelector("[name=speed]").value = speed.value;
  };

  #mute(muted) {
    this.video.muted = muted;
    this.toggleAttribute("data-sound", !muted);
    this.querySelector(".player__sound").setAttribute("aria-label", muted ? gettext("Tap for sound") : gettext("Mute"));
  }

  #playWhileSeen() {
    this.#observer = new IntersectionObserver(([entry]) => (entry.isIntersecting ? this.begin() : this.pause()), { threshold: 0.5 });
    this.#observer.observe(this);
  }
}

customElements.define("video-player", VideoPlayer);
