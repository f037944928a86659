import { afterAll, beforeAll, expect, it } from "vitest";
import { credits } from "#shared/credits.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { openStall, type Stall } from "../testing/stall.ts";

let stall: Stall;
beforeAll(async () => void (stall = await openStall()));
afterAll(() => stall.close());

const states = (order: { lines: { state: string }[] }) => order.lines.map((line) => line.state);
const rich = (): Promise<Person> => makePerson(stall.rt, { welcome: credits(100) });

it("sells two pieces by card: one comes out after the other, and what was promised is taken when both are out", async () => {
  const machine = await stall.machine();
  const bought = await stall.order(machine, ["A1", "A3"]);
  expect(bought.order).toMatchObject({ status: "created", paymentState: "none", total: "4500000", amountMinor: 450, currency: "USD", lines: [{ slot: "A1", price: "1500000", priceMinor: 150, state: "reserved" }, { slot: "A3", state: "reserved" }] });
  expect(await stall.stock(machine, "A1")).toMatchObject({ count: 5, reserved: 1 });
  await stall.settle(machine);
  expect(machine.device.turns).toEqual([]);

  await stall.pay(bought);
  await stall.settle();
  expect(await stall.now(bought)).toMatchObject({ status: "dispensing", paymentState: "authorized", checkoutUrl: null, lines: [{ state: "dispensing" }, { state: "reserved" }] });
  expect(await stall.money(bought.orderId)).toEqual({ status: "authorized", taken: 0, back: 0 });

  await stall.settle(machine);
  expect(machine.device.turns.map((turn) => turn.slot)).toEqual(["A1", "A3"]);
  expect(await stall.now(bought)).toMatchObject({ status: "dispensed", paymentState: "captured", captured: "4500000", capturedMinor: 450, receiptNumber: "O-2028-00000001", lines: [{ state: "dispensed" }, { state: "dispensed" }] });
  expect(await stall.money(bought.orderId)).toEqual({ status: "succeeded", taken: 450, back: 0 });
  for (const slot of ["A1", "A3"]) expect(await stall.stock(machine, slot)).toMatchObject({ count: 4, reserved: 0 });
});

it("takes only what came out", async () => {
  const machine = await stall.machine();
  machine.device.ends.set("A2", [{ phase: "failed", code: "JAM" }]);
  const bought = await stall.order(machine, ["A1", "A2", "A3"]);
  await stall.pay(bought);
  await stall.settle(machine);
  const order = await stall.now(bought);
  expect(order).toMatchObject({ status: "dispensed", paymentState: "captured", captured: "4500000", capturedMinor: 450 });
  expect(order.lines.map((line) => [line.state, line.code])).toEqual([["dispensed", null], ["failed", "JAM"], ["dispensed", null]]);
  expect(await stall.money(bought.orderId)).toEqual({ status: "succeeded", taken: 450, back: 0 });
  expect(await stall.stock(machine, "A2")).toMatchObject({ count: 5, reserved: 0, failures: 1, uncertain: true });
});

it("lets the whole payment go when nothing came out", async () => {
  const machine = await stall.machine();
  machine.device.ends.set("A1", [{ phase: "failed", code: "EMPTY" }]);
  const bought = await stall.order(machine, ["A1"]);
  await stall.pay(bought);
  await stall.settle(machine);
  expect(await stall.now(bought)).toMatchObject({ status: "refunded", paymentState: "voided", failure: "EMPTY", captured: "0", capturedMinor: 0, receiptNumber: null });
  expect(await stall.money(bought.orderId)).toEqual({ status: "voided", taken: 0, back: 0 });
});

it("lets the payment go at once when the machine is away by then", async () => {
  const machine = await stall.machine();
  const bought = await stall.order(machine, ["A1", "A2"]);
  await stall.pay(bought);
  await machine.device.offline();
  await stall.settle(machine);
  expect(await stall.now(bought)).toMatchObject({ status: "refunded", paymentState: "voided", failure: "OFFLINE", lines: [{ state: "released" }, { state: "released" }] });
  expect(await stall.rt.db.prisma.deviceCommand.count({ where: { machineId: machine.id, type: "dispense" } })).toBe(0);
  expect((await stall.stock(machine, "A1")).reserved).toBe(0);
});

