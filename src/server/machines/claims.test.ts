import * as jsqr from "jsqr";
import { PNG } from "pngjs";
import QRCode from "qrcode";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { claimAnswer } from "#shared/machines/device.ts";
import { claimIssueOutput } from "#shared/machines/schema.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { claimStatus, issueClaim } from "./claims.ts";
import { claimUrl } from "./claim-qr.ts";
import { redeemClaim } from "./claim-redeem.ts";
import { parseClaimToken } from "./claim-token.ts";
import { getMachine, listConnections } from "./machines.ts";
import { saveOnboarding } from "./onboarding.ts";
import { claimBody, givenDevice, givenMachine, TESTER } from "./testing/fixtures.ts";

const DAY_MS = 86_400_000;

let rt: TestRuntime;
let callers = 0;
/** Each test from an address of its own: the limits count by address. */
const caller = () => ({ ip: `192.0.2.${(callers += 1)}`, requestId: "req-1" });

beforeAll(async () => {
  rt = await createTestRuntime();
});
afterAll(() => rt.close());

describe("issuing a claim", () => {
  it("stores only the token's hash, for 24 hours on a screen and 90 days on a label", async () => {
    const machine = await givenMachine(rt);
    const screen = claimIssueOutput.parse(await issueClaim(rt, TESTER, { id: machine.id, medium: "screen" }));
    const label = await issueClaim(rt, TESTER, { id: machine.id, medium: "label" });
    expect(screen.token).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(Date.parse(screen.expiresAt) - rt.clock.now().getTime()).toBe(DAY_MS);
    expect(Date.parse(label.expiresAt) - rt.clock.now().getTime()).toBe(90 * DAY_MS);
    const rows = await rt.db.prisma.claimToken.findMany({ where: { machineId: machine.id } });
    expect(rows.map((row) => row.tokenHash).every((hash) => /^[0-9a-f]{64}$/.test(hash))).toBe(true);
    expect(JSON.stringify(rows)).not.toContain(screen.token);
    expect(JSON.stringify(await rt.db.prisma.auditEntry.findMany({ where: { subjectId: machine.id } }))).not.toContain(screen.token);
    expect((await getMachine(rt, "platform", machine.id)).status).toBe("awaiting_claim");
  });

  it("is not possible before the slots are chosen", async () => {
    const machine = await givenMachine(rt);
    await rt.db.prisma.machine.update({ where: { id: machine.id }, data: { templateId: null } });
    await expect(issueClaim(rt, TESTER, { id: machine.id, medium: "screen" })).rejects.toMatchObject({ code: "INVALID_STATE" });
  });

  it("keeps the phone's provisioning secret over tokens, sealed in the database, and its payload under 150 characters", async () => {
    const machine = await givenMachine(rt);
    const first = await issueClaim(rt, TESTER, { id: machine.id, medium: "screen" });
    const second = await issueClaim(rt, TESTER, { id: machine.id, medium: "label" });
    expect(second.espressifPayload).toBe(first.espressifPayload);
    expect(first.espressifPayload.length).toBeLessThan(150);
    const payload = JSON.parse(first.espressifPayload) as Record<string, string>;
    expect(payload).toMatchObject({ ver: "v1", name: expect.stringMatching(/^PROV_[0-9A-F]{6}$/), transport: "softap", network: "wifi" });
    expect(Object.keys(payload)).toEqual(["ver", "name", "username", "pop", "transport", "network"]);
    const row = await rt.db.prisma.machine.findUniqueOrThrow({ where: { id: machine.id } });
    expect(row.provisioningPop).not.toContain(payload["pop"]);
  });
});

