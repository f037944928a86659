import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { credits } from "#shared/credits.ts";
import { availableCredits } from "#server/billing/credits.ts";
import { auditLedger } from "#server/billing/check.ts";
import { withGround } from "#server/compute/testing/child-runtime.ts";
import { type CrashGround, makeCrashGround } from "#server/compute/testing/crash-ground.ts";
import { killAnywhere, runCounted } from "#server/testing/kill-anywhere.ts";
import { flashOf, type OrderCrashTask } from "../testing/order-crash-process.ts";

let ground: CrashGround;
beforeAll(async () => {
  ground = await makeCrashGround();
  mkdirSync(ground.dataDir, { recursive: true });
}, 60_000);
afterAll(() => ground.remove());

const PROGRAM = join(import.meta.dirname, "../testing/order-crash-process.ts");
/** Processes that are killed in a sale. */
const TIMES = 6;

it("ends every sale once, wherever processes were killed between payment, command, result and capture", { timeout: 900_000 }, async () => {
  const { database, dataDir } = ground;
  const task = (payment: OrderCrashTask["payment"], statement: number | null): OrderCrashTask => ({ database, dataDir, payment, statement });
  for (const payment of ["card", "credits"] as const) await killAnywhere(PROGRAM, (statement) => task(payment, statement), TIMES);
  await runCounted(PROGRAM, task(null, null));
  await withGround(ground, async (rt) => {
    const { prisma } = rt.db;
    expect(await auditLedger(rt)).toEqual([]);
    expect(await prisma.paymentEvent.count({ where: { processedAt: null } })).toBe(0);
    expect(await prisma.downlink.count({ where: { commandId: { not: null } } })).toBe(0);
    const orders = await prisma.machineOrder.findMany({ include: { lines: { include: { commands: true } } } });
    // An order in credits may have died before it was one.
    expect(orders.length).toBeGreaterThan(TIMES);
    for (const order of orders) {
      const flash = flashOf(ground, order.machineId);
      const turns = existsSync(flash) ? (JSON.parse(readFileSync(flash, "utf8")) as { turns: { id: string; slot: string }[] }).turns : [];
      expect(new Set(turns.map(({ id }) => id)).size).toBe(turns.length);
      const sold = order.lines.filter((line) => line.state === "dispensed");
      expect(["dispensed", "refunded", "expired"]).toContain(order.status);
      expect(order.lines.every((line) => line.commands.length <= 1 && ["dispensed", "failed", "released"].includes(line.state))).toBe(true);
      // What came out is sold: the device tells it when it is asked.
      expect(sold.map((line) => line.slot)).toEqual(turns.filter(({ slot }) => slot === "A1").map(({ slot }) => slot));
      const slots = await prisma.slot.findMany({ where: { machineId: order.machineId, productId: { not: null } }, orderBy: { code: "asc" } });
      expect(slots.map(({ code, count, reserved }) => [code, count, reserved])).toEqual([["A1", 5 - sold.length, 0], ["A2", 5, 0]]);
      const kept = sold.reduce((sum, line) => sum + line.price, 0n);
      expect(order.captured).toBe(kept);
      if (order.payment === "credits") expect(await availableCredits(rt, order.buyerOrgId ?? "")).toBe(credits(10) - kept);
      else {
        const payment = await prisma.testPayment.findFirstOrThrow({ where: { orderId: order.id, kind: "checkout" } });
        expect([payment.status, payment.capturedMinor ?? 0]).toEqual(sold.length > 0 ? ["succeeded", order.capturedMinor] : [expect.stringMatching(/^(voided|expired)$/), 0]);
        expect(order.capturedMinor).toBe(Number(kept / 10_000n));
      }
    }
  });
});