it("lets go what is paid after the order was given up, and what is not what was asked", async () => {
  const machine = await stall.machine();
  const bought = await stall.order(machine, ["A1"]);
  await stall.rt.db.prisma.testPayment.updateMany({ where: { orderId: bought.orderId }, data: { expiresAt: new Date("2030-01-01T00:00:00Z") } });
  const late = { ...bought };
  await stall.pay(late);
  // The provider's word comes when nobody waits for it any more.
  await stall.rt.db.prisma.testPaymentEvent.updateMany({ where: { deliveredAt: null }, data: { dueAt: new Date(stall.rt.clock.now().getTime() + 15 * 60_000) } });
  await stall.wait(11 * 60_000, machine);
  expect(await stall.now(bought)).toMatchObject({ status: "expired", failure: "unpaid", paymentState: "none" });
  expect((await stall.stock(machine, "A1")).reserved).toBe(0);
  await stall.wait(5 * 60_000, machine);
  expect(await stall.now(bought)).toMatchObject({ status: "expired", paymentState: "voided" });
  expect(await stall.money(bought.orderId)).toEqual({ status: "voided", taken: 0, back: 0 });

  const other = await stall.order(machine, ["A1"]);
  await stall.rt.db.prisma.testPayment.updateMany({ where: { orderId: other.orderId }, data: { amountMinor: 1 } });
  await stall.pay(other);
  await stall.settle(machine);
  expect(await stall.now(other)).toMatchObject({ status: "expired", failure: "amount_mismatch", paymentState: "voided" });
  expect(machine.device.turns).toEqual([]);
});

it("sells for credits: what came out is taken of what was reserved, the rest is free again", async () => {
  const machine = await stall.machine();
  const person = await rich();
  machine.device.ends.set("A2", [{ phase: "failed", code: "MOTOR" }]);
  const bought = await stall.order(machine, ["A1", "A2"], person);
  expect(bought.order).toMatchObject({ status: "dispensing", payment: "credits", paymentState: "authorized", amountMinor: null, checkoutUrl: null });
  expect(await stall.shop.available(person)).toBe(credits(100) - 3_500_000n);
  await stall.settle(machine);
  expect(await stall.now(bought)).toMatchObject({ status: "dispensed", paymentState: "captured", captured: "1500000" });
  expect(await stall.shop.available(person)).toBe(credits(100) - 1_500_000n);
  expect(await stall.rt.db.prisma.transfer.findMany({ where: { kind: "sale", subjectId: bought.orderId } })).toMatchObject([{ amount: 1_500_000n, description: "Bar", toAccountId: expect.stringMatching(/^acc_sales_/) }]);

  machine.device.ends.set("A1", [{ phase: "failed", code: "MOTOR" }]);
  const nothing = await stall.order(machine, ["A1"], person);
  await stall.settle(machine);
  expect(await stall.now(nothing)).toMatchObject({ status: "refunded", paymentState: "voided", captured: "0" });
  expect(await stall.shop.available(person)).toBe(credits(100) - 1_500_000n);
});

it("sells nothing to who has too few credits", async () => {
  const machine = await stall.machine();
  const person = await makePerson(stall.rt, { welcome: credits(1) });
  await expect(stall.order(machine, ["A1"], person)).rejects.toMatchObject({ code: "INSUFFICIENT_CREDITS" });
  expect(await stall.stock(machine, "A1")).toMatchObject({ count: 5, reserved: 0 });
  expect(await stall.rt.db.prisma.machineOrder.count({ where: { machineId: machine.id } })).toBe(0);
});

it("gives the money back for a piece of which nobody knows, and a late word moves stock alone", async () => {
  const machine = await stall.machine();
  machine.device.mood = "accepts";
  const bought = await stall.order(machine, ["A1", "A2"]);
  await stall.pay(bought);
  await stall.settle(machine);
  machine.device.mood = "deaf";
  await machine.device.offline();
  await stall.wait(2 * 60_000, machine);
  // The next one does not come out either: the buyer would not be there.
  expect(states(await stall.now(bought))).toEqual(["unknown", "released"]);
  expect(await stall.money(bought.orderId)).toMatchObject({ status: "authorized" });
  await stall.wait(10 * 60_000, machine);
  expect(await stall.now(bought)).toMatchObject({ status: "refunded", paymentState: "voided", lines: [{ state: "failed", code: "UNKNOWN" }, { state: "released" }] });
  expect(await stall.money(bought.orderId)).toEqual({ status: "voided", taken: 0, back: 0 });
  expect(await stall.stock(machine, "A1")).toMatchObject({ count: 5, reserved: 0 });

  machine.device.mood = "answers";
  await machine.device.online();
  await stall.settle(machine);
  expect(await stall.now(bought)).toMatchObject({ status: "refunded", paymentState: "voided", lines: [{ state: "failed", code: "UNKNOWN" }, {}] });
  expect(await stall.stock(machine, "A1")).toMatchObject({ count: 4, reserved: 0 });
  expect(await stall.money(bought.orderId)).toEqual({ status: "voided", taken: 0, back: 0 });
  expect(machine.device.turns).toHaveLength(1);
});

