import { fc } from "#server/testing/properties.ts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { credits } from "#shared/credits.ts";
import { payTestCheckout } from "#server/billing/payments/test-provider/test-checkout.ts";
import { AppError } from "#shared/errors.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { sweepCommands } from "../commands/command-sweep.ts";
import { type Bought, openStall, type Stall, type StallMachine } from "../testing/stall.ts";
import { cancelOrder } from "./guest-orders.ts";
import { advanceOrders, takePayments } from "./orders-worker.ts";

let stall: Stall;
beforeAll(async () => void (stall = await openStall()));
afterAll(() => stall.close());

const SLOTS = ["A1", "A2", "A3"] as const;
const CODES = ["JAM", "EMPTY", "MOTOR", "NO_DROP", "BUSY", "INTERRUPTED"] as const;
const happening = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("order" as const), slots: fc.array(fc.constantFrom(...SLOTS), { minLength: 1, maxLength: 3 }), credits: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("pay" as const), nth: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cancel" as const), nth: fc.nat(4) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("mood" as const), mood: fc.constantFrom("deaf" as const, "accepts" as const, "answers" as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("fails" as const), slot: fc.constantFrom(...SLOTS), code: fc.constantFrom(...CODES) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("presence" as const), online: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("time" as const), seconds: fc.constantFrom(1, 15, 40, 120, 700) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom("work" as const, "pump" as const, "webhooks" as const, "again" as const, "everything" as const) }) },
);

class Run {
  readonly orders: Bought[] = [];
  readonly machine: StallMachine;
  readonly person: Person;

  constructor(machine: StallMachine, person: Person) {
    this.machine = machine;
    this.person = person;
  }

  async take(one: (typeof happening extends fc.Arbitrary<infer T> ? T : never)): Promise<void> {
    const { rt } = stall;
    const { device } = this.machine;
    if (one.kind === "order") await refused(async () => void this.orders.push(await stall.order(this.machine, one.slots, one.credits ? this.person : undefined)));
    else if (one.kind === "pay") await refused(() => this.#pay(one.nth));
    else if (one.kind === "cancel") await refused(async () => void (this.orders[one.nth] && (await cancelOrder(rt, this.orders[one.nth] as Bought))));
    else if (one.kind === "mood") device.mood = one.mood;
    else if (one.kind === "fails") device.ends.set(one.slot, [{ phase: "failed", code: one.code }]);
    else if (one.kind === "presence") await (one.online ? device.online() : device.offline());
    else if (one.kind === "time") rt.clock.advance(one.seconds * 1_000);
    else if (one.kind === "pump") await device.pump();
    else if (one.kind === "webhooks") await stall.shop.settle();
    else if (one.kind === "again") await device.again();
    else if (one.kind === "work") await Promise.all([advanceOrders(rt), takePayments(rt), sweepCommands(rt)]);
    else await stall.settle(this.machine);
  }

  async #pay(nth: number): Promise<void> {
    const url = this.orders[nth]?.order.checkoutUrl;
    if (url) await payTestCheckout(stall.rt, { id: url.split("/").at(-1) ?? "", card: "succeeds", save: false });
  }

  /** The machine is back, and time passes: everything has an end. */
  async rest(): Promise<void> {
    const { device } = this.machine;
    device.mood = "answers";
    await device.online();
    await stall.settle(this.machine);
    await stall.wait(25 * 60_000, this.machine);
    await device.tellAll();
    await stall.settle(this.machine);
  }

  async check(): Promise<void> {
    const { prisma } = stall.rt.db;
    const ids = this.machine.device.turns.map((turn) => turn.id);
    expect(new Set(ids).size, "a motor turned twice for one command").toBe(ids.length);
    let spent = 0n;
    for (const { orderId } of this.orders) {
      const order = await prisma.machineOrder.findUniqueOrThrow({ where: { id: orderId }, include: { lines: { include: { commands: true } } } });
      const sold = order.lines.filter((line) => line.state === "dispensed");
      expect(order.lines.every((line) => line.commands.length <= 1)).toBe(true);
      expect(order.lines.map((line) => line.state).every((state) => ["dispensed", "failed", "released"].includes(state)), order.status).toBe(true);
      expect(order.status).toBe(order.paidAt === null ? "expired" : sold.length > 0 ? "dispensed" : "refunded");
      // What is kept is what came out, whatever happened on the way.
      if (order.payment === "credits") {
        expect(order.captured).toBe(sold.reduce((sum, line) => sum + line.price, 0n));
        spent += order.captured;
      } else {
        const { status, taken, back } = await stall.money(orderId);
        expect(taken - back).toBe(sold.reduce((sum, line) => sum + (line.priceMinor ?? 0), 0));
        expect(order.capturedMinor - order.refundedMinor).toBe(taken - back);
        expect(["expired", "succeeded", "voided"]).toContain(status);
        if (sold.length === 0) expect(taken).toBe(0);
      }
      // Nothing is kept for a piece of which the machine has not said that it came out.
      for (const line of sold) expect(line.commands[0]?.state).toBe("done");
    }
    expect(await stall.shop.available(this.person)).toBe(credits(1_000) - spent);
    for (const slot of SLOTS) {
      const { count, reserved } = await stall.stock(this.machine, slot);
      expect([slot, reserved]).toEqual([slot, 0]);
      expect([slot, count]).toEqual([slot, 5 - this.machine.device.out(slot)]);
    }
  }
}

/** What is refused with a reason is no fault. */
async function refused(work: () => Promise<void>): Promise<void> {
  await work().catch((error: unknown) => {
    if (!(error instanceof AppError) || error.status >= 500) throw error;
  });
}

it("keeps money for what came out and for nothing else, whatever happens in whatever order", { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 5, maxLength: 25 }), async (happenings) => {
      const run = new Run(await stall.machine(), await makePerson(stall.rt, { welcome: credits(1_000) }));
      for (const one of happenings) await run.take(one);
      await run.rest();
      await run.check();
    }),
    { numRuns: 12 },
  );
});
