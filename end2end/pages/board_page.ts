// The district's board and the page of one unit.
import type { Locator, Page } from "@playwright/test";
import { word } from "../support/words.ts";

export type Phase = "before" | "during" | "after";

export class BoardPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async open(): Promise<void> {
    await this.page.goto("/board");
  }

  row(unit: string): Locator {
    return this.page.getByRole("row").filter({ has: this.page.locator(`a[href="/board/${unit}"]`) });
  }

  /** Done tasks of a unit by phase. */
  async done(unit: string): Promise<Record<Phase, number>> {
    const cell = async (phase: Phase): Promise<number> => {
      const text = await this.row(unit).locator(`td[data-l="${word(`phase.${phase}`)}"]`).innerText();
      const [done] = /\d+/.exec(text) ?? [];
      if (done === undefined) throw new Error(`no count in "${text}"`);
      return Number(done);
    };
    return { before: await cell("before"), during: await cell("during"), after: await cell("after") };
  }
}

export class UnitPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async open(unit: string): Promise<void> {
    await this.page.goto(`/board/${unit}`);
  }

  /** Lines of "who did what when" that say exactly this. */
  lines(title: string, what: string): Locator {
    const said = this.page.getByRole("rowheader", { name: word("unit.what_value", { title, what }), exact: true });
    return this.page.getByRole("row").filter({ has: said });
  }

  get allLines(): Locator {
    return this.page.locator("tbody tr");
  }
}
