import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { type PriceChangeInput, priceChangeInput } from "#shared/machines/price-changes.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { archiveProduct, updateProduct } from "../assortment/assortment.ts";
import { getPlanogram, savePlanogram } from "../planogram/edit.ts";
import { createProduct } from "../products.ts";
import { getStorefront } from "../storefront/storefront.ts";
import { type GivenDevice, givenClaim, givenDevice, givenMachine, TESTER } from "../testing/fixtures.ts";
import { changePrices, previewPrices } from "./price-changes.ts";

let rt: TestRuntime;
let device: GivenDevice;
let second: string;
let cola: string;

beforeAll(async () => void (rt = await createTestRuntime()));
afterAll(() => rt.close());

/**
 * Two claimed machines with Bar at 1.50 in A1; the second has it also in B1 at 3.00 of its own, and Cola at 2.00 in B2. Each machine's fixture has a Bar of its own;
 * the second's is in no slot and archived.
 */
beforeEach(async () => {
  device = await givenDevice(rt);
  const { organizationId, productId } = device;
  const other = await givenMachine(rt, { organizationId, name: "Second" });
  second = other.id;
  await givenClaim(rt, second);
  cola = (await createProduct(rt, TESTER, { organizationId, name: "Cola", sku: "COLA", price: "2000000" })).id;
  await rt.db.prisma.slot.updateMany({ where: { machineId: second, code: { in: ["A1", "B1"] } }, data: { productId } });
  await rt.db.prisma.slot.updateMany({ where: { machineId: second, code: "B1" }, data: { price: 3_000_000n } });
  await rt.db.prisma.slot.updateMany({ where: { machineId: second, code: "B2" }, data: { productId: cola } });
  await archiveProduct(rt, TESTER, { organizationId }, { id: other.productId, archived: true });
  // Claimed, and connected once: there is a storefront.
  await rt.db.prisma.machine.updateMany({ where: { organizationId }, data: { status: "online" } });
  await rt.db.prisma.downlink.deleteMany();
});

const rounding = { step: "10000", mode: "nearest" } as const;
const change = (input: object): PriceChangeInput => priceChangeInput.parse(input);
const up10 = (more: object = {}): PriceChangeInput => change({ rule: { kind: "percent", basisPoints: 1_000, rounding }, ...more });
const setTo = (price: string, more: object = {}): PriceChangeInput => change({ rule: { kind: "set", price }, ...more });
const preview = (input: PriceChangeInput) => previewPrices(rt, device.organizationId, input);
const apply = async (input: PriceChangeInput, key = randomUUID()) => changePrices(rt, TESTER, device.organizationId, { ...input, fingerprint: (await preview(input)).fingerprint, idempotencyKey: key });

/** What A1, B1 and B2 of a machine cost, as its storefront shows it. */
const sold = async (machineId: string) => {
  const { slug } = await rt.db.prisma.machine.findUniqueOrThrow({ where: { id: machineId } });
  return Object.fromEntries((await getStorefront(rt, null, { slug })).products.map(({ slot, price }) => [slot, price]));
};
const told = async () => (await rt.db.prisma.downlink.findMany({ where: { part: "cfg" }, orderBy: { seq: "asc" } })).map(({ machineId, retain, payload }) => {
  const { slots } = JSON.parse(payload) as { slots: { slot: string; price: string | null }[] };
  return { machineId, retain, prices: Object.fromEntries(slots.filter((slot) => slot.price !== null).map(({ slot, price }) => [slot, price])) };
});
const inOrder = <T extends { machineId: string }>(rows: T[]): T[] => rows.sort((a, b) => (a.machineId < b.machineId ? -1 : 1));

