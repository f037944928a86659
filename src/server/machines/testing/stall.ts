import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { newId } from "#shared/ids.ts";
import { payTestCheckout } from "#server/billing/payments/test-provider/test-checkout.ts";
import { openShop, type Shop } from "#server/billing/payments/testing/shop.ts";
import { auditLedger } from "#server/billing/check.ts";
import type { Config } from "#server/infra/config.ts";
import type { Person } from "#server/testing/people.ts";
import { sweepCommands } from "../commands/command-sweep.ts";
import { getGuestOrder } from "../orders/guest-orders.ts";
import type { OrderOutput } from "../orders/order-output.ts";
import { advanceOrders, takePayments } from "../orders/orders-worker.ts";
import { checkout } from "../storefront/checkout.ts";
import { getStorefront } from "../storefront/storefront.ts";
import { givenDevice } from "./fixtures.ts";
import { LoopDevice } from "./loop-device.ts";

export interface StallMachine {
  id: string;
  slug: string;
  organizationId: string;
  device: LoopDevice;
}

export interface Bought {
  orderId: string;
  secret: string;
  order: OrderOutput;
}

/** A shop with machines in it, their devices at the end of a wire, and the payment provider's page. */
export interface Stall {
  shop: Shop;
  rt: Shop["rt"];
  /** one that is online and sells in A1, A2 and A3, five of each, at 1.5, 2 and 3 credits */
  machine(): Promise<StallMachine>;
  /** Orders pieces as the storefront shows them. */
  order(machine: StallMachine, slots: readonly string[], payer?: Person): Promise<Bought>;
  /** pays at the provider's page */
  pay(bought: Bought): Promise<void>;
  /** Lets everything that runs by itself run until nothing more happens. */
  settle(machine?: StallMachine): Promise<void>;
  /** Lets time pass, with all that runs by itself. */
  wait(ms: number, machine?: StallMachine): Promise<void>;
  now(bought: Bought): Promise<OrderOutput>;
  stock(machine: StallMachine, slot: string): Promise<{ count: number; reserved: number; failures: number; disabledReason: string | null; uncertain: boolean }>;
  /** what the test provider has taken for an order, let go of and given back */
  money(orderId: string): Promise<{ status: string | null; taken: number; back: number }>;
  close(): Promise<void>;
}

export async function openStall(overrides: Partial<Config> = {}): Promise<Stall> {
  const shop = await openShop(overrides);
  const { rt } = shop;
  const { prisma } = rt.db;
  const stall: Stall = {
    shop,
    rt,
    async machine() {
      const { id, organizationId, productId } = await givenDevice(rt);
      const product = (name: string, price: bigint) => prisma.product.create({ data: { id: newId("product"), organizationId, name, sku: newId("product").slice(-20).toUpperCase(), price, createdAt: rt.clock.now() } });
      const [cola, chips] = [await product("Cola", 2_000_000n), await product("Chips", 3_000_000n)];
      await prisma.slot.updateMany({ where: { machineId: id, code: "A1" }, data: { productId, count: 5 } });
      await prisma.slot.updateMany({ where: { machineId: id, code: "A2" }, data: { productId: cola.id, count: 5 } });
      await prisma.slot.updateMany({ where: { machineId: id, code: "A3" }, data: { productId: chips.id, count: 5 } });
      const { slug } = await prisma.machine.findUniqueOrThrow({ where: { id } });
      const device = new LoopDevice(rt, id);
      await device.online();
      await device.pump();
      return { id, slug, organizationId, device };
    },
    async order(machine, slots, payer) {
      const { products } = await getStorefront(rt, null, { slug: machine.slug });
      const lines = slots.map((code) => {
        const product = products.find(({ slot }) => slot === code);
        if (!product) throw new Error(`nothing in ${code}`);
        return { slot: code, productId: product.productId, price: product.price };
      });
      const { order, secret } = await checkout(rt, payer?.actor ?? null, { slug: machine.slug, lines, payment: payer ? "credits" : "card", idempotencyKey: randomUUID() });
      return { orderId: order.id, secret, order };
    },
    async pay({ order }) {
      await payTestCheckout(rt, { id: order.checkoutUrl?.split("/").at(-1) ?? "", card: "succeeds", save: false });
    },
    async settle(machine) {
      for (let round = 0; round < 30; round += 1) {
        const before = await prisma.event.count();
        await shop.settle();
        await takePayments(rt);
        await advanceOrders(rt);
        await sweepCommands(rt);
        const published = machine ? await machine.device.pump() : 0;
        if (published === 0 && (await prisma.event.count()) === before && (await prisma.testPaymentEvent.count({ where: { dueAt: { lte: rt.clock.now() } } })) === 0) return;
      }
      throw new Error("it does not come to rest");
    },
    async wait(ms, machine) {
      const step = Math.min(ms, 30_000);
      for (let passed = 0; passed < ms; passed += step) {
        rt.clock.advance(step);
        await stall.settle(machine);
      }
    },
    now: ({ orderId, secret }) => getGuestOrder(rt, { orderId, secret }),
    async stock(machine, slot) {
      const { count, reserved, failures, disabledReason, uncertain } = await prisma.slot.findUniqueOrThrow({ where: { machineId_code: { machineId: machine.id, code: slot } } });
      return { count, reserved, failures, disabledReason, uncertain };
    },
    async money(orderId) {
      const rows = await prisma.testPayment.findMany({ where: { orderId } });
      const paid = rows.find((row) => row.kind === "checkout");
      const back = rows.filter((row) => row.kind === "refund" && row.status === "succeeded").reduce((sum, row) => sum + row.amountMinor, 0);
      return { status: paid?.status ?? null, taken: paid?.capturedMinor ?? 0, back };
    },
    async close() {
      expect(await auditLedger(rt)).toEqual([]);
      await shop.close();
    },
  };
  return stall;
}