it("asks a machine that is back what became of the piece, and takes its word while the order waits", async () => {
  const machine = await stall.machine();
  machine.device.mood = "accepts";
  const bought = await stall.order(machine, ["A1"]);
  await stall.pay(bought);
  await stall.settle(machine);
  await machine.device.offline();
  await stall.wait(3 * 60_000);
  expect(states(await stall.now(bought))).toEqual(["unknown"]);
  machine.device.mood = "answers";
  await machine.device.online();
  await stall.settle(machine);
  expect(await stall.now(bought)).toMatchObject({ status: "dispensed", paymentState: "captured", capturedMinor: 150, lines: [{ state: "dispensed", code: null }] });
  expect(machine.device.turns).toHaveLength(1);
});

it("lets go what a machine never took, without a mark against its slot", async () => {
  const machine = await stall.machine();
  machine.device.mood = "deaf";
  const bought = await stall.order(machine, ["A1", "A2"]);
  await stall.pay(bought);
  await stall.settle(machine);
  await stall.wait(60_000, machine);
  expect(await stall.now(bought)).toMatchObject({ status: "refunded", paymentState: "voided", lines: [{ state: "failed", code: "NOT_TAKEN" }, { state: "released", code: "OFFLINE" }] });
  expect(await stall.stock(machine, "A1")).toMatchObject({ count: 5, reserved: 0, failures: 0, uncertain: false });
});

it("takes a slot out of sale that failed three times, and tells so", async () => {
  const machine = await stall.machine();
  machine.device.ends.set("A1", [1, 2, 3].map(() => ({ phase: "failed" as const, code: "NO_DROP" })));
  for (let nth = 0; nth < 3; nth += 1) {
    await stall.pay(await stall.order(machine, ["A1"]));
    await stall.settle(machine);
  }
  expect(await stall.stock(machine, "A1")).toMatchObject({ failures: 3, disabledReason: "failures", uncertain: true, reserved: 0 });
  expect(await stall.rt.db.prisma.event.count({ where: { subject: machine.id, type: "machine.slot.disabled" } })).toBe(1);
  await expect(stall.order(machine, ["A1"])).rejects.toMatchObject({ code: "INVALID_STATE", extras: { reason: "disabled" } });
});

it("lets one order after the other out of a machine", async () => {
  const machine = await stall.machine();
  const [first, second] = [await stall.order(machine, ["A1", "A1"]), await stall.order(machine, ["A2"])];
  await stall.pay(first);
  await stall.settle();
  await stall.pay(second);
  await stall.settle();
  expect([(await stall.now(first)).status, (await stall.now(second)).status]).toEqual(["dispensing", "paid"]);
  await stall.settle(machine);
  expect([(await stall.now(first)).status, (await stall.now(second)).status]).toEqual(["dispensed", "dispensed"]);
  expect(machine.device.turns).toHaveLength(3);
});

it("does not wait for ever behind another order", async () => {
  const machine = await stall.machine();
  const [first, second] = [await stall.order(machine, ["A1"]), await stall.order(machine, ["A2"])];
  await stall.pay(first);
  await stall.settle();
  await stall.pay(second);
  await stall.settle();
  // The first one's end is lost, command and all.
  await stall.rt.db.prisma.deviceCommand.updateMany({ where: { machineId: machine.id }, data: { state: "done" } });
  await stall.wait(6 * 60_000);
  expect(await stall.now(second)).toMatchObject({ status: "refunded", failure: "TOO_LATE", paymentState: "voided" });
  await stall.wait(15 * 60_000);
  expect(await stall.now(first)).toMatchObject({ status: "refunded", lines: [{ state: "failed", code: "UNKNOWN" }], paymentState: "voided" });
  expect((await stall.stock(machine, "A1")).reserved).toBe(0);
});
