// Every screen in every theme and language: no violation, nothing cut off on a narrow phone, targets for thumbs.
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { UnitPage } from "../../pages/board_page.ts";
import { Screen } from "../../pages/screen.ts";
import { TaskListPage } from "../../pages/task_list_page.ts";
import { TaskPage } from "../../pages/task_page.ts";
import { exchange, tick } from "../../support/device.ts";
import { HONG_THUONG, people } from "../../support/people.ts";
import { prepareForOffline, signInTo } from "../../support/ready.ts";
import {
  type Look,
  type ScreenAddress,
  districtScreens,
  districtUser,
  looks,
  phoneScreens,
  phoneUser,
  signInScreens,
  wear,
} from "../../support/screens.ts";
import { unsent } from "../../support/store.ts";
import { expect, test } from "../../support/test.ts";
import { word } from "../../support/words.ts";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const NARROWEST = { width: 320, height: 640 };
/** Half an inch on the phones in use; the design's smallest target. */
const TARGET_PX = 48;

for (const look of looks) {
  const name = `${look.language}, ${look.theme}`;

  test(`phone screens have no axe violation and no sideways scroll (${name})`, async ({ server, unpackPhone }) => {
    const phone = await unpackPhone();
    const page = await prepareForOffline(phone, phoneUser);
    await leaveTraces(page);
    await wear(phone.context, server.address, look);
    await checkAll(page, phoneScreens, look);
  });

  test(`sign-in has no axe violation and no sideways scroll (${name})`, async ({ server, unpackPhone }) => {
    const phone = await unpackPhone();
    await wear(phone.context, server.address, look);
    await checkAll(await phone.tab(), signInScreens, look);
  });

  test(`district screens have no axe violation and no sideways scroll (${name})`, async ({ server, unpackPhone, signInAt }) => {
    // A unit whose history has something to show.
    await (await signInAt(people.secretary)).sync(exchange([tick(1, "R01"), tick(2, "R02")]));
    const phone = await unpackPhone();
    const page = await signInTo(phone, districtUser, "/board");
    await wear(phone.context, server.address, look);
    await checkAll(page, districtScreens, look);
    await new UnitPage(page).open(HONG_THUONG);
    await expect(new UnitPage(page).allLines).toHaveCount(2);
  });
}

test("every tick, button and link in the lists is large enough for a thumb", async ({ unpackPhone }) => {
  const page = await prepareForOffline(await unpackPhone(), phoneUser);
  for (const path of ["/", "/tasks", "/decoration", "/decoration/R01", "/more/sync"]) {
    await page.goto(path);
    const targets = page.locator("label.tick, button, nav a, .sync-chip, .bar-back, a.row-main, a.dec-a");
    await expect(targets.first()).toBeVisible();
    const small = await targets.evaluateAll(
      (elements, least) =>
        elements
          .map((it) => ({ text: it.textContent?.trim().slice(0, 40), box: it.getBoundingClientRect() }))
          .filter(({ box }) => box.width > 0 && (box.width < least || box.height < least))
          .map(({ text, box }) => `${text}: ${box.width}×${box.height}`),
      TARGET_PX,
    );
    expect(small, path).toEqual([]);
  }
});

/** Done, counted, noted: so that the screens show all they can. */
async function leaveTraces(page: Page): Promise<void> {
  await page.goto("/decoration/R01");
  const task = new TaskPage(page);
  await task.tapTick();
  await task.tapMore();
  await task.addNote("Đã căng lại dây ở ngã ba");
  await expect(task.notes).toHaveCount(1);
  await expect.poll(() => unsent(page, phoneUser)).toHaveLength(0);
  const list = new TaskListPage(page, "/decoration");
  await list.open();
  await list.tapTick("R03");
  await expect(list.undo).toBeVisible();
}

async function checkAll(page: Page, screens: ScreenAddress[], look: Look): Promise<void> {
  for (const screen of screens) {
    await open(page, screen, look);
    await expect(page.locator("html")).toHaveAttribute("lang", look.language);
    const found = await new AxeBuilder({ page }).withTags(RULES).analyze();
    const violations = found.violations.flatMap((it) => it.nodes.map((node) => `${it.id}: ${node.html.slice(0, 160)}`));
    expect.soft(violations, `${screen.name} (${screen.path})`).toEqual([]);
    const file = `test-results/screens/${look.language}-${look.theme}-${screen.name}.png`;
    await page.screenshot({ path: file, fullPage: true });
    await expectNoSidewaysScroll(page, screen);
  }
}

async function open(page: Page, screen: ScreenAddress, look: Look): Promise<void> {
  await page.goto(screen.path);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  // Not half-way through its start.
  if (phoneScreens.includes(screen)) {
    await expect(new Screen(page).chipState).toHaveText(word("chip.sent", {}, look.language));
  }
  if (screen.session !== undefined) {
    const button = page.locator(".seg button").nth(screen.session);
    await button.tap();
    await expect(button).toHaveAttribute("aria-pressed", "true");
  }
  if (screen.unfold === true) {
    await page.locator("details").first().waitFor({ state: "attached" });
    await page.locator("details").evaluateAll((all) => all.forEach((it) => it.setAttribute("open", "")));
  }
}

async function expectNoSidewaysScroll(page: Page, screen: ScreenAddress): Promise<void> {
  const usual = page.viewportSize();
  await page.setViewportSize(NARROWEST);
  const wide = await page.evaluate((width) => {
    const page = document.documentElement.scrollWidth;
    if (page <= width) return [];
    const culprits = [...document.querySelectorAll("body *")].filter((it) => it.getBoundingClientRect().right > width + 0.5);
    return [`${page} px`, ...culprits.slice(0, 5).map((it) => it.outerHTML.slice(0, 120))];
  }, NARROWEST.width);
  expect.soft(wide, `${screen.name} (${screen.path}) at ${NARROWEST.width} px`).toEqual([]);
  if (usual) await page.setViewportSize(usual);
}
