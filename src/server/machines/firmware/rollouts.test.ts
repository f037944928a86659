import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { otaMessage } from "#shared/machines/device.ts";
import { rolloutMachineListInput } from "#shared/machines/rollouts.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { type FirmwareGround, firmwareGround } from "../testing/firmware-ground.ts";
import { listRolloutMachines, retryMachine, skipMachine } from "./rollout-machines.ts";
import { runRollouts } from "./rollout-round.ts";
import { abortRollout, changeRollout, discardRollout, pauseRollout, resumeRollout, startRollout } from "./rollouts.ts";
import { describeRollout, previewRollout } from "./rollout-views.ts";

let rt: TestRuntime;
let ground: FirmwareGround;
let version = 0;
/** of each test's own */
let firmware: { id: string; version: string };

beforeAll(async () => void (rt = await createTestRuntime()));
beforeEach(async () => {
  ground = await firmwareGround(rt);
  version += 1;
  const { firmware: made } = await ground.upload({ version: `2.0.${version}` });
  firmware = { id: made.id, version: made.version };
});
afterAll(() => rt.close());

const round = () => runRollouts(rt);
const minutes = (count: number) => rt.clock.advance(count * 60_000);
const status = async (id: string) => {
  const { status: now, statusReason, step } = await describeRollout(rt, id);
  return { status: now, statusReason, step };
};
const waits = async (id: string) => (await listRolloutMachines(rt, rolloutMachineListInput.parse({ id }))).data.map((row) => row.waitsFor);
/** Takes a machine from its offer to where it runs the new version. */
const update = async (machineId: string) => {
  await ground.say(machineId, "installing");
  await ground.offline(machineId);
  await ground.online(machineId, firmware.version);
};

