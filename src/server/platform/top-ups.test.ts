import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { topUpDetailOutput, topUpSearchInput, topUpSearchOutput } from "#shared/billing/admin-top-ups.ts";
import { credits } from "#shared/credits.ts";
import { newId } from "#shared/ids.ts";
import { grantCredits } from "#server/billing/grants.ts";
import { processInbox } from "#server/billing/payments/inbox.ts";
import { factOf, type PaymentFact } from "#server/billing/payments/payment-fact.ts";
import { refundPayment } from "#server/billing/payments/refunds.ts";
import { openShop, type Shop } from "#server/billing/payments/testing/shop.ts";
import { createTopUp } from "#server/billing/payments/top-ups.ts";
import type { Person } from "#server/testing/people.ts";
import { getTopUpDetail, listTopUps } from "./top-ups.ts";

let shop: Shop;
let [ada, bob]: Person[] = [];
const ids = { plain: "", refunded: "", disputed: "", mismatched: "" };

const find = async (input: object) => topUpSearchOutput.parse(await listTopUps(shop.rt, topUpSearchInput.parse(input)));
const found = async (input: object) => (await find(input)).data.map(({ id }) => id);
const detail = async (id: string) => topUpDetailOutput.parse(await getTopUpDetail(shop.rt, { id }));
async function tell(topUpId: string, fact: PaymentFact): Promise<void> {
  const now = shop.rt.clock.now();
  const { paymentRef } = await shop.rt.db.prisma.topUp.findUniqueOrThrow({ where: { id: topUpId } });
  await shop.rt.db.prisma.paymentEvent.create({ data: { provider: "test", eventId: randomUUID(), type: "told", topUpId, paymentRef, payload: fact, occurredAt: now, receivedAt: now } });
  await processInbox(shop.rt);
}
const dispute = (kind: "disputed" | "dispute_lost" | "dispute_won") => factOf(kind, { amountMinor: 2_000, currency: "USD", partRef: "dp_1", reason: "fraudulent" });

beforeAll(async () => {
  shop = await openShop();
  const people = [await shop.person(), await shop.person()] as const;
  [ada, bob] = people;
  ids.plain = await shop.buy(people[0], 10);
  ids.refunded = await shop.buy(people[0], 30);
  ids.disputed = await shop.buy(people[1], 20);
  await shop.settle();
  ids.mismatched = (await createTopUp(shop.rt, people[1].actor, { credits: credits(50).toString(), saveMethod: false })).id;
  await tell(ids.mismatched, factOf("paid", { amountMinor: 1, currency: "USD" }));
  await refundPayment(shop.rt, people[0].actor, { id: ids.refunded, amountMinor: 1_000, reason: "asked for it", idempotencyKey: randomUUID() });
  await shop.settle();
  await tell(ids.disputed, dispute("disputed"));
});
afterAll(() => shop.close());

it("lists everybody's, the newest first, by state and provider", async () => {
  expect(await found({})).toEqual([ids.mismatched, ids.disputed, ids.refunded, ids.plain]);
  expect(await found({ status: "disputed" })).toEqual([ids.disputed]);
  expect(await found({ status: "mismatched" })).toEqual([ids.mismatched]);
  expect(await found({ status: "paid" })).toEqual([ids.refunded, ids.plain]);
  expect(await found({ provider: "stripe" })).toEqual([]);
  const page = await find({ page: 2, limit: 3 });
  expect([page.data.map(({ id }) => id), page.pagination.total]).toEqual([[ids.plain], 4]);
});

it("finds them by customer, id, receipt and the provider's references", async () => {
  expect(await found({ search: bob?.email })).toEqual([ids.mismatched, ids.disputed]);
  const row = await shop.rt.db.prisma.topUp.findUniqueOrThrow({ where: { id: ids.plain } });
  for (const search of [row.id, row.receiptNumber, row.providerRef, row.paymentRef]) expect([search, await found({ search })]).toEqual([search, [ids.plain]]);
  expect(await found({ search: ada?.email, status: "disputed" })).toEqual([]);
  expect(await found({ search: "%" })).toEqual([]);
});

it("tells those that need somebody: open disputes until they are decided, mismatches for a month", async () => {
  expect(await found({ attention: true })).toEqual([ids.mismatched, ids.disputed]);
  await tell(ids.disputed, dispute("dispute_lost"));
  expect(await found({ attention: true })).toEqual([ids.mismatched]);
  shop.rt.clock.advance(31 * 86_400_000);
  expect(await found({ attention: true })).toEqual([]);
});

it("shows one with its facts, what can be refunded, its transfers and debts", async () => {
  const refunded = await detail(ids.refunded);
  expect(refunded).toMatchObject({ status: "paid", refundedMinor: 1_000, refundableMinor: 2_000, disputed: null, mismatched: false, takenBack: credits(10).toString(), debts: [] });
  expect(refunded.facts.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["paid", "refunded"]));
  expect(refunded.facts.find(({ event }) => event === "refund.requested")).toMatchObject({ amountMinor: 1_000, currency: "USD", outcome: expect.stringContaining("refunded as") });
  expect(refunded.transfers.map(({ kind, amount }) => [kind, amount])).toEqual([["topup", credits(30).toString()], ["reversal", (-credits(10)).toString()]]);
  expect(refunded.userName).not.toBeNull();

  expect(await detail(ids.disputed)).toMatchObject({ disputed: "lost", refundableMinor: 0, takenBack: credits(20).toString() });
  expect(await detail(ids.mismatched)).toMatchObject({ mismatched: true, refundableMinor: 0, transfers: [], facts: [{ kind: "paid", amountMinor: 1 }] });
});

it("what was spent is a debt, and what is paid of it stands among the transfers", async () => {
  const carol = await shop.person();
  const id = await shop.buy(carol, 20);
  await shop.settle();
  const account = await shop.rt.db.prisma.ledgerAccount.findFirstOrThrow({ where: { organizationId: carol.organizationId } });
  await shop.rt.db.query({ text: "select ledger_transfer($1, $1, 'usage', $2, 'acc_revenue_00', 15000000, null, null, '', null, $3::timestamptz)", values: [newId("transfer"), account.id, shop.rt.clock.now()] });
  await tell(id, dispute("disputed"));
  await grantCredits(shop.rt, carol.actor, { organizationId: carol.organizationId, amount: credits(4).toString(), reason: "a present", idempotencyKey: randomUUID() });
  const disputed = await detail(id);
  expect(disputed).toMatchObject({ disputed: "open", owed: credits(11).toString(), debts: [{ amount: credits(15).toString(), paidAmount: credits(4).toString(), settledAt: null }] });
  expect(disputed.transfers.map(({ amount }) => amount)).toEqual([credits(20), -credits(5), -credits(4)].map(String));
  await tell(id, dispute("dispute_won"));
  expect(await detail(id)).toMatchObject({ disputed: "won", owed: "0" });
});

it("one that is not there is not found", async () => {
  await expect(getTopUpDetail(shop.rt, { id: newId("topUp") })).rejects.toMatchObject({ code: "NOT_FOUND" });
});
