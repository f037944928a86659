import { fc } from "#server/testing/properties.ts";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { COMMAND_NEXT, type CommandState } from "#shared/machines/states.ts";
import type { MqttPublisher, OutgoingMessage } from "#server/infra/mqtt-publisher.ts";
import { transact } from "#server/infra/runtime.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { publishDownlinks } from "../downlinks/publishing.ts";
import { listRejected } from "../machines.ts";
import { givenSpeakingDevice, type SpeakingDevice } from "../testing/devices.ts";
import { sweepCommands } from "./command-sweep.ts";
import { createCommand, type NewCommand } from "./commands.ts";
import { type CommandOutcome, REACTIONS } from "./reactions.ts";

describe("commands", () => {
  let rt: TestRuntime;
  const before = { ...REACTIONS };
  const outcomes: { id: string; state: string; code: string | null; late: boolean }[] = [];
  const note = async (_tx: unknown, { command, state, code, late }: CommandOutcome): Promise<void> => void outcomes.push({ id: command.id, state, code, late });

  beforeAll(async () => {
    rt = await createTestRuntime();
    REACTIONS.identify = note;
    REACTIONS.dispense = note;
  });
  afterEach(() => void outcomes.splice(0));
  afterAll(async () => {
    Object.assign(REACTIONS, before);
    await rt.close();
  });

  const create = (device: SpeakingDevice, command: Partial<NewCommand> = {}) =>
    transact(rt, (tx) => createCommand(tx, { machineId: device.id, type: "identify", args: { seconds: 5 }, expiresInSeconds: 20, at: rt.clock.now(), ...command }));
  const dispense = (device: SpeakingDevice) => create(device, { type: "dispense", args: { slot: "A1", order: newId("order"), mechanism: "motor" } });
  const command = (id: string) => rt.db.prisma.deviceCommand.findUniqueOrThrow({ where: { id } });
  const states = async (id: string) => (await rt.db.prisma.event.findMany({ where: { type: "machine.command.changed", data: { path: ["commandId"], equals: id } }, orderBy: { seq: "asc" } })).map((event) => (event.data as { state: string }).state);
  const publish = () => publishDownlinks(rt, BROKER);
  const questions = (device: SpeakingDevice) => rt.db.prisma.deviceCommand.findMany({ where: { machineId: device.id, type: "query" }, orderBy: { id: "asc" } });

  it("go from created to done, each step announced and told once", async () => {
    const device = await givenSpeakingDevice(rt);
    const { id } = await create(device, { actorId: "usr_1" });
    await publish();
    const sentAt = rt.clock.now();
    rt.clock.advance(1_000);
    await device.say("ack", { id, phase: "accepted" });
    rt.clock.advance(1_000);
    await device.say("ack", { id, phase: "done", data: { lamp: "on" } });
    expect(await command(id)).toMatchObject({ state: "done", code: null, data: { lamp: "on" }, late: null, actorId: "usr_1", sentAt, acceptedAt: new Date(sentAt.getTime() + 1_000), endedAt: new Date(sentAt.getTime() + 2_000) });
    expect(await states(id)).toEqual(["created", "sent", "accepted", "done"]);
    expect(outcomes).toEqual([{ id, state: "accepted", code: null, late: false }, { id, state: "done", code: null, late: false }]);
  });

  it("are refused for a machine that is away, and nothing is queued for it", async () => {
    const device = await givenSpeakingDevice(rt);
    await device.goOffline();
    await expect(create(device)).rejects.toMatchObject({ code: "INVALID_STATE", extras: { state: "offline" } });
    await expect(create(device, { machineId: newId("machine") })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await rt.db.prisma.downlink.count({ where: { machineId: device.id, part: "cmd" } })).toBe(0);
    expect(await rt.db.prisma.deviceCommand.count({ where: { machineId: device.id } })).toBe(0);
  });

  it("are refused with arguments that do not fit", async () => {
    const device = await givenSpeakingDevice(rt);
    await expect(create(device, { args: { seconds: 0 } })).rejects.toMatchObject({ code: "INVALID_REQUEST", extras: { details: [expect.objectContaining({ field: "seconds" })] } });
    await expect(create(device, { type: "dispense", args: { slot: "A1" } })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });

  it("keep a secret argument out of the record and the outbox", async () => {
    const device = await givenSpeakingDevice(rt);
    const { id } = await create(device, { type: "rotate", args: {}, secret: { sealer: rt.sealer, args: { password: "new-password" } } });
    expect((await command(id)).args).toEqual({});
    expect(JSON.stringify(await rt.db.prisma.downlink.findMany({ where: { machineId: device.id } }), (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value))).not.toContain("new-password");
    BROKER.taken.splice(0);
    await publish();
    expect(BROKER.taken.map(({ payload }) => JSON.parse(payload) as object)).toContainEqual(expect.objectContaining({ id, args: { password: "new-password" } }));
  });

  it("take an answer that is faster than the note that they were sent", async () => {
    const device = await givenSpeakingDevice(rt);
    const { id } = await create(device);
    await device.say("ack", { id, phase: "accepted" });
    await publish();
    expect(await states(id)).toEqual(["created", "sent", "accepted"]);
    expect((await command(id)).state).toBe("accepted");
  });

  it("bear repeated answers and answers out of order", async () => {
    const device = await givenSpeakingDevice(rt);
    const { id } = await create(device);
    await publish();
    const done = { kind: "ack" as const, message: { id, phase: "done" } };
    await device.sayAll([done, { kind: "ack", message: { id, phase: "accepted" } }, done]);
    await device.sayAll([done, { kind: "ack", message: { id, phase: "accepted" } }]);
    expect(await states(id)).toEqual(["created", "sent", "done"]);
    expect(outcomes).toEqual([{ id, state: "done", code: null, late: false }]);
    expect((await command(id)).late).toBeNull();
  });

  it("expire when nobody accepted them in time, sent or not, and keep what is said later", async () => {
    const device = await givenSpeakingDevice(rt);
    const { id } = await create(device);
    await publish();
    const unsent = await create(device);
    rt.clock.advance(30_000);
    await sweepCommands(rt);
    expect((await command(id)).state).toBe("sent");
    rt.clock.advance(1);
    await sweepCommands(rt);
    await sweepCommands(rt);
    expect([(await command(id)).state, (await command(unsent.id)).state]).toEqual(["expired", "expired"]);
    // It runs although it must not: its clock is wrong.
    for (const phase of ["accepted", "accepted", "done", "done"]) await device.say("ack", { id, phase, data: { late: true } });
    expect(await command(id)).toMatchObject({ state: "expired", late: { phase: "done", data: { late: true }, at: rt.clock.now().toISOString() } });
    expect(outcomes.filter((outcome) => outcome.id === id)).toEqual([
      { id, state: "expired", code: null, late: false },
      { id, state: "done", code: null, late: true },
    ]);
    expect((await publish()).published).toBe(0);
  });

  it("become unknown without a result in time, and known by a late one", async () => {
    const device = await givenSpeakingDevice(rt);
    const { id } = await create(device);
    await publish();
    await device.say("ack", { id, phase: "accepted" });
    rt.clock.advance(60_000);
    await sweepCommands(rt);
    expect((await command(id)).state).toBe("accepted");
    rt.clock.advance(1);
    await sweepCommands(rt);
    expect((await command(id)).state).toBe("unknown");
    await device.say("ack", { id, phase: "failed", code: "JAM" });
    expect(await command(id)).toMatchObject({ state: "failed", code: "JAM", late: { phase: "failed", code: "JAM" } });
    await device.say("ack", { id, phase: "done" });
    expect(await command(id)).toMatchObject({ state: "failed", code: "JAM", late: { phase: "done" } });
    expect(outcomes.filter((outcome) => outcome.id === id).slice(1)).toEqual([
      { id, state: "unknown", code: null, late: false },
      { id, state: "failed", code: "JAM", late: true },
      { id, state: "done", code: null, late: true },
    ]);
  });

  it("are asked about when it is not known how a dispense ended: once while the machine is there, and again when it comes back", async () => {
    const device = await givenSpeakingDevice(rt);
    const { id } = await dispense(device);
    await publish();
    await device.say("ack", { id, phase: "accepted" });
    rt.clock.advance(60_001);
    await sweepCommands(rt);
    await sweepCommands(rt);
    expect((await questions(device)).map((question) => question.args)).toEqual([{ id }]);
    await device.goOffline();
    rt.clock.advance(60_001);
    await sweepCommands(rt);
    await device.goOnline();
    expect((await questions(device)).map((question) => question.state)).toEqual(["expired", "created"]);
    await publish();
    const question = (await questions(device))[1];
    await device.sayAll([
      { kind: "ack", message: { id, phase: "done" } },
      { kind: "ack", message: { id: question?.id, phase: "done", data: { id, phase: "done" } } },
    ]);
    expect((await command(id)).state).toBe("done");
    await device.goOffline();
    await device.goOnline();
    await sweepCommands(rt);
    expect(await questions(device)).toHaveLength(2);
  });

  it("are asked about before a dispense counts as expired: its acknowledgements may be lost", async () => {
    const device = await givenSpeakingDevice(rt);
    const { id } = await dispense(device);
    await publish();
    rt.clock.advance(22_001);
    await sweepCommands(rt);
    expect(await questions(device)).toHaveLength(1);
    await device.say("ack", { id, phase: "done" });
    rt.clock.advance(60_000);
    await sweepCommands(rt);
    expect((await command(id)).state).toBe("done");
  });

  it("take no answer from another machine, nor one to a command that does not exist: both go to quarantine", async () => {
    const [mine, other] = [await givenSpeakingDevice(rt), await givenSpeakingDevice(rt)];
    const { id } = await create(mine);
    await publish();
    await other.sayAll([{ kind: "ack", message: { id, phase: "done" } }, { kind: "ack", message: { id: newId("deviceCommand"), phase: "done" } }]);
    expect((await command(id)).state).toBe("sent");
    expect((await listRejected(rt, other.id)).data.map((row) => row.reason)).toEqual(Array.from({ length: 2 }, () => "id: not a command of this machine"));
    expect(outcomes).toEqual([]);
  });

  it("are dated by the server, whatever the device's clock says", async () => {
    const device = await givenSpeakingDevice(rt);
    const { id } = await create(device);
    await publish();
    await device.say("ack", { id, phase: "accepted", ts: 1 });
    await device.say("ack", { id, phase: "done", ts: 253_402_300_799_999 });
    expect(await command(id)).toMatchObject({ state: "done", acceptedAt: rt.clock.now(), endedAt: rt.clock.now() });
  });

  it("hold to their states whatever happens in whatever order", { timeout: 60_000 }, async () => {
    const device = await givenSpeakingDevice(rt);
    const step = fc.oneof(
      fc.constant("publish" as const),
      fc.constant("sweep" as const),
      fc.constantFrom(1_000, 15_000, 40_000, 61_000),
      fc.record({ phase: fc.constantFrom("accepted", "done", "failed"), repeat: fc.boolean() }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 10 }), async (steps) => {
        outcomes.splice(0);
        await device.goOnline();
        const { id } = await create(device);
        for (const one of steps) {
          if (one === "publish") await publish();
          else if (one === "sweep") await sweepCommands(rt);
          else if (typeof one === "number") rt.clock.advance(one);
          else await device.sayAll(Array.from({ length: one.repeat ? 2 : 1 }, () => ({ kind: "ack" as const, message: { id, phase: one.phase } })));
        }
        const path = (await states(id)) as CommandState[];
        for (const [index, state] of path.slice(1).entries()) expect(COMMAND_NEXT[path[index] ?? "created"]).toContain(state);
        expect((await command(id)).state).toBe(path.at(-1));
        const told = outcomes.filter((outcome) => outcome.id === id && !outcome.late).map((outcome) => outcome.state);
        expect(new Set(told).size).toBe(told.length);
        expect(told).toEqual(path.slice(1, path.indexOf("unknown") === -1 ? undefined : path.indexOf("unknown") + 1).filter((state) => state !== "sent"));
      }),
      { numRuns: 40 },
    );
  });
});

/** A broker that takes everything. */
const BROKER: MqttPublisher & { taken: OutgoingMessage[] } = {
  taken: [],
  ready: () => true,
  publish: async (message) => void BROKER.taken.push(message),
};
