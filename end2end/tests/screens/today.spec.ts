// What a screen remembers for its person between two looks.
import { TaskListPage } from "../../pages/task_list_page.ts";
import { people } from "../../support/people.ts";
import { openRound, prepareForOffline } from "../../support/ready.ts";
import { expect, test } from "../../support/test.ts";
import { word } from "../../support/words.ts";

test("what others wrote since the last look is told until it is seen", async ({ signInAt, unpackPhone }) => {
  const page = await prepareForOffline(await unpackPhone(), people.secretary);
  const title = page.getByRole("heading", { name: word("news.title") });
  await expect(title).toBeHidden();

  const round = await openRound(await unpackPhone(), people.propaganda);
  await round.tapTick("R01");
  const reader = await signInAt(people.secretary);
  await expect.poll(async () => (await reader.changesBy(people.propaganda, "AL-HONG-THUONG")).length).toBe(1);
  // Signal came back: the phone asks at once.
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await expect(title).toBeVisible();
  await title.tap();
  const line = page.getByRole("listitem").filter({ hasText: word("history.done") });
  await expect(line).toContainText("Băng rôn ngang đường, trục chính");
  await expect(line.getByRole("link")).toHaveAttribute("href", "/decoration/R01");

  await page.reload();
  await expect(title).toBeVisible();
  await title.tap();
  await page.getByRole("button", { name: word("news.seen") }).tap();
  await expect(title).toBeHidden();
  await page.reload();
  await expect(page.locator("main .row").first()).toBeVisible();
  await expect(title).toBeHidden();
});

test("the filter of the checklist is there again at the next visit", async ({ unpackPhone }) => {
  const page = await prepareForOffline(await unpackPhone(), people.secretary);
  await new TaskListPage(page, "/tasks").open();
  const overdue = page.getByRole("button", { name: word("filter.overdue") });
  await expect(overdue).toHaveAttribute("aria-pressed", "false");
  await overdue.tap();
  await page.reload();
  await expect(overdue).toHaveAttribute("aria-pressed", "true");
});
