// Every screen there is, who sees it, and the three themes and two languages that it must be right in.
import type { BrowserContext } from "@playwright/test";
import { HONG_THUONG, people } from "./people.ts";
import type { Language } from "./words.ts";

export type Theme = "light" | "sun" | "dark";

export interface Look {
  theme: Theme;
  language: Language;
}

export interface ScreenAddress {
  name: string;
  path: string;
  /** Index of a button of the session switch to press first. */
  session?: 0 | 1;
  /** Whether every folded part is opened first. */
  unfold?: boolean;
}

export const looks: Look[] = (["light", "sun", "dark"] as const).flatMap((theme) =>
  (["vi", "en"] as const).map((language) => ({ theme, language })),
);

export const phoneUser = people.propaganda;
export const phoneScreens: ScreenAddress[] = [
  { name: "today", path: "/" },
  { name: "tasks", path: "/tasks" },
  { name: "task", path: "/tasks/B16" },
  { name: "schedule-preparatory", path: "/schedule", session: 0 },
  { name: "schedule-official", path: "/schedule", session: 1 },
  { name: "decoration", path: "/decoration" },
  { name: "decoration-task", path: "/decoration/R01" },
  { name: "more", path: "/more" },
  { name: "more-unfolded", path: "/more", unfold: true },
  { name: "sync", path: "/more/sync" },
  { name: "not-found", path: "/khong-co" },
];

export const districtUser = people.district;
export const districtScreens: ScreenAddress[] = [
  { name: "board", path: "/board" },
  { name: "unit", path: `/board/${HONG_THUONG}` },
  { name: "unit-unknown", path: "/board/KHONG-CO" },
];

export const signInScreens: ScreenAddress[] = [
  { name: "sign-in", path: "/sign-in" },
  { name: "sign-in-refused", path: "/sign-in?error=wrong_credentials" },
];

/** Puts theme and language where the app keeps them, before any page is opened. */
export async function wear(context: BrowserContext, address: string, look: Look): Promise<void> {
  await context.addCookies([{ name: "sotay_language", value: look.language, url: address }]);
  await context.addInitScript(({ theme, language }) => {
    localStorage.setItem("sotay.theme", JSON.stringify(theme));
    localStorage.setItem("sotay.language", JSON.stringify(language));
  }, look);
}
