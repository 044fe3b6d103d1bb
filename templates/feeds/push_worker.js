// Shows pushes while no page is open. A repeated message has the tag of the first and replaces it without a sound.

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const { title, body, url, tag, icon } = event.data.json();
  event.waitUntil(self.registration.showNotification(title, { body, tag, icon, data: { url } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(new URL(event.notification.data.url, self.location.origin).href));
});

// A tab that shows it already comes to the front; no other tab is led away from what it shows.
async function show(url) {
  const tabs = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const tab = tabs.find((each) => each.url === url);
  await (tab ? tab.focus() : self.clients.openWindow(url));
}

// The browser changed its address: the site learns the new one.
self.addEventListener("pushsubscriptionchange", (event) => {
  if (event.oldSubscription) event.waitUntil(renew(event.oldSubscription, event.newSubscription));
});

async function renew(former, given) {
  const fresh = given ?? (await self.registration.pushManager.subscribe(former.options));
  const { endpoint, keys } = fresh.toJSON();
  const body = new URLSearchParams({ former: former.endpoint, endpoint, ...keys });
  await fetch("/push/renew/", { method: "POST", body });
}
