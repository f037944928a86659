import { afterAll, beforeAll, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { fleetStateOf } from "#shared/machines/fleet-state.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { givenMachine, givenOrganization } from "../testing/fixtures.ts";
import { getFleet } from "./fleet.ts";

let rt: TestRuntime;
beforeAll(async () => void (rt = await createTestRuntime()));
afterAll(() => rt.close());

it("is all machines of an organization that are not decommissioned, with their places and open alerts", async () => {
  const organizationId = await givenOrganization(rt);
  const [online, warned, away, gone] = await Promise.all(["beta", "Alpha", "gamma", "delta"].map(async (name) => (await givenMachine(rt, { organizationId, name })).id));
  const elsewhere = await givenMachine(rt, { name: "Elsewhere" });
  const set = (id: string | undefined, data: object) => rt.db.prisma.machine.update({ where: { id: id ?? "" }, data });
  await set(online, { status: "online", latitude: 37.5, longitude: 127 });
  await set(warned, { status: "online" });
  await set(away, { status: "offline" });
  await set(gone, { status: "decommissioned" });
  const at = rt.clock.now();
  const rule = newId("alertRule");
  await rt.db.prisma.alertRule.create({ data: { id: rule, name: "Warm", kind: "offline", severity: "warning", condition: { kind: "offline", forSeconds: 300 }, createdAt: at, updatedAt: at } });
  const alert = (machineId: string | undefined, state: string, severity: string) => rt.db.prisma.alert.create({ data: { id: newId("alert"), ruleId: rule, machineId: machineId ?? "", subject: `${state} ${severity}`, organizationId, state, severity, startedAt: at } });
  await alert(warned, "firing", "warning");
  await alert(warned, "acknowledged", "critical");
  await alert(warned, "resolved", "critical");
  await alert(online, "firing", "info");
  await alert(online, "pending", "critical");

  const { data, total } = await getFleet(rt, { organizationId });
  expect(data).toEqual([
    { id: warned, organizationId, name: "Alpha", status: "online", latitude: null, longitude: null, alerts: 2 },
    { id: online, organizationId, name: "beta", status: "online", latitude: 37.5, longitude: 127, alerts: 0 },
    { id: away, organizationId, name: "gamma", status: "offline", latitude: null, longitude: null, alerts: 0 },
  ]);
  expect(total).toBe(3);
  // A customer sees their own, whatever they ask for; the platform all, or those of one.
  expect(await getFleet(rt, { organizationId }, { organizationId: elsewhere.organizationId })).toEqual({ data, total });
  expect((await getFleet(rt, "platform")).data.map((machine) => machine.name)).toEqual(["Alpha", "beta", "Elsewhere", "gamma"]);
  expect((await getFleet(rt, "platform", { organizationId: elsewhere.organizationId })).data.map((machine) => machine.id)).toEqual([elsewhere.id]);
  expect(await getFleet(rt, { organizationId: newId("organization") })).toEqual({ data: [], total: 0 });
});

it.each([
  ["draft", 1, "unclaimed"],
  ["awaiting_claim", 0, "unclaimed"],
  ["online", 0, "online"],
  ["online", 1, "alert"],
  ["offline", 1, "offline"],
] as const)("%s with %i alerts is %s", (status, alerts, state) => expect(fleetStateOf({ status, alerts })).toBe(state));
