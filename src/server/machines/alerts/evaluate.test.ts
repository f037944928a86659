import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import type { ConditionOf } from "#shared/machines/alerts.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { alertEvents, alertsOf, bareMachine, bareRule, presence, reading } from "../testing/alert-fixtures.ts";
import { evaluateReadings, evaluateSlowRules } from "./evaluate.ts";
import { runAlertRound } from "./rounds.ts";

let rt: TestRuntime;
beforeAll(async () => void (rt = await createTestRuntime()));
afterAll(() => rt.close());
beforeEach(async () => {
  await rt.db.prisma.alertRule.deleteMany();
  await rt.db.prisma.machine.deleteMany();
  await rt.db.prisma.alertRound.deleteMany();
});

const MINUTE = 60_000;
const warm: ConditionOf<"threshold"> = { kind: "threshold", metric: "temp_c", direction: "above", value: 8, clearValue: 6, forSeconds: 0 };
const away: ConditionOf<"offline"> = { kind: "offline", forSeconds: 300 };
const states = async (machineId: string) => (await alertsOf(rt, machineId)).map((alert) => alert.state);
/** A reading, looked at. */
const read = async (machineId: string, celsius: number, waitMs = 10_000) => {
  rt.clock.advance(waitMs);
  await reading(rt, machineId, { temp_c: celsius });
  await evaluateReadings(rt);
};

describe("a threshold", () => {
  it("is raised once, told once, and ends by itself beyond the clear value", async () => {
    const { id } = await bareMachine(rt);
    await bareRule(rt, warm);
    for (const celsius of [5, 9, 9, 7, 12]) await read(id, celsius);
    expect(await alertsOf(rt, id)).toMatchObject([{ state: "firing", value: 9, severity: "warning", subject: "" }]);
    await read(id, 6);
    const [alert] = await alertsOf(rt, id);
    expect(alert).toMatchObject({ state: "resolved", endReason: "cleared", resolvedById: null, resolvedAt: rt.clock.now() });
    await read(id, 9);
    expect(await states(id)).toEqual(["resolved", "firing"]);
    expect(await alertEvents(rt, id)).toEqual(["fired", "resolved", "fired"]);
  });

  it("waits for its time, and leaves nothing behind when it does not last", async () => {
    const { id } = await bareMachine(rt);
    await bareRule(rt, { ...warm, forSeconds: 600 });
    await read(id, 9);
    expect(await states(id)).toEqual(["pending"]);
    // Time alone is no reading.
    rt.clock.advance(20 * MINUTE);
    await evaluateReadings(rt);
    expect(await states(id)).toEqual(["pending"]);
    await read(id, 7);
    expect(await states(id)).toEqual([]);
    await read(id, 9);
    await read(id, 9, 10 * MINUTE);
    expect(await states(id)).toEqual(["firing"]);
    expect(await alertEvents(rt, id)).toEqual(["fired"]);
  });

  it("is about the machines it names: all, an organization's, a kind, or one", async () => {
    const template = await rt.db.prisma.machineTemplate.create({ data: { id: newId("machineTemplate"), slug: newId("machineTemplate"), name: "Cooler", slots: [] } });
    const [first, second] = [await bareMachine(rt, { templateId: template.id }), await bareMachine(rt)];
    const rules = {
      all: await bareRule(rt, warm),
      own: await bareRule(rt, warm, { organizationId: first.organizationId }),
      kind: await bareRule(rt, warm, { templateId: template.id }),
      one: await bareRule(rt, warm, { machineId: second.id }),
      off: await bareRule(rt, warm, { enabled: false }),
      gone: await bareRule(rt, warm, { deletedAt: rt.clock.now() }),
    };
    await reading(rt, second.id, { temp_c: 9 });
    await read(first.id, 9);
    const of = async (machineId: string) => (await alertsOf(rt, machineId)).map((alert) => alert.ruleId).sort();
    expect(await of(first.id)).toEqual([rules.all, rules.own, rules.kind].sort());
    expect(await of(second.id)).toEqual([rules.all, rules.one].sort());
  });

  it("goes on where it was when a rule that cannot be read stands beside it", async () => {
    const { id } = await bareMachine(rt);
    await bareRule(rt, warm, { condition: { kind: "threshold", nonsense: true } });
    await bareRule(rt, warm);
    await read(id, 9);
    expect(await states(id)).toEqual(["firing"]);
  });
});

