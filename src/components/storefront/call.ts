import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import type { ErrorBody } from "#server/trpc/init.ts";
import type { AppRouter } from "#server/trpc/root.ts";

type Inputs = inferRouterInputs<AppRouter>["storefront"];
type Outputs = inferRouterOutputs<AppRouter>["storefront"];
type Name = keyof Inputs;

const TIMEOUT_MS = 15_000;

/** What the server said against it; `body` null: there was no answer of ours. */
export class CallError extends Error {
  readonly body: ErrorBody | null;
  constructor(body: ErrorBody | null) {
    super(body?.code ?? "no answer");
    this.body = body;
  }
}

/**
 * Asks one of the storefront's procedures. tRPC's wire format over plain fetch (trpc.io/docs/rpc): its client and a query cache weigh more than this whole page.
 * @throws CallError
 */
export async function call<N extends Name>(name: N, input: Inputs[N]): Promise<Outputs[N]> {
  const query = name === "get";
  const text = JSON.stringify(input);
  const address = `/trpc/storefront.${name}`;
  let answer: { result?: { data: Outputs[N] }; error?: { data?: { app?: ErrorBody } } };
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(query ? `${address}?input=${encodeURIComponent(text)}` : address, query ? { signal } : { method: "POST", headers: { "content-type": "application/json" }, body: text, signal });
    answer = await response.json();
  } catch {
    throw new CallError(null);
  }
  if (answer.result) return answer.result.data;
  throw new CallError(answer.error?.data?.app ?? null);
}
