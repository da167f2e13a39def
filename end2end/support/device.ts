// A device that is not a browser: raw exchanges of the secretary of Hồng Thượng.
import { HONG_THUONG, people } from "./people.ts";

/** One raw exchange of a device that is not a browser. */
export function exchange(ops: object[], cursors: object = {}): object {
  return {
    protocol: 1,
    app: "end2end",
    device: "may-thu",
    incarnation: "lan-mot",
    now_ms: Date.now(),
    unsent: ops.length,
    kept_from: 1,
    ops,
    cursors,
  };
}

/** A tick of a propaganda task, at a place in the device's log. */
export function tick(seq: number, record: string): object {
  return {
    device: "may-thu",
    incarnation: "lan-mot",
    seq,
    author: people.secretary,
    at_ms: Date.now(),
    scope: HONG_THUONG,
    kind: "propaganda_task",
    record,
    field: "done",
    base: { epoch: 1, seq: 0 },
    change: { set: true },
  };
}
