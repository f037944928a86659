import { afterAll, beforeAll, expect, it } from "vitest";
import { credits } from "#shared/credits.ts";
import { auditLedger } from "#server/billing/check.ts";
import { getBalance } from "#server/billing/credits.ts";
import { chargeDue } from "#server/billing/jobs.ts";
import { payTestCheckout } from "#server/billing/payments/test-provider/test-checkout.ts";
import { createTopUp, getTopUp } from "#server/billing/payments/top-ups.ts";
import { addPrices } from "#server/billing/prices/schedule.ts";
import { EXHAUSTED } from "#server/compute/credit-stop-steps.ts";
import { startVm } from "#server/compute/power.ts";
import { createProject } from "#server/compute/projects.ts";
import { createVm } from "#server/compute/provision.ts";
import { seedCatalog } from "#server/compute/seed.ts";
import { createWebServer } from "#server/http/server.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { createTestRuntime, TEST_START } from "#server/testing/runtime.ts";
import type { Part } from "./program.ts";
import { startWorkerRole } from "./worker.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const COMPUTE = credits(5) / 10n;
const STORAGE = credits(1) / 10n;

/** Goes on by itself, because hypervisors take time, and can be moved ahead while nothing is under way. */
let ahead = Date.parse(TEST_START) - Date.now();
const clock = { now: () => new Date(Date.now() + ahead) };

let rt: Runtime;
let person: Person;
let projectId: string;
const ends: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const base = await createTestRuntime({ port: 0, simulationSpeed: 200 });
  rt = { ...base, clock };
  ends.push(() => base.close());
  const web = createWebServer(rt, { next: null });
  rt.config.publicUrl = `http://127.0.0.1:${(await web.listen()).port}`;
  ends.push(() => web.close());
  await seedCatalog(rt);
  const plan = await rt.db.prisma.plan.findUniqueOrThrow({ where: { slug: "small" } });
  const at = clock.now();
  await transact(rt, (tx) => addPrices(tx, { subject: { type: "plan", id: plan.id }, compute: COMPUTE, storage: STORAGE, policy: {}, effectiveFrom: at, appliesTo: "new", createdById: null, at }));
  person = await makePerson(rt, { welcome: credits(25) / 10n });
  projectId = (await createProject(rt, person.actor, { name: "Shop" })).id;
  const parts: Part[] = await startWorkerRole(rt);
  ends.push(async () => void (await Promise.all(parts.map((part) => part.stop()))));
});
afterAll(async () => {
  for (const end of ends.toReversed()) await end();
});

const order = (name: string) => createVm(rt, person.actor, { name, projectId, plan: "small", templateId: "debian-12", sshKeys: [], metadata: {} });
const vmNow = (id: string) => rt.db.prisma.vm.findUniqueOrThrow({ where: { id } });
const balance = () => getBalance(rt, person.actor);
const owedRows = () => rt.db.prisma.usageRecord.findMany({ where: { organizationId: person.organizationId, transferId: null }, orderBy: { createdAt: "asc" } });

/** Until the workers have brought the VM there, and nothing has it any more. */
const settled = (id: string, status: string) => expect.poll(async () => [(await vmNow(id)).status, (await vmNow(id)).operationId], { timeout: 20_000 }).toEqual([status, null]);

/** Time goes by; then metering runs, as it does every minute. */
async function after(ms: number): Promise<void> {
  ahead += ms;
  await chargeDue(rt);
}

/** What was announced to the customer of credits and of the VM's state, in order. */
async function told(vmId: string): Promise<string[]> {
  const rows = await rt.db.prisma.event.findMany({ where: { organizationId: person.organizationId }, orderBy: { seq: "asc" } });
  return rows.flatMap(({ type, subject, data }) => {
    if (type === "vm.status.changed" && subject === vmId) {
      const { newStatus, reason } = data as { newStatus: string; reason: string | null };
      return [`vm ${newStatus}${reason === null ? "" : `: ${reason}`}`];
    }
    return type.startsWith("credits.") && type !== "credits.changed" ? [type.slice("credits.".length)] : [];
  });
}

