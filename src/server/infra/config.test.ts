import { chmodSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readConfig } from "./config.ts";
import { StartupError } from "./startup-error.ts";

const folder = mkdtempSync(join(tmpdir(), "switchyard-config-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SECRETS = { SECRET_KEY: "k".repeat(32), AUTH_SECRET: "a".repeat(32), PUBLIC_URL: "https://cloud.example" };

describe("readConfig", () => {
  it("makes a demo on loopback with secrets of its own, and keeps them", () => {
    const first = readConfig({ DATA_DIR: folder });
    const second = readConfig({ DATA_DIR: folder });
    expect(first).toMatchObject({ mode: "demo", host: "127.0.0.1", port: 3000, roles: ["web", "worker", "bridge"], demoDevices: 3 });
    expect(first.authSecret).toHaveLength(44);
    expect(second.authSecret).toBe(first.authSecret);
    expect(statSync(join(folder, "demo-secrets.json")).mode & 0o077).toBe(0);
  });

  it("names every wrong variable at once, and how to mend it", () => {
    expect(() => readConfig({ PORT: "http", DATABASE_URL: "mysql://x", ROLES: "web,cook" })).toThrow(
      /PORT must be a port number.*DATABASE_URL must be an address that begins with postgres:.*|ROLES must be some of web, worker, bridge/s,
    );
    try {
      readConfig({ PORT: "70000", MQTT_URL: "http://x", BACKUP_KEEP_DAYS: "a month" });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(StartupError);
      expect((error as Error).message).toMatch(/PORT/);
      expect((error as Error).message).toMatch(/MQTT_URL/);
      expect((error as Error).message).toMatch(/BACKUP_KEEP_DAYS must be a number of days/);
    }
  });

  it("takes an empty variable as one that is not set", () => {
    expect(readConfig({ DATA_DIR: folder, PORT: "", DATABASE_URL: "" }).port).toBe(3000);
  });

  it("refuses production without its secrets, and names them", () => {
    expect(() => readConfig({ MODE: "production", DATA_DIR: folder })).toThrow(/production needs SECRET_KEY, AUTH_SECRET, PUBLIC_URL/);
    expect(() => readConfig({ MODE: "production", DATA_DIR: folder, ...SECRETS, SECRET_KEY: "short" })).toThrow(/SECRET_KEY must have at least 32 characters/);
    expect(readConfig({ MODE: "production", DATA_DIR: folder, ...SECRETS })).toMatchObject({ mode: "production", host: "0.0.0.0", demoDevices: 0 });
  });

  it("refuses to keep a production's credits in memory", () => {
    expect(() => readConfig({ MODE: "production", DATA_DIR: "memory", ...SECRETS })).toThrow(/lose every customer's credits/);
  });

  it("takes payments by Stripe with both its secrets, else by the test provider in the demo alone", () => {
    const stripe = { STRIPE_SECRET_KEY: "sk_test_0123456789", STRIPE_WEBHOOK_SECRET: "whsec_0123456789" };
    const production = { MODE: "production", DATA_DIR: folder, ...SECRETS };
    expect(readConfig({ DATA_DIR: folder }).payments).toEqual({ provider: "test", stripe: null, currency: "USD", creditPriceMinor: 100, minCredits: 5, maxCredits: 10_000 });
    expect(readConfig(production).payments.provider).toBeNull();
    expect(readConfig({ ...production, ...stripe, PAYMENT_CURRENCY: "KRW", CREDIT_PRICE_MINOR: "1300" }).payments).toMatchObject({ provider: "stripe", currency: "KRW", creditPriceMinor: 1300 });
    for (const name of Object.keys(stripe)) expect(() => readConfig({ DATA_DIR: folder, ...stripe, [name]: "" })).toThrow(new RegExp(`${name} is missing`));
    expect(() => readConfig({ DATA_DIR: folder, STRIPE_SECRET_KEY: "pk_live_0123456789", STRIPE_WEBHOOK_SECRET: "secret", PAYMENT_CURRENCY: "XYZ" })).toThrow(/STRIPE_SECRET_KEY must be.*STRIPE_WEBHOOK_SECRET must be.*PAYMENT_CURRENCY must be/);
    expect(() => readConfig({ DATA_DIR: folder, TOP_UP_MIN_CREDITS: "20000" })).toThrow(/TOP_UP_MIN_CREDITS must not be above/);
    expect(() => readConfig({ DATA_DIR: folder, CREDIT_PRICE_MINOR: "100000" })).toThrow(/the most that can be paid at once/);
    expect(() => readConfig({ DATA_DIR: folder, CREDIT_PRICE_MINOR: "0.5" })).toThrow(/CREDIT_PRICE_MINOR/);
  });

  it("does not show the demo to the network", () => {
    expect(() => readConfig({ HOST: "0.0.0.0", DATA_DIR: folder })).toThrow(/MODE=production/);
    expect(readConfig({ HOST: "127.0.0.5", DATA_DIR: folder }).host).toBe("127.0.0.5");
  });

  it("does not split roles over processes that could not share the embedded parts", () => {
    expect(() => readConfig({ ROLES: "web", DATA_DIR: folder })).toThrow(/needs DATABASE_URL and MQTT_URL/);
  });

  it("says so when the data folder cannot be written", () => {
    const file = join(folder, "demo-secrets.json");
    expect(() => readConfig({ DATA_DIR: join(file, "below-a-file") })).toThrow(/cannot write to the data folder .*ENOTDIR/);
    chmodSync(file, 0o600);
  });
});
