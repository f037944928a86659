import type { MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { PROTOCOL_VERSION } from "#shared/machines/device.ts";
import type { TestRuntime } from "#server/testing/runtime.ts";
import { getMachine } from "../machines.ts";
import { BROKERS, connectDevice, eventually, type TestBroker } from "../testing/broker.ts";
import { type BrokerGround, openBrokerGround } from "../testing/broker-ground.ts";
import { type GivenDevice, givenClaim, givenDevice, TESTER } from "../testing/fixtures.ts";
import { revokeAccess } from "./revocation.ts";
import { rotateCredential } from "./rotation.ts";

describe.each(BROKERS)("credentials on %s", (kind) => {
  let rt: TestRuntime;
  let ground: BrokerGround;
  let broker: TestBroker;
  let seq = 0;

  beforeAll(async () => {
    ground = await openBrokerGround(kind);
    ({ rt, broker } = ground);
  });
  afterEach(() => ground.endClients());
  afterAll(() => ground.close());

  const body = (more: object) => JSON.stringify({ v: PROTOCOL_VERSION, boot: "b1", seq: (seq += 1), ...more });
  /** A device whose credentials the broker knows, connected and online. */
  const online = async (device: GivenDevice, password = device.password): Promise<MqttClient> => {
    await broker.reload();
    const client = await eventually(() => connectDevice(broker.url, { username: device.id, password }).catch(() => null));
    ground.keep(client);
    await client.subscribeAsync(`m/${device.id}/cmd`, { qos: 1 });
    await client.publishAsync(`m/${device.id}/status`, body({ state: "online", session: `s${seq}` }), { qos: 1, retain: true });
    await eventually(async () => (await getMachine(rt, "platform", device.id)).status === "online");
    return client;
  };
  const rotation = async (device: GivenDevice, client: MqttClient) => {
    const told = nextMessage(client);
    const { commandId } = await rotateCredential(rt, "platform", TESTER, device.id);
    const sealed = await rt.db.prisma.downlink.findFirst({ where: { commandId } });
    const payload = await told;
    const command = JSON.parse(payload.toString()) as { id: string; type: string; args: { password: string } };
    expect(command).toMatchObject({ id: commandId, type: "rotate" });
    return { commandId, sealed, password: command.args.password };
  };
  const ack = (client: MqttClient, device: GivenDevice, id: string, phase: string, code?: string) => client.publishAsync(`m/${device.id}/ack`, body({ id, phase, ...(code ? { code } : {}) }), { qos: 1 });
  const command = (id: string) => rt.db.prisma.deviceCommand.findUniqueOrThrow({ where: { id } });
  const valid = (device: GivenDevice) => rt.db.prisma.deviceCredential.count({ where: { machineId: device.id, revokedAt: null } });
  const login = (device: GivenDevice, password: string) => connectDevice(broker.url, { username: device.id, password });

  it("gives a new password that takes the old one's place once it was used, and is kept nowhere in the clear", async () => {
    const device = await givenDevice(rt);
    const old = await online(device);
    const { commandId, sealed, password } = await rotation(device, old);
    expect(`${sealed?.payload ?? ""}${JSON.stringify(await command(commandId))}`).not.toContain(password);
    expect(await valid(device)).toBe(2);
    await ack(old, device, commandId, "accepted");
    await eventually(async () => (await command(commandId)).state === "accepted");
    await old.endAsync(true);
    const renewed = await online(device, password);
    await ack(renewed, device, commandId, "done");
    await eventually(async () => (await command(commandId)).state === "done");
    expect(await valid(device)).toBe(1);
    await broker.reload();
    await expect(login(device, device.password)).rejects.toThrow(/refused/i);
    // Another connection with the new one: what was revoked did not take it along.
    expect((await online(device, password)).connected).toBe(true);
  });

  it("leaves the old password when the device says that the new one does not work", async () => {
    const device = await givenDevice(rt);
    const client = await online(device);
    const { commandId, password } = await rotation(device, client);
    await ack(client, device, commandId, "failed", "FAILED");
    await eventually(async () => (await command(commandId)).state === "failed");
    expect(await valid(device)).toBe(1);
    await client.endAsync(true);
    await broker.reload();
    await expect(login(device, password)).rejects.toThrow(/refused/i);
    expect((await online(device)).connected).toBe(true);
  });

  it("is not begun for a machine that is away, nor by those whose machine it is not", async () => {
    const device = await givenDevice(rt);
    await expect(rotateCredential(rt, "platform", TESTER, device.id)).rejects.toMatchObject({ code: "INVALID_STATE" });
    await expect(rotateCredential(rt, { organizationId: "org_other" }, TESTER, device.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(revokeAccess(rt, { organizationId: "org_other" }, TESTER, device.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await valid(device)).toBe(1);
  });

  it("a revoked device is sent away at once, its retained status says offline, and a new claim lets it in again", async () => {
    const device = await givenDevice(rt);
    const watching = await givenDevice(rt);
    const client = await online(device);
    const reader = await ground.asBridge("reader");
    const statuses: string[] = [];
    reader.on("message", (_topic, payload) => statuses.push((JSON.parse(payload.toString()) as { state: string }).state));
    await reader.subscribeAsync(`m/${device.id}/status`, { qos: 1 });
    await eventually(() => statuses.includes("online"));
    const gone = new Promise<void>((resolve) => client.once("close", () => resolve()));
    await revokeAccess(rt, "platform", TESTER, device.id);
    expect(await getMachine(rt, "platform", device.id)).toMatchObject({ status: "offline" });
    await broker.reload();
    await gone;
    await expect(login(device, device.password)).rejects.toThrow(/refused/i);
    await eventually(async () => (await rt.db.prisma.downlink.count({ where: { machineId: device.id } })) === 0);
    await eventually(() => statuses.at(-1) === "offline");
    const late = await ground.asBridge("late-reader");
    const retained = nextMessage(late);
    await late.subscribeAsync(`m/${device.id}/status`, { qos: 1 });
    expect(JSON.parse((await retained).toString())).toMatchObject({ state: "offline" });
    expect((await getMachine(rt, "platform", device.id)).status).toBe("offline");
    await expect(revokeAccess(rt, "platform", TESTER, device.id)).rejects.toMatchObject({ code: "INVALID_STATE" });
    const { mqtt } = await givenClaim(rt, device.id);
    expect((await online(device, mqtt.password)).connected).toBe(true);
    expect(await valid(watching)).toBe(1);
  });
});

function nextMessage(client: MqttClient): Promise<Buffer> {
  return new Promise((resolve) => client.once("message", (_topic, payload) => resolve(payload)));
}
