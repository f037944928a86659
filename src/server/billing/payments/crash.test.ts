import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { credits } from "#shared/credits.ts";
import { withGround } from "#server/compute/testing/child-runtime.ts";
import { type CrashGround, makeCrashGround } from "#server/compute/testing/crash-ground.ts";
import { killAnywhere, runCounted } from "#server/testing/kill-anywhere.ts";
import { auditLedger } from "../check.ts";
import type { CrashTask } from "./testing/payment-crash-process.ts";

let ground: CrashGround;
beforeAll(async () => void (ground = await makeCrashGround()), 60_000);
afterAll(() => ground.remove());

const PROGRAM = join(import.meta.dirname, "testing/payment-crash-process.ts");
/** Processes that are killed in a scene. */
const TIMES = 5;

it("ends every payment once, wherever processes were killed while they took it, refunded it or made it themselves", { timeout: 600_000 }, async () => {
  const { database, dataDir } = ground;
  const task = (scene: CrashTask["scene"], statement: number | null): CrashTask => ({ database, dataDir, scene, statement });
  for (const scene of ["webhook", "refund", "automatic"] as const) await killAnywhere(PROGRAM, (statement) => task(scene, statement), TIMES);
  await runCounted(PROGRAM, task(null, null));
  await withGround(ground, async (rt) => {
    const { prisma } = rt.db;
    expect(await auditLedger(rt)).toEqual([]);
    expect(await prisma.paymentEvent.count({ where: { processedAt: null } })).toBe(0);
    expect(await prisma.testPaymentEvent.count({ where: { deliveredAt: null } })).toBe(0);
    // Each payment that the provider took is paid here, and each that is paid here the provider took, once.
    const topUps = await prisma.topUp.findMany({ orderBy: { createdAt: "asc" } });
    const taken = await prisma.testPayment.findMany({ where: { kind: { not: "refund" } } });
    expect(taken.map((payment) => payment.topUpId).toSorted()).toEqual(topUps.map((topUp) => topUp.id).toSorted());
    expect(new Set(topUps.map((topUp) => topUp.receiptNumber)).size).toBe(topUps.length);
    const credited = await prisma.transfer.groupBy({ by: ["subjectId"], where: { kind: "topup" }, _sum: { amount: true } });
    expect(new Map(credited.map((row) => [row.subjectId, row._sum.amount]))).toEqual(new Map(topUps.map((topUp) => [topUp.id, topUp.userId === null ? credits(25) : credits(10)])));
    // A refund that was begun is at the provider and in the ledger, once; one that was not is in neither.
    for (const topUp of topUps) {
      const refunds = await prisma.testPayment.count({ where: { kind: "refund", topUpId: topUp.id, status: "succeeded" } });
      const back = await prisma.transfer.findMany({ where: { kind: "reversal", reverses: { subjectId: topUp.id } } });
      expect([topUp.refundedMinor, back.map((transfer) => transfer.amount)]).toEqual(refunds === 0 ? [0, []] : [300, [credits(3)]]);
    }
  });
});
