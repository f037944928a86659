import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Stripe } from "stripe";

/** What our library's client sent. */
export interface StripeRequest {
  path: string;
  idempotencyKey: string;
  authorization: string;
  body: Record<string, string>;
}

/** How the next answers go wrong: `drop` does what was asked and cuts the connection before the answer. */
export type StripeFault = "drop" | "unavailable" | "unauthorized";

export interface ManualIntent {
  amount: number;
  status: "requires_capture" | "succeeded" | "canceled";
  received: number;
}

export interface FakeStripe {
  apiBase: string;
  requests: StripeRequest[];
  faults: StripeFault[];
  /** codes of saved cards' refusals, by payment method */
  declines: Map<string, string>;
  /** how much was charged, by payment */
  charged: Map<string, number>;
  /** payments that are authorised and captured by hand, with their states at Stripe */
  intents: Map<string, ManualIntent>;
  close(): Promise<void>;
}

/**
 * A server that speaks Stripe's API as far as we use it, in the shapes that Stripe documents: form-encoded bodies, idempotency keys with their own error, refusals of cards as
 * 402 with a `card_error`, refunds bounded by what was paid.
 */
export async function startFakeStripe(secretKey: string): Promise<FakeStripe> {
  const requests: StripeRequest[] = [];
  const faults: StripeFault[] = [];
  const declines = new Map<string, string>();
  const charged = new Map<string, number>();
  const refunded = new Map<string, number>();
  const intents = new Map<string, ManualIntent>();
  const answers = new Map<string, { asked: string; status: number; answer: unknown }>();
  let nth = 0;
  const id = (prefix: string): string => `${prefix}_test_${String((nth += 1)).padStart(8, "0")}`;

  const operations: Record<string, (body: Record<string, string>) => { status: number; answer: unknown }> = {
    "/v1/checkout/sessions": (body) => {
      const session = id("cs");
      return { status: 200, answer: { id: session, object: "checkout.session", url: `https://checkout.stripe.com/c/pay/${session}`, status: "open", payment_status: "unpaid", client_reference_id: body.client_reference_id } };
    },
    "/v1/payment_intents": (body) => {
      const intent = { id: id("pi"), object: "payment_intent", amount: Number(body.amount), currency: body.currency, customer: body.customer, status: "succeeded", last_payment_error: null };
      const code = declines.get(body.payment_method ?? "");
      if (code !== undefined) {
        const error = { type: "card_error", code: code === "authentication_required" ? code : "card_declined", decline_code: code, message: "Your card was declined.", payment_intent: { ...intent, status: "requires_payment_method" } };
        return { status: 402, answer: { error } };
      }
      charged.set(intent.id, intent.amount);
      return { status: 200, answer: intent };
    },
    "/v1/refunds": (body) => {
      const payment = body.payment_intent ?? "";
      const amount = Number(body.amount);
      const left = (charged.get(payment) ?? 0) - (refunded.get(payment) ?? 0);
      if (amount > left) return { status: 400, answer: { error: { type: "invalid_request_error", code: left === 0 ? "charge_already_refunded" : undefined, message: `Refund amount is greater than unrefunded amount on charge.` } } };
      refunded.set(payment, (refunded.get(payment) ?? 0) + amount);
      return { status: 200, answer: { id: id("re"), object: "refund", amount, currency: "usd", payment_intent: payment, status: "succeeded", metadata: { refund_key: body["metadata[refund_key]"] } } };
    },
  };

  const intentAnswer = (id_: string, { amount, status, received }: ManualIntent) => ({
    status: 200,
    answer: { id: id_, object: "payment_intent", amount, amount_capturable: status === "requires_capture" ? amount : 0, amount_received: received, currency: "usd", status, cancellation_reason: null, last_payment_error: null },
  });
  const unexpected = (intent: ManualIntent | undefined, what: string) => ({
    status: intent ? 400 : 404,
    answer: { error: { type: "invalid_request_error", code: intent ? "payment_intent_unexpected_state" : "resource_missing", message: `This PaymentIntent could not be ${what} because it has a status of ${intent?.status}.` } },
  });
  /** `/v1/payment_intents/{id}`, `…/capture`, `…/cancel`, `/v1/checkout/sessions/{id}/expire` */
  const byId = (path: string): ((body: Record<string, string>) => { status: number; answer: unknown }) | undefined => {
    const [, intentId = "", action] = /^\/v1\/payment_intents\/(\w+)(?:\/(capture|cancel))?$/.exec(path) ?? [];
    if (/^\/v1\/checkout\/sessions\/\w+\/expire$/.test(path)) return () => ({ status: 200, answer: { id: path.split("/")[4], object: "checkout.session", status: "expired" } });
    if (intentId === "") return undefined;
    return (body) => {
      const intent = intents.get(intentId);
      if (intent && action === undefined) return intentAnswer(intentId, intent);
      if (intent?.status !== "requires_capture") return unexpected(intent, action === "capture" ? "captured" : "canceled");
      if (action === "capture") Object.assign(intent, { status: "succeeded", received: Number(body.amount_to_capture ?? intent.amount) });
      else intent.status = "canceled";
      charged.set(intentId, intent.received);
      return intentAnswer(intentId, intent);
    };
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const path = request.url ?? "";
    const { authorization = "" } = request.headers;
    const idempotencyKey = String(request.headers["idempotency-key"] ?? "");
    requests.push({ path, idempotencyKey, authorization, body: Object.fromEntries(new URLSearchParams(text)) });
    const send = (status: number, body: unknown): void => void response.writeHead(status, { "content-type": "application/json", "request-id": id("req") }).end(JSON.stringify(body));
    const fault = faults.shift();
    if (fault === "unavailable") return send(503, { error: { type: "api_error", message: "Try again." } });
    if (fault === "unauthorized" || authorization !== `Bearer ${secretKey}`) return send(401, { error: { type: "invalid_request_error", message: `Invalid API Key provided: ${authorization.slice(7)}` } });
    const operation = operations[path] ?? byId(path);
    // Reading takes no key.
    if (operation && request.method === "GET") {
      const read = operation({});
      return send(read.status, read.answer);
    }
    if (!operation || idempotencyKey === "") return send(404, { error: { type: "invalid_request_error", message: "Unrecognized request URL." } });
    const before = answers.get(idempotencyKey);
    if (before && before.asked !== path + text) return send(400, { error: { type: "idempotency_error", message: "Keys for idempotent requests can only be used with the same parameters they were first used with." } });
    const now = before ?? { asked: path + text, ...operation(Object.fromEntries(new URLSearchParams(text))) };
    answers.set(idempotencyKey, now);
    if (fault === "drop") return void request.socket.destroy();
    send(now.status, now.answer);
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    // A listening server has an address with a port; a string would be a pipe's.
    apiBase: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    faults,
    declines,
    charged,
    intents,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** An event as Stripe's webhook sends it, with its signature; `at`: when it was signed. */
export function stripeWebhook(secret: string, at: Date, event: { id: string; type: string; object: unknown }): { body: string; signature: string } {
  const created = Math.floor(at.getTime() / 1000);
  const body = JSON.stringify({ id: event.id, object: "event", api_version: Stripe.API_VERSION, created, livemode: false, pending_webhooks: 1, request: { id: null, idempotency_key: null }, type: event.type, data: { object: event.object } }, null, 2);
  return { body, signature: new Stripe("sk_test_unused00").webhooks.generateTestHeaderString({ payload: body, secret, timestamp: created }) };
}
