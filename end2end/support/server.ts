// The release server as a process of its own, which a journey may kill and start again on the same port and data.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const START_LIMIT_MS = 30_000;
const PROBE_INTERVAL_MS = 50;

export class Server {
  readonly port: number;
  readonly data: string;
  readonly #today: string | undefined;
  #process: ChildProcess | undefined;
  #log = "";

  private constructor(port: number, data: string, today: string | undefined) {
    this.port = port;
    this.data = data;
    this.#today = today;
  }

  /**
   * Starts on a free port with the demo district in a new folder, or with a copy of `data`.
   * `today` (yyyy-mm-dd) fixes the civil day.
   */
  static async start(options: { today?: string; data?: string | undefined } = {}): Promise<Server> {
    const data = await mkdtemp(join(tmpdir(), "sotay-end2end-"));
    if (options.data !== undefined) await cp(options.data, data, { recursive: true });
    const server = new Server(await freePort(), data, options.today);
    await server.startAgain();
    return server;
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What the server wrote so far. */
  get log(): string {
    return this.#log;
  }

  /** Starts on the same port and data, after `kill`. */
  async startAgain(): Promise<void> {
    const child = spawn(
      variable("SOTAY_SERVER"),
      ["serve", "--addr", `127.0.0.1:${this.port}`, "--data", this.data, "--site", variable("SOTAY_SITE"), "--demo"],
      {
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...process.env, ...(this.#today === undefined ? {} : { SOTAY_TODAY: this.#today }) },
      },
    );
    this.#process = child;
    child.stdout.on("data", (text: Buffer) => (this.#log += text.toString()));
    child.stderr.on("data", (text: Buffer) => (this.#log += text.toString()));
    const deadline = Date.now() + START_LIMIT_MS;
    while (!(await this.#isHealthy())) {
      if (child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`the server did not start:\n${this.#log}`);
      }
      await pause(PROBE_INTERVAL_MS);
    }
  }

  /** Kills the process as a power cut would: nothing is flushed or said. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Asks the process to stop: it finishes what is under way and closes its store. */
  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  async #end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child && child.exitCode === null && child.signalCode === null) {
      const gone = once(child, "exit");
      child.kill(signal);
      await gone;
    }
  }

  /** Kills the process and removes its data. */
  async remove(): Promise<void> {
    await this.kill();
    await rm(this.data, { recursive: true, force: true });
  }

  async #isHealthy(): Promise<boolean> {
    try {
      return (await fetch(`${this.address}/healthz`)).ok;
    } catch {
      return false;
    }
  }
}

/** Set by `cargo xtask test e2e`. */
function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the journeys by \`cargo xtask test e2e\``);
  return value;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  if (address === null || typeof address === "string") throw new Error("no port is free");
  probe.close();
  await once(probe, "close");
  return address.port;
}
