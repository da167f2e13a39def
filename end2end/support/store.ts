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

/** Every change recorded on this phone, in its order. */
export async function outbox(page: Page, user: string): Promise<Outgoing[]> {
  return (await stored(page, user, "outbox")) as Outgoing[];
}

/** Changes that the phone has no answer for. */
export async function unsent(page: Page, user: string): Promise<Outgoing[]> {
  return (await outbox(page, user)).filter((it) => !it.verdict);
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
      const opened = await result(indexedDB.open(database));
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
