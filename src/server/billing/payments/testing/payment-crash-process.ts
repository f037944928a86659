import { randomUUID } from "node:crypto";
import { PGlite } from "@electric-sql/pglite";
import pg from "pg";
import { credits } from "#shared/credits.ts";
import { type Ground, withGround } from "#server/compute/testing/child-runtime.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { runAutoTopUps, topUpWhenLow } from "../auto-charge.ts";
import { setAutoTopUp } from "../auto-top-up.ts";
import { processInbox, receiveWebhook } from "../inbox.ts";
import { refundPayment, sendRefunds } from "../refunds.ts";
import { payTestCheckout } from "../test-provider/test-checkout.ts";
import { endTestDelivery, takeDueTestEvents } from "../test-provider/test-provider-repository.ts";
import { signTestWebhook } from "../test-provider/test-signature.ts";
import { createTopUp } from "../top-ups.ts";

/**
 * A process that takes part in a payment and is killed (kill -9) before its n-th statement to the database, counted from where the scene begins; without a
 * scene it ends what the processes before have left. One that comes to its end alive prints how many statements the scene took.
 */
export interface CrashTask extends Ground {
  scene: "webhook" | "refund" | "automatic" | null;
  /** null: none */
  statement: number | null;
}

let counting = false;
let passed = 0;
let last: number | null = null;
/** Every statement passes here, whichever way it takes to the database; the embedded one is asked in several messages a statement. */
function count(): void {
  if (!counting) return;
  passed += 1;
  if (passed === last) process.kill(process.pid, "SIGKILL");
}

function begin(statement: number | null): void {
  counting = true;
  last = statement;
}

function countStatements(): void {
  for (const [prototype, method] of [[PGlite.prototype, "execProtocolRaw"], [pg.Client.prototype, "query"]] as const) {
    // Both take what they take and answer what they answer; only the call is of interest here.
    const methods = prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
    const original = methods[method];
    methods[method] = function counted(this: unknown, ...args: unknown[]) {
      count();
      return original?.apply(this, args);
    };
  }
}

/** The provider's webhook, without a network between: what is due is signed, received and, when that went well, not sent again. */
async function deliver(rt: Runtime): Promise<void> {
  for (const event of await takeDueTestEvents(rt, rt.clock.now(), rt.clock.now(), 100)) {
    await receiveWebhook(rt, "test", event.body, { "test-signature": signTestWebhook(rt.config, event.body, rt.clock.now()) });
    await endTestDelivery(rt, event.id, { dueAt: null, deliveredAt: rt.clock.now() });
  }
}

async function buy(rt: Runtime, person: Person): Promise<string> {
  const { id, checkoutUrl } = await createTopUp(rt, person.actor, { credits: credits(10).toString(), saveMethod: true });
  await payTestCheckout(rt, { id: checkoutUrl.split("/").at(-1) ?? "", card: "succeeds", save: true });
  return id;
}

async function play(rt: Runtime, { scene, statement }: CrashTask): Promise<void> {
  const person = await makePerson(rt, { email: `${randomUUID()}@test.example` });
  const id = await buy(rt, person);
  if (scene === "webhook") begin(statement);
  await deliver(rt);
  await processInbox(rt);
  if (scene === "refund") {
    begin(statement);
    await refundPayment(rt, person.actor, { id, amountMinor: 300, reason: "asked for it", idempotencyKey: randomUUID() });
  }
  if (scene === "automatic") {
    await setAutoTopUp(rt, person.actor, { enabled: true, threshold: credits(20).toString(), credits: credits(25).toString(), monthlyCap: credits(100).toString() });
    begin(statement);
    await topUpWhenLow(rt, person.organizationId);
  }
  counting = false;
}

/** A minute later: what had no answer is asked again. */
async function recover(rt: Runtime): Promise<void> {
  const later: Runtime = { ...rt, clock: { now: () => new Date(Date.now() + 90_000) } };
  await runAutoTopUps(later);
  await sendRefunds(later);
  await deliver(later);
  await processInbox(later);
}

if (import.meta.main) {
  // Written by the test that starts it.
  const task = JSON.parse(process.argv[2] ?? "") as CrashTask;
  countStatements();
  await withGround(task, async (rt) => {
    await (task.scene === null ? recover(rt) : play(rt, task));
  });
  process.stdout.write(`${passed}\n`);
}
