// The phone's line to the server, as slow as it is in the hills, or cut.
import type { CDPSession, Page } from "@playwright/test";

/** 400 kbit/s and 400 ms there and back. */
const SLOW = { latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 };
const FREE = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 };

export class Line {
  readonly #session: CDPSession;

  private constructor(session: CDPSession) {
    this.#session = session;
  }

  static async of(page: Page): Promise<Line> {
    const session = await page.context().newCDPSession(page);
    await session.send("Network.enable");
    return new Line(session);
  }

  async slowDown(): Promise<void> {
    await this.#session.send("Network.emulateNetworkConditions", { offline: false, ...SLOW });
  }

  /** What is under way breaks off. */
  async cut(): Promise<void> {
    await this.#session.send("Network.emulateNetworkConditions", { offline: true, ...SLOW });
  }

  async free(): Promise<void> {
    await this.#session.send("Network.emulateNetworkConditions", { offline: false, ...FREE });
  }
}
