import type { Runtime } from "#server/infra/runtime.ts";
import { receiveWebhook } from "../inbox.ts";
import { endTestDelivery, takeDueTestEvents } from "../test-provider/test-provider-repository.ts";
import { signTestWebhook } from "../test-provider/test-signature.ts";

/** The test provider's webhook, without a network between: what is due is signed, received and, when that went well, not sent again. */
export async function deliverDirectly(rt: Runtime): Promise<void> {
  for (const event of await takeDueTestEvents(rt, rt.clock.now(), rt.clock.now(), 100)) {
    await receiveWebhook(rt, "test", event.body, { "test-signature": signTestWebhook(rt.config, event.body, rt.clock.now()) });
    await endTestDelivery(rt, event.id, { dueAt: null, deliveredAt: rt.clock.now() });
  }
}
