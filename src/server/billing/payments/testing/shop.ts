import { credits } from "#shared/credits.ts";
import type { TEST_CARDS } from "#shared/billing/top-ups.ts";
import { createWebServer } from "#server/http/server.ts";
import type { Config } from "#server/infra/config.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { availableCredits } from "../../credits.ts";
import { processInbox } from "../inbox.ts";
import { payTestCheckout } from "../test-provider/test-checkout.ts";
import { deliverTestEvents } from "../test-provider/test-delivery.ts";
import { createTopUp, getTopUp } from "../top-ups.ts";

/** An installation with its web server on a port of its own, where the test provider's webhook arrives as it does in the product. */
export interface Shop {
  rt: TestRuntime;
  url: string;
  /** sends what the provider has to say, and processes it */
  settle(): Promise<void>;
  /** begins a top-up and pays it at the provider's page */
  buy(person: Person, whole: number, options?: { card?: (typeof TEST_CARDS)[number]; save?: boolean }): Promise<string>;
  person(): Promise<Person>;
  available(person: Person): Promise<bigint>;
  status(person: Person, id: string): Promise<string>;
  close(): Promise<void>;
}

export async function openShop(overrides: Partial<Config> = {}): Promise<Shop> {
  const rt = await createTestRuntime({ port: 0, ...overrides });
  const web = createWebServer(rt, { next: null });
  const { port } = await web.listen();
  rt.config.publicUrl = `http://127.0.0.1:${port}`;
  return {
    rt,
    url: rt.config.publicUrl,
    async settle() {
      await deliverTestEvents(rt);
      await processInbox(rt);
    },
    async buy(person, whole, { card = "succeeds", save = false } = {}) {
      const { id, checkoutUrl } = await createTopUp(rt, person.actor, { credits: credits(whole).toString(), saveMethod: save });
      await payTestCheckout(rt, { id: checkoutUrl.split("/").at(-1) ?? "", card, save });
      return id;
    },
    person: () => makePerson(rt),
    available: (person) => availableCredits(rt, person.organizationId),
    status: async (person, id) => (await getTopUp(rt, person.actor, { id })).status,
    async close() {
      await web.close();
      await rt.close();
    },
  };
}

/** Posts a webhook. */
export async function postWebhook(shop: Shop, provider: string, body: string, headers: Record<string, string>): Promise<number> {
  const answer = await fetch(`${shop.url}/webhooks/payments/${provider}`, { method: "POST", body, headers: { "content-type": "application/json", ...headers } });
  await answer.body?.cancel();
  return answer.status;
}
