// The README's phone pictures: Hồng Thượng a week before its congress, part of the round done, some of it not yet sent.
import { TaskListPage } from "../pages/task_list_page.ts";
import { unsentCount } from "../pages/screen.ts";
import { people } from "../support/people.ts";
import { prepareForOffline } from "../support/ready.ts";
import { outbox, unsent } from "../support/store.ts";
import { expect, test } from "../support/test.ts";
import { word } from "../support/words.ts";

const ROUND = ["R02", "R03", "R05", "R06"];

test("pictures for the README", async ({ server, unpackPhone }) => {
  const page = await prepareForOffline(await unpackPhone(), people.secretary);
  const tasks = new TaskListPage(page, "/tasks");
  await tasks.open();
  const late = await tasks.overdue();
  for (const id of late.slice(0, -2)) await tasks.tapTick(id);
  const decoration = new TaskListPage(page, "/decoration");
  await decoration.open();
  for (const id of ROUND) await decoration.tapTick(id);
  for (const count of ["1", "2", "3"]) {
    await decoration.tapMore("R02");
    await expect(decoration.quantity("R02")).toHaveValue(count);
  }
  const recorded = late.length - 2 + ROUND.length + 3;
  await expect.poll(async () => (await outbox(page, people.secretary)).length).toBe(recorded);
  await expect.poll(() => unsent(page, people.secretary)).toHaveLength(0);
  await server.kill();
  for (const count of ["1", "2", "3", "4"]) {
    await decoration.tapMore("R01");
    await expect(decoration.quantity("R01")).toHaveValue(count);
  }
  await decoration.open();
  await expect(decoration.chipState).toHaveText(word("chip.offline"));
  await expect(decoration.chipCount).toHaveText(unsentCount(4));
  await page.screenshot({ path: "../docs/screens/decoration.png" });
  await page.goto("/");
  await expect(decoration.heading).toHaveText(word("today.title"));
  await expect(decoration.chipState).toHaveText(word("chip.offline"));
  await page.screenshot({ path: "../docs/screens/today.png" });
});