it("a VM outlives its credits by the grace, is stopped with a word, refuses company, and runs again once all is paid", { timeout: 120_000 }, async () => {
  const { id } = await order("web-1");
  await settled(id, "running");
  expect(await balance()).toMatchObject({ available: (credits(25) / 10n - COMPUTE - STORAGE).toString(), stopsAt: null, owed: "0" });

  // Three hours more are paid; the fifth is not.
  for (let hour = 0; hour < 3; hour += 1) await after(HOUR);
  expect(await owedRows()).toEqual([]);
  await after(HOUR);
  const exhaustedAt = clock.now();
  expect((await told(id)).slice(-1)).toEqual(["exhausted"]);
  const { stopsAt, owed } = await balance();
  expect(BigInt(owed)).toBeGreaterThan(0n);
  expect(Math.abs(Date.parse(stopsAt ?? "") - exhaustedAt.getTime() - HOUR)).toBeLessThan(MINUTE);

  // Within the grace it goes on, and is owed; nothing new may be made.
  await after(30 * MINUTE);
  expect(await vmNow(id)).toMatchObject({ status: "running", operationId: null });
  await expect(order("web-2")).rejects.toMatchObject({ code: "INSUFFICIENT_CREDITS" });
  expect(await rt.db.prisma.vm.count({ where: { organizationId: person.organizationId } })).toBe(1);

  await after(31 * MINUTE);
  await settled(id, "stopped");
  expect(await vmNow(id)).toMatchObject({ statusReason: EXHAUSTED });
  expect((await told(id)).filter((step) => step === "stop.due")).toHaveLength(1);
  expect(await told(id)).toContain(`vm stopped: ${EXHAUSTED}`);
  await expect(startVm(rt, person.actor, id)).rejects.toMatchObject({ code: "INSUFFICIENT_CREDITS" });

  // Its disk goes on being owed.
  await after(2 * HOUR);
  const debts = await owedRows();
  expect(debts.slice(-2).map(({ component, amount }) => [component, amount])).toEqual([["storage", STORAGE], ["storage", STORAGE]]);
  const debt = debts.reduce((sum, { amount }) => sum + amount, 0n);
  expect((await balance()).owed).toBe(debt.toString());
  expect((await vmNow(id)).status).toBe("stopped");

  // The payment comes as providers' do: their page, their signed webhook over HTTP, the inbox, the workers.
  const { id: topUpId, checkoutUrl } = await createTopUp(rt, person.actor, { credits: credits(100).toString(), saveMethod: false });
  await payTestCheckout(rt, { id: checkoutUrl.split("/").at(-1) ?? "", card: "succeeds", save: false });
  await expect.poll(async () => (await getTopUp(rt, person.actor, { id: topUpId })).status, { timeout: 20_000 }).toBe("paid");
  await after(MINUTE);
  await settled(id, "running");
  await after(0);

  expect(await owedRows()).toEqual([]);
  expect((await told(id)).filter((step) => !step.startsWith("vm"))).toEqual(["low", "low", "exhausted", "stop.due", "topup.paid", "start.due", "recovered"]);
  expect((await vmNow(id)).statusReason).toBeNull();
  expect(await balance()).toMatchObject({ owed: "0", stopsAt: null });

  // What was owed was paid first, in the order in which it had fallen due, and all in full; then the hour of what started again.
  const account = await rt.db.prisma.ledgerAccount.findFirstOrThrow({ where: { organizationId: person.organizationId, kind: "customer" } });
  const topUp = await rt.db.prisma.transfer.findFirstOrThrow({ where: { toAccountId: account.id, kind: "topup" } });
  const paid = await rt.db.prisma.transfer.findMany({ where: { fromAccountId: account.id, kind: "usage", fromVersion: { gt: topUp.toVersion ?? 0n } }, orderBy: { fromVersion: "asc" } });
  const rows = new Map((await rt.db.prisma.usageRecord.findMany({ where: { resourceId: id } })).map((row) => [row.transferId, row]));
  const key = (row: { component: string; hourStart: Date } | undefined) => row && `${row.component} ${row.hourStart.toISOString()}`;
  expect(paid.slice(0, debts.length).map((transfer) => key(rows.get(transfer.id))).toSorted()).toEqual(debts.map(key).toSorted());
  expect(paid.slice(0, debts.length).reduce((sum, { amount }) => sum + amount, 0n)).toBe(debt);
  const due = paid.map((transfer) => rows.get(transfer.id)?.createdAt.getTime() ?? 0);
  expect(due).toEqual(due.toSorted((one, other) => one - other));
  expect(paid.slice(debts.length).map((transfer) => rows.get(transfer.id)?.component)).toContain("compute");
  expect(await auditLedger(rt)).toEqual([]);
});
