// One task's own screen.
import type { Locator, Page } from "@playwright/test";
import { word } from "../support/words.ts";
import { Screen } from "./screen.ts";

export class TaskPage extends Screen {
  readonly title: Locator;
  readonly tick: Locator;
  readonly notes: Locator;
  readonly noteField: Locator;
  readonly history: Locator;
  readonly quantity: Locator;

  constructor(page: Page) {
    super(page);
    this.title = page.locator(".task-head h2");
    this.tick = page.locator(".task-head").getByRole("checkbox");
    this.notes = page.getByRole("listitem").filter({ has: page.getByRole("button", { name: word("note.withdraw") }) });
    this.noteField = page.getByLabel(word("note.new"));
    this.history = page.locator(".time-i");
    this.quantity = page.locator(".stepper").getByRole("textbox");
  }

  async tapTick(): Promise<void> {
    await this.page.locator(".task-head label.tick").tap();
  }

  async tapMore(): Promise<void> {
    await this.page.locator(".stepper").getByRole("button").last().tap();
  }

  async addNote(text: string): Promise<void> {
    await this.noteField.fill(text);
    await this.page.getByRole("button", { name: word("note.save") }).tap();
  }
}
