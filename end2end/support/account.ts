// A person without a browser: the API as a program calls it.
import { type APIRequestContext, type APIResponse, request } from "@playwright/test";
import { PASSWORD } from "./people.ts";

/** An accepted change as the server's log has it. */
export interface LogEntry {
  server_seq: number;
  op: Operation;
}

export interface Operation {
  device: string;
  incarnation: string;
  seq: number;
  author: string;
  scope: string;
  kind: string;
  record: string;
  field: string;
  change: Record<string, unknown>;
}

export interface Snapshot {
  scope: string;
  cursor: { epoch: number; seq: number };
  registers: { kind: string; record: string; field: string; register: { heads: { value: unknown }[] } }[];
  history: LogEntry[];
}

export interface Receipt {
  seq: number;
  verdict: string;
}

export class Account {
  readonly request: APIRequestContext;

  private constructor(context: APIRequestContext) {
    this.request = context;
  }

  static async signIn(address: string, user: string): Promise<Account> {
    const context = await request.newContext({ baseURL: address });
    const answer = await context.post("/api/v1/sign-in", { data: { user, password: PASSWORD } });
    if (!answer.ok()) throw new Error(`${user} cannot sign in: ${answer.status()} ${await answer.text()}`);
    return new Account(context);
  }

  async snapshot(unit: string): Promise<Snapshot> {
    const answer = await this.request.get(`/api/v1/snapshot/${unit}`);
    if (!answer.ok()) throw new Error(`snapshot of ${unit}: ${answer.status()}`);
    return (await answer.json()) as Snapshot;
  }

  /** Changes of a unit made by one person, in the server's order. */
  async changesBy(author: string, unit: string): Promise<Operation[]> {
    const { history } = await this.snapshot(unit);
    return history.map((it) => it.op).filter((it) => it.author === author);
  }

  /** One raw exchange; `data` may be anything, also what no phone would send. */
  async sync(data: string | Buffer | object): Promise<APIResponse> {
    return this.request.post("/api/v1/sync", { data, headers: { "content-type": "application/json" } });
  }

  async leave(): Promise<void> {
    await this.request.dispose();
  }
}

/** Identity of a change: device, lifetime of its storage, place in its log. */
export function identity(op: Operation): string {
  return `${op.device}/${op.incarnation}/${op.seq}`;
}

/** A change without its identity, for comparing with what was tapped. */
export function gist(op: Operation): string {
  return `${op.kind} ${op.record} ${op.field} ${JSON.stringify(op.change).normalize("NFC")}`;
}
