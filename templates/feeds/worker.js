// Stands for every page of the site. Without a network it answers with one page that says so; it keeps that page, what it
// is drawn with, and nothing else: no page of anybody, no answer of the API, no video.

const SHELL = "shell-{{ version }}";
const ADDRESSES = {{ addresses|safe }}.map((address) => new URL(address, self.location.origin).href);
const [OFFLINE] = ADDRESSES;

self.addEventListener("install", (event) => {
  event.waitUntil(keep());
  self.skipWaiting();
});

// As somebody who is not logged in would get it.
async function keep() {
  const shell = await caches.open(SHELL);
  await shell.addAll(ADDRESSES.map((address) => new Request(address, { credentials: "omit", cache: "no-cache" })));
}

self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

async function takeOver() {
  const former = (await caches.keys()).filter((name) => name !== SHELL);
  await Promise.all(former.map((name) => caches.delete(name)));
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate" && request.method === "GET") event.respondWith(visit(event));
  else if (request.method === "POST" && new URL(request.url).pathname === "{{ shared }}") event.respondWith(takeShared(request));
  else if (ADDRESSES.includes(request.url)) event.respondWith(fetch(request).catch(() => kept(request.url)));
});

async function visit({ request, preloadResponse }) {
  try {
    return (await preloadResponse) ?? (await fetch(request));
  } catch {
    return kept(OFFLINE);
  }
}

async function kept(address) {
  return (await (await caches.open(SHELL)).match(address)) ?? Response.error();
}

// A video that another app shares waits here, in memory, until the upload page asks for it.
let shared;

async function takeShared(request) {
  const given = await request.formData();
  shared = { file: given.get("file"), text: given.get("text") ?? "" };
  return Response.redirect("{{ upload }}#shared", 303);
}

self.addEventListener("message", ({ data, ports: [port] }) => {
  if (data !== "shared" || !port) return;
  port.postMessage(shared ?? null);
  shared = undefined;
});

// --- Push: a repeated message has the tag of the first and replaces it without a sound. ---

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
