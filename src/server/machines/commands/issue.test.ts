import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { commandIssueInput } from "#shared/machines/commands.ts";
import { makePerson } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import type { UserActor } from "#server/identity/actor.ts";
import { givenSpeakingDevice, type SpeakingDevice } from "../testing/devices.ts";
import { getCommand, issueCommand, listCommands } from "./issue.ts";

describe("commands that people give", () => {
  let rt: TestRuntime;
  let actor: UserActor;
  let device: SpeakingDevice;

  beforeAll(async () => {
    rt = await createTestRuntime();
    ({ actor } = await makePerson(rt));
  });
  beforeEach(async () => {
    device = await givenSpeakingDevice(rt);
  });
  afterAll(() => rt.close());

  const scope = () => ({ organizationId: device.organizationId });
  const issue = (input: Partial<Parameters<typeof issueCommand>[3]>) => issueCommand(rt, scope(), actor, { id: device.id, type: "identify", ...input });

  it("say who gave them, are audited and wait in the outbox", async () => {
    const command = await issue({});
    expect(command).toMatchObject({ type: "identify", args: { seconds: 30 }, state: "created", actorName: actor.name, sentAt: null });
    expect(await rt.db.prisma.auditEntry.findFirst({ where: { action: "machine.command", subjectId: device.id } })).toMatchObject({ actorId: actor.userId, organizationId: device.organizationId, after: { commandId: command.id, type: "identify", args: { seconds: 30 } } });
    expect(await rt.db.prisma.downlink.count({ where: { commandId: command.id, part: "cmd" } })).toBe(1);
  });

  it("are refused while the machine is away, and while it is doing the same", async () => {
    const first = await issue({ type: "reboot" });
    await expect(issue({ type: "reboot" })).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(issue({ type: "self_test" })).resolves.toMatchObject({ state: "created" });
    await device.say("ack", { id: first.id, phase: "done" });
    await issue({ type: "reboot" });
    await device.goOffline();
    await expect(issue({ type: "identify" })).rejects.toMatchObject({ code: "INVALID_STATE", extras: { state: "offline" } });
    expect((await listCommands(rt, scope(), { id: device.id, limit: 20 })).data.map((command) => command.type)).toEqual(["reboot", "self_test", "reboot"]);
    expect(await rt.db.prisma.auditEntry.count({ where: { action: "machine.command", subjectId: device.id } })).toBe(3);
  });

  it("ask about commands of this machine alone", async () => {
    const other = await givenSpeakingDevice(rt);
    const { id } = await issue({});
    expect(await issue({ type: "query", commandId: id })).toMatchObject({ args: { id } });
    await expect(issue({ type: "query", commandId: newId("deviceCommand") })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(issueCommand(rt, "platform", actor, { id: other.id, type: "query", commandId: id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(issue({ type: "query" })).rejects.toMatchObject({ code: "INVALID_REQUEST", extras: { details: [{ field: "commandId", message: "is required for a query" }] } });
  });

  it("cannot be those of sales and credentials, nor another organization's", async () => {
    expect(commandIssueInput.safeParse({ id: device.id, type: "dispense" }).success).toBe(false);
    expect(commandIssueInput.safeParse({ id: device.id, type: "rotate" }).success).toBe(false);
    const stranger = { organizationId: newId("organization") };
    const { id } = await issue({});
    await expect(issueCommand(rt, stranger, actor, { id: device.id, type: "reboot" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(listCommands(rt, stranger, { id: device.id, limit: 1 })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(getCommand(rt, stranger, { id: device.id, commandId: id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("are paged, newest first", async () => {
    for (let count = 0; count < 5; count += 1) await device.say("ack", { id: (await issue({})).id, phase: "done" });
    const first = await listCommands(rt, scope(), { id: device.id, limit: 3 });
    const second = await listCommands(rt, scope(), { id: device.id, limit: 3, cursor: first.nextCursor ?? "" });
    const ids = [...first.data, ...second.data].map((command) => command.id);
    expect(ids).toEqual([...new Set(ids)].sort().toReversed());
    expect(ids).toHaveLength(5);
    expect(second.nextCursor).toBeNull();
  });
});
