import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import type { ConditionOf } from "#shared/machines/alerts.ts";
import { type Person, makePerson } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { seedMachineTemplates } from "../seed.ts";
import { alertEvents, alertsOf, bareMachine, bareRule, presence, reading } from "../testing/alert-fixtures.ts";
import { acknowledgeAlert, acknowledgeAlerts, countAlerts, listAlerts, resolveAlert } from "./alerts.ts";
import { seedDefaultRules } from "./default-rules.ts";
import { evaluateReadings } from "./evaluate.ts";
import { listMutes, muteAlerts, unmuteAlerts } from "./mutes.ts";
import { previewRule } from "./preview.ts";
import { changeRule, createRule, deleteRule, enableRule, listRules } from "./rules.ts";

let rt: TestRuntime;
let person: Person;
beforeAll(async () => {
  rt = await createTestRuntime();
  person = await makePerson(rt);
});
afterAll(() => rt.close());
beforeEach(async () => {
  await rt.db.prisma.alertRule.deleteMany();
  await rt.db.prisma.machine.deleteMany();
});

const MINUTE = 60_000;
const warm: ConditionOf<"threshold"> = { kind: "threshold", metric: "temp_c", direction: "above", value: 8, clearValue: 6, forSeconds: 0 };
const rule = (fields: object = {}) => ({ name: "Too warm", severity: "warning" as const, condition: warm, machineId: null, templateId: null, escalateMinutes: null, enabled: true, ...fields });
const scope = () => ({ organizationId: person.organizationId });
const later = (minutes: number) => new Date(rt.clock.now().getTime() + minutes * MINUTE).toISOString();

/** A machine of the person's whose alert fires. */
async function firing(options: object = {}) {
  const machine = await bareMachine(rt, { organizationId: person.organizationId });
  const ruleId = await bareRule(rt, warm, options);
  await reading(rt, machine.id, { temp_c: 9 });
  await evaluateReadings(rt);
  const [alert] = await alertsOf(rt, machine.id);
  return { machineId: machine.id, ruleId, alertId: alert?.id ?? "" };
}

