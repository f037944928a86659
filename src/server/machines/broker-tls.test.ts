import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { issueServerCertificate, makeAuthority } from "#server/infra/certificates.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { type Bridge, startBridge } from "./bridge.ts";
import { connectDevice, freePort } from "./testing/broker.ts";
import { givenClaim, givenMachine } from "./testing/fixtures.ts";

describe("the embedded broker with TLS", () => {
  let rt: TestRuntime;
  let bridge: Bridge;
  beforeAll(async () => {
    rt = await createTestRuntime();
    rt.config.mqttPort = await freePort();
    rt.config.mqttTls = { port: await freePort(), certificate: null };
    // TLS compares with the machine's own clock.
    rt.clock.set(new Date());
    bridge = await startBridge(rt);
  });
  afterAll(async () => {
    await bridge.stop();
    await rt.close();
  });

  it("is reached with what the claim's answer says alone: address, password and authority", async () => {
    const machine = await givenMachine(rt);
    const { mqtt } = await givenClaim(rt, machine.id);
    expect(mqtt.url).toBe(`mqtts://localhost:${rt.config.mqttTls?.port}`);
    const client = await connectDevice(mqtt.url, mqtt, { ca: mqtt.ca_pem ?? "" });
    expect(client.connected).toBe(true);
    await client.endAsync(true);
    // Nobody else's authority vouches for it.
    await expect(connectDevice(mqtt.url, mqtt)).rejects.toThrow(/certificate|issuer/i);
    const other = await makeAuthority("Somebody else", new Date());
    await expect(connectDevice(mqtt.url, mqtt, { ca: other.certificatePem })).rejects.toThrow(/certificate|signature/i);
  });

  it("keeps its authority: each claim carries the same, and the key is sealed", async () => {
    const [one, two] = [await givenMachine(rt), await givenMachine(rt)];
    const [first, second] = [await givenClaim(rt, one.id), await givenClaim(rt, two.id)];
    expect(second.mqtt.ca_pem).toBe(first.mqtt.ca_pem);
    const row = await rt.db.prisma.brokerAuthority.findFirstOrThrow();
    expect(row.keySealed).toMatch(/^v1\./);
    const certificate = new X509Certificate(first.mqtt.ca_pem ?? "");
    expect(certificate.ca).toBe(true);
    expect(certificate.subject).toBe("CN=Switchyard devices");
  });

  it("refuses old TLS, and plain text on the port for TLS", async () => {
    const port = rt.config.mqttTls?.port ?? 0;
    const old = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false, minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" });
    await expect(once(old, "secureConnect")).rejects.toThrow();
    await expect(connectDevice(`mqtt://127.0.0.1:${port}`, { username: "a", password: "b" }, { connectTimeout: 2_000 })).rejects.toThrow();
  });
});

it("shows a certificate of the operator's when one is configured, and then no authority goes to the devices", async () => {
  const rt = await createTestRuntime();
  const authority = await makeAuthority("Their own", new Date());
  const theirs = await issueServerCertificate(authority, ["localhost"], new Date());
  const folder = mkdtempSync(join(tmpdir(), "switchyard-tls-"));
  const certificate = { certificateFile: join(folder, "cert.pem"), keyFile: join(folder, "key.pem") };
  writeFileSync(certificate.certificateFile, theirs.certificatePem);
  rt.config.mqttPort = await freePort();
  rt.config.mqttTls = { port: await freePort(), certificate };
  await expect(startBridge(rt)).rejects.toThrow(/MQTT_TLS_KEY_FILE cannot be read/);
  writeFileSync(certificate.keyFile, theirs.keyPem);
  const bridge = await startBridge(rt);
  const { mqtt } = await givenClaim(rt, (await givenMachine(rt)).id);
  expect(mqtt.ca_pem).toBeNull();
  const client = await connectDevice(mqtt.url, mqtt, { ca: authority.certificatePem });
  await client.endAsync(true);
  await bridge.stop();
  await rt.close();
});
