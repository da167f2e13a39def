// A fresh phone opens a unit of 5,000 tasks, each with its plan and a tick, with a processor a quarter as fast: how long until
// its snapshot is in IndexedDB and on the screen, and how many bytes that takes.
import { cpus } from "node:os";
import { type CDPSession, type Page, expect, test } from "@playwright/test";
import { Phone } from "../support/phone.ts";
import { Server } from "../support/server.ts";

/** As server/examples/phones/district.rs makes them. */
const UNIT = "LON-5000";
const USER = "bithu.lon-5000";
const PASSWORD = "mat-khau-do-thu";
const RECORDS = 5_000;
const SLOWER = 4;
const RUNS = 5;
const LOAD_LIMIT_MS = 60_000;

interface Marks {
  rows?: number;
  applied?: number;
  shown?: number;
}

interface Run extends Required<Marks> {
  document_bytes: number;
  page_bytes: number;
}

test.setTimeout(RUNS * 2 * LOAD_LIMIT_MS);

test("first load of 5,000 records", async () => {
  const district = process.env["SOTAY_DISTRICT"];
  if (!district) throw new Error("SOTAY_DISTRICT names no data folder: see bench/bench.config.ts");
  const server = await Server.start({ data: district });
  const phone = await Phone.unpack(server.address);
  try {
    const page = await phone.tab("/sign-in?next=/tasks");
    await page.addInitScript(mark, { unit: UNIT, records: RECORDS });
    await page.locator("input[name=user]").fill(USER);
    await page.locator("input[name=password]").fill(PASSWORD);
    await page.locator("button[type=submit]").click();
    await marks(page);
    const session = await phone.context.newCDPSession(page);
    await session.send("Network.enable");
    const runs: Run[] = [];
    for (let run = 0; run < RUNS; run += 1) runs.push(await load(page, session, server.address));
    const median = (of: (run: Run) => number): number =>
      Math.round(runs.map(of).sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? Number.NaN);
    const line = {
      bench: "snapshot",
      records: RECORDS,
      cpu_slower: SLOWER,
      cores: cpus().length,
      ms: median((it) => Math.max(it.applied, it.shown)),
      applied_ms: median((it) => it.applied),
      shown_ms: median((it) => it.shown),
      first_rows_ms: median((it) => it.rows),
      page_bytes: median((it) => it.page_bytes),
      document_bytes: median((it) => it.document_bytes),
      runs_ms: runs.map((it) => Math.round(Math.max(it.applied, it.shown))),
    };
    console.log(`\n${JSON.stringify(line)}`);
  } finally {
    await phone.throwAway();
    await server.remove();
  }
});

/** Storage empty, signed in, the app's files in the browser's cache. */
async function load(page: Page, session: CDPSession, origin: string): Promise<Run> {
  await page.goto("about:blank");
  const storageTypes = "indexeddb,service_workers,cache_storage,local_storage";
  await session.send("Storage.clearDataForOrigin", { origin, storageTypes });
  const bytes = { document: 0, pages: 0 };
  const kinds = new Map<string, keyof typeof bytes>();
  const sent = (event: { requestId: string; request: { url: string }; type?: string }): void => {
    if (event.type === "Document") kinds.set(event.requestId, "document");
    if (event.request.url.includes(`/api/v1/pages/${UNIT}`)) kinds.set(event.requestId, "pages");
  };
  const finished = (event: { requestId: string; encodedDataLength: number }): void => {
    const kind = kinds.get(event.requestId);
    if (kind) bytes[kind] += event.encodedDataLength;
  };
  session.on("Network.requestWillBeSent", sent);
  session.on("Network.loadingFinished", finished);
  await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  await page.goto("/tasks");
  const found = await marks(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  session.off("Network.requestWillBeSent", sent);
  session.off("Network.loadingFinished", finished);
  return { ...found, document_bytes: bytes.document, page_bytes: bytes.pages };
}

async function marks(page: Page): Promise<Required<Marks>> {
  const read = () => page.evaluate(() => (globalThis as unknown as { sotayMarks: Marks }).sotayMarks);
  await expect
    .poll(async () => Object.keys(await read()).sort(), { timeout: LOAD_LIMIT_MS })
    .toEqual(["applied", "rows", "shown"]);
  return (await read()) as Required<Marks>;
}

/** Notes in the page, in milliseconds from navigation, when the first rows, all of it in the store, and all of it on the screen are there. */
function mark({ unit, records }: { unit: string; records: number }): void {
  const found: Marks = {};
  Object.assign(globalThis, { sotayMarks: found });
  const now = (): number => performance.now();
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (value: unknown, key?: IDBValidKey) {
    if (this.name === "cursors" && key === unit) {
      this.transaction.addEventListener("complete", () => (found.applied ??= now()));
    }
    return put.call(this, value, key);
  };
  const look = (): void => {
    if (document.querySelector("main .row input")) found.rows ??= now();
    const [, all] = /\d[\d.]*\/(\d[\d.]*)/.exec(document.querySelector(".bar-title p")?.textContent ?? "") ?? [];
    // After the next frame it is painted.
    if (Number(all?.replaceAll(".", "")) === records && found.shown === undefined) {
      found.shown = Number.NaN;
      requestAnimationFrame(() => setTimeout(() => (found.shown = now())));
    }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
}
