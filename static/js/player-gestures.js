// What fingers and mice do on a video. A tap acts at once; when a second one follows it was a double tap, and what the first
// did is taken back. Holding lasts as long as the finger stays; moving away scrolls. Keys tap.

const TWICE = 300; // ms between two taps
const NEAR = 48; // px
const HOLD = 400; // ms

// tap() returns how to take it back. doubleTap(x, y), hold() and release() return nothing.
export function listenToGestures(button, { tap, doubleTap, hold, release }) {
  let down, timer, held, last, undo;

  const far = ({ clientX, clientY }, from) => Math.hypot(clientX - from.clientX, clientY - from.clientY) > NEAR;

  const begin = (event) => {
    if (!event.isPrimary || event.button) return;
    down = event;
    held = false;
    timer = setTimeout(() => {
      held = true;
      hold();
    }, HOLD);
  };

  const end = ({ type }) => {
    clearTimeout(timer);
    if (held && down) release();
    if (down && type !== "pointerup") held = false; // no click follows
    down = undefined;
  };

  const click = (event) => {
    if (held) return (held = false);
    if (!event.detail) return tap(); // a key
    const again = last && event.timeStamp - last.timeStamp < TWICE && !far(event, last);
    if (again) {
      undo?.();
      undo = undefined;
      doubleTap(event.clientX, event.clientY);
    } else {
      undo = tap();
    }
    last = event;
  };

  button.addEventListener("pointerdown", begin);
  for (const type of ["pointerup", "pointercancel", "pointerleave"]) button.addEventListener(type, end);
  button.addEventListener("pointermove", (event) => down && far(event, down) && clearTimeout(timer));
  button.addEventListener("click", click);
  button.addEventListener("contextmenu", (event) => (down || held) && event.preventDefault());
}
