import type { LineState, OrderStatus } from "#shared/machines/states.ts";

/** Nobody stands at the machine for longer: no piece begins to come out later than this after the payment. */
export const DISPENSE_WITHIN_MS = 5 * 60_000;
/** A piece that may be out or not is taken as not sold after this: its money goes back. What is learnt later moves stock alone. */
export const UNKNOWN_FOR_MS = 10 * 60_000;
/** A command ends by itself within two minutes; a piece without an end so long after the payment has lost its command's. */
const LOST_AFTER_MS = DISPENSE_WITHIN_MS + UNKNOWN_FOR_MS + 5 * 60_000;

/** Codes of pieces that failed without a word of the machine's: it never took the command, or never said how it ended. */
export const NOT_TAKEN = "NOT_TAKEN";
export const NOT_KNOWN = "UNKNOWN";

export interface OrderView {
  status: string;
  expiresAt: Date;
  paidAt: Date | null;
  lines: readonly { id: string; state: string; code: string | null; endedAt: Date | null }[];
}

export interface MachineView {
  online: boolean;
  /** another order's piece is on its way out of it */
  busy: boolean;
}

export type Step =
  | { kind: "wait" }
  /** nobody paid */
  | { kind: "expire" }
  | { kind: "dispense"; lineId: string }
  /** what has not begun will not */
  | { kind: "release"; code: string }
  /** the piece counts as not sold */
  | { kind: "give_up"; lineId: string }
  /** every piece has its end: the money is settled */
  | { kind: "end" };

const WAIT: Step = { kind: "wait" };
const ENDED: readonly LineState[] = ["dispensed", "failed", "released"];

/**
 * What is to be done next with an order, from what is true now and nothing else: one piece at a time, the next when the one before has its end. A piece that was not
 * taken by the machine, or of which nobody knows, ends the rest: the machine is not there any more.
 */
export function nextStep(order: OrderView, machine: MachineView, now: Date): Step {
  const status = order.status as OrderStatus;
  if (status === "created") return order.expiresAt <= now ? { kind: "expire" } : WAIT;
  if (status !== "paid" && status !== "dispensing") return WAIT;
  const inState = (state: LineState) => order.lines.filter((line) => line.state === state);
  const sincePaid = now.getTime() - (order.paidAt ?? now).getTime();
  const [going] = inState("dispensing");
  if (going) return sincePaid >= LOST_AFTER_MS ? { kind: "give_up", lineId: going.id } : WAIT;

  const [unknown] = inState("unknown");
  const [next] = inState("reserved");
  if (next) {
    const gone = unknown !== undefined || order.lines.some((line) => line.state === "failed" && (line.code === NOT_TAKEN || line.code === NOT_KNOWN));
    if (gone || !machine.online) return { kind: "release", code: "OFFLINE" };
    if (sincePaid >= DISPENSE_WITHIN_MS) return { kind: "release", code: "TOO_LATE" };
    return machine.busy ? WAIT : { kind: "dispense", lineId: next.id };
  }
  if (unknown) return now.getTime() - (unknown.endedAt ?? now).getTime() >= UNKNOWN_FOR_MS ? { kind: "give_up", lineId: unknown.id } : WAIT;
  return order.lines.every((line) => ENDED.includes(line.state as LineState)) ? { kind: "end" } : WAIT;
}
