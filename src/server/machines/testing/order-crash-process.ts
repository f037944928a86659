import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { credits } from "#shared/credits.ts";
import { type Ground, withGround } from "#server/compute/testing/child-runtime.ts";
import { processInbox } from "#server/billing/payments/inbox.ts";
import { deliverDirectly } from "#server/billing/payments/testing/deliver-directly.ts";
import { payTestCheckout } from "#server/billing/payments/test-provider/test-checkout.ts";
import { createSealer } from "#server/infra/crypto.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { makePerson } from "#server/testing/people.ts";
import { countStatements, type StatementCount } from "#server/testing/statement-count.ts";
import { sweepCommands } from "../commands/command-sweep.ts";
import { advanceOrders, takePayments } from "../orders/orders-worker.ts";
import { checkout } from "../storefront/checkout.ts";
import { getStorefront } from "../storefront/storefront.ts";
import { givenDevice } from "./fixtures.ts";
import { LoopDevice } from "./loop-device.ts";

/**
 * A process that takes part in a sale of two pieces, of which one jams, and is killed (kill -9) before its n-th statement to the database, counted from the payment on (in
 * credits: from the order on); without a payment it ends what the processes before have left. One that comes to its end alive prints how many statements it took.
 */
export interface OrderCrashTask extends Ground {
  payment: "card" | "credits" | null;
  /** null: none */
  statement: number | null;
}

/** The processes are one installation's. */
const KEYS = ["a key of 32 characters for tests"];

/** Where a machine's device keeps what it knows. */
export function flashOf(ground: Ground, machineId: string): string {
  return join(ground.dataDir, `${machineId}.json`);
}

async function work(rt: Runtime, devices: readonly LoopDevice[], rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    await deliverDirectly(rt);
    await processInbox(rt);
    await takePayments(rt);
    await advanceOrders(rt);
    for (const device of devices) await device.pump();
  }
}

async function sell(rt: Runtime, statements: StatementCount, { payment, statement, ...ground }: OrderCrashTask & { payment: "card" | "credits" }): Promise<void> {
  const { id, productId } = await givenDevice(rt);
  await rt.db.prisma.slot.updateMany({ where: { machineId: id, code: { in: ["A1", "A2"] } }, data: { productId, count: 5 } });
  const { slug } = await rt.db.prisma.machine.findUniqueOrThrow({ where: { id } });
  const device = new LoopDevice(rt, id, flashOf(ground, id));
  device.ends.set("A2", [{ phase: "failed", code: "JAM" }]);
  await device.online();
  const person = await makePerson(rt, { email: `${randomUUID()}@test.example`, welcome: credits(10) });
  const { products } = await getStorefront(rt, null, { slug });
  const lines = ["A2", "A1"].flatMap((code) => products.filter(({ slot }) => slot === code).map(({ slot, price }) => ({ slot, productId, price })));
  const buy = () => checkout(rt, person.actor, { slug, lines, payment, idempotencyKey: randomUUID() });
  if (payment === "credits") statements.begin(statement);
  const { order } = await buy();
  if (payment === "card") {
    statements.begin(statement);
    await payTestCheckout(rt, { id: order.checkoutUrl?.split("/").at(-1) ?? "", card: "succeeds", save: false });
  }
  await work(rt, [device], 4);
  statements.end();
}

/** Everything goes on, and time passes. */
async function recover(rt: Runtime, ground: Ground): Promise<void> {
  const machines = await rt.db.prisma.machine.findMany({ select: { id: true } });
  for (const minutes of [0, 2, 13, 30]) {
    const later: Runtime = { ...rt, clock: { now: () => new Date(Date.now() + minutes * 60_000) } };
    const devices = machines.map(({ id }) => new LoopDevice(later, id, flashOf(ground, id)));
    for (const device of devices) {
      await device.online();
      // What was not acknowledged at QoS 1 comes again with the connection.
      await device.tellAll();
    }
    await work(later, devices, 4);
    await sweepCommands(later);
    await work(later, devices, 4);
  }
}

if (import.meta.main) {
  // Written by the test that starts it.
  const task = JSON.parse(process.argv[2] ?? "") as OrderCrashTask;
  const statements = countStatements();
  await withGround(task, async (base) => {
    const rt: Runtime = { ...base, config: { ...base.config, secretKeys: KEYS }, sealer: createSealer(KEYS) };
    const { payment } = task;
    await (payment === null ? recover(rt, task) : sell(rt, statements, { ...task, payment }));
  });
  process.stdout.write(`${statements.passed()}\n`);
}
