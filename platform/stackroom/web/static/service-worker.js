// Keeps the hashed assets, which never change under one name, and nothing else: no page and no
// answer of the API may outlive a sign-out.
const CACHE = "assets-1";
const MOST = 60; // older releases leave files behind
const HASHED = /^\/static\/dist\/assets\//;

async function cached(request) {
  const cache = await caches.open(CACHE);
  const known = await cache.match(request);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) await keep(cache, request, answer.clone());
  return answer;
}

async function keep(cache, request, answer) {
  await cache.put(request, answer);
  const oldestFirst = await cache.keys();
  const surplus = oldestFirst.slice(0, Math.max(0, oldestFirst.length - MOST));
  await Promise.all(surplus.map((one) => cache.delete(one)));
}

async function dropOtherCaches() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
}

self.addEventListener("activate", (event) => event.waitUntil(dropOtherCaches()));
self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method === "GET" && origin === location.origin && HASHED.test(pathname)) {
    event.respondWith(cached(event.request));
  }
});