describe("a rule that changes while its alert fires", () => {
  it("decides by its new condition", async () => {
    const { id } = await bareMachine(rt);
    const rule = await bareRule(rt, warm);
    await read(id, 9);
    await rt.db.prisma.alertRule.update({ where: { id: rule }, data: { condition: { ...warm, value: 20, clearValue: null } } });
    await evaluateReadings(rt);
    expect(await alertsOf(rt, id)).toMatchObject([{ state: "resolved", endReason: "cleared" }]);
  });

  it("ends it when it is switched off, deleted, or about others", async () => {
    const other = await bareMachine(rt);
    for (const data of [{ enabled: false }, { deletedAt: rt.clock.now() }, { machineId: other.id }, { organizationId: other.organizationId }]) {
      const { id } = await bareMachine(rt);
      const rule = await bareRule(rt, warm);
      const pending = await bareRule(rt, { ...warm, forSeconds: 600 });
      await read(id, 9);
      await rt.db.prisma.alertRule.updateMany({ where: { id: { in: [rule, pending] } }, data });
      await evaluateReadings(rt);
      expect(await alertsOf(rt, id)).toMatchObject([{ state: "resolved", endReason: "rule" }]);
      expect(await alertEvents(rt, id)).toEqual(["fired", "resolved"]);
    }
  });
});

it("a machine that is decommissioned takes its alerts with it", async () => {
  const { id } = await bareMachine(rt);
  await bareRule(rt, warm);
  await bareRule(rt, { ...warm, forSeconds: 600 });
  await read(id, 9);
  expect((await states(id)).sort()).toEqual(["firing", "pending"]);
  await rt.db.prisma.machine.update({ where: { id }, data: { status: "decommissioned" } });
  await evaluateReadings(rt);
  expect(await alertsOf(rt, id)).toMatchObject([{ state: "resolved", endReason: "decommissioned" }]);
  await read(id, 9);
  expect(await alertsOf(rt, id)).toHaveLength(1);
});

describe("a machine that is away", () => {
  it("raises an alert when it stays away, which ends when it is back", async () => {
    const { id } = await bareMachine(rt);
    await bareRule(rt, away, { severity: "critical" });
    await presence(rt, id, "offline");
    const since = rt.clock.now();
    rt.clock.advance(5 * MINUTE - 1);
    await evaluateReadings(rt);
    expect(await states(id)).toEqual(["pending"]);
    rt.clock.advance(1);
    await evaluateReadings(rt);
    expect(await alertsOf(rt, id)).toMatchObject([{ state: "firing", startedAt: since, firedAt: rt.clock.now() }]);
    await presence(rt, id, "online");
    await evaluateReadings(rt);
    expect(await states(id)).toEqual(["resolved"]);
  });

  it("raises none while it comes and goes, whether somebody saw that it was back or not", async () => {
    const { id } = await bareMachine(rt);
    await bareRule(rt, away);
    for (let flap = 0; flap < 6; flap += 1) {
      await presence(rt, id, "offline");
      await evaluateReadings(rt);
      rt.clock.advance(4 * MINUTE);
      await evaluateReadings(rt);
      await presence(rt, id, "online");
      if (flap % 2 === 0) await evaluateReadings(rt);
      rt.clock.advance(1_000);
    }
    expect(await alertEvents(rt, id)).toEqual([]);
  });

  it("was never there when it waits for its device", async () => {
    const { id } = await bareMachine(rt, { status: "awaiting_claim", statusChangedAt: null });
    await bareRule(rt, away);
    rt.clock.advance(10 * MINUTE);
    await evaluateReadings(rt);
    expect(await states(id)).toEqual([]);
  });
});