describe("acknowledging", () => {
  it("says who looks after it, once", async () => {
    const { alertId } = await firing();
    const at = rt.clock.now().toISOString();
    expect(await acknowledgeAlert(rt, person.actor, scope(), { id: alertId, note: "On my way" })).toMatchObject({ state: "acknowledged", acknowledgedAt: at, acknowledgedBy: person.actor.name, note: "On my way" });
    await expect(acknowledgeAlert(rt, person.actor, scope(), { id: alertId, note: "" })).rejects.toMatchObject({ code: "INVALID_STATE", extras: { state: "acknowledged" } });
    await expect(acknowledgeAlert(rt, person.actor, { organizationId: newId("organization") }, { id: alertId, note: "" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await rt.db.prisma.auditEntry.count({ where: { subjectId: alertId, action: "alert.acknowledge" } })).toBe(1);
  });

  it("many at once leaves alone what does not fire, and what is others'", async () => {
    const [first, second, strangers] = [await firing(), await firing(), await bareMachine(rt)];
    await reading(rt, strangers.id, { temp_c: 9 });
    await evaluateReadings(rt);
    const other = (await alertsOf(rt, strangers.id))[0]?.id ?? "";
    await resolveAlert(rt, person.actor, scope(), { id: second.alertId, note: "" });
    expect(await acknowledgeAlerts(rt, person.actor, scope(), { ids: [first.alertId, second.alertId, other, first.alertId], note: "" })).toEqual({ acknowledged: 1, skipped: 2 });
    expect((await alertsOf(rt, strangers.id))[0]?.state).toBe("firing");
  });
});

describe("resolving by hand", () => {
  it("ends it, and it is not raised again before its condition was seen to end", async () => {
    const { alertId, machineId } = await firing();
    expect(await resolveAlert(rt, person.actor, scope(), { id: alertId, note: "Door was open" })).toMatchObject({ state: "resolved", resolvedBy: person.actor.name, endReason: "person", note: "Door was open" });
    await expect(resolveAlert(rt, person.actor, scope(), { id: alertId, note: "" })).rejects.toMatchObject({ code: "INVALID_STATE" });
    for (const celsius of [10, 7, 9]) {
      rt.clock.advance(MINUTE);
      await reading(rt, machineId, { temp_c: celsius });
      await evaluateReadings(rt);
    }
    expect(await alertEvents(rt, machineId)).toEqual(["fired", "resolved"]);
    for (const celsius of [5, 9]) {
      rt.clock.advance(MINUTE);
      await reading(rt, machineId, { temp_c: celsius });
      await evaluateReadings(rt);
    }
    expect(await alertEvents(rt, machineId)).toEqual(["fired", "resolved", "fired"]);
  });
});

describe("a mute", () => {
  it("lets alerts be recorded and told to nobody, until it ends", async () => {
    const machine = await bareMachine(rt, { organizationId: person.organizationId });
    await bareRule(rt, warm);
    await muteAlerts(rt, person.actor, scope(), { machineId: machine.id, ruleId: null, until: later(30), reason: "Repair" });
    await reading(rt, machine.id, { temp_c: 9 });
    await evaluateReadings(rt);
    expect(await alertEvents(rt, machine.id)).toEqual(["fired muted"]);
    expect((await listAlerts(rt, scope(), { page: 1, limit: 20 })).data).toMatchObject([{ state: "firing", mutedUntil: later(30) }]);
    rt.clock.advance(30 * MINUTE - 1);
    await evaluateReadings(rt);
    expect(await alertEvents(rt, machine.id)).toEqual(["fired muted"]);
    rt.clock.advance(1);
    await evaluateReadings(rt);
    await evaluateReadings(rt);
    expect(await alertEvents(rt, machine.id)).toEqual(["fired muted", "fired"]);
  });

  it("of one rule lets the others speak", async () => {
    const machine = await bareMachine(rt, { organizationId: person.organizationId });
    const quiet = await bareRule(rt, warm);
    await bareRule(rt, { kind: "offline", forSeconds: 0 });
    await muteAlerts(rt, person.actor, scope(), { machineId: machine.id, ruleId: quiet, until: later(30), reason: "" });
    await reading(rt, machine.id, { temp_c: 9 });
    await presence(rt, machine.id, "offline");
    await evaluateReadings(rt);
    expect((await alertEvents(rt, machine.id)).sort()).toEqual(["fired", "fired muted"]);
  });

  it("holds an escalation back, and the time of one that was never told has not begun", async () => {
    const { machineId } = await firing({ escalateMinutes: 15 });
    rt.clock.advance(10 * MINUTE);
    await muteAlerts(rt, person.actor, scope(), { machineId, ruleId: null, until: later(60), reason: "" });
    rt.clock.advance(59 * MINUTE);
    await evaluateReadings(rt);
    expect(await alertEvents(rt, machineId)).toEqual(["fired"]);
    rt.clock.advance(MINUTE);
    await evaluateReadings(rt);
    expect(await alertEvents(rt, machineId)).toEqual(["fired", "escalated"]);
    // Muted from the start: 15 minutes from when it is told.
    const other = await bareMachine(rt, { organizationId: person.organizationId });
    await muteAlerts(rt, person.actor, scope(), { machineId: other.id, ruleId: null, until: later(60), reason: "" });
    await reading(rt, other.id, { temp_c: 9 });
    for (const [minutes, events] of [[0, ["fired muted"]], [60, ["fired muted", "fired"]], [14, ["fired muted", "fired"]], [1, ["fired muted", "fired", "escalated"]]] as const) {
      rt.clock.advance(minutes * MINUTE);
      await evaluateReadings(rt);
      expect(await alertEvents(rt, other.id)).toEqual(events);
    }
  });

  it("is replaced by a newer one, ends by hand, and is refused for the past, for too long, and for what is not theirs", async () => {
    const { machineId } = await firing();
    const mute = (fields: object) => muteAlerts(rt, person.actor, scope(), { machineId, ruleId: null, until: later(10), reason: "", ...fields });
    await mute({});
    const { id } = await mute({ until: later(20), reason: "Longer" });
    expect((await listMutes(rt, scope(), machineId)).data).toMatchObject([{ id, until: later(20), reason: "Longer", by: person.actor.name, ruleName: null }]);
    await unmuteAlerts(rt, person.actor, scope(), id);
    expect((await listMutes(rt, scope(), machineId)).data).toEqual([]);
    await expect(unmuteAlerts(rt, person.actor, scope(), id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(mute({ until: later(0) })).rejects.toMatchObject({ code: "INVALID_REQUEST", extras: { details: [{ field: "until" }] } });
    await expect(mute({ until: later(91 * 1_440) })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await expect(mute({ ruleId: newId("alertRule") })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(mute({ machineId: (await bareMachine(rt)).id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

it("escalates what nobody acknowledged in time, once; not what somebody did", async () => {
  const [left, seen] = [await firing({ escalateMinutes: 15 }), await firing({ escalateMinutes: 15 })];
  rt.clock.advance(14 * MINUTE);
  await evaluateReadings(rt);
  for (const { id } of await alertsOf(rt, seen.machineId)) await acknowledgeAlert(rt, person.actor, scope(), { id, note: "" });
  for (let minute = 0; minute < 3; minute += 1) {
    rt.clock.advance(MINUTE);
    await evaluateReadings(rt);
  }
  expect((await alertEvents(rt, left.machineId)).filter((event) => event === "escalated")).toHaveLength(2);
  expect(await alertEvents(rt, seen.machineId)).not.toContain("escalated");
});

describe("rules", () => {
  it("are an organization's own; it sees those of the platform and changes none of them", async () => {
    const { id } = await createRule(rt, person.actor, scope(), rule({ name: "Mine" }));
    const { id: platforms } = await createRule(rt, person.actor, "platform", rule({ name: "Platform" }));
    await createRule(rt, person.actor, { organizationId: (await makePerson(rt)).organizationId }, rule({ name: "Others" }));
    expect((await listRules(rt, scope())).data.map(({ name }) => name)).toEqual(["Mine", "Platform"]);
    expect((await listRules(rt, "platform")).data).toHaveLength(3);
    for (const change of [(ruleId: string) => changeRule(rt, person.actor, scope(), { ...rule(), id: ruleId }), (ruleId: string) => deleteRule(rt, person.actor, scope(), ruleId), (ruleId: string) => enableRule(rt, person.actor, scope(), { id: ruleId, enabled: false })]) {
      await expect(change(platforms)).rejects.toMatchObject({ code: "NOT_FOUND" });
    }
    await changeRule(rt, person.actor, scope(), { ...rule({ name: "Colder" }), id });
    expect((await listRules(rt, scope())).data[0]).toMatchObject({ id, name: "Colder", builtIn: false, organizationId: person.organizationId });
    await expect(createRule(rt, person.actor, scope(), rule({ machineId: (await bareMachine(rt)).id }))).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(createRule(rt, person.actor, scope(), rule({ templateId: newId("machineTemplate") }))).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("end what they raised when they are switched off or deleted; the history keeps their names", async () => {
    for (const end of [(id: string) => enableRule(rt, person.actor, scope(), { id, enabled: false }), (id: string) => deleteRule(rt, person.actor, scope(), id), (id: string) => changeRule(rt, person.actor, scope(), { ...rule({ enabled: false }), id })]) {
      const { machineId, ruleId } = await firing({ organizationId: person.organizationId });
      await end(ruleId);
      await evaluateReadings(rt);
      expect(await alertEvents(rt, machineId)).toEqual(["fired", "resolved"]);
      expect((await listAlerts(rt, scope(), { page: 1, limit: 20, machineId })).data).toMatchObject([{ name: "Too warm", state: "resolved", endReason: "rule", resolvedBy: person.actor.name }]);
    }
  });

  it("that every installation begins with are made once, whatever became of them", async () => {
    await seedMachineTemplates(rt);
    await seedDefaultRules(rt);
    const rules = (await listRules(rt, "platform")).data;
    expect(rules.map(({ name, builtIn }) => [name, builtIn])).toEqual([["Claim code tried again", true], ["Drinks cooler too warm", true], ["Empty slots", true], ["Machine offline", true], ["Snack machine too warm", true]]);
    const [first, second] = rules;
    await enableRule(rt, person.actor, "platform", { id: first?.id ?? "", enabled: false });
    await deleteRule(rt, person.actor, "platform", second?.id ?? "");
    await seedDefaultRules(rt);
    expect((await listRules(rt, "platform")).data.map(({ name, enabled }) => [name, enabled])).toEqual([["Claim code tried again", false], ["Empty slots", true], ["Machine offline", true], ["Snack machine too warm", true]]);
  });

  it("tell beforehand how often they would have fired", async () => {
    const machine = await bareMachine(rt, { organizationId: person.organizationId });
    for (const celsius of [5, 9, 9, 7, 9, 5, 9, 5]) {
      rt.clock.advance(MINUTE);
      await reading(rt, machine.id, { temp_c: celsius });
    }
    for (const [status, minutes] of [["offline", 10], ["online", 5], ["offline", 2], ["online", 5], ["offline", 0]] as const) {
      await rt.db.prisma.machineConnection.create({ data: { id: newId("machineConnection"), machineId: machine.id, type: `machine.${status}`, at: rt.clock.now() } });
      rt.clock.advance(minutes * MINUTE);
    }
    rt.clock.advance(6 * MINUTE);
    const preview = async (condition: Parameters<typeof previewRule>[2]["condition"]) => (await previewRule(rt, scope(), { condition, machineId: null, templateId: null })).fired;
    expect(await preview(warm)).toBe(2);
    expect(await preview({ ...warm, forSeconds: 60 })).toBe(1);
    expect(await preview({ ...warm, clearValue: null })).toBe(3);
    expect(await preview({ kind: "offline", forSeconds: 300 })).toBe(2);
    expect(await preview({ kind: "stock", measure: "empty", atMost: 0, scope: "slot" })).toBeNull();
    rt.clock.advance(8 * 86_400_000);
    expect(await preview(warm)).toBe(0);
  });
});

it("lists what fired, newest first, by state, severity, machine and words; and counts what is open", async () => {
  const [first, second] = [await firing({ severity: "critical", name: "Freezer" }), await firing()];
  const list = async (filter: object) => (await listAlerts(rt, scope(), { page: 1, limit: 20, ...filter })).data.map((alert) => alert.id);
  const all = await list({});
  // Each of the two rules is about both machines.
  expect(all).toHaveLength(4);
  expect(all).toEqual([...all].sort().reverse());
  await bareRule(rt, { ...warm, forSeconds: 600 });
  await evaluateReadings(rt);
  expect(await list({})).toHaveLength(4);
  expect(await list({ status: "pending" })).toHaveLength(2);
  expect(await list({ machineId: first.machineId })).toHaveLength(2);
  expect(await list({ severity: "critical" })).toHaveLength(2);
  expect(await list({ search: "freez" })).toHaveLength(2);
  expect(await list({ search: "100%" })).toEqual([]);
  await acknowledgeAlert(rt, person.actor, scope(), { id: second.alertId, note: "" });
  await resolveAlert(rt, person.actor, scope(), { id: first.alertId, note: "" });
  expect(await list({ status: "open" })).toHaveLength(3);
  expect(await list({ status: "resolved" })).toEqual([first.alertId]);
  expect(await countAlerts(rt, scope())).toMatchObject({ firing: 2, acknowledged: 1 });
  expect((await listAlerts(rt, { organizationId: newId("organization") }, { page: 1, limit: 20 })).pagination.total).toBe(0);
});
