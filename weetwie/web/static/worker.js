// Behind the pages: what they are made of, and the last home timeline, are there without a network, too.
// `SHELL` and `VERSION` are written above this line when it is served.

const SHELL_CACHE = `shell-${VERSION}`;
const PAGES_CACHE = "pages";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL_CACHE).then((cache) => cache.addAll(SHELL)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name !== SHELL_CACHE && name !== PAGES_CACHE;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin) return;
  // Whoever signs out leaves nothing behind on this device.
  if (pathname === "/auth/sign_out" && request.method === "POST") event.waitUntil(caches.delete(PAGES_CACHE));
  if (request.method !== "GET") return;
  if (pathname.startsWith("/static/")) event.respondWith(kept(request));
  else if (request.mode === "navigate") event.respondWith(page(request, pathname));
});

async function kept(request) {
  return (await caches.match(request)) || fetch(request);
}

async function page(request, pathname) {
  try {
    const answer = await fetch(request);
    if (pathname === "/" && answer.ok && answer.headers.get("x-weetwie-page") === "home") {
      const copy = answer.clone();
      caches.open(PAGES_CACHE).then((cache) => cache.put("/", copy));
    }
    return answer;
  } catch (error) {
    const cache = await caches.open(PAGES_CACHE);
    const found = pathname === "/" && (await cache.match("/"));
    return found || (await caches.match("/offline")) || Promise.reject(error);
  }
}

// Being told: what a push says is shown at once, and leads to the notifications.
self.addEventListener("push", (event) => {
  const told = event.data?.json() ?? {};
  if (!told.title) return;
  const shown = { body: told.body, icon: told.icon, tag: told.notification_id, lang: told.preferred_locale };
  event.waitUntil(self.registration.showNotification(told.title, shown));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(
    self.clients.matchAll({ type: "window" }).then((open) => {
      const page = open.find((one) => "focus" in one);
      return page ? page.focus().then((one) => one.navigate("/notifications")) : self.clients.openWindow("/notifications");
    }),
  );
});
