// The way to a phone that works without signal.
import type { BrowserContext, Page } from "@playwright/test";
import { SignInPage } from "../pages/sign_in_page.ts";
import { TaskListPage } from "../pages/task_list_page.ts";
import { TodayPage } from "../pages/today_page.ts";
import type { Phone } from "./phone.ts";

/** Signs a person in on a phone's tab and lands on `path`. */
export async function signInTo(phone: Phone, user: string, path: string): Promise<Page> {
  const page = await phone.tab(`/sign-in?next=${encodeURIComponent(path)}`);
  await new SignInPage(page).signIn(user);
  await page.waitForURL(`**${path}`);
  return page;
}

/** Signs a person in on a phone and waits until it works without signal; gives its only tab, on Hôm nay. */
export async function prepareForOffline(phone: Phone, user: string): Promise<Page> {
  const page = await signInTo(phone, user, "/");
  await new TodayPage(page).waitUntilReadyOffline(user);
  return page;
}

/** The same, with the propaganda round open. */
export async function openRound(phone: Phone, user: string): Promise<TaskListPage> {
  const list = new TaskListPage(await prepareForOffline(phone, user), "/decoration");
  await list.open();
  return list;
}

/** Every page comes from the server: the browser knows no service workers. Once, before the pages are opened. */
export async function withoutWorker(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, "serviceWorker"));
}
