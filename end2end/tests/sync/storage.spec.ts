// What a browser does to a phone's storage: refuses it, fills up, throws it away, holds it for an older tab.
import type { Page } from "@playwright/test";
import { SignInPage } from "../../pages/sign_in_page.ts";
import { TaskListPage } from "../../pages/task_list_page.ts";
import { TodayPage } from "../../pages/today_page.ts";
import { unsentCount } from "../../pages/screen.ts";
import { type Account, identity } from "../../support/account.ts";
import { HONG_THUONG, LIBRARY, PASSWORD, people } from "../../support/people.ts";
import { prepareForOffline, signInTo, withoutWorker } from "../../support/ready.ts";
import { clearDatabases, outbox, scopesKept, seedFirstSchema, setQuota, unsent } from "../../support/store.ts";
import { expect, test } from "../../support/test.ts";
import { word } from "../../support/words.ts";

const ARRIVAL_LIMIT_MS = 15_000;
const SCOPES = [HONG_THUONG, LIBRARY].sort();

test("storage thrown away between two visits: a new life, the own history back, and the board tells what was lost", async ({
  server,
  unpackPhone,
  signInAt,
}) => {
  const phone = await unpackPhone();
  const page = await prepareForOffline(phone, people.propaganda);
  const list = new TaskListPage(page, "/decoration");
  await list.open();
  await list.tapTick("R01");
  await expect(list.chipState).toHaveText(word("chip.sent"));
  // The server hears how much waits, but not the work itself: its line breaks in the middle of a message.
  await page.route("**/api/v1/sync", async (route) => {
    const { batch: _, ...rest } = route.request().postDataJSON() as Record<string, unknown>;
    await route.fetch({ postData: JSON.stringify(rest) });
    await route.abort();
  });
  await list.tapTick("R02");
  await list.tapTick("R03");
  await expect(list.chipCount).toHaveText(unsentCount(2));
  const before = await outbox(page, people.propaganda);
  const official = await signInAt(people.district);
  await expect.poll(() => unsentOnTheBoard(official)).toMatch(/^2$/);

  await page.goto("about:blank");
  await clearDatabases(page, server.address);
  await page.unroute("**/api/v1/sync");
  await list.open();
  await expect.poll(() => scopesKept(page, people.propaganda)).toEqual(SCOPES);
  await expect(list.tick("R01")).toBeChecked();
  await expect(list.tick("R02")).not.toBeChecked();
  await list.tapTick("R02");
  await expect(list.chipState).toHaveText(word("chip.sent"));
  const [own] = await outbox(page, people.propaganda);
  expect(own?.op.device).toBe(before[0]?.op.device);
  expect(own?.op.incarnation).not.toBe(before[0]?.op.incarnation);
  const arrived = await official.changesBy(people.propaganda, HONG_THUONG);
  expect(arrived.map((it) => it.record)).toEqual(["R01", "R02"]);
  expect(await unsentOnTheBoard(official)).toBe(`0${word("board.lost", { count: 2 })}`);
});

test("storage thrown away under an open app: the tab gives back what it knows, and nothing is lost", async ({
  server,
  unpackPhone,
  signInAt,
}) => {
  const phone = await unpackPhone();
  const page = await prepareForOffline(phone, people.propaganda);
  await server.kill();
  const list = new TaskListPage(page, "/decoration");
  await list.open();
  await list.tapTick("R01");
  await expect(list.chipCount).toHaveText(unsentCount(1));
  await clearDatabases(page, server.address);
  await list.tapTick("R02");
  await expect.poll(async () => (await unsent(page, people.propaganda)).map((it) => it.op.seq)).toEqual([1, 2]);
  await server.startAgain();
  await expect(list.chipState).toHaveText(word("chip.sent"), { timeout: ARRIVAL_LIMIT_MS });
  await expect.poll(() => scopesKept(page, people.propaganda)).toEqual(SCOPES);
  await page.reload();
  await expect(list.tick("R01")).toBeChecked();
  await expect(list.tick("R02")).toBeChecked();
  const arrived = await (await signInAt(people.district)).changesBy(people.propaganda, HONG_THUONG);
  expect(arrived.map(identity)).toEqual((await outbox(page, people.propaganda)).map((it) => identity(it.op)));
});

test("a phone without room says that a tick was not kept, and keeps it once there is room", async ({
  server,
  unpackPhone,
}) => {
  const phone = await unpackPhone();
  const list = new TaskListPage(await prepareForOffline(phone, people.propaganda), "/decoration");
  await list.open();
  await server.kill();
  await list.tapTick("R01");
  await expect(list.chipCount).toHaveText(unsentCount(1));
  // Chromium asks how much room there is when it opens a database, and remembers the answer for a while.
  await phone.switchOff();
  await phone.switchOn();
  const page = await phone.tab();
  const restore = await setQuota(page, server.address, 1);
  const full = new TaskListPage(page, "/decoration");
  await full.open();
  await expect(full.tick("R01")).toBeChecked();
  await full.tapTick("R02");
  await expect(page.getByText(word("error.storage_full"))).toBeVisible();
  // What is not kept does not look as if it were.
  await expect(full.tick("R02")).not.toBeChecked();
  await expect(full.chipCount).toHaveText(unsentCount(1));
  await restore();
  await full.tapTick("R02");
  await expect(full.chipCount).toHaveText(unsentCount(2));
  expect((await outbox(page, people.propaganda)).map((it) => it.op.seq)).toEqual([1, 2]);
});

test("where the browser keeps nothing the pages can be read, and each tap is told as not kept", async ({
  unpackPhone,
}) => {
  const phone = await unpackPhone();
  await phone.context.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException("denied", "SecurityError");
    };
  });
  const page = await signInTo(phone, people.propaganda, "/decoration");
  await isReadOnly(page);
});

