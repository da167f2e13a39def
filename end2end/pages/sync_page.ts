// Gửi và nhận: counts, sending now, signing in again in place.
import type { Locator, Page } from "@playwright/test";
import { word } from "../support/words.ts";
import { Screen } from "./screen.ts";

export class SyncPage extends Screen {
  readonly password: Locator;
  readonly problem: Locator;

  constructor(page: Page) {
    super(page);
    this.password = page.getByLabel(word("sign_in.password"));
    this.problem = page.getByRole("alert");
  }

  async open(): Promise<void> {
    await this.page.goto("/more/sync");
  }

  /** One of the three counts, which are never merged. */
  count(key: "sync.on_phone" | "sync.received" | "sync.refused"): Locator {
    const pair = this.page.locator(".counts > div").filter({ has: this.page.getByText(word(key), { exact: true }) });
    return pair.locator("dd");
  }

  async sendNow(): Promise<void> {
    await this.page.getByRole("button", { name: word("sync.now") }).tap();
  }

  async signInAgain(password: string): Promise<void> {
    await this.password.fill(password);
    await this.page.getByRole("button", { name: word("sign_in.button") }).tap();
  }
}
