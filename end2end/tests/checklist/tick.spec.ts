// The tick and the note under a finger: seen at once, and never disturbed by what arrives meanwhile.
import { TaskListPage } from "../../pages/task_list_page.ts";
import { TaskPage } from "../../pages/task_page.ts";
import { people } from "../../support/people.ts";
import { prepareForOffline } from "../../support/ready.ts";
import { expect, test } from "../../support/test.ts";
import { word } from "../../support/words.ts";

// style/tokens.css, light: `--surface` and `--brand`.
const EMPTY = "rgb(255, 255, 255)";
const FILLED = "rgb(27, 49, 104)";

test("a tick is drawn, says so, and can be taken back", async ({ unpackPhone }) => {
  const page = await prepareForOffline(await unpackPhone(), people.propaganda);
  const list = new TaskListPage(page, "/decoration");
  await list.open();
  await expect(list.box("R01")).toHaveCSS("background-color", EMPTY);
  await list.tapTick("R01");
  await expect(list.box("R01")).toHaveCSS("background-color", FILLED);
  await expect(page.getByRole("status").filter({ has: list.undo })).toContainText(
    word("snack.ticked", { title: "Băng rôn ngang đường, trục chính" }),
  );
  await list.undo.tap();
  await expect(list.tick("R01")).not.toBeChecked();
  await expect(list.box("R01")).toHaveCSS("background-color", EMPTY);
});

test("a tick by keyboard keeps the focus where it was", async ({ server, unpackPhone }) => {
  const page = await prepareForOffline(await unpackPhone(), people.secretary);
  await server.kill();
  for (const [path, id] of [["/decoration", "R01"], ["/tasks", "B16"]] as const) {
    const list = new TaskListPage(page, path);
    await list.open();
    await list.tick(id).focus();
    await page.keyboard.press("Space");
    await expect(list.tick(id)).toBeChecked();
    await expect(list.tick(id)).toBeFocused();
  }
});

test("a note being typed survives a change of the same task that arrives meanwhile", async ({ server, unpackPhone }) => {
  const phone = await unpackPhone();
  const writer = await prepareForOffline(phone, people.propaganda);
  await server.kill();
  await writer.goto("/decoration/R01");
  const note = new TaskPage(writer);
  await note.noteField.fill("Đang viết dở thì");
  const other = new TaskPage(await phone.tab("/decoration/R01"));
  await other.tapTick();
  await expect(note.tick).toBeChecked();
  await expect(note.noteField).toHaveValue("Đang viết dở thì");
});

test("a task of somebody else's part is shown, not tickable, and says why", async ({ unpackPhone }) => {
  const page = await prepareForOffline(await unpackPhone(), people.propaganda);
  await page.goto("/tasks/B16");
  await expect(new TaskPage(page).tick).toBeDisabled();
  await expect(page.getByText(word("task.not_yours"))).toBeVisible();
});
