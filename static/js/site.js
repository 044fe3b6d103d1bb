// Loads a custom element's module when a page, or what htmx swapped into it, first uses it. Knows no behaviour.

const ELEMENTS = [
  "comment-sheet",
  "confirm-dialog",
  "cover-chooser",
  "figure-chart",
  "follow-button",
  "follow-manager",
  "live-events",
  "new-videos",
  "pop-menu",
  "processing-status",
  "saved-choices",
  "search-box",
  "push-device",
  "seen-cards",
  "share-link",
  "text-complete",
  "theme-switch",
  "toast-stack",
  "unread-badge",
  "upload-camera",
  "upload-clip",
  "upload-form",
  "video-feed",
  "video-player",
  "video-previews",
];

const wanted = new Set(ELEMENTS);

function load(root) {
  for (const name of wanted) {
    if (root.matches?.(name) || root.querySelector(name)) {
      wanted.delete(name);
      import(name).catch(() => wanted.add(name)); // the connection was lost: once more when it is back
    }
  }
}

load(document);
document.addEventListener("htmx:load", (event) => load(event.target));
addEventListener("online", () => load(document));

// Once somebody uses the page, and not before: who passes by spends nothing on it.
// The site as an app, with a page for when there is no network (templates/feeds/worker.js); and the zone of this browser, in
// which pages write and read times (socialvideo/lib/zones.py). Asking for it the first time takes longer than all else here.
function settle() {
  import("kept-focus").catch(() => undefined);
  navigator.serviceWorker?.register("/sw.js").catch(() => undefined);
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  document.cookie = `zone=${timeZone}; path=/; max-age=31536000; samesite=lax`;
}

for (const use of ["pointerdown", "keydown"]) addEventListener(use, settle, { once: true });
