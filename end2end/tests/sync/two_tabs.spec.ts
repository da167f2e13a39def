// Two tabs of one phone: one store, one log, one sender at a time.
import type { Page } from "@playwright/test";
import { Screen, unsentCount } from "../../pages/screen.ts";
import { SyncPage } from "../../pages/sync_page.ts";
import { TaskListPage } from "../../pages/task_list_page.ts";
import { TaskPage } from "../../pages/task_page.ts";
import { gist, identity } from "../../support/account.ts";
import { HONG_THUONG, people } from "../../support/people.ts";
import type { Phone } from "../../support/phone.ts";
import { prepareForOffline } from "../../support/ready.ts";
import { outbox, unsent } from "../../support/store.ts";
import { expect, test } from "../../support/test.ts";
import { word } from "../../support/words.ts";

const ARRIVAL_LIMIT_MS = 15_000;

test("two tabs without signal see each other's ticks, and nothing is lost or doubled", async ({
  server,
  unpackPhone,
  signInAt,
}) => {
  const phone = await unpackPhone();
  const first = await prepareForOffline(phone, people.propaganda);
  await server.kill();
  const [one, two] = await twoLists(phone, first);

  await one.tapTick("R01");
  await expect(two.tick("R01")).toBeChecked();
  await two.tapTick("R02");
  await expect(one.tick("R02")).toBeChecked();
  // One undoes what the other ticked.
  await one.tapTick("R02");
  await expect(two.tick("R02")).not.toBeChecked();
  // The same task in both tabs at the same moment.
  await Promise.all([tickUnlessTicked(one), tickUnlessTicked(two)]);
  await expect(one.tick("R03")).toBeChecked();
  await expect(two.tick("R03")).toBeChecked();
  // Many different tasks in both tabs at once: no two changes may take the same place.
  await Promise.all([tapAll(one, ["K01", "K02", "K03", "K04"]), tapAll(two, ["L01", "L02", "L03", "L04"])]);
  await expect(two.tick("K04")).toBeChecked();
  await expect(one.tick("L04")).toBeChecked();

  const recorded = await settled(one.page);
  expect(recorded.map((it) => it.op.seq)).toEqual(recorded.map((_, index) => index + 1));
  for (const list of [one, two]) {
    await expect(list.chipState).toHaveText(word("chip.offline"));
    await expect(list.chipCount).toHaveText(unsentCount(recorded.length));
  }

  await server.startAgain();
  // Asked for in the tab that does not lead: it passes the wish on.
  await two.chip.tap();
  await new SyncPage(two.page).sendNow();
  for (const list of [one, two]) {
    await expect(list.chipState).toHaveText(word("chip.sent"), { timeout: ARRIVAL_LIMIT_MS });
  }
  const official = await signInAt(people.district);
  const arrived = await official.changesBy(people.propaganda, HONG_THUONG);
  expect(arrived.map(identity)).toEqual(recorded.map((it) => identity(it.op)));
  expect(arrived.map(gist)).toEqual(recorded.map((it) => gist(it.op)));
  const { registers } = await official.snapshot(HONG_THUONG);
  const done = registers.filter((it) => it.kind === "propaganda_task" && it.field === "done");
  const values = Object.fromEntries(done.map((it) => [it.record, it.register.heads.map((head) => head.value)]));
  const ticked = ["K01", "K02", "K03", "K04", "L01", "L02", "L03", "L04", "R01", "R03"];
  // One value each: two tabs of one phone never disagree.
  expect(values).toEqual({ ...Object.fromEntries(ticked.map((id) => [id, [true]])), R02: [false] });
});

test("closing the tab that talks to the server hands its work to the other", async ({
  server,
  unpackPhone,
  signInAt,
}) => {
  const phone = await unpackPhone();
  const first = await prepareForOffline(phone, people.propaganda);
  await server.kill();
  const [one, two] = await twoLists(phone, first);
  await one.tapTick("R01");
  await expect(two.tick("R01")).toBeChecked();
  await first.close();
  await two.page.bringToFront();
  await two.tapTick("R02");
  await expect(two.chipCount).toHaveText(unsentCount(2));

  await server.startAgain();
  await expect(new Screen(two.page).chipState).toHaveText(word("chip.sent"), { timeout: ARRIVAL_LIMIT_MS });
  const arrived = await (await signInAt(people.district)).changesBy(people.propaganda, HONG_THUONG);
  expect(arrived.map((it) => [it.record, it.seq])).toEqual([
    ["R01", 1],
    ["R02", 2],
  ]);
});

test("notes written in two tabs at once are both kept", async ({ server, unpackPhone, signInAt }) => {
  const phone = await unpackPhone();
  const first = await prepareForOffline(phone, people.propaganda);
  await server.kill();
  await first.goto("/decoration/R01");
  const second = await phone.tab("/decoration/R01");
  const [one, two] = [new TaskPage(first), new TaskPage(second)];
  await Promise.all([one.addNote("Đã đo lại bề ngang đường"), two.addNote("Cần thêm hai cọc tre")]);
  for (const task of [one, two]) await expect(task.notes).toHaveCount(2);

  await server.startAgain();
  await expect(one.chipState).toHaveText(word("chip.sent"), { timeout: ARRIVAL_LIMIT_MS });
  const arrived = await (await signInAt(people.district)).changesBy(people.propaganda, HONG_THUONG);
  expect(arrived.map((it) => it.change["add"]).sort()).toEqual(["Cần thêm hai cọc tre", "Đã đo lại bề ngang đường"]);
  for (const task of [one, two]) await expect(task.history).toHaveCount(2);
});

async function twoLists(phone: Phone, first: Page): Promise<[TaskListPage, TaskListPage]> {
  const one = new TaskListPage(first, "/decoration");
  await one.open();
  const two = new TaskListPage(await phone.tab(), "/decoration");
  await two.open();
  await expect(two.tick("R01")).toBeEnabled();
  await expect(two.chipState).toHaveText(word("chip.offline"));
  return [one, two];
}

/** A tap that never takes back what the other tab just did. */
async function tickUnlessTicked(list: TaskListPage): Promise<void> {
  await list.tick("R03").evaluate((box: HTMLInputElement) => {
    if (!box.checked) box.click();
  });
}

async function tapAll(list: TaskListPage, ids: string[]): Promise<void> {
  for (const id of ids) await list.tapTick(id);
}

/** The log once the last tap is in it. */
async function settled(page: Page) {
  await expect
    .poll(async () => (await unsent(page, people.propaganda)).map((it) => it.op.record))
    .toEqual(expect.arrayContaining(["K04", "L04"]));
  return outbox(page, people.propaganda);
}
