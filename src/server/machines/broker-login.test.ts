import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { sha256 } from "#server/infra/crypto.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { brokerLogin } from "./broker-login.ts";
import { givenDevice } from "./testing/fixtures.ts";

describe("logins that come at once", () => {
  let rt: TestRuntime;
  beforeAll(async () => {
    rt = await createTestRuntime();
  });
  afterAll(() => rt.close());

  it("get each its own answer, and end the older passwords of those that have new ones", async () => {
    const devices = await Promise.all(Array.from({ length: 6 }, () => givenDevice(rt)));
    const [rotated, stranger] = devices;
    if (!rotated || !stranger) throw new Error("no devices");
    const added = newId("deviceCredential");
    await rt.db.prisma.deviceCredential.create({ data: { id: added, machineId: rotated.id, passwordHash: sha256("the new one"), mosquittoHash: "", createdAt: rt.clock.now() } });
    const passwords = devices.map((device) => (device === rotated ? "the new one" : device === stranger ? "a guess" : device.password));
    const answers = await Promise.all(devices.map(({ id }, i) => brokerLogin(rt, { clientId: id, username: id, password: passwords[i] ?? "" })));
    expect(answers.map((answer) => answer?.username ?? null)).toEqual(devices.map((device) => (device === stranger ? null : device.id)));
    const credentials = await rt.db.prisma.deviceCredential.findMany({ where: { machineId: { in: devices.map(({ id }) => id) } } });
    for (const { id, machineId, usedAt, revokedAt } of credentials) {
      const old = machineId === rotated.id && id !== added;
      expect({ machineId, used: usedAt !== null, revoked: revokedAt !== null }).toEqual({ machineId, used: !old && machineId !== stranger.id, revoked: old });
    }
    expect(await brokerLogin(rt, { clientId: rotated.id, username: rotated.id, password: rotated.password })).toBeNull();
    expect(await rt.db.prisma.event.count({ where: { type: "machine.credential.revoked", subject: rotated.id } })).toBe(1);
  });
});
