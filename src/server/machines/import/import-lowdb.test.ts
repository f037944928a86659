import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { isId } from "#shared/ids.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { getMachine } from "../machines.ts";
import { saveOnboarding } from "../onboarding.ts";
import { createProduct } from "../products.ts";
import { seedMachineTemplates } from "../seed.ts";
import { givenOrganization, TESTER } from "../testing/fixtures.ts";
import { idAt } from "./ids.ts";
import { importLowdb } from "./import-lowdb.ts";
import { type ImportReport, type RecordReport, reportText } from "./report.ts";

let rt: TestRuntime;
let organizationId: string;

beforeAll(async () => {
  rt = await createTestRuntime();
  await seedMachineTemplates(rt);
});
afterAll(() => rt.close());
beforeEach(async () => {
  organizationId = await givenOrganization(rt);
});

const PRODUCT = { id: 1, name: "Water", sku: "WATER", price: 150 };
const MACHINE = { id: "m1", name: "Lobby", location: "Main street 1", timezone: "Europe/Berlin" };
const SLOT = { machineId: "m1", slot: "A1", productId: 1, quantity: 5, capacity: 10 };
const ORDER = { id: "o1", machineId: "m1", status: "completed", items: [{ productId: 1, slot: "A1", quantity: 2, price: 150 }], total: 300, createdAt: "2024-05-06T07:08:09Z" };
const FILE = { products: [PRODUCT], machines: [MACHINE], stock: [SLOT], orders: [ORDER] };

const run = (file: object | string, options: { dryRun?: boolean; skipRefused?: boolean; organizationId?: string } = {}): Promise<ImportReport> =>
  importLowdb(rt, TESTER, { organizationId, text: typeof file === "string" ? file : JSON.stringify(file), dryRun: false, skipRefused: false, ...options });
const refusals = (report: ImportReport): [string, string][] => report.records.filter((one) => one.outcome === "refused").map((one) => [one.collection, one.notes.join("; ")]);
const record = (report: ImportReport, collection: string): RecordReport | undefined => report.records.find((one) => one.collection === collection);
const counts = async (): Promise<number[]> => {
  const where = { organizationId };
  const { prisma } = rt.db;
  return [await prisma.product.count({ where }), await prisma.machine.count({ where }), await prisma.slot.count({ where: { machine: where } }), await prisma.machineOrder.count({ where })];
};

