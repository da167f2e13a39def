// What every phone screen has: a heading, the sync chip, the message at the bottom edge.
import type { Locator, Page } from "@playwright/test";
import { word } from "../support/words.ts";

export class Screen {
  readonly page: Page;
  readonly heading: Locator;
  readonly chip: Locator;
  readonly chipState: Locator;
  readonly chipCount: Locator;
  readonly undo: Locator;

  constructor(page: Page) {
    this.page = page;
    this.heading = page.getByRole("heading", { level: 1 });
    this.chip = page.locator(".sync-chip");
    this.chipState = this.chip.locator("b");
    this.chipCount = this.chip.locator(".chip-n");
    this.undo = page.getByRole("button", { name: word("snack.undo") });
  }
}

/** Words of the chip for so many unsent changes. */
export const unsentCount = (count: number): string => word("chip.unsent", { count });