describe("the claim QR", () => {
  it("stays in alphanumeric mode: 29 × 29 modules on a screen, at most 33 × 33 on a label, and reads back", async () => {
    const token = "0123456789ABCDEFGHJKMNPQRS";
    const url = claimUrl("https://machines.example.com/", token);
    expect(url).toBe(`HTTPS://MACHINES.EXAMPLE.COM/C/${token}`);
    expect(QRCode.create(url, { errorCorrectionLevel: "M" }).modules.size).toBe(29);
    expect(QRCode.create(url, { errorCorrectionLevel: "Q" }).modules.size).toBeLessThanOrEqual(33);
    expect(await decode(url, "Q")).toBe(url);
  });

  it("is drawn with the quiet zone of 4 modules", async () => {
    const machine = await givenMachine(rt);
    const { url, claimQrSvg } = await issueClaim(rt, TESTER, { id: machine.id, medium: "label" });
    const size = QRCode.create(url, { errorCorrectionLevel: "Q" }).modules.size + 8;
    expect(claimQrSvg).toContain(`viewBox="0 0 ${size} ${size}"`);
    expect(await decode(url, "Q")).toBe(url);
  });
});

describe("redeeming a claim", () => {
  it("gives credentials once, bound to the hardware, and says so to whoever listens", async () => {
    const machine = await givenMachine(rt);
    const { token } = await issueClaim(rt, TESTER, { id: machine.id, medium: "screen" });
    expect(await claimStatus(rt, "192.0.2.250", token)).toEqual({ state: "waiting", machineName: "Machine", online: false });
    const answer = claimAnswer.parse(await redeemClaim(rt, caller(), claimBody(token)));
    expect(answer).toMatchObject({ machine_id: machine.id, mqtt: { username: machine.id, client_id: machine.id, ca_pem: null }, server_time: rt.clock.now().toISOString() });
    expect(answer.topics.tele).toBe(`m/${machine.id}/tele`);
    expect(answer.config).toMatchObject({ heartbeat_seconds: 30 });
    expect(answer.config.slots[0]).toMatchObject({ slot: "A1", capacity: 8, count: 5 });
    expect(Buffer.from(answer.mqtt.password, "base64url")).toHaveLength(32);
    const stored = await rt.db.prisma.deviceCredential.findMany({ where: { machineId: machine.id } });
    expect(JSON.stringify(stored)).not.toContain(answer.mqtt.password);
    expect(await getMachine(rt, "platform", machine.id)).toMatchObject({ hardwareId: "A0:B1:C2:D3:E4:F5", chip: "ESP32-S3", claimedAt: rt.clock.now().toISOString() });
    expect(await claimStatus(rt, "192.0.2.250", token)).toMatchObject({ state: "claimed", online: false });
    expect(await rt.db.prisma.event.count({ where: { subject: machine.id, type: "machine.claimed" } })).toBe(1);
  });

  it("takes a token as people type it", async () => {
    const machine = await givenMachine(rt);
    const { typeable } = await issueClaim(rt, TESTER, { id: machine.id, medium: "screen" });
    const typed = typeable.toLowerCase().replaceAll("0", "o").replaceAll("1", "l");
    expect(await redeemClaim(rt, caller(), claimBody(typed))).toMatchObject({ machine_id: machine.id });
    expect(parseClaimToken("U".repeat(26))).toBeNull();
  });

  it("lets exactly one of many devices win that race with one token", async () => {
    const machine = await givenMachine(rt);
    const { token } = await issueClaim(rt, TESTER, { id: machine.id, medium: "screen" });
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => redeemClaim(rt, caller(), claimBody(token))));
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
    for (const result of results) if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "CLAIM_GONE", extras: { reason: "used" } });
    expect(await rt.db.prisma.deviceCredential.count({ where: { machineId: machine.id } })).toBe(1);
    expect(await rt.db.prisma.event.count({ where: { subject: machine.id, type: "machine.claim.rejected" } })).toBe(7);
  });

  it("refuses used, expired and superseded tokens with the reason, raises an event and an audit entry for each", async () => {
    const machine = await givenMachine(rt);
    const first = await issueClaim(rt, TESTER, { id: machine.id, medium: "screen" });
    const second = await issueClaim(rt, TESTER, { id: machine.id, medium: "screen" });
    await expect(redeemClaim(rt, caller(), claimBody(first.token))).rejects.toMatchObject({ code: "CLAIM_GONE", extras: { reason: "superseded" } });
    rt.clock.advance(DAY_MS);
    await expect(redeemClaim(rt, caller(), claimBody(second.token))).rejects.toMatchObject({ code: "CLAIM_GONE", extras: { reason: "expired" } });
    const third = await issueClaim(rt, TESTER, { id: machine.id, medium: "screen" });
    rt.clock.advance(DAY_MS - 1);
    await redeemClaim(rt, caller(), claimBody(third.token));
    await expect(redeemClaim(rt, caller(), claimBody(third.token))).rejects.toMatchObject({ code: "CLAIM_GONE", extras: { reason: "used" } });
    const reasons = (await listConnections(rt, "platform", { id: machine.id, limit: 100 })).data.filter((row) => row.type === "machine.claim.rejected").map((row) => row.reason);
    expect(reasons).toEqual(["used", "expired", "superseded"]);
    expect(await rt.db.prisma.auditEntry.count({ where: { subjectId: machine.id, action: "machine.claim.reject" } })).toBe(3);
    expect(await claimStatus(rt, "192.0.2.251", first.token)).toMatchObject({ state: "superseded" });
  });

  it("answers an unknown token like one that cannot be a token", async () => {
    await expect(redeemClaim(rt, caller(), claimBody("0".repeat(26)))).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(redeemClaim(rt, caller(), claimBody("nonsense"))).rejects.toMatchObject({ code: "NOT_FOUND" });
    const unknown = { state: "unknown", machineName: null, online: false };
    expect(await claimStatus(rt, "192.0.2.252", "0".repeat(26))).toEqual(unknown);
    expect(await claimStatus(rt, "192.0.2.252", "' or 1=1")).toEqual(unknown);
  });

  it("limits the attempts that fail, by address, and leaves those that work alone", async () => {
    const installer = caller();
    const organization = await givenMachine(rt);
    for (let index = 0; index < 22; index += 1) {
      const { token } = await issueClaim(rt, TESTER, { id: organization.id, medium: "screen" });
      await redeemClaim(rt, installer, claimBody(token));
    }
    const guesser = caller();
    const outcomes: string[] = [];
    for (let index = 0; index < 21; index += 1) outcomes.push(await redeemClaim(rt, guesser, claimBody("0".repeat(26))).then(String, (error: { code: string }) => error.code));
    expect(outcomes.slice(0, 20).every((code) => code === "NOT_FOUND")).toBe(true);
    expect(outcomes[20]).toBe("RATE_LIMITED");
    await expect(redeemClaim(rt, guesser, claimBody("0".repeat(26)))).rejects.toMatchObject({ extras: { retryAfter: expect.any(Number), limit: 20 } });
  });

  it("revokes the credentials of the device that is replaced", async () => {
    const device = await givenDevice(rt);
    const { token } = await issueClaim(rt, TESTER, { id: device.id, medium: "label" });
    expect(await rt.db.prisma.deviceCredential.count({ where: { machineId: device.id, revokedAt: null } })).toBe(1);
    await redeemClaim(rt, caller(), { ...claimBody(token), hardware_id: "FF:FF" });
    const credentials = await rt.db.prisma.deviceCredential.findMany({ where: { machineId: device.id }, orderBy: { id: "asc" } });
    expect(credentials.map((credential) => credential.revokedAt !== null)).toEqual([true, false]);
    await expect(saveOnboarding(rt, TESTER, { id: device.id, step: "live", network: { kind: "wifi", wifiSsid: "x", heartbeatSeconds: 60 } })).rejects.toMatchObject({ code: "INVALID_STATE" });
  });
});

// A CommonJS module: Node has the function under `default`, once more inside, depending on who loads it.
const readQr = (typeof jsqr.default === "function" ? jsqr.default : (jsqr.default as unknown as { default: typeof jsqr.default }).default);

async function decode(text: string, correction: "M" | "Q"): Promise<string | undefined> {
  const png = PNG.sync.read(await QRCode.toBuffer(text, { errorCorrectionLevel: correction, margin: 4, scale: 4 }));
  return readQr(new Uint8ClampedArray(png.data), png.width, png.height)?.data;
}
