// Shows notices while no page is open. It keeps nothing, fetches nothing and answers for no page.

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  let notice = { title: "Парта", body: "", path: "/", tag: "parta", lang: "ru" };
  try {
    notice = { ...notice, ...event.data.json() };
  } catch {
    // A browser demands that something is shown for every push: then the name alone.
  }
  // The same tag takes the place of what is shown: a notice that came twice is seen once.
  event.waitUntil(
    self.registration.showNotification(notice.title, {
      body: notice.body,
      tag: notice.tag,
      lang: notice.lang,
      data: notice.path,
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const path = String(event.notification.data ?? "/");
  const target = new URL(path.startsWith("/") ? path : "/", self.location.origin);
  if (target.origin !== self.location.origin) return;
  event.waitUntil(
    self.clients.matchAll({ type: "window", includeUncontrolled: true }).then(async (open) => {
      for (const page of open) {
        if (page.url === target.href) return page.focus();
      }
      return self.clients.openWindow(target.href);
    }),
  );
});
