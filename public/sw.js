// The service worker: keeps one build of the app on the phone and answers every later navigation with its shell.
// The server fills in BUILD and PRECACHE ([{url, bytes}]) when it starts, so no step follows the build.
'use strict';

const BUILD = '__BUILD__';
const PRECACHE = __PRECACHE__;
const CACHE = `sotay-${BUILD}`;
const SHELL = '/shell';
const TOTAL = PRECACHE.reduce((sum, it) => sum + it.bytes, 0);
const KNOWN = new Set(PRECACHE.map((it) => it.url));
// Pages that only the server can answer: the district's board, sign-in, and everything that is not a page.
const ONLINE_ONLY = ['/api/', '/board', '/sign-in', '/healthz'];

async function tell(message) {
  const pages = await self.clients.matchAll({ includeUncontrolled: true, type: 'window' });
  for (const page of pages) page.postMessage(JSON.stringify(message));
}

// One by one, so that a lost line resumes at the file where it stopped.
async function keepAll() {
  const cache = await caches.open(CACHE);
  let done = 0;
  for (const { url, bytes } of PRECACHE) {
    if (!(await cache.match(url))) {
      const answer = await fetch(url, { cache: 'no-cache', credentials: 'same-origin' });
      if (!answer.ok || answer.redirected) throw new Error(`${url}: ${answer.status}`);
      await cache.put(url, answer);
    }
    done += bytes;
    await tell({ type: 'progress', done, total: TOTAL });
  }
}

async function isComplete() {
  const cache = await caches.open(CACHE);
  const kept = new Set((await cache.keys()).map((it) => new URL(it.url).pathname));
  return PRECACHE.every((it) => kept.has(it.url));
}

self.addEventListener('install', (event) => event.waitUntil(keepAll()));

self.addEventListener('activate', (event) =>
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) {
        if (name.startsWith('sotay-') && name !== CACHE) await caches.delete(name);
      }
      await self.clients.claim();
      await tell({ type: 'ready' });
    })(),
  ),
);

self.addEventListener('message', (event) => {
  if (event.data === 'activate') {
    self.skipWaiting();
  } else if (event.data === 'status') {
    event.waitUntil(
      (async () => {
        if (!(await isComplete())) return;
        const waiting = self.registration.waiting && self.serviceWorker?.state === 'installed';
        event.source?.postMessage(JSON.stringify({ type: waiting ? 'waiting' : 'ready' }));
      })(),
    );
  }
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (ONLINE_ONLY.some((it) => url.pathname.startsWith(it))) return;
  const key = request.mode === 'navigate' ? SHELL : url.pathname;
  if (!KNOWN.has(key)) return;
  // The kept response passes through unmodified, or Chromium loses its compiled-code cache.
  event.respondWith(
    (async () => (await (await caches.open(CACHE)).match(key)) ?? fetch(request))(),
  );
});
