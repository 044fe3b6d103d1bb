// One choice for all videos: with or without sound. Remembered; other tabs hear of it.

const KEY = "sound";
export const sound = new (class extends EventTarget {
  get on() {
    return localStorage.getItem(KEY) === "on";
  }

  set on(value) {
    localStorage.setItem(KEY, value ? "on" : "off");
    this.dispatchEvent(new Event("change"));
  }
})();

addEventListener("storage", ({ key }) => {
  if (key === KEY) sound.dispatchEvent(new Event("change"));
});
