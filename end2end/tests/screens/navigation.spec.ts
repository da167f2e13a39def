// Following links inside the app: address, top of the page, focus, back and forward, with a server and without.
import { Screen } from "../../pages/screen.ts";
import { TaskListPage } from "../../pages/task_list_page.ts";
import { TaskPage } from "../../pages/task_page.ts";
import { people } from "../../support/people.ts";
import { prepareForOffline } from "../../support/ready.ts";
import { expect, test } from "../../support/test.ts";
import { word } from "../../support/words.ts";

test("links, back and forward work without a server and without loading the page again", async ({
  server,
  unpackPhone,
}) => {
  const page = await prepareForOffline(await unpackPhone(), people.propaganda);
  await server.kill();
  let loads = 0;
  page.on("load", () => (loads += 1));
  const list = new TaskListPage(page, "/decoration");
  const tab = (key: string) => page.getByRole("navigation").getByRole("link", { name: word(key), exact: true });

  await tab("tab.decoration").tap();
  await expect(list.heading).toHaveText(word("decoration.title"));
  await expect(tab("tab.decoration")).toHaveAttribute("aria-current", "page");
  await list.row("N03").getByRole("link").tap();
  await expect(page).toHaveURL("/decoration/N03");
  const task = new TaskPage(page);
  await expect(task.title).toHaveText("Học tập, quán triệt nghị quyết");
  expect(await page.evaluate(() => scrollY)).toBe(0);
  await page.goBack();
  await expect(list.heading).toHaveText(word("decoration.title"));
  await page.goForward();
  await expect(task.title).toHaveText("Học tập, quán triệt nghị quyết");
  await page.getByRole("link", { name: word("nav.back") }).tap();
  await expect(page).toHaveURL("/decoration");
  await tab("tab.today").tap();
  await expect(new Screen(page).heading).toHaveText(word("today.title"));
  expect(loads).toBe(0);
});

test("the skip link and a followed link bring the keyboard to the content", async ({ unpackPhone }) => {
  const page = await prepareForOffline(await unpackPhone(), people.propaganda);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: word("nav.skip") })).toBeFocused();
  await page.getByRole("navigation").getByRole("link", { name: word("tab.tasks"), exact: true }).focus();
  await page.keyboard.press("Enter");
  await expect(new Screen(page).heading).toHaveText(word("tasks.title"));
  await page.keyboard.press("Tab");
  await expect(page.getByRole("searchbox")).toBeFocused();
});
