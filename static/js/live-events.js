// Hints from the server about what changed elsewhere, as events on the document: "live:relation" and so on, with what
// was said as detail. A hint is never the truth: whoever hears one asks. "live:connected" says { missed: true } where
// hints may have been lost before it.
//
// One tab of a browser holds the stream and shares it with the others, for a browser has six connections to a host. It is
// the one that was shown last: those in the background may be put to sleep, lock in hand. Where there are no locks (an
// address without TLS), each tab has a stream of its own.

const SLACK = 1000; // ms that clocks, tabs and requests may be apart
const SILENCE = 45_000; // ms without the server's beat after which a stream is dead
const PAUSE = 1000; // ms before the first attempt to connect again
const LONG_PAUSE = 5000; // the same, where it never succeeded: a site may have no event streams
const LONGEST_PAUSE = 300_000;

class LiveEvents extends HTMLElement {
  #known = performance.timeOrigin; // up to then this page has missed nothing
  #current = false; // what is heard continues what is known
  #open = false;
  #tabs;

  // Of the tab that holds the stream:
  #pause = LONG_PAUSE;
  #source;
  #timer;
  #turn;

  connectedCallback() {
    this.#enter();
    addEventListener("pagehide", this.#leave); // an open stream would keep the page out of the browser's Back cache
    addEventListener("pageshow", this.#enter);
    addEventListener("online", this.#hurry);
    document.addEventListener("visibilitychange", this.#shown);
  }

  disconnectedCallback() {
    this.#leave();
    removeEventListener("pagehide", this.#leave);
    removeEventListener("pageshow", this.#enter);
    removeEventListener("online", this.#hurry);
    document.removeEventListener("visibilitychange", this.#shown);
  }

  get #name() {
    return `live ${this.dataset.account}`;
  }

  #enter = () => {
    if (this.#open) return;
    this.#open = true;
    if (!navigator.locks) return this.#connect();
    this.#tabs = new BroadcastChannel(this.#name);
    this.#tabs.onmessage = ({ data }) => this.#hear(data);
    this.#lead({ steal: true });
  };

  #leave = () => {
    this.#open = false;
    this.#current = false;
    this.#turn?.abort();
    this.#turn = undefined;
    this.#disconnect();
    this.#tabs?.close();
  };

  #shown = () => {
    if (navigator.locks) this.#lead({ steal: true });
  };

  #lead({ steal }) {
    const leading = this.#timer !== undefined;
    if (!this.#open || leading || document.hidden) return;
    this.#turn?.abort();
    const turn = (this.#turn = new AbortController());
    const hold = () =>
      new Promise((release) => {
        turn.signal.addEventListener("abort", release);
        this.#connect();
      });
    navigator.locks.request(this.#name, steal ? { steal } : { signal: turn.signal }, hold).catch(() => {
      if (turn !== this.#turn) return; // the page was left, or asked again
      this.#disconnect();
      this.#lead({ steal: false });
    });
  }

  #hear({ kind, ...detail }) {
    if (kind === "connected") {
      detail = { missed: detail.since > this.#known };
      this.#current = true;
    }
    if (this.#current) this.#known = Date.now();
    if (kind !== "beat") document.dispatchEvent(new CustomEvent(`live:${kind}`, { detail }));
  }

  #connect = () => {
    this.#disconnect();
    const url = new URL(this.dataset.url, location.href);
    if (this.dataset.port) url.port = this.dataset.port;
    const known = this.#known - SLACK;
    const asked = Date.now();
    url.searchParams.set("age", Math.round(asked - known)); // the server counts it from when it hears of it
    this.#source = new EventSource(url, { withCredentials: true });
    this.#source.onmessage = ({ data }) => this.#pass(JSON.parse(data), known, asked);
    this.#source.onerror = this.#retry;
    this.#timer = setTimeout(this.#retry, SILENCE);
  };

  #disconnect() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#source?.close();
    this.#source = undefined;
  }

  // Not left to the browser: it would repeat the first address, and give up where a proxy answers for the server.
  #retry = () => {
    this.#disconnect();
    this.#timer = setTimeout(this.#connect, this.#pause * (0.5 + Math.random())); // not everybody at once
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  };

  #hurry = () => {
    if (this.#timer !== undefined) this.#connect();
  };

  #pass(event, known, asked) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#retry, SILENCE);
    if (event.kind === "connected") {
      this.#pause = PAUSE;
      const slow = Date.now() - asked > SLACK;
      event = { kind: "connected", since: event.missed || slow ? Infinity : known };
    }
    this.#tabs?.postMessage(event);
    this.#hear(event);
  }
}

customElements.define("live-events", LiveEvents);
