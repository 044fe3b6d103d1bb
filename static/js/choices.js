// What somebody chose for all videos: with sound, with captions, how fast; and whether letters are keys. Kept; other tabs
// hear of what is kept for good. Where the browser keeps nothing, as in the frames of other sites, a choice lasts as long
// as the page.

class Choice extends EventTarget {
  #key;
  #otherwise;
  #kept;

  constructor(key, otherwise, place = "localStorage") {
    super();
    this.#key = key;
    this.#otherwise = otherwise;
    this.#kept = storage(place);
    addEventListener("storage", (event) => event.key === key && event.storageArea === this.#kept && this.#changed());
  }

  get value() {
    return this.#kept?.getItem(this.#key) ?? this.#otherwise;
  }

  set value(value) {
    try {
      this.#kept.setItem(this.#key, value);
    } catch {
      this.#kept = undefined;
      this.#otherwise = value;
    }
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

function storage(place) {
  try {
    return globalThis[place];
  } catch {
    return undefined;
  }
}

export const sound = new Choice("sound", "off");
export const captions = new Choice("captions", "system"); // until somebody chooses, as the system's settings ask
export const letterKeys = new Choice("letter-keys", "on");
export const speed = new Choice("speed", "1", "sessionStorage");
