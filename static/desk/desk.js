document.addEventListener("DOMContentLoaded", () => {
  // unfold has no landmark for the page's own part: screen readers jump to it.
  document.getElementById("main")?.setAttribute("role", "main");
  document.querySelectorAll("video[data-hls]").forEach(playWhole);
});

// Browsers that play no HLS themselves would show the preview of some seconds: nothing to decide by.
async function playWhole(video) {
  if (video.canPlayType("application/vnd.apple.mpegurl")) return;
  const { default: Hls } = await import(video.dataset.player);
  if (!Hls.isSupported()) return;
  const hls = new Hls({ autoStartLoad: false, enableWorker: false });
  hls.loadSource(video.dataset.hls);
  hls.attachMedia(video);
  video.addEventListener("play", () => hls.startLoad(), { once: true });
}

// A page that reads itself anew says when it could not.
document.addEventListener("htmx:afterRequest", (event) => {
  const words = document.getElementById("not-read");
  if (words) words.hidden = Boolean(event.detail.successful);
});
