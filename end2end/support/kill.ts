// A tab that dies at a chosen step of its work with IndexedDB: its renderer stops there, and then is gone without a word.
import type { BrowserContext, CDPSession, Page } from "@playwright/test";

/** Counts steps from when it is armed; the debugger stops the page inside the step, before anything further runs. */
function countSteps(): void {
  // No order is promised between this script and the one that arms a page.
  const world = globalThis as unknown as { sotayKill?: { at: number; counted: string; steps: string[] } };
  const counting = (world.sotayKill ??= { at: 0, counted: "all", steps: [] });
  const step = (name: string): void => {
    if (counting.at === 0 || (counting.counted === "writing" && /^(get|getAll|transaction asked)/.test(name))) return;
    counting.steps.push(name);
    if (counting.steps.length === counting.at) debugger;
  };
  type Method = (...values: never[]) => unknown;
  // Stopped before the call, and when its event comes, before the app's own listeners hear of it.
  const wrap = (owner: object, name: string, ...events: string[]): void => {
    const real = Reflect.get(owner, name) as Method;
    Reflect.set(owner, name, function (this: unknown, ...values: never[]) {
      step(`${name} asked`);
      const made = real.apply(this as never, values);
      for (const event of events) (made as EventTarget).addEventListener(event, () => step(`${name} ${event}`));
      return made;
    });
  };
  for (const name of ["put", "get", "getAll", "delete", "clear"]) wrap(IDBObjectStore.prototype, name, "success");
  wrap(IDBTransaction.prototype, "commit");
  wrap(IDBDatabase.prototype, "createObjectStore");
  wrap(IDBDatabase.prototype, "transaction", "complete");
  wrap(IDBFactory.prototype, "open", "upgradeneeded", "success");
}

/** Lets every page of a phone be killed. Once, before the pages are opened. */
export async function makeMortal(context: BrowserContext): Promise<void> {
  await context.addInitScript(countSteps);
}

/** Which steps count: all of them, or those between which what is kept can differ. */
export type Steps = "all" | "writing";

export class Mortal {
  readonly page: Page;
  readonly #session: CDPSession;
  readonly #stopped: Promise<string[]>;

  private constructor(page: Page, session: CDPSession) {
    this.page = page;
    this.#session = session;
    this.#stopped = new Promise((resolve, reject) => {
      session.once("Debugger.paused", ({ callFrames: [frame] }) => {
        // A stopped page answers its debugger alone.
        const asked = session.send("Debugger.evaluateOnCallFrame", {
          callFrameId: frame?.callFrameId ?? "",
          expression: "globalThis.sotayKill.steps",
          returnByValue: true,
        });
        asked.then(({ result }) => resolve(result.value as string[]), reject);
      });
    });
  }

  /** Watches a tab of a phone that was made mortal. */
  static async watch(page: Page): Promise<Mortal> {
    const session = await page.context().newCDPSession(page);
    const mortal = new Mortal(page, session);
    await session.send("Debugger.enable");
    return mortal;
  }

  /** The page will stop at this step, counted from now on. */
  async arm(at: number, steps: Steps): Promise<void> {
    await this.page.evaluate(arm, { at, steps });
  }

  /** The next page of this tab will stop at this step, counted from its beginning. */
  async armFromTheStart(at: number, steps: Steps): Promise<void> {
    await this.page.addInitScript(arm, { at, steps });
  }

  /** The steps up to the one where the page stopped; nothing when `survived` came true instead. */
  async stopsBefore(survived: Promise<unknown>): Promise<string[] | undefined> {
    // What waits on a stopped page waits in vain, and fails when it is gone: of no interest then.
    const outcome = survived.then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    const first = await Promise.race([this.#stopped, outcome]);
    if (first !== undefined && "error" in first) throw first.error;
    return first;
  }

  /** The renderer goes at once, in the middle of what it was doing. */
  async die(): Promise<void> {
    const gone = new Promise((resolve) => this.page.once("crash", resolve));
    // The answer never comes.
    void this.#session.send("Page.crash").catch(() => {});
    await gone;
    await this.page.close();
  }
}

function arm({ at, steps }: { at: number; steps: Steps }): void {
  const world = globalThis as unknown as { sotayKill?: object };
  Object.assign((world.sotayKill ??= {}), { at, counted: steps, steps: [] });
}