test("a store that breaks on a phone that was ready leaves the server's pages to read", async ({ unpackPhone }) => {
  const phone = await unpackPhone();
  const page = await prepareForOffline(phone, people.propaganda);
  await phone.context.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException("Internal error opening backing store", "UnknownError");
    };
  });
  await page.goto("/decoration");
  await isReadOnly(page);
});

async function isReadOnly(page: Page): Promise<void> {
  const list = new TaskListPage(page, "/decoration");
  await expect(list.row("R01")).toBeVisible();
  await expect(page.locator("#boot")).toHaveCount(0);
  await list.tapTick("R01");
  const [sentence] = word("error.storage", { reason: "…" }).split("(");
  await expect(page.locator(".snack")).toContainText(sentence ?? "");
  await expect(list.tick("R01")).not.toBeChecked();
}

test("a tab of the first release that is left open is told of, and the app goes on when it is closed", async ({
  server,
  unpackPhone,
  signInAt,
}) => {
  const phone = await unpackPhone();
  const ready = await prepareForOffline(phone, people.propaganda);
  await ready.goto("/sign-in?error=signed_out");
  await clearDatabases(ready, server.address);
  await seedFirstSchema(ready, people.propaganda, "doi-cu", {
    scope: HONG_THUONG,
    kind: "propaganda_task",
    record: "R01",
    field: "done",
  });
  const old = await phone.tab();
  await old.goto("/sign-in?error=signed_out");
  await holdOpen(old, people.propaganda);

  // From the phone's own shell.
  const list = new TaskListPage(await phone.tab(), "/decoration");
  await list.open();
  await expect(list.page.getByText(word("error.old_tab"))).toBeVisible();
  await old.close();
  await expect(list.tick("R01")).toBeChecked();
  await expect(list.page.getByText(word("error.old_tab"))).toHaveCount(0);
  await expect(list.chipState).toHaveText(word("chip.sent"), { timeout: ARRIVAL_LIMIT_MS });
  const arrived = await (await signInAt(people.district)).changesBy(people.propaganda, HONG_THUONG);
  expect(arrived.map(identity)).toEqual(["may-cu/doi-cu/1"]);
});

test("over a page from the server the old tab is told of too, and what was tapped meanwhile is kept", async ({
  server,
  unpackPhone,
}) => {
  const phone = await unpackPhone();
  await withoutWorker(phone.context);
  const ready = await signInTo(phone, people.propaganda, "/decoration");
  await ready.goto("/sign-in?error=signed_out");
  await clearDatabases(ready, server.address);
  await seedFirstSchema(ready, people.propaganda, "doi-cu", {
    scope: HONG_THUONG,
    kind: "propaganda_task",
    record: "R01",
    field: "done",
  });
  await holdOpen(ready, people.propaganda);
  const list = new TaskListPage(await phone.tab(), "/decoration");
  await list.open();
  await expect(list.page.getByText(word("error.old_tab"))).toBeVisible();
  await list.tapTick("R02");
  await ready.close();
  await expect(list.tick("R01")).toBeChecked();
  await expect(list.tick("R02")).toBeChecked();
  await expect.poll(async () => (await outbox(list.page, people.propaganda)).map((it) => it.op.record)).toEqual(["R01", "R02"]);
});

test("a tab that a newer schema has overtaken says so, and keeps nothing that it cannot", async ({ unpackPhone }) => {
  const phone = await unpackPhone();
  const page = await prepareForOffline(phone, people.propaganda);
  const list = new TaskListPage(page, "/decoration");
  await list.open();
  await expect(list.tick("R01")).toBeEnabled();
  const newer = await phone.tab();
  await newer.goto("/sign-in?error=signed_out");
  // The open tab makes way: this would wait for ever otherwise.
  await newer.evaluate(async (name) => {
    const request = indexedDB.open(name, 3);
    await new Promise((resolve) => (request.onsuccess = resolve));
    request.result.close();
  }, `sotay-${people.propaganda}`);
  await list.tapTick("R01");
  await expect(page.getByText(word("error.outdated"))).toBeVisible();
  await expect(list.tick("R01")).not.toBeChecked();
});

test("signing out and in again on a phone that was made ready opens the book, not a circle", async ({ unpackPhone }) => {
  const phone = await unpackPhone();
  const page = await prepareForOffline(phone, people.propaganda);
  await page.goto("/more");
  await page.getByRole("button", { name: word("leave") }).tap();
  await page.waitForURL("**/sign-in");
  await new SignInPage(page).signIn(people.secretary, PASSWORD);
  const today = new TodayPage(page);
  await expect(today.heading).toHaveText(word("today.title"));
  await today.waitUntilReadyOffline(people.secretary);
});

/** A tab that has the first schema open and makes way for nobody, as the first release did. */
async function holdOpen(page: Page, user: string): Promise<void> {
  await page.evaluate(async (name) => {
    const request = indexedDB.open(name, 1);
    await new Promise((resolve) => (request.onsuccess = resolve));
    Object.assign(globalThis, { held: request.result });
  }, `sotay-${user}`);
}

/** What the board says of work that is on Hồng Thượng's phones, or was. */
async function unsentOnTheBoard(official: Account): Promise<string> {
  const page = await (await official.request.get("/board")).text();
  const row = page.split("<tr>").find((it) => it.includes(`href="/board/${HONG_THUONG}"`)) ?? "";
  const cell = row.slice(row.indexOf(`data-l="${word("board.unsent")}"`));
  return cell.slice(cell.indexOf(">") + 1, cell.indexOf("</td>")).replace(/<svg.*?<\/svg>|<[^>]*>/g, "").trim();
}
