// What the phone has stored, read from IndexedDB behind the app's back.
import type { Page } from "@playwright/test";
import type { Operation } from "./account.ts";

export interface Outgoing {
  op: Operation;
  verdict: { verdict: string } | null;
}

/** Scopes of which the phone holds a whole snapshot. */
export async function scopesKept(page: Page, user: string): Promise<string[]> {
  const cursors = (await stored(page, user, "cursors")) as [string, unknown][];
  return cursors.map(([scope]) => scope).sort();
}

/** How many pages of unfinished snapshots the phone holds. */
export async function pagesStaged(page: Page, user: string): Promise<number> {
  return (await stored(page, user, "staged")).length;
}

/** Every change recorded on this phone, in its order. */
export async function outbox(page: Page, user: string): Promise<Outgoing[]> {
  return (await stored(page, user, "outbox")) as Outgoing[];
}

/** Changes that the phone has no answer for. */
export async function unsent(page: Page, user: string): Promise<Outgoing[]> {
  return (await outbox(page, user)).filter((it) => !it.verdict);
}

/** Takes the databases of a site away, as a browser does that is short of room; open tabs lose their connection. */
export async function clearDatabases(page: Page, origin: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("Storage.clearDataForOrigin", { origin, storageTypes: "indexeddb" });
  await session.detach();
}

/** Leaves a site so many bytes; gives what takes that back. */
export async function setQuota(page: Page, origin: string, bytes: number): Promise<() => Promise<void>> {
  const session = await page.context().newCDPSession(page);
  await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: bytes });
  return async () => {
    await session.send("Storage.overrideQuotaForOrigin", { origin });
    await session.detach();
  };
}

/** A person's store as the first release left it, with one change that was never sent. */
export async function seedFirstSchema(page: Page, user: string, incarnation: string, at: object): Promise<void> {
  const device = "may-cu";
  const head = { device, incarnation, next_seq: 2, clock_offset_ms: 0 };
  const op = { device, incarnation, seq: 1, author: user, at_ms: 1, ...at, base: { epoch: 1, seq: 0 }, change: { set: true } };
  const me = await (await page.request.get("/api/v1/me")).json();
  const rows = [
    ["meta", "head", head],
    ["meta", "me", me],
    ["outbox", "00000000000000000001", { op, verdict: null }],
  ].map(([store, key, value]) => [store, key, JSON.stringify(value)] as [string, string, string]);
  await page.evaluate(
    async ([name, rows]) => {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => {
        for (const store of ["meta", "outbox", "registers", "cursors", "history"]) request.result.createObjectStore(store);
      };
      const opened = await new Promise<IDBDatabase>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      const transaction = opened.transaction(["meta", "outbox"], "readwrite");
      for (const [store, key, text] of rows) transaction.objectStore(store).put(text, key);
      await new Promise((resolve) => (transaction.oncomplete = resolve));
      opened.close();
    },
    [`sotay-${user}`, rows] as const,
  );
}

async function stored(page: Page, user: string, store: string): Promise<unknown[]> {
  const texts = await page.evaluate(
    async ([database, store]) => {
      const result = <T>(request: IDBRequest<T>): Promise<T> =>
        new Promise((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      // Opening a database that is not there would make an empty one under the app's feet.
      const known = await indexedDB.databases();
      if (!known.some((it) => it.name === database)) return [];
      const opening = indexedDB.open(database);
      // It went since: a tab was killed while making it.
      let isGone = false;
      opening.onupgradeneeded = () => {
        isGone = true;
        opening.transaction?.abort();
      };
      const opened = await result(opening).catch((error: unknown) => {
        if (!isGone) throw error;
      });
      if (!opened) return [];
      try {
        return (await result(opened.transaction(store).objectStore(store).getAll())) as string[];
      } finally {
        opened.close();
      }
    },
    [`sotay-${user}`, store] as const,
  );
  return texts.map((it) => JSON.parse(it) as unknown);
}
