// Hints from the server about what changed elsewhere, as events on the document: "live:relation" and so on, with what
// was said as detail. A hint is never the truth: whoever hears one asks. "live:connected" says { missed: true } where
// hints may have been lost before it.
//
// One tab of a browser holds the stream and shares it with the others, for a browser has six connections to a host.
// Where it has no locks (an address without TLS), each tab holds its own.

const REMEMBERED = 30_000; // ms for which what was told is kept for tabs that open meanwhile
const SLACK = 1000; // ms that clocks, tabs and requests may be apart
const SILENCE = 45_000; // ms without the server's beat after which a stream is dead
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 300_000; // a site without event streams is asked rarely

class LiveEvents extends HTMLElement {
  #known = performance.timeOrigin; // up to then this page has missed nothing
  #current = false; // what is heard continues what is known
  #leaving;
  #tabs;

  // Of the tab that holds the stream:
  #complete = Infinity; // since then the stream has told everything
  #pause = FIRST_PAUSE;
  #source;
  #timer;
  #told = [];

  connectedCallback() {
    this.#open();
    addEventListener("pagehide", this.#close); // an open stream would keep the page out of the browser's Back cache
    addEventListener("pageshow", this.#open);
    addEventListener("online", this.#hurry);
  }

  disconnectedCallback() {
    this.#close();
    removeEventListener("pagehide", this.#close);
    removeEventListener("pageshow", this.#open);
    removeEventListener("online", this.#hurry);
  }

  #open = () => {
    if (this.#leaving) return;
    const { signal } = (this.#leaving = new AbortController());
    if (!navigator.locks) return this.#connect();
    const name = `live ${this.dataset.account}`;
    this.#tabs = new BroadcastChannel(name);
    this.#tabs.onmessage = ({ data }) => (data.asks ? this.#answer(data.asks) : this.#hear(data));
    this.#tabs.postMessage({ asks: this.#known });
    const hold = () =>
      new Promise((release) => {
        signal.addEventListener("abort", release);
        this.#connect();
      });
    navigator.locks.request(name, { signal }, hold).catch(() => {}); // left before it was this tab's turn
  };

  #close = () => {
    this.#leaving?.abort();
    this.#leaving = undefined;
    this.#disconnect();
    this.#tabs?.close();
    this.#current = false;
  };

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
    url.searchParams.set("age", Math.round(Date.now() - known));
    this.#source = new EventSource(url, { withCredentials: true });
    this.#source.onmessage = ({ data }) => this.#pass(JSON.parse(data), known);
    this.#source.onerror = this.#retry;
    this.#timer = setTimeout(this.#retry, SILENCE);
  };

  #disconnect() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#source?.close();
    this.#source = undefined;
    this.#complete = Infinity;
    this.#told = [];
  }

  // Not left to the browser: it would repeat the first address, and give up where a proxy answers for the server.
  #retry = () => {
    this.#disconnect();
    this.#timer = setTimeout(this.#connect, this.#pause * (0.5 + Math.random())); // not everybody at once
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  };

  #hurry = () => {
    if (this.#timer) this.#connect();
  };

  #pass(event, known) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#retry, SILENCE);
    const now = Date.now();
    if (event.kind === "connected") {
      this.#pause = FIRST_PAUSE;
      this.#complete = event.missed ? now : known;
      event = { kind: "connected", since: event.missed ? Infinity : known };
    }
    this.#told = [...this.#told.filter(({ at }) => at > now - REMEMBERED), { at: now, event }];
    this.#tabs?.postMessage(event);
    this.#hear(event);
  }

  // Another tab opened: what was told while it loaded.
  #answer(known) {
    if (this.#complete === Infinity) return; // it hears when the stream is there
    const kept = Date.now() - REMEMBERED;
    this.#tabs.postMessage({ kind: "connected", since: Math.max(this.#complete, kept) });
    for (const { at, event } of this.#told) {
      if (at > known - SLACK && event.kind !== "connected") this.#tabs.postMessage(event);
    }
  }
}

customElements.define("live-events", LiveEvents);
