// A phone: a browser with a profile folder of its own, so that closing it and starting it again is what it says.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, type Page, chromium as browser } from "@playwright/test";
import { ACTION_LIMIT_MS, NAVIGATION_LIMIT_MS, chromium, phoneContext } from "./profile.ts";

export class Phone {
  readonly address: string;
  readonly #folder: string;
  #context: BrowserContext | undefined;

  private constructor(address: string, folder: string) {
    this.address = address;
    this.#folder = folder;
  }

  /** A phone that nobody has used yet, switched on. */
  static async unpack(address: string): Promise<Phone> {
    const phone = new Phone(address, await mkdtemp(join(tmpdir(), "sotay-phone-")));
    await phone.switchOn();
    return phone;
  }

  get context(): BrowserContext {
    if (!this.#context) throw new Error("the phone is switched off");
    return this.#context;
  }

  async switchOn(): Promise<void> {
    const context = await browser.launchPersistentContext(this.#folder, {
      ...chromium,
      ...phoneContext,
      baseURL: this.address,
    });
    context.setDefaultTimeout(ACTION_LIMIT_MS);
    context.setDefaultNavigationTimeout(NAVIGATION_LIMIT_MS);
    this.#context = context;
  }

  /** Closes the whole browser; its profile stays. */
  async switchOff(): Promise<void> {
    const context = this.#context;
    this.#context = undefined;
    await context?.close();
  }

  /** A new tab, at `path` when given. */
  async tab(path?: string): Promise<Page> {
    const blank = this.context.pages().find((it) => it.url() === "about:blank");
    const page = blank ?? (await this.context.newPage());
    if (path !== undefined) await page.goto(path);
    return page;
  }

  async throwAway(): Promise<void> {
    await this.switchOff();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
