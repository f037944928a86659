import type { Runtime } from "#server/infra/runtime.ts";
import { type DueTestEvent, endTestDelivery, takeDueTestEvents } from "./test-provider-repository.ts";
import { signTestWebhook, TEST_SIGNATURE_HEADER } from "./test-signature.ts";

const BATCH = 20;
const TIMEOUT_MS = 10_000;
/** Longer than a batch takes at worst. */
const LEASE_MS = BATCH * TIMEOUT_MS + 30_000;
const ATTEMPTS = 15;
const LONGEST_PAUSE_MS = 3_600_000;

/**
 * Sends the test provider's events to our webhook, over HTTP and signed; what is not answered with 2xx is sent again, later each time.
 * @returns whether there may be more
 */
export async function deliverTestEvents(rt: Runtime): Promise<boolean> {
  const now = rt.clock.now();
  const due = await takeDueTestEvents(rt, now, new Date(now.getTime() + LEASE_MS), BATCH);
  for (const event of due) await deliver(rt, event);
  return due.length === BATCH;
}

async function deliver(rt: Runtime, event: DueTestEvent): Promise<void> {
  const problem = await send(rt, event.body);
  const now = rt.clock.now();
  if (problem === null) return endTestDelivery(rt, event.id, { dueAt: null, deliveredAt: now });
  const again = event.attempts < ATTEMPTS;
  const pause = Math.min(LONGEST_PAUSE_MS, 1_000 * 2 ** event.attempts);
  rt.log.warn({ event: event.id, attempts: event.attempts, problem, again }, "test payments: the webhook did not take an event");
  await endTestDelivery(rt, event.id, { dueAt: again ? new Date(now.getTime() + pause) : null, deliveredAt: null });
}

async function send(rt: Runtime, body: string): Promise<string | null> {
  try {
    const answer = await fetch(`${rt.config.publicUrl}/webhooks/payments/test`, {
      method: "POST",
      headers: { "content-type": "application/json", [TEST_SIGNATURE_HEADER]: signTestWebhook(rt.config, body, rt.clock.now()) },
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await answer.body?.cancel();
    return answer.ok ? null : `answered ${answer.status}`;
  } catch (error) {
    return (error as Error).name;
  }
}