describe("a rollout", () => {
  it("offers to its canary group first, then step by step, and is complete when all run the version", async () => {
    const machines = await ground.machines(5);
    const [first] = machines;
    const id = await ground.started(firmware.id, { target: { organizationId: ground.organizationId, canary: { machineIds: [first?.id ?? ""] } }, steps: [{ percent: 50 }, { percent: 100 }], successThreshold: 100 });
    expect(await ground.states(id)).toEqual({ waiting: 5 });
    await round();
    await round();
    expect(await ground.states(id)).toEqual({ waiting: 4, offered: 1 });
    const [offer, ...more] = await ground.offers(first?.id ?? "");
    expect(more).toEqual([]);
    expect(otaMessage.parse(offer)).toMatchObject({ job: `${id}-0`, version: firmware.version, window: null });
    await ground.say(first?.id ?? "", "downloading", { percent: 30 });
    expect((await listRolloutMachines(rt, rolloutMachineListInput.parse({ id, state: "downloading" }))).data).toMatchObject([{ machineId: first?.id, percent: 30, fromVersion: "1.0.0" }]);
    await ground.say(first?.id ?? "", "succeeded");
    await round();
    // It says that it has; it has not connected with it.
    expect(await status(id)).toMatchObject({ status: "running", step: 0 });
    await update(first?.id ?? "");
    await round();
    expect(await status(id)).toMatchObject({ status: "running", step: 1 });
    expect(await ground.states(id)).toEqual({ succeeded: 1, offered: 2, waiting: 2 });
    for (const { id: machineId } of machines) if ((await ground.offers(machineId)).length > 0) await update(machineId);
    await round();
    expect(await status(id)).toMatchObject({ status: "running", step: 2 });
    for (const { id: machineId } of machines) if ((await ground.offers(machineId)).length > 0) await update(machineId);
    await round();
    expect(await ground.states(id)).toEqual({ succeeded: 5 });
    expect(await status(id)).toEqual({ status: "completed", statusReason: null, step: 2 });
    const events = await rt.db.prisma.event.findMany({ where: { subject: first?.id ?? "", type: "rollout.machine.changed" }, orderBy: { id: "asc" } });
    expect(events.map((event) => (event.data as { state: string }).state)).toEqual(["offered", "downloading", "installing", "installing", "succeeded"]);
    expect(await rt.db.prisma.auditEntry.findMany({ where: { subjectId: id }, orderBy: { id: "asc" }, select: { action: true } })).toEqual([{ action: "rollout.create" }, { action: "rollout.start" }, { action: "rollout.complete" }]);
  });

  it("counts machines that run the version already, waits for those that are offline, and leaves out those that cannot have it", async () => {
    const [there, away, wrongChip, wrongProject] = await ground.machines(4);
    await ground.online(there?.id ?? "", firmware.version);
    await ground.offline(away?.id ?? "");
    await rt.db.prisma.machine.update({ where: { id: wrongChip?.id ?? "" }, data: { chip: "ESP32-C3" } });
    await rt.db.prisma.machineTemplate.create({ data: { id: "mtp_other", slug: `other-${version}`, name: "Other", slots: [], chip: "ESP32-S3", firmwareProject: "other" } }).catch(() => {});
    await rt.db.prisma.machine.update({ where: { id: wrongProject?.id ?? "" }, data: { templateId: "mtp_other" } });
    const target = { organizationId: ground.organizationId, canary: { count: 0 } };
    expect(await previewRollout(rt, { firmwareId: firmware.id, target })).toEqual({ machines: 2, online: 1, alreadyThere: 1, skipped: [{ reason: "WRONG_CHIP", count: 1 }] });
    const id = await ground.started(firmware.id, { target });
    await round();
    expect(await ground.states(id)).toEqual({ succeeded: 1, waiting: 1, skipped: 1 });
    expect(await waits(id)).toContain("offline");
    minutes(60 * 24 * 30);
    await round();
    expect(await ground.offers(away?.id ?? "")).toEqual([]);
    await ground.online(away?.id ?? "", "1.0.0");
    await round();
    expect(await ground.offers(away?.id ?? "")).toHaveLength(1);
    await update(away?.id ?? "");
    await round();
    expect(await status(id)).toMatchObject({ status: "completed" });
    // Named one by one they are told why.
    const named = await ground.started(firmware.id, { target: { machineIds: [there?.id ?? "", wrongProject?.id ?? "", wrongChip?.id ?? ""] } });
    expect((await listRolloutMachines(rt, rolloutMachineListInput.parse({ id: named }))).data.map((row) => [row.state, row.error])).toEqual(expect.arrayContaining([["succeeded", null], ["skipped", "WRONG_PROJECT"], ["skipped", "WRONG_CHIP"]]));
  });

  it("stops by itself when its canary fails, with the reason; resumed it goes on after that failure and stops at the next", async () => {
    const [canary, ...rest] = await ground.machines(4);
    const id = await ground.started(firmware.id, { target: { organizationId: ground.organizationId, canary: { machineIds: [canary?.id ?? ""] } }, failureThreshold: 34 });
    await round();
    await ground.say(canary?.id ?? "", "rolled_back", { error: "no network" });
    await round();
    expect(await status(id)).toEqual({ status: "paused", statusReason: "failures", step: 0 });
    minutes(60);
    await round();
    for (const { id: machineId } of rest) expect(await ground.offers(machineId)).toEqual([]);
    expect(await waits(id)).toContain("paused");
    await resumeRollout(rt, ground.admin, id);
    await round();
    expect(await status(id)).toEqual({ status: "running", statusReason: null, step: 1 });
    expect(await ground.states(id)).toEqual({ rolled_back: 1, offered: 3 });
    await ground.say(rest[0]?.id ?? "", "failed", { error: "HTTP 404" });
    await round();
    expect(await status(id)).toMatchObject({ status: "running" });
    await ground.say(rest[1]?.id ?? "", "failed", { error: "HTTP 404" });
    await round();
    expect(await status(id)).toMatchObject({ status: "paused", statusReason: "failures", step: 1 });
    expect(await rt.db.prisma.auditEntry.findFirst({ where: { subjectId: id, action: "rollout.pause" }, select: { actorKind: true, actorName: true } })).toEqual({ actorKind: "system", actorName: "rollouts" });
  });

  it("offers nothing to a machine that took the version back, until an administrator says so", async () => {
    const [machine] = await ground.machines(1);
    const id = await ground.started(firmware.id, { failureThreshold: 100 });
    await round();
    await update(machine?.id ?? "");
    await round();
    expect(await status(id)).toMatchObject({ status: "completed" });
    // After it had been counted: it went back, and says so when it is connected again.
    await ground.online(machine?.id ?? "", "1.0.0");
    await ground.say(machine?.id ?? "", "rolled_back");
    expect(await ground.states(id)).toEqual({ rolled_back: 1 });
    await ground.offers(machine?.id ?? "");
    await expect(ground.started(firmware.id)).rejects.toMatchObject({ code: "CONFLICT", extras: { reason: "no_machines" } });
    const [other] = await ground.machines(1);
    const again = await ground.started(firmware.id);
    expect(await ground.states(again)).toEqual({ skipped: 1, waiting: 1 });
    await round();
    expect(await ground.offers(machine?.id ?? "")).toEqual([]);
    await retryMachine(rt, ground.admin, { id: again, machineId: machine?.id ?? "" });
    await round();
    const [offer] = await ground.offers(machine?.id ?? "");
    expect(offer?.job).toBe(`${again}-5`);
    await expect(retryMachine(rt, ground.admin, { id: again, machineId: machine?.id ?? "" })).rejects.toMatchObject({ code: "INVALID_STATE" });
    await skipMachine(rt, ground.admin, { id: again, machineId: machine?.id ?? "" });
    expect(await ground.stateOf(again, machine?.id ?? "")).toBe("skipped");
    await update(other?.id ?? "");
    await round();
    expect(await status(again)).toMatchObject({ status: "completed" });
    await expect(retryMachine(rt, ground.admin, { id: again, machineId: machine?.id ?? "" })).rejects.toMatchObject({ code: "INVALID_STATE" });
  });

  it("offers the same job again to a machine that lost power, until it runs the version", async () => {
    const [machine] = await ground.machines(1);
    const id = await ground.started(firmware.id);
    const jobs: string[] = [];
    await round();
    for (let lost = 0; lost < 3; lost += 1) {
      jobs.push(...(await ground.offers(machine?.id ?? "")).map((offer) => offer.job));
      await ground.say(machine?.id ?? "", "downloading", { percent: 20 });
      await ground.offline(machine?.id ?? "");
      minutes(90);
      await round();
      expect(await ground.stateOf(id, machine?.id ?? "")).toBe("downloading");
      await ground.online(machine?.id ?? "", "1.0.0");
      minutes(5);
      await round();
      expect(await ground.stateOf(id, machine?.id ?? "")).toBe("waiting");
      expect(await waits(id)).toEqual(["retry"]);
      minutes(2 ** lost);
      await round();
    }
    expect([jobs, await ground.offers(machine?.id ?? "")]).toEqual([[`${id}-0`, `${id}-0`, `${id}-0`], [expect.objectContaining({ job: `${id}-0` })]]);
    await update(machine?.id ?? "");
    await round();
    expect(await status(id)).toMatchObject({ status: "completed" });
  });

  it("keeps to the update window and waits while something is being sold", async () => {
    // 10:00 in UTC.
    const [machine] = await ground.machines(1);
    const machineId = machine?.id ?? "";
    const at = rt.clock.now();
    const hour = at.getUTCHours();
    const id = await ground.started(firmware.id, { window: { from: ((hour + 1) % 24) * 60, to: ((hour + 2) % 24) * 60 } });
    await round();
    expect(await waits(id)).toEqual(["window"]);
    minutes(60);
    await rt.db.prisma.machineOrder.create({
      data: { id: `ord_${version}`, machineId, organizationId: ground.organizationId, status: "paid", secretHash: "x", payment: "card", total: 1n, expiresAt: at, createdAt: at, updatedAt: at },
    });
    await round();
    expect(await waits(id)).toEqual(["order"]);
    expect(await ground.offers(machineId)).toEqual([]);
    await rt.db.prisma.machineOrder.update({ where: { id: `ord_${version}` }, data: { status: "dispensed" } });
    await round();
    expect(await ground.offers(machineId)).toMatchObject([{ window: { from: ((hour + 1) % 24) * 60 } }]);
    await abortRollout(rt, ground.admin, id);
  });

  it("stands for the soak time before its next step", async () => {
    const machines = await ground.machines(2);
    const id = await ground.started(firmware.id, { steps: [{ percent: 50 }, { percent: 100 }], soakMinutes: 30 });
    await round();
    const first = (await Promise.all(machines.map(async ({ id: machineId }) => ({ machineId, offers: await ground.offers(machineId) })))).find(({ offers }) => offers.length > 0);
    await update(first?.machineId ?? "");
    await round();
    expect(await describeRollout(rt, id)).toMatchObject({ step: 1, stepMetAt: rt.clock.now().toISOString() });
    minutes(29);
    await round();
    expect(await status(id)).toMatchObject({ step: 1 });
    minutes(1);
    await round();
    expect(await status(id)).toMatchObject({ step: 2 });
    await abortRollout(rt, ground.admin, id);
  });
});

