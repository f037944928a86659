import { afterAll, beforeAll, expect, it } from "vitest";
import type { SystemActor } from "#server/identity/actor.ts";
import { openStall, type Stall } from "../testing/stall.ts";
import { getSales, setSales } from "./sales.ts";
import { getStorefront } from "./storefront.ts";

const ACTOR: SystemActor = { kind: "system", name: "test", requestId: "" };
let stall: Stall;
beforeAll(async () => void (stall = await openStall()));
afterAll(() => stall.close());

it("closes and opens a machine's storefront, and says who did", async () => {
  const machine = await stall.machine();
  const scope = { organizationId: machine.organizationId };
  const sales = await getSales(stall.rt, scope, machine.id);
  expect(sales).toMatchObject({ url: `${stall.rt.config.publicUrl}/m/${machine.slug}`, open: true });
  expect(sales.qrSvg).toContain("<svg");
  expect((await setSales(stall.rt, ACTOR, scope, { id: machine.id, open: false })).open).toBe(false);
  expect((await setSales(stall.rt, ACTOR, scope, { id: machine.id, open: false })).open).toBe(false);
  expect((await getStorefront(stall.rt, null, { slug: machine.slug })).state).toBe("closed");
  expect((await setSales(stall.rt, ACTOR, "platform", { id: machine.id, open: true })).open).toBe(true);
  expect((await getStorefront(stall.rt, null, { slug: machine.slug })).state).toBe("open");
  const { prisma } = stall.rt.db;
  const done = await prisma.auditEntry.findMany({ where: { subjectId: machine.id, action: { startsWith: "machine.sales" } } });
  expect(done.map(({ action }) => action).toSorted()).toEqual(["machine.sales.close", "machine.sales.open"]);
});

it("lets a paid order go on when its machine is closed", async () => {
  const machine = await stall.machine();
  const bought = await stall.order(machine, ["A1"]);
  await setSales(stall.rt, ACTOR, "platform", { id: machine.id, open: false });
  await stall.pay(bought);
  await stall.settle(machine);
  expect(await stall.now(bought)).toMatchObject({ status: "dispensed", paymentState: "captured" });
});

it("is nobody else's, and nothing that is gone can be opened", async () => {
  const machine = await stall.machine();
  const other = { organizationId: "org_00000000000000000000000000" };
  await expect(getSales(stall.rt, other, machine.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(setSales(stall.rt, ACTOR, other, { id: machine.id, open: false })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await stall.rt.db.prisma.machine.update({ where: { id: machine.id }, data: { status: "decommissioned" } });
  await expect(setSales(stall.rt, ACTOR, "platform", { id: machine.id, open: true })).rejects.toMatchObject({ code: "INVALID_STATE" });
});
