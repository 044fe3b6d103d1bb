// Pieces of HTML from the server, for the elements that fetch by themselves. Throws when there is no good answer.

const PATIENCE = 10_000; // ms

export async function fetchFragment(url) {
  const response = await fetch(url, {
    headers: { "HX-Request": "true", Accept: "text/html" },
    credentials: "same-origin",
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return parse(await response.text());
}

export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

// htmx does not see what it did not swap in itself.
export function enliven(element) {
  globalThis.htmx?.process(element);
}

export function toast(text, level = "info") {
  document.dispatchEvent(new CustomEvent("toast", { detail: { text, level } }));
}
