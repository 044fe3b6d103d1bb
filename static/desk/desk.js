// unfold has no landmark for the page's own part: screen readers jump to it.
document.addEventListener("DOMContentLoaded", () => document.getElementById("main")?.setAttribute("role", "main"));
