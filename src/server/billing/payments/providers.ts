import { AppError } from "#shared/errors.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import type { PaymentProvider } from "./provider.ts";
import { createStripeProvider } from "./stripe/stripe-provider.ts";
import { createTestProvider } from "./test-provider/test-provider.ts";

/** One of each installation's settings: they keep connections. */
const made = new WeakMap<Runtime["config"], PaymentProvider | null>();

/** Who takes this installation's payments; null: nobody. */
export function paymentProvider(rt: Runtime): PaymentProvider | null {
  const known = made.get(rt.config);
  if (known !== undefined) return known;
  const { provider, stripe } = rt.config.payments;
  const created = provider === "stripe" && stripe ? createStripeProvider(rt, stripe) : provider === "test" ? createTestProvider(rt) : null;
  made.set(rt.config, created);
  return created;
}

/** The provider, where there has to be one. @throws AppError SERVICE_UNAVAILABLE */
export function requireProvider(rt: Runtime): PaymentProvider {
  const provider = paymentProvider(rt);
  if (!provider) throw new AppError("SERVICE_UNAVAILABLE", "This installation takes no payments: no payment provider is configured.");
  return provider;
}