describe("a change everywhere", () => {
  it("is shown price by price before it is made, and changes nothing yet", async () => {
    const shown = await preview(up10());
    expect(shown.products.map(({ productName, before, after, slots, machines, problem }) => [productName, before, after, slots, machines, problem])).toEqual([
      ["Bar", "1500000", "1650000", 2, 2, null],
      ["Cola", "2000000", "2200000", 1, 1, null],
    ]);
    expect(shown.machines.map(({ name, lines }) => [name, lines.map(({ productName, before, after, slots }) => [productName, before, after, slots])])).toEqual([["Second", [["Bar", "3000000", "3300000", 1]]]]);
    expect(shown).toMatchObject({ total: { products: 2, machines: 2, slots: 4, problems: 0 }, moreMachines: 0, openOrders: 0 });
    expect(await sold(second)).toEqual({ A1: "1500000", B1: "3000000", B2: "2000000" });
    expect(await told()).toEqual([]);
  });

  it("reaches products, slots with prices of their own, storefronts and devices, with an entry in the audit log", async () => {
    const before = await rt.db.prisma.machine.findUniqueOrThrow({ where: { id: second } });
    expect(await apply(up10())).toMatchObject({ machines: 2, slots: 4 });
    expect(await sold(device.id)).toEqual({ A1: "1650000" });
    expect(await sold(second)).toEqual({ A1: "1650000", B1: "3300000", B2: "2200000" });
    expect(await told()).toEqual(inOrder([
      { machineId: device.id, retain: true, prices: { A1: "1650000" } },
      { machineId: second, retain: true, prices: { A1: "1650000", B1: "3300000", B2: "2200000" } },
    ]));
    expect((await rt.db.prisma.machine.findUniqueOrThrow({ where: { id: second } })).configVersion).toBe(before.configVersion + 1);
    const [entry] = await rt.db.prisma.auditEntry.findMany({ where: { organizationId: device.organizationId, action: "product.price_change" } });
    expect(entry).toMatchObject({ before: { COLA: "2000000" }, after: { COLA: "2200000", machines: 2, slots: 4 } });
    expect(await rt.db.prisma.event.count({ where: { organizationId: device.organizationId, type: "machine.updated", createdAt: rt.clock.now() } })).toBeGreaterThanOrEqual(2);
  });

  it("leaves slots with prices of their own when it is told to", async () => {
    expect((await preview(up10({ ownPrices: "keep" }))).machines).toEqual([]);
    await apply(up10({ ownPrices: "keep", productIds: [device.productId] }));
    expect(await sold(second)).toEqual({ A1: "1650000", B1: "3000000", B2: "2000000" });
  });

  it("to one price makes slots with prices of their own follow their product again", async () => {
    await apply(setTo("1990000", { productIds: [device.productId] }));
    expect(await sold(second)).toEqual({ A1: "1990000", B1: "1990000", B2: "2000000" });
    expect(await rt.db.prisma.slot.count({ where: { machineId: second, price: { not: null } } })).toBe(0);
    // One that costs the same already follows too, and its machine need not be told of it.
    await rt.db.prisma.slot.updateMany({ where: { machineId: second, code: "B1" }, data: { price: 1_990_000n } });
    await rt.db.prisma.downlink.deleteMany();
    expect((await preview(setTo("1990000", { productIds: [device.productId] })))).toMatchObject({ products: [], machines: [], total: { machines: 0, slots: 0 } });
    await apply(setTo("1990000", { productIds: [device.productId] }));
    expect([await rt.db.prisma.slot.count({ where: { machineId: second, price: { not: null } } }), await told()]).toEqual([0, []]);
  });

  it("leaves out what is archived unless it is chosen, and machines out of service", async () => {
    await archiveProduct(rt, TESTER, device, { id: cola, archived: true });
    expect((await preview(up10())).products.map((line) => line.productName)).toEqual(["Bar"]);
    expect((await preview(up10({ productIds: [cola] }))).products.map((line) => line.productName)).toEqual(["Cola"]);
    await rt.db.prisma.machine.update({ where: { id: second }, data: { status: "decommissioned" } });
    expect(await preview(up10())).toMatchObject({ machines: [], total: { machines: 1, slots: 1 } });
  });
});

