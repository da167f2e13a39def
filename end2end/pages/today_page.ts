// Hôm nay.
import type { Locator, Page } from "@playwright/test";
import { expect } from "@playwright/test";
import { scopesKept } from "../support/store.ts";
import { word } from "../support/words.ts";
import { Screen } from "./screen.ts";

export class TodayPage extends Screen {
  readonly offlineNote: Locator;

  constructor(page: Page) {
    super(page);
    this.offlineNote = page.locator(".offline");
  }

  /** Waits until the app says that it opens without signal, and until that is true of the data too. */
  async waitUntilReadyOffline(user: string): Promise<void> {
    await expect(this.offlineNote).toContainText(word("offline.ready"), { timeout: 30_000 });
    await expect.poll(() => scopesKept(this.page, user), { timeout: 30_000 }).toHaveLength(2);
  }
}
