// I16 in a real browser: a tab is killed at every step of its work with IndexedDB, and nothing is lost, doubled or half there.
import type { Page } from "@playwright/test";
import { TaskListPage } from "../../pages/task_list_page.ts";
import { type Account, identity } from "../../support/account.ts";
import { Mortal, makeMortal } from "../../support/kill.ts";
import { HONG_THUONG, LIBRARY, people } from "../../support/people.ts";
import { prepareForOffline } from "../../support/ready.ts";
import { clearDatabases, outbox, scopesKept, seedFirstSchema } from "../../support/store.ts";
import { expect, test } from "../../support/test.ts";

const USER = people.propaganda;
const TASK = "R01";
/** More steps than any piece of work has: a loop that gets here counts something that never ends. */
const STEPS_MAX = 200;
/** A dead tab's lock passes on, its work is sent: seconds on a busy machine. Looked at often, since there are a hundred deaths. */
const RECOVERY = { timeout: 15_000, intervals: [50] };

test.describe.configure({ timeout: 300_000 });

for (const victim of ["leading", "following"] as const) {
  test(`the ${victim} tab of two is killed at every step of a tick`, async ({ unpackPhone, signInAt }) => {
    const phone = await unpackPhone();
    await makeMortal(phone.context);
    const first = await prepareForOffline(phone, USER);
    const official = await signInAt(people.district);
    let leader = await openList(first);
    let follower = await openList(await phone.tab());
    let recorded = 0;
    let at = 1;
    for (; at < STEPS_MAX; at += 1) {
      const [dying, surviving] = victim === "leading" ? [leader, follower] : [follower, leader];
      const mortal = await Mortal.watch(dying.page);
      // Who also sends it has three times as many steps: only those count between which what is kept can differ.
      await mortal.arm(at, victim === "leading" ? "writing" : "all");
      const tapped = dying.tick(TASK).evaluate((box: HTMLInputElement) => box.click());
      // All of it went by: stored, sent, and the answer stored.
      const survived = tapped.then(() => isSettled(surviving, recorded + 1));
      const steps = await mortal.stopsBefore(survived);
      if (!steps) break;
      void survived.catch(() => {});
      await mortal.die();

      const kept = await outbox(surviving.page, USER);
      const places = kept.map((it) => it.op.seq);
      expect(places, steps.join(", ")).toEqual(places.map((_, index) => index + 1));
      const fate = fateOf(steps);
      if (fate !== "either") expect(kept.length - recorded, steps.join(", ")).toBe(fate === "kept" ? 1 : 0);
      recorded = kept.length;
      await turnTo(surviving.page);
      await isSettled(surviving, recorded);
      await isWhatArrived(official, surviving);
      leader = surviving;
      follower = await openList(await phone.tab());
    }
    expect(at).toBeGreaterThan(8);
    expect(at).toBeLessThan(STEPS_MAX);
    expect(recorded).toBeGreaterThan(0);
    // The other one is armed still, and would stop in the middle of being asked.
    await isWhatArrived(official, victim === "leading" ? follower : leader);
  });
}

test("the first load is killed at every step, and the next one ends it", async ({ server, unpackPhone }) => {
  const phone = await unpackPhone();
  await makeMortal(phone.context);
  const first = await prepareForOffline(phone, USER);
  await first.goto("/sign-in?error=signed_out");
  let at = 1;
  for (; at < STEPS_MAX; at += 1) {
    await clearDatabases(first, server.address);
    const dying = await phone.tab();
    const mortal = await Mortal.watch(dying);
    await mortal.armFromTheStart(at, "writing");
    const opened = dying.goto("/decoration");
    const survived = opened.then(() => isWhole(first));
    const steps = await mortal.stopsBefore(survived);
    if (!steps) break;
    void survived.catch(() => {});
    await mortal.die();

    const next = await openList(await phone.tab());
    await isWhole(next.page);
    await next.page.close();
  }
  expect(at).toBeGreaterThan(30);
  expect(at).toBeLessThan(STEPS_MAX);
});

test("the upgrade of a store of the first schema is killed at every step, and its unsent work arrives once", async ({
  server,
  unpackPhone,
  signInAt,
}) => {
  const phone = await unpackPhone();
  await makeMortal(phone.context);
  const first = await prepareForOffline(phone, USER);
  await first.goto("/sign-in?error=signed_out");
  const official = await signInAt(people.district);
  const lives: string[] = [];
  for (let at = 1, upgraded = false; !upgraded; at += 1) {
    expect(at).toBeLessThan(STEPS_MAX);
    await clearDatabases(first, server.address);
    const life = `doi-${at}`;
    lives.push(life);
    await seedFirstSchema(first, USER, life, { scope: HONG_THUONG, kind: "propaganda_task", record: TASK, field: "done" });
    const dying = await phone.tab();
    const mortal = await Mortal.watch(dying);
    await mortal.armFromTheStart(at, "writing");
    const opened = dying.goto("/decoration");
    const steps = await mortal.stopsBefore(opened.then(() => isWhole(first)));
    if (!steps) throw new Error("the page was not stopped");
    void opened.catch(() => {});
    await mortal.die();
    upgraded = steps.includes("transaction complete");

    const next = await openList(await phone.tab());
    const kept = await outbox(next.page, USER);
    expect(kept.map((it) => `${it.op.incarnation}/${it.op.seq}`)).toEqual([`${life}/1`]);
    await expect.poll(() => lifeAt(official, life), RECOVERY).toBe(1);
    await next.page.close();
  }
  expect(lives.length).toBeGreaterThan(5);
  const arrived = await official.changesBy(USER, HONG_THUONG);
  expect(arrived.map((it) => it.incarnation)).toEqual(lives);
});

/** What must have become of the tick, by the steps of the transaction that wrote it: the first with a put. */
function fateOf(steps: string[]): "kept" | "gone" | "either" {
  const written = steps.slice(steps.indexOf("put asked"));
  if (steps.includes("put asked") && written.includes("transaction complete")) return "kept";
  // Stopped before the call, nothing was asked for yet.
  return written.slice(0, -1).includes("commit asked") && steps.includes("put asked") ? "either" : "gone";
}

async function openList(page: Page): Promise<TaskListPage> {
  const list = new TaskListPage(page, "/decoration");
  await list.open();
  await expect(list.tick(TASK)).toBeEnabled();
  return list;
}

/** What a browser tells the tab behind the one that is gone; without it the phone looks after half a minute. */
async function turnTo(page: Page): Promise<void> {
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
}

/** So many changes are on the phone, and the server's answer to each. */
async function isSettled(list: TaskListPage, count: number): Promise<void> {
  const verdicts = async () => (await outbox(list.page, USER)).map((it) => it.verdict?.verdict);
  await expect.poll(verdicts, RECOVERY).toEqual(Array.from({ length: count }, () => "applied"));
}

/** The server has what the phone has: each change once, in its order. */
async function isWhatArrived(official: Account, list: TaskListPage): Promise<void> {
  const kept = await outbox(list.page, USER);
  const arrived = await official.changesBy(USER, HONG_THUONG);
  expect(arrived.map(identity)).toEqual(kept.map((it) => identity(it.op)));
}

async function isWhole(page: Page): Promise<void> {
  await expect.poll(() => scopesKept(page, USER), RECOVERY).toEqual([HONG_THUONG, LIBRARY].sort());
}

async function lifeAt(official: Account, life: string): Promise<number> {
  const arrived = await official.changesBy(USER, HONG_THUONG);
  return arrived.filter((it) => it.incarnation === life).length;
}
