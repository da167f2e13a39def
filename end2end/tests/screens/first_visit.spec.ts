// The first minute: readable before and without the app, quiet while it starts, and there when the server is not.
import type { Page } from "@playwright/test";
import { Screen } from "../../pages/screen.ts";
import { SignInPage } from "../../pages/sign_in_page.ts";
import { TaskPage } from "../../pages/task_page.ts";
import { TodayPage } from "../../pages/today_page.ts";
import { HONG_THUONG, LIBRARY, people } from "../../support/people.ts";
import { prepareForOffline, signInTo } from "../../support/ready.ts";
import { scopesKept } from "../../support/store.ts";
import { expect, test } from "../../support/test.ts";
import { word } from "../../support/words.ts";

// From the workbook (server/demo/a-luoi-2020.xlsx).
const BANNER = "Băng rôn ngang đường, trục chính";
const SCRIPTS = "Kịch bản chung; kịch bản chi tiết của từng thành viên Đoàn Chủ tịch";

test("without JavaScript a person signs in by the form and reads their tasks", async ({ browser, server }) => {
  const context = await browser.newContext({ baseURL: server.address, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto("/decoration/R01");
  await expect(page).toHaveURL(/\/sign-in\?next=%2Fdecoration%2FR01$/);
  await new SignInPage(page).signIn(people.propaganda);
  await expect(page).toHaveURL("/decoration/R01");
  await expect(page.getByRole("heading", { name: BANNER })).toBeVisible();
  await page.goto("/tasks");
  await expect(page.getByRole("link", { name: SCRIPTS })).toBeVisible();
  await page.getByRole("link", { name: word("tab.decoration"), exact: true }).tap();
  await expect(page.getByRole("link", { name: BANNER })).toBeVisible();
  await context.close();
});

test("an address of no screen says so, with and without a worker", async ({ browser, server, unpackPhone }) => {
  const context = await browser.newContext({ baseURL: server.address, serviceWorkers: "block" });
  const fresh = await context.newPage();
  const answer = await fresh.goto("/khong-co");
  expect(answer?.status()).toBe(404);
  await expect(fresh.getByText(word("error.not_found"))).toBeVisible();
  await context.close();

  const page = await prepareForOffline(await unpackPhone(), people.propaganda);
  await page.goto("/khong-co");
  await expect(page.getByText(word("error.not_found"))).toBeVisible();
});

test("no screen complains in the console, neither from the server nor from the phone", async ({ unpackPhone }) => {
  const phone = await unpackPhone();
  const page = await phone.tab();
  const complaints = listen(page);
  const signIn = new SignInPage(page);
  await signIn.open();
  await signIn.signIn(people.secretary);
  const screen = new Screen(page);
  await expect(screen.chipState).toHaveText(word("chip.sent"));
  for (const path of ["/tasks", "/tasks/B16", "/schedule", "/decoration", "/decoration/R01", "/more", "/more/sync"]) {
    await page.goto(path);
    await expect(screen.chipState).toHaveText(word("chip.sent"));
  }
  expect(complaints).toEqual([]);
});

test("a phone that was made ready answers any deep link without a server", async ({ server, unpackPhone }) => {
  const phone = await unpackPhone();
  const page = await prepareForOffline(phone, people.secretary);
  await server.kill();
  await phone.switchOff();
  await phone.switchOn();
  const restarted = await phone.tab("/tasks/B16");
  await expect(new TaskPage(restarted).title).toHaveText(SCRIPTS);
  expect(page.isClosed()).toBe(true);
  for (const [path, heading] of [
    ["/", word("today.title")],
    ["/tasks", word("tasks.title")],
    ["/schedule", word("schedule.title")],
    ["/decoration", word("decoration.title")],
    ["/more", word("more.title")],
    ["/more/sync", word("sync.title")],
  ] as const) {
    await restarted.goto(path);
    await expect(new Screen(restarted).heading).toHaveText(heading);
    await expect(new Screen(restarted).chipState).toHaveText(word("chip.offline"));
  }
});

test("the app does not promise to work without signal while part of the handbook is missing", async ({ unpackPhone }) => {
  const phone = await unpackPhone();
  let refused = 0;
  await phone.context.route(`**/api/v1/pages/${LIBRARY}`, async (route) => {
    refused += 1;
    await route.abort();
  });
  const page = await signInTo(phone, people.propaganda, "/");
  const today = new TodayPage(page);
  const isKept = () => page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state);
  await expect.poll(isKept).toBe("activated");
  await expect.poll(() => refused).toBeGreaterThan(0);
  expect(await scopesKept(page, people.propaganda)).toEqual([HONG_THUONG]);
  await expect(today.offlineNote.getByText(word("offline.ready"))).toHaveCount(0);

  await phone.context.unroute(`**/api/v1/pages/${LIBRARY}`);
  await page.reload();
  await today.waitUntilReadyOffline(people.propaganda);
});

/** Errors and warnings of the page from now on. */
function listen(page: Page): string[] {
  const complaints: string[] = [];
  page.on("console", (it) => {
    if (it.type() === "error" || it.type() === "warning") complaints.push(it.text());
  });
  page.on("pageerror", (it) => complaints.push(it.message));
  return complaints;
}
