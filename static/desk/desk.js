// unfold has no landmark for the page's own part: screen readers jump to it.
document.addEventListener("DOMContentLoaded", () => document.getElementById("main")?.setAttribute("role", "main"));

// A page that reads itself anew says when it could not.
document.addEventListener("htmx:afterRequest", (event) => {
  const words = document.getElementById("not-read");
  if (words) words.hidden = Boolean(event.detail.successful);
});