it("a claim code tried again raises an alert, which a person may end for good, and the next try another", async () => {
  const { id } = await bareMachine(rt, { status: "awaiting_claim" });
  await bareRule(rt, { kind: "claim", quietMinutes: 60 });
  const attempt = (reason: string) => rt.db.prisma.machineConnection.create({ data: { id: newId("machineConnection"), machineId: id, type: "machine.claim.rejected", reason, at: rt.clock.now() } });
  await attempt("expired");
  await evaluateReadings(rt);
  expect(await states(id)).toEqual([]);
  await attempt("used");
  await evaluateReadings(rt);
  await evaluateReadings(rt);
  expect(await states(id)).toEqual(["firing"]);
  rt.clock.advance(MINUTE);
  await rt.db.prisma.alert.updateMany({ where: { machineId: id }, data: { state: "resolved", resolvedAt: rt.clock.now(), held: true } });
  await evaluateReadings(rt);
  expect(await states(id)).toEqual(["resolved"]);
  rt.clock.advance(MINUTE);
  await attempt("superseded");
  await evaluateReadings(rt);
  expect(await states(id)).toEqual(["resolved", "firing"]);
  rt.clock.advance(60 * MINUTE);
  await evaluateReadings(rt);
  expect(await states(id)).toEqual(["resolved", "resolved"]);
  expect(await rt.db.prisma.alert.count({ where: { held: true } })).toBe(0);
});

describe("rules that ask for more", () => {
  it("stock: one alert for each slot, which ends when it is filled, disabled, or gone", async () => {
    const { id, organizationId } = await bareMachine(rt);
    await bareRule(rt, { kind: "stock", measure: "empty", atMost: 0, scope: "slot" });
    await bareRule(rt, { kind: "stock", measure: "percent", atMost: 25, scope: "machine" }, { name: "Low" });
    const product = await rt.db.prisma.product.create({ data: { id: newId("product"), organizationId, name: "Bar", sku: newId("product"), price: 1n, createdAt: rt.clock.now() } });
    const slot = (code: string, count: number, sells = true) => ({ machineId: id, code, row: 1, column: 1, capacity: 10, count, productId: sells ? product.id : null });
    await rt.db.prisma.slot.createMany({ data: [slot("A1", 0), slot("A2", 0), slot("A3", 7), slot("A4", 0, false)] });
    await evaluateSlowRules(rt);
    const open = async () => (await alertsOf(rt, id)).filter((alert) => alert.state === "firing").map((alert) => `${alert.subject}:${alert.value}`);
    expect((await open()).sort()).toEqual([":23.3", "A1:1", "A2:1"]);
    await rt.db.prisma.slot.update({ where: { machineId_code: { machineId: id, code: "A1" } }, data: { count: 5 } });
    await rt.db.prisma.slot.update({ where: { machineId_code: { machineId: id, code: "A2" } }, data: { disabledReason: "manual" } });
    await evaluateSlowRules(rt);
    expect(await open()).toEqual([]);
  });

  it("missing: a metric that no longer comes, though others do", async () => {
    const { id } = await bareMachine(rt);
    await bareRule(rt, { kind: "missing", metric: "temp_c", seconds: 120 });
    await reading(rt, id, { temp_c: 4 });
    for (let minute = 0; minute < 2; minute += 1) {
      rt.clock.advance(MINUTE);
      await reading(rt, id, { door: 0 });
      expect(await states(id)).toEqual([]);
      await evaluateSlowRules(rt);
    }
    expect(await states(id)).toEqual(["firing"]);
    await reading(rt, id, { temp_c: 4 });
    await evaluateSlowRules(rt);
    expect(await states(id)).toEqual(["resolved"]);
  });

  it("rate: a change within its minutes", async () => {
    const { id } = await bareMachine(rt);
    await bareRule(rt, { kind: "rate", metric: "temp_c", minutes: 10, change: 3, direction: "rising" });
    for (const celsius of [4, 5, 6]) {
      await reading(rt, id, { temp_c: celsius });
      rt.clock.advance(4 * MINUTE);
    }
    await evaluateSlowRules(rt);
    expect(await states(id)).toEqual([]);
    await reading(rt, id, { temp_c: 8.5 });
    await evaluateSlowRules(rt);
    expect(await alertsOf(rt, id)).toMatchObject([{ state: "firing", value: 3.5 }]);
    rt.clock.advance(9 * MINUTE);
    await reading(rt, id, { temp_c: 8.5 });
    await evaluateSlowRules(rt);
    expect(await states(id)).toEqual(["resolved"]);
  });
});

