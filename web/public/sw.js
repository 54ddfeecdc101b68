/*
 * Keeps what the app is made of at hand: files with a hash in their name are taken from here and never asked for again, a page is asked for first
 * and taken from here only when nothing answers. Nothing of the API is ever kept: it is patients' data.
 */
const CACHE = "horario-1";
const ASSETS = "/static/assets/";
const SHELLS = ["/app", "/console"];
/** Beyond this the oldest files go: those of versions nobody runs any more. */
const MOST = 200;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(tidy()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith(ASSETS)) event.respondWith(kept(request));
  const shell = request.mode === "navigate" && SHELLS.find((base) => url.pathname === base || url.pathname.startsWith(`${base}/`));
  if (shell) event.respondWith(fresh(request, shell));
});

async function kept(request) {
  const cache = await caches.open(CACHE);
  const found = await cache.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) {
    await cache.put(request, answer.clone());
    await forgetOldest(cache);
  }
  return answer;
}

async function fresh(request, shell) {
  const cache = await caches.open(CACHE);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(shell, answer.clone());
    return answer;
  } catch (error) {
    const found = await cache.match(shell);
    if (found) return found;
    throw error;
  }
}

async function tidy() {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
  await forgetOldest(await caches.open(CACHE));
  await self.clients.claim();
}

async function forgetOldest(cache) {
  const keys = await cache.keys();
  for (const old of keys.slice(0, Math.max(0, keys.length - MOST))) await cache.delete(old);
}