describe("the import of a LowDB file", () => {
  it("takes products, machines, stock and orders", async () => {
    const report = await run(FILE);
    expect([report.committed, report.totals.products.taken, report.totals.machines.taken, report.totals.stock.taken, report.totals.orders.mapped]).toEqual([true, 1, 1, 1, 1]);
    expect(report.checked).toEqual({ products: 1, machines: 1, slots: 1, items: 5, orders: 1, orderLines: 2, orderTotal: "3000000" });

    const product = await rt.db.prisma.product.findFirstOrThrow({ where: { organizationId } });
    expect(product).toMatchObject({ name: "Water", sku: "WATER", price: 1_500_000n, importKey: "lowdb/1" });
    const machine = await rt.db.prisma.machine.findFirstOrThrow({ where: { organizationId }, include: { slots: true, movements: true } });
    expect(machine).toMatchObject({ name: "Lobby", address: "Main street 1", timezone: "Europe/Berlin", status: "draft", wizardStep: "network" });
    expect(machine.slots).toMatchObject([{ code: "A1", row: 1, column: 1, capacity: 10, count: 5, price: null, productId: product.id }]);
    expect(machine.movements).toMatchObject([{ slot: "A1", kind: "import", delta: 5, countAfter: 5 }]);
    const order = await rt.db.prisma.machineOrder.findFirstOrThrow({ where: { organizationId }, include: { lines: { orderBy: { position: "asc" } } } });
    expect(order).toMatchObject({ status: "dispensed", payment: "card", paymentState: "captured", total: 3_000_000n, captured: 3_000_000n, amountMinor: 300, capturedMinor: 300, currency: "USD" });
    expect(order.createdAt.toISOString()).toBe("2024-05-06T07:08:09.000Z");
    expect([isId("order", order.id), order.lines.map((line) => [line.position, line.slot, line.price, line.state])]).toEqual([true, [[0, "A1", 1_500_000n, "dispensed"], [1, "A1", 1_500_000n, "dispensed"]]]);
    // Lists of orders go by their ids: an old order stands below the new ones.
    expect(order.id < idAt("order", new Date("2024-05-06T07:08:10Z"))).toBe(true);
    expect(order.id > idAt("order", new Date("2024-05-06T07:08:08Z"))).toBe(true);
    expect(await rt.db.prisma.auditEntry.count({ where: { organizationId, action: "machine.import" } })).toBe(1);
  });

  it("leaves a machine that the wizard finishes like any other", async () => {
    await run(FILE);
    const { id } = await rt.db.prisma.machine.findFirstOrThrow({ where: { organizationId } });
    await saveOnboarding(rt, TESTER, { id, step: "label", network: { kind: "ethernet", wifiSsid: null, heartbeatSeconds: 60 } });
    expect(await getMachine(rt, "platform", id)).toMatchObject({ wizardStep: "label", templateName: "Imported, 1 slots", stock: { count: 5, capacity: 10 } });
  });

  it("takes a record once: a second run changes nothing, and adds what is new", async () => {
    const first = await run(FILE);
    const before = await counts();
    const again = await run(FILE);
    expect([again.committed, again.totals.products.unchanged, again.totals.machines.unchanged, again.totals.stock.unchanged, again.totals.orders.unchanged]).toEqual([true, 1, 1, 1, 1]);
    expect(record(again, "orders")?.as).toBe(record(first, "orders")?.as);
    expect(await counts()).toEqual(before);
    const more = await run({ ...FILE, orders: [ORDER, { ...ORDER, id: "o2" }] });
    expect([more.totals.orders.unchanged, more.totals.orders.mapped]).toEqual([1, 1]);
    // Another source with the same ids is another database.
    const other = await run({ ...FILE, meta: { name: "warehouse-2" } });
    expect([other.totals.machines.taken, other.totals.machines.unchanged]).toEqual([1, 0]);
  });

  it("says everything in a dry run, and writes nothing", async () => {
    const report = await run(FILE, { dryRun: true });
    expect([report.committed, report.reason, report.checked.items]).toEqual([false, "this was a dry run", 5]);
    expect(await counts()).toEqual([0, 0, 0, 0]);
    expect(await rt.db.prisma.event.count({ where: { organizationId } })).toBe(0);
  });

  it("keeps what it does not know as metadata", async () => {
    await run({
      products: [{ ...PRODUCT, supplier: "ACME" }],
      machines: [{ ...MACHINE, location: { address: "X", latitude: 1.5, longitude: 2.5, floor: 3 }, router: { ip: "10.0.0.1" } }],
      stock: [{ ...SLOT, spiral: "left" }],
      orders: [{ ...ORDER, coupon: "MAY", items: [{ ...ORDER.items[0], weight: 12 }] }],
    });
    const product = await rt.db.prisma.product.findFirstOrThrow({ where: { organizationId } });
    const machine = await rt.db.prisma.machine.findFirstOrThrow({ where: { organizationId } });
    const order = await rt.db.prisma.machineOrder.findFirstOrThrow({ where: { organizationId } });
    expect(product.metadata).toEqual({ import: { source: "lowdb", id: "1", fields: { supplier: "ACME" } } });
    expect(machine.metadata).toEqual({ import: { source: "lowdb", id: "m1", fields: { router: { ip: "10.0.0.1" }, location: { floor: 3 }, slots: { A1: { spiral: "left" } } } } });
    expect([machine.latitude, machine.longitude]).toEqual([1.5, 2.5]);
    expect(order.metadata).toEqual({ import: { source: "lowdb", id: "o1", fields: { coupon: "MAY", items: [{ weight: 12 }] } } });
  });

  it("maps what has another form here, and says so", async () => {
    await createProduct(rt, TESTER, { organizationId, name: "Cola", sku: "COLA", price: "2000000" });
    const report = await run({
      products: [{ id: "a b", name: "No SKU", price: 100 }, { id: 2, name: "Other", sku: "water 0,5", price: 100 }, { id: 3, name: "Twice", sku: "WATER-0-5", price: 100 }, { id: 4, name: "Cola", sku: "COLA", price: 250 }],
      machines: [{ id: "m1", name: "자판기", slots: [{ slot: "a1", productId: 4, quantity: 3 }] }],
      orders: [{ ...ORDER, status: "cancelled", items: [{ productId: 4, price: 250 }], total: 250 }],
    });
    expect(report.records.map((one) => [one.collection, one.outcome, one.notes.join("; ")])).toEqual([
      ["products", "mapped", "SKU A-B, made from its id"],
      ["products", "mapped", "SKU WATER-0-5 instead of water 0,5"],
      ["products", "mapped", "SKU WATER-0-5-2 instead of WATER-0-5"],
      ["products", "mapped", "the organization has this product already, under the SKU COLA; slots keep the file's price"],
      ["stock", "mapped", "capacity 3, the file has none"],
      ["machines", "mapped", "time zone UTC, the file has none"],
      ["orders", "mapped", "status expired, it was cancelled; items without a slot"],
    ]);
    const machine = await rt.db.prisma.machine.findFirstOrThrow({ where: { organizationId }, include: { slots: { include: { product: true } } } });
    expect(machine.slug).toMatch(/^machine-[0-9a-f]{8}$/);
    expect(machine.slots[0]).toMatchObject({ code: "A1", price: 2_500_000n, product: { sku: "COLA", price: 2_000_000n } });
  });

  it.each<[string, object, [string, string][]]>([
    ["a negative price", { products: [{ ...PRODUCT, price: -1 }] }, [["products", "price: must not be negative"]]],
    ["a price with a fraction", { products: [{ ...PRODUCT, price: 1.5 }] }, [["products", "price: must be a whole number of the currency's smallest unit: 250, not 2.5"]]],
    ["a price as text", { products: [{ ...PRODUCT, price: "150" }] }, [["products", "price: must be a number of the currency's smallest unit, like 250 for 2.50"]]],
    ["no price", { products: [{ ...PRODUCT, price: 0 }] }, [["products", "price: must be more than zero"]]],
    ["an id twice", { products: [PRODUCT, { ...PRODUCT, id: "1", name: "Other" }] }, [["products", "comes twice: products[0] has the same id"]]],
    ["something else than a record", { products: [PRODUCT, null, "water"] }, [["products", "record: Invalid input: expected object, received null"], ["products", "record: Invalid input: expected object, received string"]]],
    ["a machine in an unknown time zone, with its stock", { ...FILE, machines: [{ ...MACHINE, timezone: "Mars/Olympus" }], orders: [] }, [["machines", "timezone: Mars/Olympus must be an IANA time zone, like Europe/Berlin"], ["stock", "its machine m1 was refused"]]],
    ["stock of nothing", { ...FILE, orders: [], stock: [SLOT, { ...SLOT, slot: "A2", productId: 9 }, { ...SLOT, machineId: "m9" }] }, [["stock", "productId: there is no product 9 that can be taken"], ["stock", "machineId: there is no machine m9 that can be taken"]]],
    ["a slot twice", { ...FILE, orders: [], machines: [{ ...MACHINE, slots: [{ slot: "A1" }] }] }, [["stock", "comes twice: the machine has the slot A1 already"]]],
    ["a slot that is too full", { ...FILE, orders: [], stock: [{ ...SLOT, quantity: 11 }] }, [["stock", "quantity: 11 items in a slot for 10"]]],
    ["items of nothing", { ...FILE, orders: [], stock: [{ ...SLOT, productId: null }] }, [["stock", "quantity: 5 items of no product"]]],
    ["a slot with another name", { ...FILE, orders: [], stock: [{ ...SLOT, slot: "12" }] }, [["stock", "slot: must be a letter and one or two digits, like A1"]]],
    ["a total that is not its items'", { ...FILE, orders: [{ ...ORDER, total: 299 }] }, [["orders", "total: 299, and its items make 300"]]],
    ["an order that goes on", { ...FILE, orders: [{ ...ORDER, status: "paid" }] }, [["orders", "status: paid is not the end of an order; finish it where it was begun"]]],
    ["an order of nothing", { ...FILE, orders: [{ ...ORDER, items: [{ productId: 7, price: 300 }] }] }, [["orders", "items: there is no product 7 that can be taken"]]],
    ["an order without a time", { ...FILE, orders: [{ ...ORDER, createdAt: "yesterday" }] }, [["orders", "createdAt: must be Unix milliseconds, or ISO 8601 with a time zone"]]],
    ["text that no database keeps", { products: [{ ...PRODUCT, name: "W\u0000" }] }, [["products", "text with U+0000 or half a surrogate pair"]]],
    ["a list of something else", { ...FILE, users: [{}, {}] }, [["users", "no list of this name is understood (2 records)"]]],
  ])("refuses %s, with the reason, and then writes nothing", async (_what, file, expected) => {
    const report = await run(file);
    expect(refusals(report)).toEqual(expected);
    expect([report.committed, report.reason]).toEqual([false, `${expected.length} records were refused; mend them, or import the others with --skip-refused`]);
    expect(await counts()).toEqual([0, 0, 0, 0]);
  });

  it("imports the others where it is told to", async () => {
    const report = await run({ ...FILE, products: [PRODUCT, { ...PRODUCT, id: 2, price: -5 }], stock: [SLOT, { ...SLOT, slot: "A2", productId: 2 }] }, { skipRefused: true });
    expect([report.committed, refusals(report).length]).toEqual([true, 2]);
    expect(await counts()).toEqual([1, 1, 1, 1]);
  });

  it("knows prices by what a credit costs, and refuses what is no whole number of micro-credits", async () => {
    const payments = rt.config.payments;
    rt.config.payments = { ...payments, creditPriceMinor: 7 };
    try {
      expect(refusals(await run({ products: [PRODUCT, { ...PRODUCT, id: 2, price: 14 }] }))).toEqual([["products", "price: 150 is no whole number of micro-credits at 7 a credit"]]);
    } finally {
      rt.config.payments = payments;
    }
  });

  it.each([
    ["text", "It is not JSON"],
    ["[]", "It must be an object with lists of records"],
    ["{}", "There are no records in it"],
    ['{"machines":{"m1":{}}}', "machines must be a list of records."],
    ['{"machines":[{}],"meta":{"name":"a/b"}}', "meta.name: must be 1 to 40 letters"],
  ])("%s is no such file, and it says why", async (text, message) => {
    await expect(run(text)).rejects.toThrow(message);
  });

  it("has an organization that exists", async () => {
    await expect(run(FILE, { organizationId: "org_01h455vb4pex5vsknk084sn02q" })).rejects.toThrow("There is no such organization.");
  });

  it("prints every record and the sums", async () => {
    const text = reportText(await run({ ...FILE, products: [PRODUCT, { ...PRODUCT, id: 2, price: -5 }] }));
    expect(text).toMatch(/^refused {3}products\[1\] 2: price: must not be negative$/m);
    expect(text).toMatch(/^mapped {4}orders\[0\] o1 → ord_\w+: status dispensed, it was completed$/m);
    expect(text).toMatch(/^products +1 +0 +0 +1$/m);
    expect(text).toContain("1 machines, 1 slots with 5 items, 1 orders of 2 items, 3000000 micro-credits.\nNothing was written: 1 records were refused");
  });

  it("takes the example of the guide as it stands there", async () => {
    const guide = readFileSync("docs/guides/import-lowdb.md", "utf8");
    const example = /```json\n([\s\S]+?)```/.exec(guide)?.[1] ?? "";
    const report = await run(example);
    expect([refusals(report), report.committed, report.totals.orders.mapped]).toEqual([[], true, 2]);
  });

  it("takes two thousand orders in one go", { timeout: 60_000 }, async () => {
    const orders = Array.from({ length: 2_000 }, (_, index) => ({ ...ORDER, id: index, createdAt: 1_700_000_000_000 + index }));
    const report = await run({ ...FILE, orders });
    expect(report.checked).toMatchObject({ orders: 2_000, orderLines: 4_000, orderTotal: "6000000000" });
  });
});
