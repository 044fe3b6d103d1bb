// The video that another app shared with the installed site, which the service worker holds: { file, text }, or null.

const PATIENCE = 3000; // ms; a worker that was stopped meanwhile has forgotten it

export async function sharedFile() {
  if (location.hash !== "#shared" || !navigator.serviceWorker) return null;
  history.replaceState(history.state, "", location.pathname + location.search);
  const { active } = await navigator.serviceWorker.ready;
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data);
    setTimeout(() => resolve(null), PATIENCE);
    active.postMessage("shared", [port2]);
  });
}
