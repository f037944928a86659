import { type ListInput, listInputOf } from "#components/table/list-input.ts";
import { PROVIDERS, TOP_UP_FILTERS } from "#shared/billing/admin-top-ups.ts";

type Provider = (typeof PROVIDERS)[number];
type Filter = (typeof TOP_UP_FILTERS)[number];

/** What the list asks for; its page on the server asks the same. */
export function paymentsInput(list: ListInput<Filter>, provider: Provider | null): ListInput<Filter> & { provider?: Provider } {
  return { ...list, ...(provider === null ? {} : { provider }) };
}

export function paymentsInputOf(parameters: Record<string, string | string[] | undefined>): ReturnType<typeof paymentsInput> {
  return paymentsInput(listInputOf(parameters, TOP_UP_FILTERS), PROVIDERS.find((each) => each === parameters["provider"]) ?? null);
}
