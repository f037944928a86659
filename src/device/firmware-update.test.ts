import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { existsSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { OtaMessage } from "#shared/machines/device.ts";
import { ImageServer, smallImage } from "./testing/image-server.ts";
import { Rig, until } from "./testing/rig.ts";
import { untilOpen } from "./update-window.ts";

const { publicKey, privateKey } = generateKeyPairSync("ed25519");
// Of an OKP key `x` is always there (RFC 8037).
const firmwareKey = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url").toString("base64");

let rig: Rig;
let images: ImageServer;
beforeEach(async () => {
  rig = await Rig.open();
  rig.claimed({ firmware_key: firmwareKey });
  images = await ImageServer.open(smallImage("2.0.0"));
});
afterEach(async () => {
  await rig.close();
  images.close();
  expect(rig.wrong).toEqual([]);
});

function job(id: string, changes: Partial<OtaMessage> = {}): OtaMessage {
  const sha256 = createHash("sha256").update(images.image).digest("hex");
  const manifest = JSON.stringify({ project: "switchyard-machine", version: "2.0.0", chip: "ESP32-S3", size: images.image.length, sha256 });
  const signature = sign(null, Buffer.from(manifest), privateKey).toString("base64");
  return { v: 1, job: id, url: images.url, size: images.image.length, sha256, version: "2.0.0", window: null, manifest, signature, ...changes };
}

const states = (id: string): string[] => [...new Set(rig.all("ota/state").filter((one) => one.job === id).map((one) => one.state))];
const errorOf = (id: string): string | undefined => rig.all("ota/state").find((one) => one.job === id && one.error !== undefined)?.error;
const ended = (id: string): Promise<boolean> => until(() => states(id).some((state) => ["succeeded", "failed", "rolled_back"].includes(state)));

describe("firmware over the air", () => {
  it("is downloaded, checked, started, and has succeeded once it is online", async () => {
    const device = await rig.device();
    await rig.send("ota", job("job_1"));
    await ended("job_1");
    expect(states("job_1")).toEqual(["accepted", "downloading", "verifying", "installing", "succeeded"]);
    expect(device.firmwareVersion).toBe("2.0.0");
    expect(rig.all("status").at(-1)?.fw).toBe("2.0.0");
    expect(existsSync(`${rig.stateFile}.image`)).toBe(false);
    await until(() => device.stored()?.lastUpdate?.reported);
    await device.powerCycle();
    expect(device.firmwareVersion).toBe("2.0.0");
    // The same job again: it is over.
    const said = rig.all("ota/state").length;
    await rig.send("ota", job("job_1"));
    await until(() => rig.all("ota/state").length > said);
    expect(rig.all("ota/state").at(-1)?.state).toBe("succeeded");
    expect(images.ranges).toHaveLength(1);
  });

  it("goes on with the download where the power went", async () => {
    images.pauseAfter = 120_000;
    const device = await rig.device({ faults: { powerCycleAt: "update.half" } });
    await rig.send("ota", job("job_1"));
    await ended("job_1");
    expect(device.firmwareVersion).toBe("2.0.0");
    expect(images.ranges).toHaveLength(2);
    const from = Number(/bytes=(\d+)-/.exec(images.ranges[1] ?? "")?.[1]);
    expect(from).toBeGreaterThanOrEqual(images.image.length / 2);
    expect(from).toBeLessThanOrEqual(120_000);
  });

  it("goes on after a connection that broke and a server that was busy", async () => {
    images.statuses.push(503);
    images.breakAfter = 70_000;
    await rig.device();
    await rig.send("ota", job("job_1"));
    await ended("job_1");
    expect(states("job_1").at(-1)).toBe("succeeded");
    expect(images.ranges).toEqual(["", "", "bytes=70000-"]);
  });

  it("begins anew when the file is another now, and does not take the mixture", async () => {
    images.breakAfter = 70_000;
    await rig.device();
    const message = job("job_1");
    images.image = smallImage("2.0.0", 200_000).fill(1, 100_000);
    const other = images.image;
    images.image = smallImage("2.0.0");
    await rig.send("ota", message);
    await until(() => images.ranges.length === 1);
    images.image = other;
    await ended("job_1");
    expect([images.ranges.slice(0, 2), errorOf("job_1")]).toEqual([["", "bytes=70000-"], "SHA-256 does not match"]);
  });

  it.each(["update.stored", "update.verified", "update.installed"] as const)("succeeds in spite of a power cut at %s", async (step) => {
    const device = await rig.device({ faults: { powerCycleAt: step } });
    await rig.send("ota", job("job_1"));
    await ended("job_1");
    expect([states("job_1").at(-1), device.firmwareVersion]).toEqual(["succeeded", "2.0.0"]);
  });

  it("is rolled back by a power cut before it has proved itself, as the boot loader does", async () => {
    const device = await rig.device({ faults: { powerCycleAt: "update.booted" } });
    await rig.send("ota", job("job_1"));
    await ended("job_1");
    expect([states("job_1").at(-1), device.firmwareVersion]).toEqual(["rolled_back", "1.4.2-sim"]);
  });

  it("is rolled back when it does not reach the broker", async () => {
    const device = await rig.device({ speed: 500, faults: { rollback: true } });
    await rig.send("ota", job("job_1"));
    await ended("job_1");
    expect([states("job_1").at(-1), errorOf("job_1"), device.firmwareVersion]).toEqual(["rolled_back", "2.0.0 did not reach the broker", "1.4.2-sim"]);
  });

  it.each<[string, string, Partial<OtaMessage>]>([
    ["a signature of somebody else", "the signature is wrong", { signature: sign(null, Buffer.from("{}"), generateKeyPairSync("ed25519").privateKey).toString("base64") }],
    ["a signature that is none", "the signature is wrong", { signature: "garbage" }],
    ["a signed manifest of another image", "the manifest is of another image", { sha256: "0".repeat(64) }],
    ["a signed manifest of another version", "the manifest is of another image", { version: "3.0.0" }],
  ])("is refused with %s", async (_what, reason, changes) => {
    const device = await rig.device();
    await rig.send("ota", job("job_1", changes));
    await ended("job_1");
    expect([states("job_1").at(-1), errorOf("job_1"), device.firmwareVersion, images.ranges]).toEqual(["failed", reason, "1.4.2-sim", []]);
  });

  it("is refused by a device that has no key", async () => {
    rig.claimed({ firmware_key: null });
    await rig.device();
    await rig.send("ota", job("job_1"));
    await ended("job_1");
    expect(errorOf("job_1")).toBe("no key to check the signature with");
  });

  it("fails with a wrong bit, an image of another version, and an address that is no longer good", async () => {
    const device = await rig.device({ faults: { otaFail: true } });
    await rig.send("ota", job("job_1"));
    await ended("job_1");
    expect(errorOf("job_1")).toBe("SHA-256 does not match");
    device.faults.otaFail = false;
    images.image = smallImage("2.0.1");
    await rig.send("ota", job("job_2"));
    await ended("job_2");
    expect(errorOf("job_2")).toBe("the image is version 2.0.1");
    images.statuses.push(403);
    await rig.send("ota", job("job_3"));
    await ended("job_3");
    expect(errorOf("job_3")).toBe("HTTP 403");
    expect(device.firmwareVersion).toBe("1.4.2-sim");
  });

  it("waits for its window, by the server's clock and the machine's time zone", async () => {
    let now = Date.parse("2028-02-28T10:00:00Z");
    await rig.device({ now: () => now });
    await rig.send("ota", job("job_1", { window: { from: 120, to: 240 } }));
    await until(() => states("job_1").includes("deferred"));
    expect(images.ranges).toEqual([]);
    now = Date.parse("2028-02-29T02:00:00Z");
    await ended("job_1");
    expect(states("job_1")).toEqual(["accepted", "deferred", "downloading", "verifying", "installing", "succeeded"]);
  });

  it("lets a newer job take the place of one that waits", async () => {
    await rig.device({ now: () => Date.parse("2028-02-28T10:00:00Z") });
    await rig.send("ota", job("job_1", { window: { from: 120, to: 240 } }));
    await until(() => states("job_1").includes("deferred"));
    await rig.send("ota", job("job_2"));
    await ended("job_2");
    expect([states("job_1"), states("job_2").at(-1)]).toEqual([["accepted", "deferred"], "succeeded"]);
  });
});

describe("a window", () => {
  const at = (time: string): number => Date.parse(`2028-02-28T${time}:00Z`);
  it.each([
    ["none is always open", null, at("10:00"), "UTC", 0],
    ["inside", { from: 120, to: 240 }, at("03:59"), "UTC", 0],
    ["its end is outside", { from: 120, to: 240 }, at("04:00"), "UTC", 22 * 60],
    ["over midnight, before", { from: 1_380, to: 60 }, at("23:30"), "UTC", 0],
    ["over midnight, after", { from: 1_380, to: 60 }, at("00:30"), "UTC", 0],
    ["over midnight, by day", { from: 1_380, to: 60 }, at("22:00"), "UTC", 60],
    ["in Seoul", { from: 120, to: 240 }, at("17:30"), "Asia/Seoul", 0],
    ["with an odd offset", { from: 120, to: 240 }, at("20:00"), "Asia/Kathmandu", 15],
  ])("%s", (_what, window, time, zone, minutes) => {
    expect(untilOpen(window, time, zone)).toBe(minutes * 60_000);
  });
});
