// The sign-in page: a plain form.
import type { Locator, Page } from "@playwright/test";
import { PASSWORD } from "../support/people.ts";
import { word } from "../support/words.ts";

export class SignInPage {
  readonly page: Page;
  readonly problem: Locator;

  constructor(page: Page) {
    this.page = page;
    this.problem = page.getByRole("alert");
  }

  async open(): Promise<void> {
    await this.page.goto("/sign-in");
  }

  async signIn(user: string, password = PASSWORD): Promise<void> {
    await this.page.getByLabel(word("sign_in.user")).fill(user);
    await this.page.getByLabel(word("sign_in.password")).fill(password);
    await this.page.getByRole("button", { name: word("sign_in.button") }).tap();
  }
}
