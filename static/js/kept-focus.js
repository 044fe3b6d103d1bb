// Where the focus goes when htmx swaps what it is in, and nothing new has the same id: to the control that says the same,
// behind "Show more" to the first of what came, else to the first control of what stands in that place now.

const CONTROLS = "a[href], button, summary, input:not([type=hidden]), [tabindex]";

const said = (control) => control.getAttribute("aria-label") ?? control.textContent.trim();

function shown(within) {
  return [within, ...within.querySelectorAll(CONTROLS)].filter((each) => each.matches(CONTROLS) && each.checkVisibility());
}

document.addEventListener("htmx:beforeSwap", ({ detail: { target, shouldSwap } }) => {
  const focused = document.activeElement;
  if (!shouldSwap || focused === document.body || !target.contains(focused)) return;
  const { parentElement, previousElementSibling } = target;
  const words = target.matches(".more, .feed__next") ? undefined : said(focused);

  function goOn() {
    if (document.activeElement !== document.body) return;
    const came = target.isConnected ? target : (previousElementSibling?.nextElementSibling ?? parentElement.firstElementChild);
    const controls = shown(came ?? parentElement);
    const next = controls.find((each) => said(each) === words) ?? controls[0] ?? shown(parentElement)[0];
    (next ?? document.getElementById("main")).focus({ preventScroll: true });
  }

  document.addEventListener("htmx:afterOnLoad", goOn, { once: true });
});
