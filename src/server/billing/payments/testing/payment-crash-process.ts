import { randomUUID } from "node:crypto";
import { credits } from "#shared/credits.ts";
import { type Ground, withGround } from "#server/compute/testing/child-runtime.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { countStatements, type StatementCount } from "#server/testing/statement-count.ts";
import { runAutoTopUps, topUpWhenLow } from "../auto-charge.ts";
import { setAutoTopUp } from "../auto-top-up.ts";
import { processInbox } from "../inbox.ts";
import { refundPayment, sendRefunds } from "../refunds.ts";
import { payTestCheckout } from "../test-provider/test-checkout.ts";
import { createTopUp } from "../top-ups.ts";
import { deliverDirectly } from "./deliver-directly.ts";

/**
 * A process that takes part in a payment and is killed (kill -9) before its n-th statement to the database, counted from where the scene begins; without a
 * scene it ends what the processes before have left. One that comes to its end alive prints how many statements the scene took.
 */
export interface CrashTask extends Ground {
  scene: "webhook" | "refund" | "automatic" | null;
  /** null: none */
  statement: number | null;
}

async function buy(rt: Runtime, person: Person): Promise<string> {
  const { id, checkoutUrl } = await createTopUp(rt, person.actor, { credits: credits(10).toString(), saveMethod: true });
  await payTestCheckout(rt, { id: checkoutUrl.split("/").at(-1) ?? "", card: "succeeds", save: true });
  return id;
}

async function play(rt: Runtime, statements: StatementCount, { scene, statement }: CrashTask): Promise<void> {
  const person = await makePerson(rt, { email: `${randomUUID()}@test.example` });
  const id = await buy(rt, person);
  if (scene === "webhook") statements.begin(statement);
  await deliverDirectly(rt);
  await processInbox(rt);
  if (scene === "refund") {
    statements.begin(statement);
    await refundPayment(rt, person.actor, { id, amountMinor: 300, reason: "asked for it", idempotencyKey: randomUUID() });
  }
  if (scene === "automatic") {
    await setAutoTopUp(rt, person.actor, { enabled: true, threshold: credits(20).toString(), credits: credits(25).toString(), monthlyCap: credits(100).toString() });
    statements.begin(statement);
    await topUpWhenLow(rt, person.organizationId);
  }
  statements.end();
}

/** A minute later: what had no answer is asked again. */
async function recover(rt: Runtime): Promise<void> {
  const later: Runtime = { ...rt, clock: { now: () => new Date(Date.now() + 90_000) } };
  await runAutoTopUps(later);
  await sendRefunds(later);
  await deliverDirectly(later);
  await processInbox(later);
}

if (import.meta.main) {
  // Written by the test that starts it.
  const task = JSON.parse(process.argv[2] ?? "") as CrashTask;
  const statements = countStatements();
  await withGround(task, async (rt) => {
    await (task.scene === null ? recover(rt) : play(rt, statements, task));
  });
  process.stdout.write(`${statements.passed()}\n`);
}