describe("rounds", () => {
  it("one process at a time, each at its pause, and again after one that died or a clock that was put back", async () => {
    expect(await runAlertRound(rt, "readings")).toBe(true);
    expect(await runAlertRound(rt, "readings")).toBe(false);
    rt.clock.advance(5_000);
    expect((await Promise.all([runAlertRound(rt, "readings"), runAlertRound(rt, "readings")])).filter(Boolean)).toHaveLength(1);
    // One that died in the middle.
    await rt.db.prisma.alertRound.updateMany({ data: { leasedUntil: new Date(rt.clock.now().getTime() + 50_000) } });
    rt.clock.advance(49_000);
    expect(await runAlertRound(rt, "readings")).toBe(false);
    rt.clock.advance(1_000);
    expect(await runAlertRound(rt, "readings")).toBe(true);
    rt.clock.advance(-3_600_000);
    expect(await runAlertRound(rt, "readings")).toBe(true);
  });

  it("makes up for the time in which nobody looked: what came and went is recorded and told, what lasts fires", async () => {
    const [passing, lasting, calm] = [await bareMachine(rt), await bareMachine(rt), await bareMachine(rt)];
    await bareRule(rt, { ...warm, forSeconds: 600 });
    await runAlertRound(rt, "readings");
    const start = rt.clock.now().getTime();
    for (let minute = 0; minute < 60; minute += 1) {
      rt.clock.advance(MINUTE);
      await reading(rt, passing.id, { temp_c: minute >= 10 && minute < 30 ? 9 : 4 });
      await reading(rt, lasting.id, { temp_c: minute >= 55 ? 9 : 4 });
      await reading(rt, calm.id, { temp_c: minute % 5 === 0 ? 9 : 4 });
    }
    await runAlertRound(rt, "readings");
    const at = (minute: number) => new Date(start + minute * MINUTE);
    expect(await alertsOf(rt, passing.id)).toMatchObject([{ state: "resolved", startedAt: at(11), firedAt: at(21), resolvedAt: at(31), endReason: "cleared" }]);
    expect(await alertEvents(rt, passing.id)).toEqual(["fired", "resolved"]);
    expect(await alertsOf(rt, lasting.id)).toMatchObject([{ state: "pending", startedAt: at(56) }]);
    expect(await alertsOf(rt, calm.id)).toEqual([]);
    // Cut off after all was written and before it was noted: done again, it changes nothing.
    await rt.db.prisma.alertRound.updateMany({ data: { evaluatedAt: at(0), leasedUntil: at(0) } });
    const before = await rt.db.prisma.alert.findMany({ orderBy: { id: "asc" } });
    await runAlertRound(rt, "readings");
    expect(await rt.db.prisma.alert.findMany({ orderBy: { id: "asc" } })).toEqual(before);
    expect(await alertEvents(rt, passing.id)).toEqual(["fired", "resolved"]);
  });

  it("a round that fails gives itself back, and the next one does it", async () => {
    const { id } = await bareMachine(rt);
    await bareRule(rt, warm);
    await reading(rt, id, { temp_c: 9 });
    await rt.db.exec("alter table alert rename column told_at to told");
    await expect(runAlertRound(rt, "readings")).rejects.toThrow();
    await rt.db.exec("alter table alert rename column told to told_at");
    expect(await runAlertRound(rt, "readings")).toBe(true);
    expect(await states(id)).toEqual(["firing"]);
    expect(await alertEvents(rt, id)).toEqual(["fired"]);
  });
});
