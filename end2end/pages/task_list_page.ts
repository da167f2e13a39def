// Việc and Tuyên truyền: lists of tasks with a tick, and a stepper where things are counted.
import type { Locator, Page } from "@playwright/test";
import { Screen } from "./screen.ts";

export class TaskListPage extends Screen {
  readonly path: "/tasks" | "/decoration";

  constructor(page: Page, path: "/tasks" | "/decoration") {
    super(page);
    this.path = path;
  }

  async open(): Promise<void> {
    await this.page.goto(this.path);
  }

  row(id: string): Locator {
    return this.page.getByRole("listitem").filter({ has: this.page.locator(`a[href="${this.path}/${id}"]`) });
  }

  tick(id: string): Locator {
    return this.row(id).getByRole("checkbox");
  }

  /** Taps the tick as a finger does. */
  async tapTick(id: string): Promise<void> {
    await this.row(id).locator("label.tick").tap();
  }

  /** Ids of the tasks that are late, in their order. */
  async overdue(): Promise<string[]> {
    const late = this.page.getByRole("listitem").filter({ has: this.page.locator(".st-late") });
    await late.first().waitFor();
    const links = late.filter({ has: this.page.getByRole("checkbox") }).locator(`a[href^="${this.path}/"]`);
    return links.evaluateAll((all) => all.map((it) => it.getAttribute("href")?.split("/").at(-1) ?? ""));
  }

  /** The box that is drawn for a tick; empty ones are of the card's colour. */
  box(id: string): Locator {
    return this.row(id).locator(".tick-box");
  }

  quantity(id: string): Locator {
    return this.row(id).getByRole("textbox");
  }

  async tapMore(id: string): Promise<void> {
    await this.row(id).locator(".stepper").getByRole("button").last().tap();
  }
}
