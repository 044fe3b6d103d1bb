// Loads a custom element's module when a page, or what htmx swapped into it, first uses it. Knows no behaviour.

const ELEMENTS = [
  "comment-sheet",
  "confirm-dialog",
  "follow-button",
  "pop-menu",
  "processing-status",
  "relative-time",
  "theme-switch",
  "toast-stack",
  "upload-form",
  "video-feed",
  "video-player",
];

const wanted = new Set(ELEMENTS);

function load(root) {
  for (const name of wanted) {
    if (root.matches?.(name) || root.querySelector(name)) {
      wanted.delete(name);
      import(name);
    }
  }
}

load(document);
document.addEventListener("htmx:load", (event) => load(event.target));
