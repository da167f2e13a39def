// The main job, end to end: a round through the commune without signal, and every change at the district exactly once.
import { BoardPage, UnitPage } from "../../pages/board_page.ts";
import { Screen, unsentCount } from "../../pages/screen.ts";
import { TaskListPage } from "../../pages/task_list_page.ts";
import { TaskPage } from "../../pages/task_page.ts";
import { gist, identity } from "../../support/account.ts";
import { HONG_THUONG, people } from "../../support/people.ts";
import { prepareForOffline, signInTo } from "../../support/ready.ts";
import { outbox, unsent } from "../../support/store.ts";
import { expect, test } from "../../support/test.ts";
import { word } from "../../support/words.ts";

const ARRIVAL_LIMIT_MS = 10_000;

// Typed on two keyboards: one composes its letters, the other sends marks after letters.
const NOTE = "Băng rôn ở ngã ba Quốc lộ 49 đã căng lại, chờ đổi chữ “Nhiệt liệt”";
const NOTE_DECOMPOSED = "Thợ hẹn chiều thứ Bảy lắp nốt dây".normalize("NFD");

const RECORDED = [
  ["R01", "done", { set: true }],
  ["R01", "quantity", { set: 1 }],
  ["R01", "quantity", { set: 2 }],
  ["R01", "note", { add: NOTE }],
  ["R01", "note", { add: NOTE_DECOMPOSED }],
  ["R03", "done", { set: true }],
  ["M01", "done", { set: true }],
].map(([record, field, change]) => `propaganda_task ${record} ${field} ${JSON.stringify(change).normalize("NFC")}`);

test("a round without signal survives two restarts and reaches the district exactly once", async ({
  server,
  unpackPhone,
  signInAt,
}) => {
  const board = new BoardPage(await signInTo(await unpackPhone(), people.district, "/board"));
  const before = await board.done(HONG_THUONG);

  const phone = await unpackPhone();
  await prepareForOffline(phone, people.propaganda);
  await server.kill();
  await phone.switchOff();

  await test.step("opens a deep link without any server and records a round", async () => {
    await phone.switchOn();
    const page = await phone.tab("/decoration/R01");
    const task = new TaskPage(page);
    await task.tapTick();
    await expect(task.tick).toBeChecked();
    await expect(task.chipCount).toHaveText(unsentCount(1));
    await task.tapMore();
    await expect(task.quantity).toHaveValue("1");
    await task.tapMore();
    await expect(task.quantity).toHaveValue("2");
    await task.addNote(NOTE);
    await expect(page.getByText(NOTE)).not.toHaveCount(0);
    await task.addNote(NOTE_DECOMPOSED);
    await expect(task.notes).toHaveCount(2);
    const list = new TaskListPage(page, "/decoration");
    await list.open();
    for (const id of ["R03", "M01"]) {
      await list.tapTick(id);
      await expect(list.tick(id)).toBeChecked();
    }
    await expect(list.chipState).toHaveText(word("chip.offline"));
    await expect(list.chipCount).toHaveText(unsentCount(RECORDED.length));
    await expect.poll(() => unsent(page, people.propaganda)).toHaveLength(RECORDED.length);
  });

  let recorded: string[] = [];
  await test.step("shows everything again after another restart, still without a server", async () => {
    await phone.switchOff();
    await phone.switchOn();
    const page = await phone.tab("/decoration/R01");
    const task = new TaskPage(page);
    await expect(task.tick).toBeChecked();
    await expect(task.quantity).toHaveValue("2");
    await expect(task.notes.filter({ hasText: NOTE })).toHaveCount(1);
    await expect(task.notes).toHaveCount(2);
    await expect(task.chipCount).toHaveText(unsentCount(RECORDED.length));
    recorded = (await unsent(page, people.propaganda)).map((it) => identity(it.op));
  });

  await server.startAgain();
  const official = await signInAt(people.district);
  const [page] = phone.context.pages();
  if (!page) throw new Error("the phone shows nothing");

  await test.step("sends everything by itself within ten seconds", async () => {
    const chip = new Screen(page);
    await expect(chip.chipState).toHaveText(word("chip.sent"), { timeout: ARRIVAL_LIMIT_MS });
    const arrived = await official.changesBy(people.propaganda, HONG_THUONG);
    expect(arrived.map(identity)).toEqual(recorded);
    expect(arrived.map(gist)).toEqual(RECORDED);
    const kept = await outbox(page, people.propaganda);
    expect(kept.map((it) => it.verdict?.verdict)).toEqual(kept.map(() => "applied"));
  });

  await test.step("the board counts the new ticks by phase", async () => {
    await board.open();
    const after = await board.done(HONG_THUONG);
    expect(after).toEqual({ before: before.before + 2, during: before.during + 1, after: before.after });
  });

  await test.step("the unit's page says who did what, once each", async () => {
    const unit = new UnitPage(board.page);
    await unit.open(HONG_THUONG);
    await expect(unit.allLines).toHaveCount(RECORDED.length);
    const banner = "Băng rôn ngang đường, trục chính";
    for (const what of [
      word("history.done"),
      word("history.quantity", { count: 1 }),
      word("history.quantity", { count: 2 }),
      word("history.note", { text: NOTE }),
    ]) {
      const line = unit.lines(banner, what);
      await expect(line).toHaveCount(1);
      await expect(line.getByRole("cell").nth(0)).toHaveText("Tuyên giáo xã Hồng Thượng");
      await expect(line.getByRole("cell").nth(1)).toHaveText(/^\d\d:\d\d \d\d\/\d\d\/\d{4}$/);
    }
  });

  await test.step("a second phone shows the same", async () => {
    const second = await unpackPhone();
    const secretary = await prepareForOffline(second, people.secretary);
    await secretary.goto("/decoration/R01");
    const task = new TaskPage(secretary);
    await expect(task.tick).toBeChecked();
    await expect(task.quantity).toHaveValue("2");
    await expect(secretary.getByRole("listitem").filter({ hasText: NOTE })).toHaveCount(2);
    await expect(task.history).toHaveCount(5);
    const list = new TaskListPage(secretary, "/decoration");
    await list.open();
    await expect(list.tick("R03")).toBeChecked();
    await expect(list.tick("M01")).toBeChecked();
    await expect(list.tick("R02")).not.toBeChecked();
  });
});