describe("a change in chosen machines", () => {
  it("gives their slots prices of their own, and the products keep theirs", async () => {
    const chosen = up10({ machineIds: [second] });
    const shown = await preview(chosen);
    expect(shown.products).toEqual([]);
    expect(shown.machines[0]?.lines.map(({ productName, before, after }) => [productName, before, after]).sort()).toEqual([["Bar", "1500000", "1650000"], ["Bar", "3000000", "3300000"], ["Cola", "2000000", "2200000"]]);
    expect(await apply(chosen)).toMatchObject({ machines: 1, slots: 3 });
    expect([await sold(device.id), await sold(second)]).toEqual([{ A1: "1500000" }, { A1: "1650000", B1: "3300000", B2: "2200000" }]);
    expect((await told()).map((one) => one.machineId)).toEqual([second]);
  });

  it("of one product leaves what costs that already as it is", async () => {
    await apply(setTo("1500000", { machineIds: [device.id, second], productIds: [device.productId] }));
    expect((await rt.db.prisma.slot.findMany({ where: { machineId: { in: [device.id, second] }, productId: device.productId }, orderBy: [{ machineId: "asc" }, { code: "asc" }] })).map((slot) => slot.price).filter((price) => price !== null)).toEqual([1_500_000n]);
    expect((await told()).map((one) => one.machineId)).toEqual([second]);
  });
});

describe("once, and what was agreed to", () => {
  it("is made once, however often it is asked for, also at the same time", async () => {
    const key = randomUUID();
    const { fingerprint } = await preview(up10());
    const input = { ...up10(), fingerprint, idempotencyKey: key };
    const answers = await Promise.all([0, 1, 2].map(() => changePrices(rt, TESTER, device.organizationId, input)));
    expect(new Set(answers.map((answer) => answer.id)).size).toBe(1);
    expect(await changePrices(rt, TESTER, device.organizationId, input)).toEqual(answers[0]);
    expect(await sold(device.id)).toEqual({ A1: "1650000" });
    expect(await told()).toHaveLength(2);
    const other = setTo("9000000");
    await expect(apply(other, key)).rejects.toMatchObject({ code: "CONFLICT", extras: { reason: "idempotency_key_reused" } });
    // Another organization's keys are its own.
    const stranger = await givenDevice(rt);
    const theirs = await previewPrices(rt, stranger.organizationId, other);
    expect(await changePrices(rt, TESTER, stranger.organizationId, { ...other, fingerprint: theirs.fingerprint, idempotencyKey: key })).toMatchObject({ machines: 1 });
  });

  it.each([
    ["a product's price", () => updateProduct(rt, TESTER, device, { id: device.productId, price: "1600000" })],
    ["a slot's own price", () => rt.db.prisma.slot.updateMany({ where: { machineId: second, code: "B1" }, data: { price: 2_500_000n } })],
    ["what is sold", () => archiveProduct(rt, TESTER, device, { id: cola, archived: true })],
  ])("is refused when %s has changed since the preview", async (_what, meanwhile) => {
    const { fingerprint } = await preview(up10());
    await meanwhile();
    await rt.db.prisma.downlink.deleteMany();
    const shown = await sold(second);
    await expect(changePrices(rt, TESTER, device.organizationId, { ...up10(), fingerprint, idempotencyKey: randomUUID() })).rejects.toMatchObject({ code: "CONFLICT", extras: { reason: "stale" } });
    expect([await sold(second), await told(), await rt.db.prisma.priceChange.count({ where: { organizationId: device.organizationId } })]).toEqual([shown, [], 0]);
  });

  it("reaches a slot that gets the product at the same moment: its device has the new price in the end", async () => {
    const { id: machineId } = device;
    const put = async (code: string) => {
      const { configVersion } = await getPlanogram(rt, device, machineId);
      await savePlanogram(rt, TESTER, device, { id: machineId, expectedVersion: configVersion, slots: [{ code, capacity: 8, par: null, mechanism: "motor", productId: cola, price: null, enabled: true }] });
    };
    for (const [round, code] of ["B1", "B2", "B3", "C1", "C2", "C3"].entries()) {
      const price = `${3 + round}000000`;
      // The one of the two may be refused because of the other; what is sold and what the device was told must agree whoever was first.
      const outcomes = await Promise.allSettled([apply(setTo(price, { productIds: [cola] })), put(code)]);
      expect(outcomes[0]?.status).toBe("fulfilled");
      const last = (await told()).findLast((one) => one.machineId === machineId)?.prices;
      expect(last ?? {}).toEqual(await sold(machineId));
      if (outcomes[1]?.status === "fulfilled") expect(last?.[code]).toBe(price);
    }
  });

  it("counts orders that nobody has paid yet: they keep the price that was agreed to", async () => {
    const at = rt.clock.now();
    const order = (slot: string, status: string) =>
      rt.db.prisma.machineOrder.create({
        data: {
          id: newId("order"), machineId: second, organizationId: device.organizationId, status, payment: "card", secretHash: randomUUID(), total: 1n, expiresAt: at, createdAt: at, updatedAt: at,
          lines: { create: { id: newId("orderLine"), position: 0, slot, productId: cola, name: "Cola", sku: "COLA", price: 2_000_000n, state: "reserved" } },
        },
      });
    await order("B2", "created");
    await order("B2", "dispensed");
    await order("B1", "created");
    expect((await preview(up10())).openOrders).toBe(2);
    expect((await preview(up10({ productIds: [cola] }))).openOrders).toBe(1);
    expect((await preview(up10({ ownPrices: "keep" }))).openOrders).toBe(1);
    expect((await preview(up10({ machineIds: [device.id] }))).openOrders).toBe(0);
    await apply(up10());
    expect((await rt.db.prisma.orderLine.findMany({ where: { order: { machineId: second } } })).map((line) => line.price)).toEqual([2_000_000n, 2_000_000n, 2_000_000n]);
  });
});

