import { createPublicKey, verify } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AppError } from "#shared/errors.ts";
import { firmwareListInput, MAX_FIRMWARE_BYTES } from "#shared/machines/firmware.ts";
import { createSealer } from "#server/infra/crypto.ts";
import { createWebServer } from "#server/http/server.ts";
import type { WebServer } from "#server/http/web-server.ts";
import { signAccessToken } from "#server/identity/access-tokens.ts";
import { fileStorage } from "#server/infra/storage.ts";
import { makePerson } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { type FirmwareGround, firmwareGround } from "../testing/firmware-ground.ts";
import { buildImage, type ImageOptions, mergedImage } from "../testing/firmware-images.ts";
import { changeFirmware, getFirmware, listFirmware } from "./firmware.ts";
import { describeFirmwareKey, firmwareKey } from "./firmware-key.ts";
import { runRollouts } from "./rollout-round.ts";

let rt: TestRuntime;
let ground: FirmwareGround;
let web: WebServer;
let url: string;
beforeAll(async () => {
  rt = await createTestRuntime({ port: 0 });
  ground = await firmwareGround(rt);
  web = createWebServer(rt, { next: null });
  url = `http://127.0.0.1:${(await web.listen()).port}/files/firmware`;
});
afterAll(async () => {
  await web.close();
  await rt.close();
});

const reason = (options: ImageOptions): Promise<string> =>
  ground.upload(options).then(
    () => "taken",
    (error: unknown) => (error instanceof AppError ? (error.extras.reason ?? error.code) : "broken"),
  );

