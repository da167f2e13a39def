// Every test gets its own server and phones, and leaves nothing behind.
import { test as base } from "@playwright/test";
import { Account } from "./account.ts";
import { TODAY } from "./people.ts";
import { Phone } from "./phone.ts";
import { Server } from "./server.ts";

interface Fixtures {
  /** The release server with the demo district, on the day when Hồng Thượng has a week left. */
  server: Server;
  /** Unpacks a new phone of this server. */
  unpackPhone: () => Promise<Phone>;
  /** Signs a person in at the API. */
  signInAt: (user: string) => Promise<Account>;
}

export const test = base.extend<Fixtures>({
  server: async ({}, use, info) => {
    const server = await Server.start({ today: TODAY, data: process.env["SOTAY_DEMO_DATA"] });
    await use(server);
    if (info.status !== info.expectedStatus) {
      await info.attach("server.log", { body: server.log, contentType: "text/plain" });
    }
    await server.remove();
  },
  unpackPhone: async ({ server }, use) => {
    const phones: Phone[] = [];
    await use(async () => {
      const phone = await Phone.unpack(server.address);
      phones.push(phone);
      return phone;
    });
    await Promise.all(phones.map((it) => it.throwAway()));
  },
  signInAt: async ({ server }, use) => {
    const accounts: Account[] = [];
    await use(async (user) => {
      const account = await Account.signIn(server.address, user);
      accounts.push(account);
      return account;
    });
    await Promise.all(accounts.map((it) => it.leave()));
  },
});

export { expect } from "@playwright/test";