describe("is refused", () => {
  it("for products and machines of others, by name", async () => {
    const stranger = await givenMachine(rt);
    for (const input of [up10({ productIds: [device.productId, stranger.productId] }), up10({ machineIds: [second, stranger.id] })]) {
      const error = { code: "NOT_FOUND", extras: { details: [{ message: expect.stringMatching(/is not there/) }] } };
      await expect(preview(input)).rejects.toMatchObject(error);
      await expect(changePrices(rt, TESTER, device.organizationId, { ...input, fingerprint: "0".repeat(64), idempotencyKey: randomUUID() })).rejects.toMatchObject(error);
    }
    expect(await told()).toEqual([]);
  });

  it("for a machine out of service", async () => {
    await rt.db.prisma.machine.update({ where: { id: second }, data: { status: "decommissioned" } });
    await expect(preview(up10({ machineIds: [second] }))).rejects.toMatchObject({ code: "INVALID_STATE", extras: { state: "decommissioned" } });
  });

  it.each([
    ["too_low", { kind: "amount", amount: "-1500000", rounding }, /Bar would cost nothing or less/],
    ["too_high", { kind: "amount", amount: "9999000000", rounding }, /Bar would cost more than 10,000 credits/],
  ])("as a whole when one price would be %s, which the preview shows", async (problem, rule, message) => {
    const input = change({ rule });
    const shown = await preview(input);
    expect(shown.products.map((line) => [line.productName, line.problem])).toEqual([["Bar", problem], ["Cola", problem === "too_low" ? null : problem]]);
    expect(shown.total.problems).toBe(problem === "too_low" ? 1 : 3);
    await expect(apply(input)).rejects.toMatchObject({ code: "INVALID_REQUEST", message: expect.stringMatching(message), extras: { reason: "price_impossible" } });
    expect(await sold(second)).toEqual({ A1: "1500000", B1: "3000000", B2: "2000000" });
  });
});