describe("an upload", () => {
  it("is stored and signed, once", async () => {
    const image = buildImage({ version: "1.0.1" });
    const first = await ground.upload({ version: "1.0.1" });
    const second = await ground.upload({ version: "1.0.1" });
    expect([first.created, second.created, second.firmware.id]).toEqual([true, false, first.firmware.id]);
    expect(await fileStorage(rt.config).size(`firmware/${first.firmware.sha256}.bin`)).toBe(image.length);
    const { manifest, signature } = await getFirmware(rt, first.firmware.id);
    expect(manifest).toBe(
      `{"project":"switchyard-machine","version":"1.0.1","chip":"ESP32-S3","size":${image.length},"sha256":"${first.firmware.sha256}","secure_version":0,"created_at":"${rt.clock.now().toISOString()}"}`,
    );
    const { publicKey, pem } = await describeFirmwareKey(rt);
    // As a device has it: 32 bytes, with the fixed beginning of an Ed25519 key in DER before them.
    const pinned = createPublicKey({ key: Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), Buffer.from(publicKey, "base64")]), format: "der", type: "spki" });
    for (const key of [pinned, createPublicKey(pem)]) {
      expect(verify(null, Buffer.from(manifest), key, Buffer.from(signature, "base64"))).toBe(true);
      expect(verify(null, Buffer.from(manifest.replace("1.0.1", "1.0.2")), key, Buffer.from(signature, "base64"))).toBe(false);
    }
    expect(await rt.db.prisma.auditEntry.count({ where: { subjectId: first.firmware.id, action: "firmware.upload" } })).toBe(1);
    expect(await rt.db.prisma.event.count({ where: { subject: first.firmware.id, type: "firmware.uploaded" } })).toBe(1);
  });

  it("of two at once with one version one is taken", async () => {
    const outcomes = await Promise.allSettled([ground.upload({ version: "1.0.3" }), ground.upload({ version: "1.0.3" }), ground.upload({ version: "1.0.3", fill: 9 })]);
    const taken = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value.firmware.sha256] : []));
    expect(new Set(taken).size).toBe(1);
    expect(await rt.db.prisma.firmware.count({ where: { version: "1.0.3" } })).toBe(1);
  });

  it("reaches devices with the manifest that was signed", async () => {
    const { firmware } = await ground.upload({ version: "1.0.4" });
    const [machine] = await ground.machines(1);
    await ground.started(firmware.id);
    await runRollouts(rt);
    const [offer] = await ground.offers(machine?.id ?? "");
    const { publicKey } = await firmwareKey(rt);
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(publicKey, "base64").toString("base64url") }, format: "jwk" });
    expect(verify(null, Buffer.from(offer?.manifest ?? ""), key, Buffer.from(offer?.signature ?? "", "base64"))).toBe(true);
    expect(JSON.parse(offer?.manifest ?? "{}")).toMatchObject({ size: offer?.size, sha256: offer?.sha256, version: offer?.version });
  });

  it("that no machine has a use for is refused with the reason", async () => {
    expect(await reason({ project: "hello_world" })).toBe("project");
    expect(await reason({ chipId: 0 })).toBe("chip");
    const room = 1_966_080;
    const overhead = buildImage({ segments: [300] }).length - 300;
    expect(await reason({ version: "1.1.0", segments: [room - overhead] })).toBe("taken");
    expect(await reason({ version: "1.1.1", segments: [room - overhead + 16] })).toBe("too_large");
    // Another kind of machine with the same firmware has less room.
    await rt.db.prisma.machineTemplate.create({ data: { id: "mtp_small", slug: "small", name: "Small", slots: [], chip: "esp32s3", firmwareProject: "switchyard-machine", otaSlotBytes: 100_000 } });
    expect(await reason({ version: "1.1.2", segments: [100_000] })).toBe("too_large");
    await rt.db.prisma.machineTemplate.delete({ where: { id: "mtp_small" } });
    expect(await reason({ version: "1.0.1", fill: 8 })).toBe("version_taken");
  });

  it("below the secure version that machines run is refused, and not for what merely lies there", async () => {
    expect(await reason({ version: "1.2.0", secureVersion: 2 })).toBe("taken");
    expect(await reason({ version: "1.2.1", secureVersion: 1 })).toBe("taken");
    await ground.machines(1, "1.2.0");
    expect(await reason({ version: "1.2.2", secureVersion: 1 })).toBe("secure_version");
    expect(await reason({ version: "1.2.3", secureVersion: 2 })).toBe("taken");
    await rt.db.prisma.machine.updateMany({ where: { firmwareVersion: "1.2.0" }, data: { firmwareVersion: "1.0.0" } });
  });

  it("can be described, archived and found again", async () => {
    const { firmware } = await ground.upload({ version: "1.3.0" });
    await changeFirmware(rt, ground.admin, { id: firmware.id, notes: "Fixes the door" });
    const find = async (search: string, archived = false) => (await listFirmware(rt, firmwareListInput.parse({ search, archived }))).data.map((row) => row.version);
    expect(await find("the door")).toEqual(["1.3.0"]);
    await changeFirmware(rt, ground.admin, { id: firmware.id, archived: true });
    expect([await find("the door"), await find("the door", true)]).toEqual([[], ["1.3.0"]]);
    await expect(ground.rollout(firmware.id)).rejects.toMatchObject({ code: "INVALID_STATE" });
    await changeFirmware(rt, ground.admin, { id: firmware.id, archived: false });
    expect(await find("the door")).toEqual(["1.3.0"]);
    await expect(changeFirmware(rt, ground.admin, { id: "fmw_00000000000000000000000000", notes: "" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("the key", () => {
  it("is made once, however many ask at first, and is of no use without the installation's secret", async () => {
    const fresh = await createTestRuntime();
    const keys = await Promise.all([firmwareKey(fresh), firmwareKey({ ...fresh }), firmwareKey({ ...fresh })]);
    expect([new Set(keys.map((key) => key.publicKey)).size, await fresh.db.prisma.firmwareKey.count()]).toEqual([1, 1]);
    const row = await fresh.db.prisma.firmwareKey.findFirstOrThrow();
    expect(row.privateSealed).not.toContain("PRIVATE KEY");
    const locked = await firmwareKey({ ...fresh, sealer: createSealer(["another secret, of thirty-two characters"]) });
    expect(locked.publicKey).toBe(row.publicKey);
    expect(() => locked.sign("{}")).toThrow("SECRET_KEY");
    await fresh.close();
  });
});

describe("POST /files/firmware", () => {
  const send = async (body: Buffer<ArrayBuffer>, headers: Record<string, string> = {}) => {
    const response = await fetch(url, { method: "POST", body, headers: { "content-type": "application/octet-stream", ...headers } });
    return { status: response.status, body: (await response.json()) as { error?: { code: string; reason?: string; required_permission?: string }; firmware?: { id: string; version: string }; created?: boolean } };
  };
  const bytes = (options: ImageOptions) => Buffer.from(buildImage(options));
  const bearer = async (platformRole?: "admin" | "support") => {
    const person = await makePerson(rt, platformRole ? { platformRole } : {});
    return { authorization: `Bearer ${await signAccessToken(rt, { userId: person.userId, sessionId: person.actor.sessionId })}` };
  };

  it("takes the file itself from an administrator, and gives it back", async () => {
    const admin = await bearer("admin");
    const file = bytes({ version: "1.4.0" });
    const first = await send(file, admin);
    expect(first).toMatchObject({ status: 201, body: { created: true, firmware: { version: "1.4.0" } } });
    expect(await send(file, admin)).toMatchObject({ status: 200, body: { created: false } });
    const back = await fetch(`${url}/${first.body.firmware?.id}`, { headers: await bearer("support") });
    expect([back.status, back.headers.get("content-disposition"), file.equals(Buffer.from(await back.arrayBuffer()))]).toEqual([200, 'attachment; filename="switchyard-machine_1.4.0_ESP32-S3.bin"', true]);
    expect((await fetch(`${url}/fmw_00000000000000000000000000`, { headers: admin })).status).toBe(404);
    expect((await fetch(`${url}/..%2f..%2fdemo-secrets.json`, { headers: admin })).status).toBe(404);
    expect((await fetch(url, { headers: admin })).status).toBe(405);
  });

  it("says what is wrong with a file", async () => {
    const admin = await bearer("admin");
    expect(await send(Buffer.from(mergedImage(buildImage())), admin)).toMatchObject({ status: 400, body: { error: { code: "INVALID_REQUEST", reason: "merged" } } });
    expect(await send(Buffer.alloc(0), admin)).toMatchObject({ status: 400, body: { error: { reason: "empty" } } });
    expect((await send(Buffer.alloc(MAX_FIRMWARE_BYTES + 1), admin)).status).toBe(413);
    expect((await send(bytes({}), { ...admin, "content-type": "application/json" })).status).toBe(400);
    expect((await send(bytes({}), { ...admin, "content-encoding": "gzip" })).status).toBe(400);
  });

  it("is for those who may, from our own pages", async () => {
    const file = bytes({ version: "1.4.1" });
    expect((await send(file)).status).toBe(401);
    expect(await send(file, await bearer())).toMatchObject({ status: 403, body: { error: { required_permission: "platform:firmware:write" } } });
    expect(await send(file, await bearer("support"))).toMatchObject({ status: 403 });
    expect((await fetch(`${url}/fmw_00000000000000000000000000`, { headers: await bearer() })).status).toBe(403);
    expect(await send(file, { cookie: "next-auth.session-token=x", origin: "https://evil.example" })).toMatchObject({ status: 403, body: { error: { code: "FORBIDDEN" } } });
  });
});
