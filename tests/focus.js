// Brings the focus to whatever takes it, one after the other: what does not show it there, and what is wholly covered.
(within) => {
  const TAKES = "a[href], button, input, select, textarea, summary, video[controls], [tabindex]";
  const looks = (element) =>
    [undefined, "::before", "::after"]
      .map((part) => getComputedStyle(element, part))
      .map(({ outline, outlineStyle, boxShadow }) => `${outlineStyle === "none" ? "" : outline} ${boxShadow}`)
      .join();
  const around = (element) => [element, ...(element.labels ?? []), element.firstElementChild, element.parentElement];
  const ring = (element) => around(element).map((each) => (each ? looks(each) : "")).join();

  function isSeen(element) {
    const shown = element.offsetWidth < 4 ? (element.labels?.[0] ?? element) : element;
    return [...shown.getClientRects()].some(({ left, right, top, bottom }) =>
      [0.1, 0.5, 0.9].some((down) =>
        [0.1, 0.5, 0.9].some((along) => {
          const [from, to] = [Math.max(top, 0), Math.min(bottom, innerHeight)];
          const there = document.elementFromPoint(left + along * (right - left), from + down * (to - from));
          return there && (shown.contains(there) || there.contains(shown) && there !== document.documentElement && there !== document.body);
        }),
      ),
    );
  }

  const takers = [...document.querySelectorAll(TAKES)].filter(
    (element) => element.tabIndex >= 0 && !element.disabled && element.closest(within),
  );
  document.activeElement.blur();
  const before = new Map(takers.map((element) => [element, ring(element)]));
  const found = [];
  for (const element of takers) {
    element.focus({ focusVisible: true });
    if (document.activeElement !== element) continue; // not shown, or behind a dialog
    const words = element.outerHTML.slice(0, 120).replace(/\s+/g, " ");
    if (ring(element) === before.get(element)) found.push(`focus does not show: ${words}`);
    if (!isSeen(element)) found.push(`focus is covered: ${words}`);
  }
  document.activeElement.blur();
  return found;
}
