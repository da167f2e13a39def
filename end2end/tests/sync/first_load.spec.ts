// Row j: a unit of more than 5,000 registers on a slow line, cut once and killed once, resumes and is of use from its first page.
import type { BrowserContext, Route } from "@playwright/test";
import { SignInPage } from "../../pages/sign_in_page.ts";
import { TaskListPage } from "../../pages/task_list_page.ts";
import { type Account, identity } from "../../support/account.ts";
import { exchange, tick } from "../../support/device.ts";
import { Line } from "../../support/line.ts";
import { HONG_THUONG, LIBRARY, people } from "../../support/people.ts";
import { withoutWorker } from "../../support/ready.ts";
import { outbox, pagesStaged, scopesKept } from "../../support/store.ts";
import { expect, test } from "../../support/test.ts";
import { word } from "../../support/words.ts";

const USER = people.secretary;
const REGISTERS_MIN = 5_000;
const OPS_MAX = 256;
/** The wasm alone takes five seconds on this line. */
const SLOW_LIMIT_MS = 60_000;

test("a large unit on a slow line resumes after a cut and a kill, and is of use from its first page", async ({
  unpackPhone,
  signInAt,
}) => {
  const secretary = await signInAt(USER);
  await grow(secretary);
  const phone = await unpackPhone();
  await withoutWorker(phone.context);
  const loaded = await listen(phone.context);
  const page = await phone.tab("/sign-in?next=/tasks");
  const line = await Line.of(page);
  await line.slowDown();
  const isCut = breakAt(phone.context, 2, () => line.cut());
  await new SignInPage(page).signIn(USER);
  const list = new TaskListPage(page, "/tasks");
  // The page itself is readable before the app, and a tick is kept as soon as the app is there.
  const tickable = page.getByRole("listitem").filter({ has: page.locator("input:enabled") });
  const link = tickable.locator('a[href^="/tasks/"]').first();
  await expect(link).toBeVisible({ timeout: SLOW_LIMIT_MS });
  const task = (await link.getAttribute("href"))?.split("/").at(-1) ?? "";
  await isCut;
  await expect(list.chipState).toHaveText(word("chip.offline"), { timeout: SLOW_LIMIT_MS });
  expect(await scopesKept(page, USER)).not.toContain(HONG_THUONG);
  expect(await pagesStaged(page, USER)).toBe(2);
  await list.tapTick(task);
  await expect.poll(async () => (await outbox(page, USER)).map((it) => it.op.record)).toEqual([task]);

  const isKilled = breakAt(phone.context, 4, async () => {
    const crash = await phone.context.newCDPSession(page);
    const gone = new Promise((resolve) => page.once("crash", resolve));
    void crash.send("Page.crash").catch(() => {});
    await gone;
  });
  await line.slowDown();
  await isKilled;
  await page.close();

  const again = new TaskListPage(await phone.tab("/tasks"), "/tasks");
  await expect(again.tick(task)).toBeChecked({ timeout: SLOW_LIMIT_MS });
  await expect.poll(() => scopesKept(again.page, USER), { timeout: SLOW_LIMIT_MS }).toEqual([HONG_THUONG, LIBRARY].sort());
  await expect(again.chipState).toHaveText(word("chip.sent"), { timeout: SLOW_LIMIT_MS });
  // Each page came once: what was kept was not asked for again. The page under way when the line broke did not come.
  const numbers = loaded();
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  expect(numbers.length).toBeGreaterThanOrEqual(5);
  const arrived = (await secretary.changesBy(USER, HONG_THUONG)).filter((it) => it.device !== "may-thu");
  expect(arrived.map(identity)).toEqual((await outbox(again.page, USER)).map((it) => identity(it.op)));
});

/** Ticks the steps of tasks until the unit's snapshot has many pages. */
async function grow(secretary: Account): Promise<void> {
  const { registers } = await secretary.snapshot(HONG_THUONG);
  const plans = registers.filter((it) => it.field === "plan" && /_task$/.test(it.kind));
  const steps = Array.from({ length: 99 }, (_, index) => `step.${index + 1}`);
  const flags = plans.flatMap(({ kind, record }) => steps.map((field) => ({ kind, record, field })));
  const ops = flags.map((flag, index) => ({ ...tick(index + 1, flag.record), ...flag }));
  for (let from = 0; from < ops.length; from += OPS_MAX) {
    const answer = await secretary.sync(exchange(ops.slice(from, from + OPS_MAX)));
    expect(answer.ok()).toBe(true);
  }
  const grown = await secretary.snapshot(HONG_THUONG);
  expect(grown.registers.length).toBeGreaterThan(REGISTERS_MIN);
}

/** Numbers of the unit's further pages that came whole, in the order in which they came. */
async function listen(context: BrowserContext): Promise<() => number[]> {
  const numbers: number[] = [];
  context.on("requestfinished", async (request) => {
    const number = numberOf(request.url());
    if (number !== undefined && (await request.response())?.ok()) numbers.push(number);
  });
  return () => numbers;
}

/** Something happens while the unit's page of this number is under way, once; that page does not come. */
async function breakAt(context: BrowserContext, number: number, happen: () => Promise<void>): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const underWay = (url: URL): boolean => numberOf(url.href) === number;
    const broken = async (route: Route): Promise<void> => {
      await happen();
      await route.abort("connectionreset").catch(() => {});
    };
    context.route(underWay, (route) => broken(route).then(resolve, reject), { times: 1 }).catch(reject);
  });
}

function numberOf(url: string): number | undefined {
  const [, number] = new RegExp(`/api/v1/pages/${HONG_THUONG}/[^/]+/(\\d+)$`).exec(url) ?? [];
  return number === undefined ? undefined : Number(number);
}
