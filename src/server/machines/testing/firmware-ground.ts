import type { UserActor } from "#server/identity/actor.ts";
import type { UpMessage } from "#shared/machines/device.ts";
import { rolloutCreateInput } from "#shared/machines/rollouts.ts";
import { makePerson } from "#server/testing/people.ts";
import type { TestRuntime } from "#server/testing/runtime.ts";
import type { z } from "zod";
import { createRollout, startRollout } from "../firmware/rollouts.ts";
import { uploadFirmware } from "../firmware/upload.ts";
import { seedMachineTemplates } from "../seed.ts";
import { storeBatch } from "../store-batch.ts";
import { buildImage, type ImageOptions } from "./firmware-images.ts";
import { givenDevice, type GivenDevice, givenOrganization } from "./fixtures.ts";

/** Everything that a test of firmware stands on: an administrator, machines that are connected, and what they say, stored as the bridge stores it. */
export interface FirmwareGround {
  rt: TestRuntime;
  admin: UserActor;
  organizationId: string;
  upload(options?: ImageOptions): ReturnType<typeof uploadFirmware>;
  /** claimed machines that are connected and run `version` */
  machines(count: number, version?: string): Promise<GivenDevice[]>;
  rollout(firmwareId: string, plan?: Partial<z.input<typeof rolloutCreateInput>>): Promise<string>;
  /** created and started */
  started(firmwareId: string, plan?: Partial<z.input<typeof rolloutCreateInput>>): Promise<string>;
  online(machineId: string, version: string): Promise<void>;
  offline(machineId: string): Promise<void>;
  say(machineId: string, state: UpMessage<"ota/state">["state"], more?: { job?: string; percent?: number; error?: string }): Promise<void>;
  /** what the machine was offered, oldest first; the outbox is emptied */
  offers(machineId: string): Promise<{ job: string; url: string; version: string; manifest: string; signature: string; size: number; sha256: string; window: unknown }[]>;
  states(rolloutId: string): Promise<Record<string, number>>;
  stateOf(rolloutId: string, machineId: string): Promise<string>;
}

export async function firmwareGround(rt: TestRuntime): Promise<FirmwareGround> {
  await seedMachineTemplates(rt);
  const { actor: admin } = await makePerson(rt, { platformRole: "admin" });
  const organizationId = await givenOrganization(rt);
  let seq = 0;
  let session = 0;
  const sessions = new Map<string, string>();

  const send = async (machineId: string, part: string, message: object): Promise<void> => {
    seq += 1;
    await storeBatch(rt, [{ topic: `m/${machineId}/${part}`, payload: Buffer.from(JSON.stringify({ v: 1, boot: "boot", seq, ...message })), at: rt.clock.now() }]);
  };
  const ground: FirmwareGround = {
    rt,
    admin,
    organizationId,
    upload: (options) => uploadFirmware(rt, admin, buildImage(options)),
    async machines(count, version = "1.0.0") {
      const devices: GivenDevice[] = [];
      for (let index = 0; index < count; index += 1) {
        const device = await givenDevice(rt, { organizationId });
        await ground.online(device.id, version);
        devices.push(device);
      }
      return devices;
    },
    rollout: async (firmwareId, plan = {}) => (await createRollout(rt, admin, rolloutCreateInput.parse({ firmwareId, name: "Rollout", target: { organizationId }, steps: [{ percent: 100 }], ...plan }))).id,
    async started(firmwareId, plan) {
      const id = await ground.rollout(firmwareId, plan);
      await startRollout(rt, admin, id);
      return id;
    },
    async online(machineId, version) {
      session += 1;
      sessions.set(machineId, `s${session}`);
      await send(machineId, "status", { state: "online", session: `s${session}`, fw: version });
    },
    offline: (machineId) => send(machineId, "status", { state: "offline", session: sessions.get(machineId) }),
    async say(machineId, state, more = {}) {
      const row = await rt.db.prisma.rolloutMachine.findFirst({ where: { machineId }, orderBy: [{ updatedAt: "desc" }, { rolloutId: "desc" }] });
      await send(machineId, "ota/state", { job: `${row?.rolloutId}-${row?.round}`, state, ...more });
    },
    async offers(machineId) {
      const rows = await rt.db.prisma.downlink.findMany({ where: { machineId, part: "ota" }, orderBy: { id: "asc" } });
      await rt.db.prisma.downlink.deleteMany({ where: { machineId } });
      return rows.map((row) => JSON.parse(row.payload) as Awaited<ReturnType<FirmwareGround["offers"]>>[number]);
    },
    async states(rolloutId) {
      const rows = await rt.db.prisma.rolloutMachine.findMany({ where: { rolloutId }, select: { state: true } });
      return Object.fromEntries(Object.entries(Object.groupBy(rows, ({ state }) => state)).map(([state, some]) => [state, some?.length ?? 0]));
    },
    stateOf: async (rolloutId, machineId) => (await rt.db.prisma.rolloutMachine.findUniqueOrThrow({ where: { rolloutId_machineId: { rolloutId, machineId } } })).state,
  };
  return ground;
}