describe("what administrators do", () => {
  it("paused, nothing is offered, what is under way goes on; resumed it goes on; aborted it ends", async () => {
    const machines = await ground.machines(3);
    const ids = machines.map((machine) => machine.id);
    const id = await ground.started(firmware.id, { target: { organizationId: ground.organizationId, canary: { count: 1 } } });
    await round();
    const canary = (await Promise.all(ids.map(async (machineId) => ({ machineId, state: await ground.stateOf(id, machineId) })))).find(({ state }) => state === "offered")?.machineId ?? "";
    await pauseRollout(rt, ground.admin, id);
    await expect(pauseRollout(rt, ground.admin, id)).rejects.toMatchObject({ code: "INVALID_STATE" });
    await update(canary);
    await round();
    expect(await ground.states(id)).toEqual({ succeeded: 1, waiting: 2 });
    expect(await status(id)).toEqual({ status: "paused", statusReason: "operator", step: 0 });
    await resumeRollout(rt, ground.admin, id);
    await round();
    expect(await ground.states(id)).toEqual({ succeeded: 1, offered: 2 });
    const [one = "", two = ""] = ids.filter((machineId) => machineId !== canary);
    await ground.say(one, "installing");
    await abortRollout(rt, ground.admin, id);
    expect([await ground.stateOf(id, one), await ground.stateOf(id, two)]).toEqual(["installing", "skipped"]);
    // It could not be held back, and arrives.
    await ground.online(one, firmware.version);
    await round();
    expect(await ground.states(id)).toEqual({ succeeded: 2, skipped: 1 });
    expect(await status(id)).toMatchObject({ status: "aborted" });
    await expect(resumeRollout(rt, ground.admin, id)).rejects.toMatchObject({ code: "INVALID_STATE" });
  });

  it("a draft can be changed and discarded, and later nothing of it", async () => {
    await ground.machines(1);
    const id = await ground.rollout(firmware.id);
    expect(await changeRollout(rt, ground.admin, { id, name: "Night", window: { from: 60, to: 120 }, steps: [{ percent: 20 }, { percent: 100 }] })).toMatchObject({ name: "Night", window: { from: 60, to: 120 }, stepCount: 2, failureThreshold: 10 });
    expect(await changeRollout(rt, ground.admin, { id, window: null })).toMatchObject({ name: "Night", window: null });
    await startRollout(rt, ground.admin, id);
    for (const call of [() => changeRollout(rt, ground.admin, { id, name: "x" }), () => discardRollout(rt, ground.admin, id), () => startRollout(rt, ground.admin, id)]) await expect(call()).rejects.toMatchObject({ code: "INVALID_STATE" });
    await abortRollout(rt, ground.admin, id);
    const other = await ground.rollout(firmware.id);
    await discardRollout(rt, ground.admin, other);
    await expect(startRollout(rt, ground.admin, other)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("a machine is in one rollout at a time, even when two are started at once", async () => {
    const machines = await ground.machines(3);
    const { firmware: second } = await ground.upload({ version: `2.1.${version}` });
    const ids = [await ground.rollout(firmware.id), await ground.rollout(second.id)];
    await Promise.allSettled(ids.map((id) => startRollout(rt, ground.admin, id)));
    const rows = await rt.db.prisma.rolloutMachine.findMany({ where: { machineId: { in: machines.map((machine) => machine.id) } } });
    expect(rows.filter((row) => row.state === "waiting")).toHaveLength(3);
    expect(new Set(rows.filter((row) => row.state === "waiting").map((row) => row.machineId)).size).toBe(3);
    expect(rows.filter((row) => row.state === "skipped").every((row) => row.error === "OTHER_ROLLOUT")).toBe(true);
    for (const id of ids) await abortRollout(rt, ground.admin, id).catch(() => {});
  });

  it("a canary that is not among the machines, and a target without machines, are refused", async () => {
    const [machine] = await ground.machines(1);
    await rt.db.prisma.machine.update({ where: { id: machine?.id ?? "" }, data: { chip: "ESP32" } });
    const [fit] = await ground.machines(1);
    await expect(ground.started(firmware.id, { target: { organizationId: ground.organizationId, canary: { machineIds: [machine?.id ?? ""] } } })).rejects.toMatchObject({ code: "CONFLICT", extras: { reason: "canary" } });
    await expect(ground.started(firmware.id, { target: { machineIds: [machine?.id ?? ""] } })).rejects.toMatchObject({ extras: { reason: "no_machines" } });
    await rt.db.prisma.machine.update({ where: { id: fit?.id ?? "" }, data: { status: "decommissioned" } });
    await expect(ground.started(firmware.id)).rejects.toMatchObject({ extras: { reason: "no_machines" } });
  });

  it("a machine that is decommissioned on the way is left out, and holds nothing up", async () => {
    const [gone, stays] = await ground.machines(2);
    const id = await ground.started(firmware.id);
    await round();
    await rt.db.prisma.machine.update({ where: { id: gone?.id ?? "" }, data: { status: "decommissioned" } });
    await update(stays?.id ?? "");
    await round();
    expect(await ground.states(id)).toEqual({ skipped: 1, succeeded: 1 });
    expect(await status(id)).toMatchObject({ status: "completed" });
  });
});

describe("messages of devices", () => {
  it("about jobs that are not theirs, twice, or too late, change nothing", async () => {
    const [mine, other] = await ground.machines(2);
    const id = await ground.started(firmware.id, { target: { machineIds: [mine?.id ?? ""] } });
    await round();
    for (const job of ["nonsense", `${id}-7`, `rol_00000000000000000000000000-0`]) await ground.say(mine?.id ?? "", "failed", { job });
    await ground.say(other?.id ?? "", "failed", { job: `${id}-0` });
    expect(await ground.states(id)).toEqual({ offered: 1 });
    await ground.say(mine?.id ?? "", "failed", { error: "HTTP 404" });
    await ground.say(mine?.id ?? "", "downloading", { percent: 5 });
    expect(await ground.states(id)).toEqual({ failed: 1 });
  });
});
