import type { ShownOrder } from "./types.ts";

/** What an order's page says first. */
export type Headline = "unpaid" | "cancelled" | "expired" | "declined" | "starting" | "moving" | "finishing" | "done" | "some" | "none";

/** An amount in the currency's smallest unit and in micro-credits; which of them counts depends on how it was paid. */
export interface Both {
  minor: number;
  micro: bigint;
}

export interface MoneyNotice {
  kind: "held" | "charged" | "part" | "released" | "releasedCredits" | "refunding" | "refundingSome" | "refunded" | "refundedCredits" | "refundFailed";
  amount: Both;
  /** of a part: what was never charged */
  rest: Both;
}

const OPEN_LINES: readonly string[] = ["reserved", "dispensing", "unknown"];

export function piecesOut(order: Pick<ShownOrder, "lines">): number {
  return order.lines.filter((line) => line.state === "dispensed").length;
}

export function headlineOf(order: Pick<ShownOrder, "status" | "failure" | "lines" | "paidAt">): Headline {
  if (order.status === "created") return "unpaid";
  if (order.paidAt === null) return order.failure === "cancelled" ? "cancelled" : order.failure === "unpaid" ? "expired" : "declined";
  const out = piecesOut(order);
  if (order.lines.some((line) => line.state === "dispensing")) return "moving";
  if (order.lines.some((line) => OPEN_LINES.includes(line.state))) return order.lines.every((line) => line.state === "reserved") ? "starting" : "finishing";
  return out === order.lines.length ? "done" : out > 0 ? "some" : "none";
}

/** Whether nothing more will happen by itself: neither to the goods nor to the money. */
export function isSettled(order: Pick<ShownOrder, "status" | "paymentState">): boolean {
  if (order.status === "created" || order.status === "paid" || order.status === "dispensing") return false;
  return order.paymentState !== "authorized" && order.paymentState !== "refunding";
}

type Paid = Pick<ShownOrder, "payment" | "paymentState" | "total" | "captured" | "refunded" | "amountMinor" | "capturedMinor" | "refundedMinor" | "lines">;

/** How the money stands, one notice after the other; none while none was taken. */
export function moneyOf(order: Paid): MoneyNotice[] {
  const byCard = order.payment === "card";
  const asked: Both = { minor: order.amountMinor ?? 0, micro: BigInt(order.total) };
  const taken: Both = { minor: order.capturedMinor, micro: BigInt(order.captured) };
  const back: Both = { minor: order.refundedMinor, micro: BigInt(order.refunded) };
  const rest = less(asked, taken);
  const notice = (kind: MoneyNotice["kind"], amount: Both): MoneyNotice => ({ kind, amount, rest });
  const refunded = byCard ? "refunded" : "refundedCredits";
  const some = ({ minor, micro }: Both) => (byCard ? minor > 0 : micro > 0n);
  switch (order.paymentState) {
    case "none":
      return [];
    case "authorized":
      return [notice("held", asked)];
    case "voided":
      return [notice(byCard ? "released" : "releasedCredits", asked)];
    case "captured":
      return [notice(some(rest) ? "part" : "charged", taken), ...(some(back) ? [notice(refunded, back)] : [])];
    case "refunding": {
      // Of what was captured, what did not come out goes back; where nothing was captured, all that was set aside.
      const amount = some(taken) ? less(less(taken, back), sold(order)) : asked;
      // More than that is the operator's own decision, and how much it is stands nowhere until it is done.
      return [notice(some(amount) ? "refunding" : "refundingSome", amount)];
    }
    case "refunded":
      return [notice(refunded, back)];
    case "refund_failed":
      return [notice("refundFailed", asked)];
  }
}

function less(a: Both, b: Both): Both {
  return { minor: a.minor - b.minor, micro: a.micro - b.micro };
}

function sold(order: Paid): Both {
  const out = order.lines.filter((line) => line.state === "dispensed");
  return { minor: out.reduce((sum, line) => sum + (line.priceMinor ?? 0), 0), micro: out.reduce((sum, line) => sum + BigInt(line.price), 0n) };
}
